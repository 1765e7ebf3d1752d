/* SPDX-License-Identifier: MIT */
/*
 * spzip --base: the files that may be bases.  What is itself compressed, or a
 * pipe, is spooled: that of a chain needs bases in turn, which are found among
 * the same files.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "cli.h"
#include "file/fd.h"
#include "file/path.h"
#include "file/unnamed.h"
#include "format/format.h"
#include "model/model.h"
#include "spzip.h"

/* A file that may be a base. */
struct candidate {
	char *path;
	struct input in;  /* as it was given; then what it decodes to */
	bool is_packed;   /* it is yet to be decoded */
	bool is_busy;     /* it is being decoded */
	struct buf needs; /* struct spz_base_id: what that takes */
	struct spz_base base;
	struct tensor_model model; /* in is its own then */
	bool has_model;
	bool is_mapped; /* it was looked for tensors */
};

struct spzip_bases {
	struct candidate *c;
	size_t n;
	const struct spzip_opts *opts;
	unsigned long nmissing;
};

/* What it is that base.ctx reads: in is the model's once there is one. */
static const struct input *input_of(const struct candidate *c)
{
	return c->has_model ? &c->model.file[0].in : &c->in;
}

static int read_at(void *ctx, void *p, size_t n, uint64_t at, struct diag *d)
{
	return input_pread(input_of(ctx), p, n, at, d);
}

/* --- the list ------------------------------------------------------------- */

/* Whether IN, from where it stands, begins as our files do: 1, 0 or -1. */
static int begins_packed(const struct input *in, struct diag *d)
{
	uint8_t head[SPZ_MAGIC_NBYTES];

	if (in->size < sizeof(head))
		return 0;
	if (input_pread(in, head, sizeof(head), 0, d))
		return -1;
	return spz_magic_distance(head, SPZ_MAGIC_NBYTES) == 0;
}

static int note_need(void *ctx, const struct spz_base_id *id, struct diag *d)
{
	buf_add(ctx, id, sizeof(*id));
	return buf_end(ctx, d);
}

/* Length and CRC of what the compressed C decodes to, and what that takes. */
static int learn_packed(struct candidate *c, struct diag *d)
{
	const struct spz_listener to = {.ctx = &c->needs, .base = note_need};
	struct spz_source src = spzip_source(&c->in);
	struct spz_totals t;

	if (spz_list(&src, &to, &t, d)) {
		diag_at(d, "%s", c->path);
		return -1;
	}
	if (lseek(c->in.fd, (off_t)c->in.base, SEEK_SET) < 0) {
		diag_errno(d, "cannot seek");
		return diag_at(d, "%s", c->path);
	}
	c->base.id.size = t.raw;
	c->base.id.crc = t.crc;
	c->base.has_crc = true;
	return 0;
}

/* Opens C, whose path is known. */
static int open_candidate(struct candidate *c, struct diag *d)
{
	const char *name = path_last(c->path);
	int packed;

	if (input_open(&c->in, c->path, d) ||
		input_spool(&c->in, "", 0, INPUT_SIZE_UNKNOWN, cli_tmpdir(), d))
		return -1;
	c->base.ctx = c;
	c->base.pread = read_at;
	c->base.id.size = c->in.size;
	strncpy(c->base.id.name, name, SPZ_BASE_NAME_MAX);
	packed = begins_packed(&c->in, d);
	/* called by what it holds, in whatever form that is to be had */
	if (packed > 0 && path_ends_in(name, SPZIP_SUFFIX))
		c->base.id
			.name[strlen(c->base.id.name) - strlen(SPZIP_SUFFIX)] =
			'\0';
	c->is_packed = packed > 0;
	return packed > 0 ? learn_packed(c, d) : packed;
}

/* Adds PATH, malloc'd, which is the list's in any case. */
static int add_path(struct spzip_bases *b, char *path, struct diag *d)
{
	const struct candidate new = {.path = path, .in.fd = -1};

	if (!path)
		return diag_nomem(d, sizeof(new));
	if (array_push(&b->c, &b->n, &new, sizeof(new), d) == 0)
		return 0;
	free(path);
	return -1;
}

/* All files in the directory DIR, in the order of their names. */
static int add_directory(struct spzip_bases *b, const char *dir, struct diag *d)
{
	struct dirent **entry;
	int nentry = scandir(dir, &entry, NULL, alphasort), bad = 0;
	struct stat st;

	if (nentry < 0) {
		bad = diag_errno(d, "cannot read");
		diag_at(d, "%s", dir);
	}
	for (int i = 0; i < nentry; i++) {
		char *file = bad ? NULL : path_join(dir, entry[i]->d_name);

		if (file && stat(file, &st) == 0 && !S_ISREG(st.st_mode))
			free(file);
		else if (!bad)
			bad = add_path(b, file, d);
		free(entry[i]);
	}
	if (nentry >= 0)
		free(entry);
	return bad;
}

/* Adds what PATH names: a file, or those in a directory or beside an index. */
static int add(struct spzip_bases *b, const char *path, struct diag *d)
{
	struct stat st;
	char *dir;
	int bad;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_directory(b, path, d);
	if (!path_ends_in(path, ".index.json"))
		return add_path(b, strdup(path), d);
	dir = path_directory(path);
	bad = dir ? add_directory(b, dir, d) : diag_nomem(d, strlen(path));
	free(dir);
	return bad;
}

/* Descriptors for all else. */
#define FILES_ELSE 64

/* Bases are held open: whether there is room for N of them. */
static int check_room(size_t n, struct diag *d)
{
	struct rlimit most;

	cli_allow_open_files();
	if (getrlimit(RLIMIT_NOFILE, &most) ||
		most.rlim_cur >= (rlim_t)n + FILES_ELSE)
		return 0;
	return diag_set(d, DIAG_IO,
		"%zu bases are too many files to be open at once, of which "
		"%llu are allowed; ulimit -n raises that",
		n, (unsigned long long)most.rlim_cur);
}

struct spzip_bases *spzip_bases_open(const struct spzip_opts *o, struct diag *d)
{
	struct spzip_bases *b = calloc(1, sizeof(*b));
	const char *const *base = (const void *)o->bases.data;
	size_t n = o->bases.len / sizeof(*base);
	int bad = b ? 0 : diag_nomem(d, sizeof(*b));

	if (b)
		b->opts = o;
	for (size_t i = 0; !bad && i < n; i++)
		bad = add(b, base[i], d);
	if (!bad)
		bad = check_room(b->n, d);
	for (size_t i = 0; !bad && i < b->n; i++)
		bad = open_candidate(&b->c[i], d);
	if (!bad)
		return b;
	spzip_bases_close(b);
	return NULL;
}

void spzip_bases_close(struct spzip_bases *b)
{
	for (size_t i = 0; b && i < b->n; i++) {
		if (b->c[i].has_model)
			tensor_model_close(&b->c[i].model);
		else
			input_close(&b->c[i].in);
		buf_free(&b->c[i].needs);
		free(b->c[i].path);
	}
	if (b)
		free(b->c);
	free(b);
}

int spzip_bases_unchanged(const struct spzip_bases *b, struct diag *d)
{
	for (size_t i = 0; b && i < b->n; i++)
		if (input_unchanged(input_of(&b->c[i]), d))
			return -1;
	return 0;
}

int spzip_bases_spare(
	const struct spzip_bases *b, const char *out, struct diag *d)
{
	for (size_t i = 0; i < b->n; i++) {
		int is = output_is_input(out, input_of(&b->c[i]), d);

		if (is > 0) {
			diag_set(d, DIAG_USAGE, "is a base and output at once");
			return diag_at(d, "%s", out ? out : "<stdout>");
		}
		if (is < 0)
			return -1;
	}
	return 0;
}

/* --- decoding them -------------------------------------------------------- */

static int write_fd(void *ctx, const void *p, size_t n, struct diag *d)
{
	const int *fd = ctx;

	return fd_write(*fd, p, n) ? diag_errno(d, "cannot spool to $TMPDIR")
				   : 0;
}

static int decode_to(
	struct spzip_bases *b, struct candidate *c, int fd, struct diag *d)
{
	struct spz_source src = spzip_source(&c->in);
	struct spz_sink dst = {&fd, write_fd};
	struct spz_decode_opts dec = {
		.nthread = (unsigned)b->opts->nthread,
		.raw_max = b->opts->raw_max,
		.bases = spzip_bases_finder(b),
	};
	struct spz_totals t;

	if (spz_decode(&src, &dst, &dec, &t, d))
		return -1;
	if (t.raw != c->base.id.size || t.crc != c->base.id.crc)
		return diag_set(d, DIAG_DATA, "changed while it was read");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return diag_errno(d, "cannot seek");
	return 0;
}

/* Whether C is WANT: 1, 0 or -1. */
static int is_meant(
	struct candidate *c, const struct spz_base_id *want, struct diag *d)
{
	uint32_t crc;

	if (c->base.id.size != want->size)
		return 0;
	if (spz_base_crc(&c->base, &crc, d))
		return -1;
	c->base.id.crc = crc;
	c->base.has_crc = true;
	return crc == want->crc;
}

/* Says of the one file that was given, or of all, that it is not WANT. */
static int not_meant(const struct spzip_bases *b,
	const struct spz_base_id *want, struct diag *d)
{
	const struct candidate *c = &b->c[0];

	spz_base_missing(want, d);
	if (b->n == 0)
		return diag_set(
			d, DIAG_DATA, "%s; expected --base FILE", d->text);
	if (b->n > 1)
		return diag_set(d, DIAG_DATA,
			"%s, which is not among the %zu files of --base",
			d->text, b->n);
	if (c->base.has_crc && c->base.id.size == want->size)
		return diag_set(d, DIAG_DATA,
			"the base %s has the CRC-32 %08x; expected '%s' of "
			"CRC-32 %08x",
			c->path, c->base.id.crc, want->name, want->crc);
	return diag_set(d, DIAG_DATA, "%s; %s has %llu bytes", d->text, c->path,
		(unsigned long long)c->base.id.size);
}

/*
 * Bases up to this are read to the end before they are used, so that another
 * file is refused at once.  What is larger would be read twice from the disk;
 * of that every chunk is checked as it is decoded, and the whole if one fails.
 */
#define CRC_FIRST_MAX ((uint64_t)256 << 20)

/* What it takes to have a candidate. */
enum effort { EFFORT_NONE, EFFORT_DECODE, EFFORT_CHAIN, NEFFORT };

/*
 * NEFFORT: C is being decoded.  A checkpoint that is as the one before has the
 * content of its own base, but cannot be that.
 */
static enum effort effort_of(const struct candidate *c)
{
	return c->is_busy          ? NEFFORT
	       : !c->is_packed     ? EFFORT_NONE
	       : c->needs.len == 0 ? EFFORT_DECODE
				   : EFFORT_CHAIN;
}

/*
 * The candidate that is WANT, or may be, and of several that of the least
 * effort; NULL: none, or *ERROR.
 */
static struct candidate *choose(struct spzip_bases *b,
	const struct spz_base_id *want, int *error, struct diag *d)
{
	struct candidate *only = NULL;
	size_t n = 0;

	*error = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->c[i].base.id.size == want->size) {
			only = &b->c[i];
			n++;
		}
	if (n == 1 && !only->base.has_crc && want->size > CRC_FIRST_MAX)
		return only;
	for (size_t k = 0; n && k < NEFFORT * b->n; k++) {
		struct candidate *c = &b->c[k % b->n];
		int is = effort_of(c) == k / b->n ? is_meant(c, want, d) : 0;

		if (is > 0)
			return c;
		*error = is;
		if (is < 0)
			return NULL;
	}
	return NULL;
}

static int find(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d);

/*
 * First what decoding C takes: a chain is decoded link by link, so that memory
 * does not grow with it.
 */
static int unpack_needs(
	struct spzip_bases *b, struct candidate *c, struct diag *d)
{
	const struct spz_base_id *id = (const void *)c->needs.data;
	const struct spz_base *base;

	for (size_t n = c->needs.len / sizeof(*id); n--; id++)
		if (find(b, id, &base, d))
			return -1;
	return 0;
}

/* Makes C what it decodes to, if it is compressed. */
static int unpack(struct spzip_bases *b, struct candidate *c, struct diag *d)
{
	int fd, bad;

	if (!c->is_packed)
		return 0;
	c->is_busy = true;
	bad = unpack_needs(b, c, d);
	c->is_busy = false;
	if (bad)
		return diag_at(d, "%s", c->path);
	fd = unnamed_temporary(cli_tmpdir());
	if (fd < 0) {
		diag_errno(d, "cannot spool to $TMPDIR");
		return diag_at(d, "%s", c->path);
	}
	bad = decode_to(b, c, fd, d);
	if (bad) {
		close(fd);
		return diag_at(d, "%s", c->path);
	}
	input_close(&c->in);
	c->is_packed = false;
	return input_open_fd(&c->in, fd, c->path, d);
}

static int find(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d)
{
	struct spzip_bases *b = ctx;
	int error;
	struct candidate *c = choose(b, want, &error, d);

	if (error)
		return -1;
	if (!c) {
		b->nmissing++;
		return not_meant(b, want, d);
	}
	if (unpack(b, c, d))
		return -1;
	*ret = &c->base;
	return 0;
}

struct spz_finder spzip_bases_finder(struct spzip_bases *b)
{
	return (struct spz_finder){find, b};
}

/* Whether IN, which is seekable, is a patch: 1, 0 or -1. */
static int lists_bases(struct input *in, struct diag *d)
{
	const struct spz_file file = spzip_file_of(in);
	struct spz_map *m;
	struct diag why;
	int ret;

	/* what is no such file, or a damaged one, is told of when it is read */
	if (spz_map_open(&m, &file, &why)) {
		if (why.class == DIAG_DATA)
			return 0;
		*d = why;
		return -1;
	}
	ret = spz_map_has_bases(m);
	spz_map_close(m);
	return ret;
}

/* Those that a patch needs. */
struct needs {
	struct spzip_bases *b;
	bool is_lacking;
};

static int find_need(void *ctx, const struct spz_base_id *id, struct diag *d)
{
	struct needs *n = ctx;
	const struct spz_base *base;

	n->is_lacking = find(n->b, id, &base, d) < 0;
	return n->is_lacking ? -1 : 0;
}

int spzip_bases_meet(struct spzip_bases *b, struct input *in, struct diag *d)
{
	struct needs n = {b, false};
	const struct spz_listener to = {.ctx = &n, .base = find_need};
	struct spz_source src = spzip_source(in);
	struct spz_totals t;
	struct diag why;
	int is = lists_bases(in, d);

	if (is <= 0)
		return is;
	if (spz_list(&src, &to, &t, &why) &&
		(n.is_lacking || why.class != DIAG_DATA)) {
		*d = why;
		return -1;
	}
	if (lseek(in->fd, (off_t)in->base, SEEK_SET) < 0) {
		diag_errno(d, "cannot seek");
		return diag_at(d, "%s", in->name);
	}
	return 0;
}

bool spzip_bases_lack(const struct spzip_bases *b)
{
	return b && b->n == 0 && b->nmissing;
}

/* --- their tensors -------------------------------------------------------- */

/* Finds the tensors of C. */
static int map(struct spzip_bases *b, struct candidate *c, struct diag *d)
{
	struct format_hint hint = b->opts->hint;
	struct diag why;
	struct input in;
	int fd;

	if (c->is_mapped)
		return 0;
	if (unpack(b, c, d))
		return -1;
	c->is_mapped = true;
	hint.as_stored = true;
	fd = dup(c->in.fd);
	if (fd < 0) {
		diag_errno(d, "cannot read");
		return diag_at(d, "%s", c->path);
	}
	if (lseek(fd, (off_t)c->in.base, SEEK_SET) < 0) {
		close(fd);
		diag_errno(d, "cannot seek");
		return diag_at(d, "%s", c->path);
	}
	if (input_open_fd(&in, fd, c->path, d))
		return -1;
	if (model_take(&c->model, &in, &hint, cli_tmpdir(), &why)) {
		if (why.class == DIAG_DATA)
			return 0;
		*d = why;
		return -1;
	}
	input_close(&c->in);
	c->has_model = true;
	c->base.map = &c->model.file[0].map;
	return tensor_map_split(&c->model.file[0].map, d);
}

int spzip_bases_map(struct spzip_bases *b, const struct spz_base **ret,
	size_t *n, struct diag *d)
{
	struct spz_base *base = calloc(b->n ? b->n : 1, sizeof(*base));

	if (!base)
		return diag_nomem(d, b->n * sizeof(*base));
	for (size_t i = 0; i < b->n; i++) {
		if (map(b, &b->c[i], d)) {
			free(base);
			return -1;
		}
		base[i] = b->c[i].base;
	}
	*ret = base;
	*n = b->n;
	return 0;
}

void spzip_bases_note(const struct spzip_bases *b, const char *name)
{
	bool any = false;

	for (size_t i = 0; i < b->n; i++)
		any |= b->c[i].base.map != NULL;
	if (b->n && !any)
		cli_note("note: %s: no tensors are known in it; nothing of %s "
			 "is a difference from it",
			b->c[0].path, name);
	else if (b->n)
		cli_note("note: %s: none of its tensors has the name, dtype "
			 "and shape of one in %s%s; it is coded without a base",
			name, b->c[0].path,
			b->n > 1 ? " or the other bases" : "");
}
