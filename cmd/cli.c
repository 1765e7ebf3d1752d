/* SPDX-License-Identifier: MIT */
/* What every tool's main() shares; see cli.h. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/tame.h"
#include "cli.h"
#include "file/input.h"

static const struct cli_tool *this_tool;
static bool is_quiet, is_verbose;

/*
 * What a signal has to remove; the handler reads, only the main thread writes,
 * and it alone takes signals.
 */
static const char *volatile temporary[CLI_OUTPUT_MAX];

/* The signals that end us. */
static const int fatal[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXCPU};
static sigset_t fatal_set;

static void remove_temporaries(int sig)
{
	for (size_t i = 0; i < CLI_OUTPUT_MAX; i++)
		if (temporary[i])
			unlink(temporary[i]);
	signal(sig, SIG_DFL);
	raise(sig);
}

/*
 * A closed standard stream gets /dev/null opened the wrong way round, so that
 * its number is taken and using it still fails.
 */
static void occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null",
				fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			_exit(CLI_TROUBLE);
}

void cli_init(const struct cli_tool *tool)
{
	struct sigaction old, act = {.sa_handler = remove_temporaries};

	this_tool = tool;
	occupy_standard_streams();
	sigemptyset(&fatal_set);
	/* One that is ignored, as nohup does, ends nothing. */
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		if (sigaction(fatal[i], NULL, &old) == 0 &&
			old.sa_handler != SIG_IGN) {
			sigaction(fatal[i], &act, NULL);
			sigaddset(&fatal_set, fatal[i]);
		}
	/* A file that may not grow is a failing write like any other. */
	signal(SIGXFSZ, SIG_IGN);
	/* Who started us may ignore how children end; we wait for ours. */
	signal(SIGCHLD, SIG_DFL);
}

void cli_allow_open_files(void)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &most) == 0) {
		most.rlim_cur = most.rlim_max;
		setrlimit(RLIMIT_NOFILE, &most);
	}
}

/* A diagnostic, the tool's name and the words of a remedy. */
#define SAID_MAX (sizeof(struct diag) + 256)

/* One write per message, so that messages of several processes do not mix. */
static void say(const char *place, const char *fmt, va_list ap)
{
	char text[SAID_MAX], shown[SAID_MAX];
	int n;

	n = snprintf(text, sizeof(text), "%s: %s%s", this_tool->name, place,
		*place ? ": " : "");
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	tame_copy(shown, sizeof(shown), text);
	cli_progress_clear();
	fprintf(stderr, "%s\n", shown);
}

static void say_at(const char *place, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say_at(const char *place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(place, fmt, ap);
	va_end(ap);
}

static void say_try(void)
{
	fprintf(stderr, "Try '%s --help' for more information.\n",
		this_tool->name);
}

int cli_fail(const struct diag *d)
{
	if (d->class != DIAG_NONE)
		say_at(d->place, "%s%s", d->text, cli_remedy(d));
	if (d->class == DIAG_USAGE)
		say_try();
	return this_tool->trouble;
}

int cli_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
	say_try();
	return this_tool->trouble;
}

void cli_quiet(bool quiet)
{
	is_quiet = quiet;
}

void cli_verbose(bool verbose)
{
	is_verbose = verbose;
}

bool cli_note(const char *fmt, ...)
{
	va_list ap;

	if (is_quiet)
		return false;
	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
	return true;
}

int cli_print(const char *text)
{
	struct output out;
	struct diag d;

	if (output_open(&out, NULL, NULL, &d) ||
		output_write(&out, text, strlen(text), &d) ||
		output_finish(&out, &d)) {
		output_abort(&out);
		return cli_fail(&d);
	}
	output_abort(&out);
	return CLI_DONE;
}

int cli_version(void)
{
	char text[128];

	snprintf(text, sizeof(text), "%s (trimtab) %s\n", this_tool->name,
		TRIMTAB_VERSION);
	return cli_print(text);
}

/* Opening a FIFO waits for its reader, and must be open to signals. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static void note_temporary(const char *path)
{
	for (size_t i = 0; i < CLI_OUTPUT_MAX; i++)
		if (!temporary[i]) {
			temporary[i] = path;
			break;
		}
}

/* What was blocked before. */
static sigset_t before_directory;

int cli_directory_make(char *template)
{
	pthread_sigmask(SIG_BLOCK, &fatal_set, &before_directory);
	if (mkdtemp(template))
		return 0;
	cli_directory_done();
	return -1;
}

void cli_directory_done(void)
{
	pthread_sigmask(SIG_SETMASK, &before_directory, NULL);
}

bool cli_signal_waits(void)
{
	sigset_t waiting;

	sigpending(&waiting);
	/* What waited for others to let it through goes on waiting. */
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		if (sigismember(&waiting, fatal[i]) == 1 &&
			sigismember(&fatal_set, fatal[i]) == 1 &&
			sigismember(&before_directory, fatal[i]) == 0)
			return true;
	return false;
}

int cli_output_open_as(struct output *o, const char *path,
	const struct output_how *how, struct diag *d)
{
	sigset_t old;
	int ret;

	if (path && is_special(path))
		return output_open(o, path, how, d);
	/* No signal may fall between making the file and noting its name. */
	pthread_sigmask(SIG_BLOCK, &fatal_set, &old);
	ret = output_open(o, path, how, d);
	if (!ret && o->is_named)
		note_temporary(o->tmp);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

int cli_output_open(struct output *o, const char *path, struct diag *d)
{
	return cli_output_open_as(o, path, NULL, d);
}

static void forget(const char *tmp)
{
	for (size_t i = 0; tmp && i < CLI_OUTPUT_MAX; i++)
		if (temporary[i] == tmp)
			temporary[i] = NULL;
}

/* Where the owner of the old file could not be kept, a verbose tool says so. */
static int publish(struct output *o, struct diag *d)
{
	const char *name = o->name;
	bool foreign = o->is_foreign;
	sigset_t old;
	int ret;

	pthread_sigmask(SIG_BLOCK, &fatal_set, &old);
	forget(o->tmp);
	ret = output_publish(o, d);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!ret && foreign && is_verbose)
		cli_note("%s: the owner could not be kept; nobody else may do "
			 "more with it than before",
			name);
	return ret;
}

/* A disk or pipe may keep us waiting: only names are shut to signals. */
static int finish(struct output *const out[], size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++)
		if (out[i]->data && output_finish(out[i], d))
			return -1;
	for (size_t i = 0; i < n; i++) {
		const struct input *in = out[i]->how.like;

		if (out[i]->data && out[i]->how.in_place &&
			input_is_untouched(in, d))
			return -1;
	}
	return 0;
}

int cli_outputs_commit(struct output *const out[], size_t n, struct diag *d)
{
	int ret = finish(out, n, d);

	for (size_t i = 0; i < n && !ret; i++)
		if (out[i]->data)
			ret = publish(out[i], d);
	for (size_t i = 0; i < n; i++)
		cli_output_abort(out[i]);
	return ret;
}

int cli_output_commit(struct output *o, struct diag *d)
{
	return cli_outputs_commit(&o, 1, d);
}

void cli_output_abort(struct output *o)
{
	sigset_t old;

	pthread_sigmask(SIG_BLOCK, &fatal_set, &old);
	forget(o->tmp);
	output_abort(o);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int cli_write_file(const char *path, const struct buf *b, struct diag *d)
{
	struct output out = {0};
	int bad = cli_output_open(&out, path, d) ||
		  output_write(&out, b->data, b->len, d) ||
		  cli_output_commit(&out, d);

	if (bad)
		cli_output_abort(&out);
	return bad ? -1 : 0;
}

int cli_check_input(const char *out, const char *path, struct diag *d)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct input in = {0};
	struct stat st;
	int is;

	/* Of what is not there, opening it will tell. */
	if (is_stdin ? fstat(STDIN_FILENO, &st) : stat(path, &st)) {
		if (errno == ENOENT || errno == ENOTDIR || errno == EBADF)
			return 0;
		diag_errno(d, "cannot open");
		return diag_at(d, "%s", path);
	}
	/* By the name of the other, if one has one. */
	if (is_stdin)
		path = out && strcmp(out, "-") != 0 ? out : "<stdin>";
	in.dev = st.st_dev;
	in.ino = st.st_ino;
	is = output_is_input(out, &in, d);
	return is > 0 ? diag_set(d, DIAG_USAGE,
				"'%s' is input and output; expected two files",
				path)
		      : is;
}

int cli_check_inputs(const char *out, char *const *path, struct diag *d)
{
	for (; *path; path++)
		if (cli_check_input(out, *path, d))
			return -1;
	return 0;
}

const char *cli_tmpdir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}
