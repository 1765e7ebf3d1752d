/* SPDX-License-Identifier: MIT */
/*
 * spzip: who reads what strangers wrote gives up rights first.  Decompressing,
 * testing and listing may read files, and write only where their output goes;
 * once the only input is open and standard output takes the result, nothing
 * can be opened at all.  Linux's Landlock does this since 5.13; elsewhere, and
 * where it is turned off, all works as without.  So it does where
 * SPZIP_NO_SANDBOX is defined, for builds that write files of their own at the
 * end, as those that count lines.
 */
#define _GNU_SOURCE /* syscall, O_PATH */
#include <stdlib.h>
#include <string.h>

#include "spzip.h"

#if defined(__linux__) && defined(__has_include) && !defined(SPZIP_NO_SANDBOX)
#if __has_include(<linux/landlock.h>)
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef SYS_landlock_create_ruleset
#define HAVE_LANDLOCK
#endif
#endif
#endif

#ifdef HAVE_LANDLOCK

#include "base/diag.h"
#include "cli.h"
#include "file/path.h"
#include "file/place.h"

/* As the kernel numbers them; its older headers do not have all. */
enum {
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_REG = 1 << 8,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
};

#define READ (READ_FILE | READ_DIR)
#define WRITE (WRITE_FILE | REMOVE_FILE | MAKE_REG | REFER | TRUNCATE)

/* Rights on files that version ABI of Landlock can take away. */
static uint64_t rights(int abi)
{
	uint64_t all = (1 << 13) - 1;

	if (abi >= 2)
		all |= REFER;
	if (abi >= 3)
		all |= TRUNCATE;
	return all;
}

static int landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);
}

/*
 * A ruleset under which nothing can be opened or made yet; -1: there is none.
 */
static int begin_rules(int abi)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = rights(abi)};

	/* later members are left out: what they are about is not denied */
	return (int)syscall(SYS_landlock_create_ruleset, &attr,
		sizeof(attr.handled_access_fs), 0);
}

/* Rules in the making. */
struct rules {
	int fd, abi;
	bool failed; /* they lack one that is needed: none are to hold */
};

/* Allows ACCESS to what is below DIR, if that is a directory. */
static void allow(struct rules *r, const char *dir, uint64_t access)
{
	struct landlock_path_beneath_attr attr = {
		.allowed_access = access & rights(r->abi),
		.parent_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};

	if (attr.parent_fd < 0) {
		r->failed = r->failed || (errno != ENOENT && errno != ENOTDIR);
		return;
	}
	if (syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH,
		    &attr, 0))
		r->failed = true;
	close(attr.parent_fd);
}

/* Allows what it takes to make PATH. */
static void allow_output(struct rules *r, const char *path)
{
	char *dir = path_directory(path);

	if (dir)
		allow(r, dir, READ | WRITE);
	else
		r->failed = true;
	free(dir);
}

/* The same where PATH may be a link to elsewhere. */
static void allow_linked(struct rules *r, const char *path)
{
	struct place p;
	struct diag d;

	if (place_find(&p, path, true, &d))
		r->failed = true;
	else if (p.path)
		allow_output(r, p.path);
	place_free(&p);
}

static void enforce(const struct rules *r)
{
	if (!r->failed)
		syscall(SYS_landlock_restrict_self, r->fd, 0);
	close(r->fd);
}

/* Whether there is Landlock; without more, nothing can be opened. */
static bool begin(struct rules *r)
{
	*r = (struct rules){.abi = landlock_version()};
	r->fd = r->abi > 0 ? begin_rules(r->abi) : -1;
	if (r->fd < 0)
		return false;
#ifdef __SANITIZE_ADDRESS__
	/* what looks for leaks at exit lists the threads */
	allow(r, "/proc", READ);
#endif
	return true;
}

/* Whether one of the N inputs PATH is a pipe, which may be spooled. */
static bool has_pipe(char *const *path, size_t n)
{
	struct stat st;

	for (size_t i = 0; i < n; i++)
		if (strcmp(path[i], "-") == 0 ||
			(stat(path[i], &st) == 0 && !S_ISREG(st.st_mode)))
			return true;
	return n == 0;
}

void spzip_sandbox(const struct spzip_opts *o, char *const *path, size_t n)
{
	struct rules r;

	if (o->action == SPZIP_COMPRESS)
		return;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!begin(&r))
		return;
	allow(&r, "/", READ);
	if (o->out)
		allow_linked(&r, o->out);
	for (size_t i = 0; i < n && spzip_makes_files(o); i++) {
		allow_output(&r, path[i]);
		if (o->recursive)
			allow(&r, path[i], READ | WRITE);
	}
	if (o->keep_damaged || o->tensor || o->bases.len || has_pipe(path, n))
		allow(&r, cli_tmpdir(), READ | WRITE);
	enforce(&r);
}

void spzip_sandbox_shut(const struct spzip_opts *o)
{
	struct rules r;

	if (o->action != SPZIP_COMPRESS && !o->keep_damaged && !o->out &&
		!o->bases.len && !spzip_makes_files(o) && begin(&r))
		enforce(&r);
}

#else

void spzip_sandbox(const struct spzip_opts *o, char *const *path, size_t n)
{
	(void)o;
	(void)path;
	(void)n;
}

void spzip_sandbox_shut(const struct spzip_opts *o)
{
	(void)o;
}

#endif
