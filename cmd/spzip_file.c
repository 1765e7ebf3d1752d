/* SPDX-License-Identifier: MIT */
/*
 * spzip: one input.  It is removed only after its replacement is complete,
 * decodes to it again, and is on disk under its name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/attr.h"
#include "base/path.h"
#include "base/place.h"
#include "cli.h"
#include "rows.h"
#include "spzip.h"

/* One input on its way. */
struct job {
	struct spzip *z;
	const struct spzip_opts *opts;
	struct input in;
	struct spzip_ahead ahead; /* of in, to be decompressed */
	struct output *out;
	struct output own; /* out, unless that is standard output */
	struct stat st;    /* of the input's name, if that will go */
	char *out_name;    /* NULL: standard output, or none */
	bool replaces;
	bool is_kept;   /* though it was to be removed */
	bool is_bad;    /* it does not decode: there is damage to be told */
	bool is_mended; /* it is damaged, and what there was of it is written */
	bool is_spared; /* ... and whole: only what leads to it is damaged */
	struct spz_totals totals;
	struct progress progress;
};

/* --- damage --------------------------------------------------------------- */

/*
 * spzip: what is wrong with a damaged file, run by run, and what -t has to say
 * to programs.
 */

/* The rows of -t --json: of a good file one, of a bad one one for each run. */
static const struct rows_column column[] = {
	{"file", ROWS_TEXT, ROWS_SHOWN},
	{"status", ROWS_TEXT, ROWS_SHOWN},
	{"tensor", ROWS_TEXT, ROWS_SHOWN},
	{"row", ROWS_WHOLE, ROWS_SHOWN},
	{"row_end", ROWS_WHOLE, ROWS_SHOWN},
	{"byte", ROWS_WHOLE, ROWS_SHOWN},
	{"byte_end", ROWS_WHOLE, ROWS_SHOWN},
	{"message", ROWS_TEXT, ROWS_SHOWN},
};

static int write_row(struct spzip *z, struct rows *r, struct diag *d)
{
	int ret = rows_end(r, d);

	if (!ret)
		ret = spzip_stdout(z, d);
	if (!ret)
		ret = rows_finish(r, &z->out, d);
	rows_free(r);
	return ret;
}

static void begin(
	struct spzip *z, struct rows *r, const char *file, const char *status)
{
	rows_begin(r, ROWS_JSON, &z->out, column, ARRAY_SIZE(column));
	rows_text(r, file);
	rows_text(r, status);
}

/* The row of -t --json for a FILE.  TEXT may be NULL.  Returns 0, or -1. */
static int tell_file(struct spzip *z, const char *file, const char *status,
	const char *text, struct diag *d)
{
	struct rows r;

	begin(z, &r, file, status);
	for (int i = 0; i < 5; i++)
		rows_absent(&r);
	rows_text(&r, text);
	return write_row(z, &r, d);
}

static int tell_damage(struct spzip *z, const char *file,
	const struct spz_damage *w, const char *text, struct diag *d)
{
	struct rows r;

	begin(z, &r, file, "damaged");
	rows_text(&r, w->piece->segment.name);
	if (w->row_end)
		rows_u64(&r, w->row);
	else
		rows_absent(&r);
	if (w->row_end && !w->is_open)
		rows_u64(&r, w->row_end);
	else
		rows_absent(&r);
	rows_u64(&r, w->from);
	if (w->to == w->from)
		rows_absent(&r);
	else
		rows_u64(&r, w->to);
	rows_text(&r, text);
	return write_row(z, &r, d);
}

/* A search for damage. */
struct search {
	struct spzip *z;
	const char *file;
	const struct diag *first; /* why decoding it ended */
	unsigned long found;
};

static int on_damage(void *ctx, const struct spz_damage *w, struct diag *d)
{
	struct search *s = ctx;
	struct diag said;

	s->found++;
	/* that the way is lost says less than where decoding lost it */
	if (w->is_open && s->found == 1) {
		said = *s->first;
	} else {
		diag_set(&said, DIAG_DATA, "%s", w->text);
		diag_at(&said, "%s", w->where);
	}
	diag_at(&said, "%s", s->file);
	cli_fail(&said);
	if (s->z->opts->json && s->z->opts->action == SPZIP_TEST)
		return tell_damage(s->z, s->file, w, said.text, d);
	return 0;
}

/*
 * Looks for all that is damaged in IN, which is seekable and did not decode:
 * FIRST says why.  Says of each run what it is, and writes the original with
 * zeros there to DST, which may be NULL.  *FOUND is how many runs there were.
 * Returns 0, or -1.
 */
static int spzip_damage(struct spzip *z, struct input *in,
	const struct diag *first, const struct spz_sink *dst,
	unsigned long *found, struct spz_totals *totals, struct diag *d)
{
	const struct spz_file file = spzip_file_of(in);
	struct search s = {.z = z, .file = in->name, .first = first};
	const struct spz_part_opts o = {
		.nthread = (unsigned)z->opts->nthread,
		.bases = spzip_bases_finder(z->bases),
		.on_damage = on_damage,
		.ctx = &s,
	};
	struct spz_map *m;
	int ret;

	if (spz_map_open(&m, &file, d))
		return -1;
	if (dst && spz_map_raw(m) > z->opts->raw_max)
		ret = diag_set(d, DIAG_DATA,
			"with what is lost %llu bytes; the limit is %llu",
			(unsigned long long)spz_map_raw(m),
			(unsigned long long)z->opts->raw_max);
	else
		ret = spz_map_decode(m, 0, spz_map_raw(m), dst, &o, d);
	*found = s.found;
	*totals = (struct spz_totals){
		.raw = spz_map_raw(m), .packed = in->size, .nmember = 1};
	spz_map_close(m);
	return ret;
}

/* --- io ------------------------------------------------------------------- */

/* spzip: the library's streams over our inputs and outputs; verification. */

static ssize_t read_input(void *ctx, void *p, size_t n, struct diag *d)
{
	return input_read(ctx, p, n, d);
}

/* Seeks over N bytes, but not past the end. */
static int skip_input(void *ctx, uint64_t n, struct diag *d)
{
	struct input *in = ctx;
	off_t at = lseek(in->fd, 0, SEEK_CUR);

	if (at < 0 || n > in->base + in->size - (uint64_t)at)
		return diag_set(d, DIAG_DATA,
			"unexpected end of file; it was cut short");
	if (lseek(in->fd, (off_t)n, SEEK_CUR) < 0) {
		diag_errno(d, "cannot seek");
		return diag_at(d, "%s", in->name);
	}
	return 0;
}

struct spz_source spzip_source(struct input *in)
{
	return (struct spz_source){
		in, read_input, in->seekable ? skip_input : NULL};
}

/* First what was read ahead. */
static ssize_t read_ahead(void *ctx, void *p, size_t n, struct diag *d)
{
	struct spzip_ahead *a = ctx;
	size_t take = a->n - a->at < n ? a->n - a->at : n;
	ssize_t more;

	memcpy(p, a->head + a->at, take);
	a->at += take;
	more = input_read(a->in, (char *)p + take, n - take, d);
	return more < 0 ? -1 : (ssize_t)take + more;
}

static struct spz_source source_ahead(struct spzip_ahead *a)
{
	if (a->in->seekable)
		return spzip_source(a->in);
	return (struct spz_source){a, read_ahead, NULL};
}

static int look_ahead(struct spzip_ahead *a, struct input *in, struct diag *d)
{
	ssize_t n;

	*a = (struct spzip_ahead){.in = in};
	if (in->seekable)
		return 0;
	n = input_read(in, a->head, sizeof(a->head), d);
	if (n < 0)
		return -1;
	a->n = (size_t)n;
	if (a->n < sizeof(a->head) || spz_magic_distance(a->head) ||
		a->head[SPZ_HEADER_NBYTES] != SPZ_BASE)
		return 0;
	return input_spool(
		in, a->head, a->n, INPUT_SIZE_UNKNOWN, cli_tmpdir(), d);
}

static int write_output(void *ctx, const void *p, size_t n, struct diag *d)
{
	return output_write(ctx, p, n, d);
}

struct spz_sink spzip_sink(struct output *out)
{
	return (struct spz_sink){out, write_output};
}

bool spzip_makes_holes(const struct spzip_opts *o)
{
	return o->action == SPZIP_DECOMPRESS && !o->no_sparse;
}

int spzip_stdout(struct spzip *z, struct diag *d)
{
	const struct output_how how = {.sparse = spzip_makes_holes(z->opts)};

	if (z->stdout_open)
		return 0;
	if (cli_output_open_as(&z->out, NULL, &how, d))
		return -1;
	z->stdout_open = true;
	return 0;
}

/*
 * Decodes what O holds so far and compares.  Returns 0,
 * or -1 if it is not what WANT says.
 */
static int verify(struct output *o, const struct spz_totals *want,
	const struct spzip_opts *opts, struct diag *d)
{
	struct spz_decode_opts dec = {
		.nthread = (unsigned)opts->nthread, .raw_max = UINT64_MAX};
	struct spz_totals got;
	struct spz_source src;
	struct input in;
	int ret;

	if (output_reread(o, &in, d))
		return -1;
	src = spzip_source(&in);
	ret = spz_decode(&src, NULL, &dec, &got, d);
	if (!ret && (got.raw != want->raw || got.crc != want->crc ||
			    got.packed != want->packed))
		ret = diag_set(d, DIAG_IO, "does not decode to its input");
	input_close(&in);
	if (ret)
		diag_at(d, "%s: what was written cannot be verified", o->name);
	return ret;
}

/* --- name ----------------------------------------------------------------- */

/* spzip: names with and without the suffix, after gzip's manners. */

int spzip_worst(int a, int b)
{
	if (a == SPZIP_ERROR || b == SPZIP_ERROR)
		return SPZIP_ERROR;
	return a == SPZIP_WARNING ? a : b;
}

int spzip_warn(const char *place, const char *text)
{
	cli_note("%s: %s", place, text);
	return SPZIP_WARNING;
}

int spzip_fail_errno(const char *path, const char *what)
{
	struct diag d;

	diag_errno(&d, what);
	diag_at(&d, "%s", path);
	return cli_fail(&d);
}

/* PATH[0..n) followed by SUFFIX; malloc'd. */
static char *join(const char *path, size_t n, const char *suffix)
{
	size_t m = strlen(suffix) + 1;
	char *s = malloc(n + m);

	if (s) {
		memcpy(s, path, n);
		memcpy(s + n, suffix, m);
	}
	return s;
}

/* True if the last component of PATH is more than SUFFIX and ends in it. */
static bool has_suffix(const char *path, const char *suffix)
{
	return path_ends_in(path, suffix) &&
	       strlen(path_last(path)) > strlen(suffix);
}

/*
 * Characters of the suffix by which a compressed PATH is known: the one that
 * was asked for, ours, or that of drafts.  0 if it has none.
 */
static size_t suffix_length(const struct spzip_opts *o, const char *path)
{
	const char *const known[] = {o->suffix, SPZIP_SUFFIX, SPZIP_SUFFIX_OLD};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (has_suffix(path, known[i]))
			return strlen(known[i]);
	return 0;
}

bool spzip_passes_over(const struct spzip_opts *o, const char *path)
{
	if (o->to_stdout)
		return false;
	if (o->action == SPZIP_COMPRESS)
		return has_suffix(path, o->suffix) && !o->force;
	return !has_suffix(path, o->suffix);
}

char *spzip_input_name(const struct spzip_opts *o, const char *path)
{
	size_t n = strlen(path);
	struct stat st;
	char *with;

	if (strcmp(path, "-") == 0 || o->action == SPZIP_COMPRESS ||
		suffix_length(o, path) || lstat(path, &st) == 0)
		return join(path, n, "");
	with = join(path, n, o->suffix);
	/* What cannot be looked at is told when it is opened. */
	if (!with || lstat(with, &st) == 0 || errno != ENOENT)
		return with;
	free(with);
	return join(path, n, "");
}

static char *no_memory(int *status)
{
	struct diag d;

	diag_nomem(&d, 0);
	*status = cli_fail(&d);
	return NULL;
}

/*
 * The name of the output for PATH: a malloc'd string, or NULL with *STATUS
 * set and a message said.
 */
static char *output_name(
	const struct spzip_opts *o, const char *path, int *status)
{
	size_t n = strlen(path), nsuffix = suffix_length(o, path);
	char *s;

	if (o->out) {
		s = join(o->out, strlen(o->out), "");
	} else if (o->action == SPZIP_COMPRESS) {
		if (has_suffix(path, o->suffix) && !o->force) {
			cli_note("%s: already has suffix %s; left unchanged",
				path, o->suffix);
			*status = SPZIP_WARNING;
			return NULL;
		}
		s = join(path, n, o->suffix);
	} else if (!nsuffix) {
		cli_note("%s: unknown suffix; expected %s, skipped", path,
			o->suffix);
		*status = SPZIP_WARNING;
		return NULL;
	} else {
		n -= nsuffix;
		/* a name, not standard output */
		s = n == 1 && *path == '-' ? join("./-", 3, "")
					   : join(path, n, "");
	}
	return s ? s : no_memory(status);
}

static int fail_at(const struct job *j, struct diag *d)
{
	if (d->class != DIAG_IO)
		diag_at(d, "%s", j->in.name);
	return cli_fail(d);
}

/* What speaks against replacing the file J->st describes, or NULL. */
static const char *unfit(const struct job *j)
{
	if (!S_ISREG(j->st.st_mode) &&
		!(S_ISLNK(j->st.st_mode) && j->opts->force))
		return S_ISLNK(j->st.st_mode)
			       ? "is a symbolic link; skipped"
			       : "is not a regular file; skipped";
	if (j->opts->force)
		return NULL;
	if (j->st.st_nlink > 1)
		return "has other links; skipped";
	if (j->st.st_mode & (S_ISUID | S_ISGID))
		return "is set-user-ID or set-group-ID; skipped";
	if (j->st.st_mode & ATTR_STICKY)
		return "is sticky; skipped";
	return NULL;
}

/* Whether a file at PATH is in the way and -f was not given; 1, 0 or -1. */
static int exists(const struct job *j, const char *path, struct diag *d)
{
	struct stat st;

	if (j->opts->force)
		return 0;
	if (!j->replaces)
		return place_has_file(path, d);
	if (lstat(path, &st) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	diag_errno(d, "cannot create");
	return diag_at(d, "%s", path);
}

/* Where the result goes; SPZIP_DONE, or the status of giving up. */
static int choose_output(struct job *j, const char *path)
{
	bool std = strcmp(path, "-") == 0;
	const char *why;
	int status = SPZIP_DONE;

	if (j->opts->action == SPZIP_TEST || j->opts->to_stdout ||
		(std && !j->opts->out))
		return SPZIP_DONE;
	if (!j->opts->out) {
		if (lstat(path, &j->st))
			return spzip_fail_errno(path, "cannot open");
		why = unfit(j);
		if (why)
			return spzip_warn(path, why);
		j->replaces = true;
	}
	j->out_name = output_name(j->opts, path, &status);
	return status;
}

/* Whether what is not text would come from a terminal or go to one. */
static int is_terminal(const struct job *j, struct diag *d)
{
	const struct spzip_opts *o = j->opts;

	if (o->force)
		return 0;
	if (o->action == SPZIP_COMPRESS)
		return place_is_terminal(j->out_name, d);
	return j->in.fd == STDIN_FILENO && isatty(STDIN_FILENO);
}

static int open_output(struct job *j, struct diag *d)
{
	const struct output_how how = {
		.like = &j->in,
		.keep_times = true,
		/* With -f, what is in the way goes; it is not written to. */
		.no_follow = j->replaces,
		.is_new = !j->opts->force,
		.sparse = spzip_makes_holes(j->opts),
	};

	if (j->opts->action == SPZIP_TEST)
		return 0;
	if (!j->out_name) {
		j->out = &j->z->out;
		return spzip_stdout(j->z, d);
	}
	if (cli_output_open_as(&j->own, j->out_name, &how, d))
		return -1;
	j->out = &j->own;
	return 0;
}

/* Where tensors are, in a file whose end or middle tells. */
static int find_map(struct job *j, struct tensor_map *map,
	struct spz_encode_opts *enc, struct diag *d)
{
	int found;

	if (!j->in.seekable || enc->hint)
		return 0;
	found = tensor_map_stored(map, &j->in, d);
	if (found > 0)
		enc->map = map;
	return found < 0 ? -1 : 0;
}

static int compress(struct job *j, struct diag *d)
{
	struct tensor_map map = {0};
	const struct spzip_opts *o = j->opts;
	struct spz_source src = spzip_source(&j->in);
	struct spz_sink dst = spzip_sink(j->out);
	struct spz_encode_opts enc = {
		.level = o->level,
		.nthread = (unsigned)o->nthread,
		.raw_size = j->in.size ? j->in.size : SPZ_RAW_UNKNOWN,
		.hint = o->hint.format ? &o->hint : NULL,
		.progress = &j->progress,
	};
	int ret;

	if (j->in.size != INPUT_SIZE_UNKNOWN)
		j->progress.total = j->in.size;
	if (find_map(j, &map, &enc, d) ||
		spzip_bases_map(j->z->bases, &enc.base, &enc.nbase, d)) {
		tensor_map_free(&map);
		return -1;
	}
	ret = spz_encode(&src, &dst, &enc, &j->totals, d);
	if (!ret && j->totals.npair == 0)
		spzip_bases_note(j->z->bases, j->in.name);
	tensor_map_free(&map);
	free((void *)(uintptr_t)enc.base);
	return ret;
}

static int decode(struct job *j, const struct spz_sink *dst, struct diag *d)
{
	struct spz_source src = source_ahead(&j->ahead);
	struct spz_decode_opts dec = {
		.nthread = (unsigned)j->opts->nthread,
		.raw_max = j->opts->raw_max,
		.pass_through = j->opts->force && j->out == &j->z->out,
		.progress = &j->progress,
		.bases = spzip_bases_finder(j->z->bases),
	};
	int ret = spz_decode(&src, dst, &dec, &j->totals, d);

	/* beyond a limit there is no more to look for */
	j->is_bad = ret && d->class == DIAG_DATA && j->in.seekable &&
		    j->totals.raw <= j->opts->raw_max && !j->totals.bad_base;
	return ret;
}

/*
 * Sees whether the input is whole before any of it is written; of one that is
 * not, writes what there is.
 */
static int decompress_damaged(
	struct job *j, const struct spz_sink *dst, struct diag *d)
{
	unsigned long found = 0;
	struct diag why;

	if (input_spool(&j->in, j->ahead.head, j->ahead.n, INPUT_SIZE_UNKNOWN,
		    cli_tmpdir(), d))
		return -1;
	if (decode(j, NULL, d) == 0) {
		if (lseek(j->in.fd, (off_t)j->in.base, SEEK_SET) < 0) {
			diag_errno(d, "cannot seek");
			return diag_at(d, "%s", j->in.name);
		}
		return decode(j, dst, d);
	}
	if (!j->is_bad)
		return -1;
	j->is_bad = false; /* all that is damaged is told here */
	why = *d;
	if (spzip_damage(j->z, &j->in, &why, dst, &found, &j->totals, d))
		return -1;
	j->is_spared = !found;
	j->is_mended = found || j->totals.raw;
	if (j->is_spared)
		*d = why;
	if (j->is_spared && j->is_mended)
		fail_at(j, d);
	return j->is_mended ? 0 : -1;
}

static int decompress(struct job *j, struct diag *d)
{
	struct spz_sink dst = spzip_sink(j->out);

	if (j->opts->keep_damaged)
		return decompress_damaged(j, &dst, d);
	/* before anything is written */
	if (j->in.seekable && spzip_bases_meet(j->z->bases, &j->in, d)) {
		j->totals.bad_base = true;
		return -1;
	}
	return decode(j, j->out ? &dst : NULL, d);
}

/*
 * Removes the input, unless it is no longer what was read; then it stays, and
 * so does the output.
 */
static int remove_input(struct job *j, struct diag *d)
{
	if (input_is_at(&j->in, j->in.name, d)) {
		j->is_kept = d->class == DIAG_DATA;
		return j->is_kept ? 0 : -1;
	}
	if (unlink(j->in.name)) {
		diag_errno(d, "cannot remove");
		return diag_at(d, "%s", j->in.name);
	}
	return 0;
}

/* Makes the output final, and only then lets go of the input. */
static int finish(struct job *j, struct diag *d)
{
	const struct spzip_opts *o = j->opts;
	bool removes = j->replaces && !o->keep && j->own.path && !j->is_mended;

	if (spzip_bases_unchanged(j->z->bases, d))
		return -1;
	if (j->out != &j->own)
		return 0;
	if (removes && !o->no_verify && o->action == SPZIP_COMPRESS &&
		verify(&j->own, &j->totals, o, d))
		return -1;
	if (removes && input_unchanged(&j->in, d)) {
		d->place[0] = '\0'; /* of the input, as fail() says */
		return -1;
	}
	if (cli_output_commit(&j->own, d))
		return -1;
	return removes ? remove_input(j, d) : 0;
}

static void report(const struct job *j)
{
	const struct spz_totals *t = &j->totals;
	double ratio = t->packed ? (double)t->raw / (double)t->packed : 0;

	if (!j->opts->verbose)
		return;
	if (j->opts->action == SPZIP_TEST)
		cli_note("%s: OK", j->in.name);
	else
		cli_note("%s: %llu -> %llu bytes (%.2f:1)%s%s", j->in.name,
			(unsigned long long)(j->opts->action == SPZIP_COMPRESS
						     ? t->raw
						     : t->packed),
			(unsigned long long)(j->opts->action == SPZIP_COMPRESS
						     ? t->packed
						     : t->raw),
			ratio, j->out_name ? ", " : "",
			j->out_name ? j->out_name : "");
}

static int work(struct job *j, struct diag *d)
{
	int ret;

	if (open_output(j, d))
		return -1;
	/* a spool is made while it can be */
	if (j->opts->action != SPZIP_COMPRESS &&
		look_ahead(&j->ahead, &j->in, d))
		return -1;
	if (j->z->is_last)
		spzip_sandbox_shut(j->opts);
	cli_progress_begin(&j->progress, j->in.name, j->opts->progress);
	ret = j->opts->action == SPZIP_COMPRESS ? compress(j, d)
						: decompress(j, d);
	cli_progress_end();
	return ret || finish(j, d) ? -1 : 0;
}

/* Refuses what would do harm, before anything is written. */
static int see_streams(const struct job *j, struct diag *d)
{
	int is = is_terminal(j, d);

	if (is > 0)
		return diag_set(d, DIAG_IO,
			j->opts->action == SPZIP_COMPRESS
				? "compressed data not written to a terminal; "
				  "-f forces it"
				: "compressed data not read from a terminal; "
				  "-f forces it");
	if (!is && j->opts->action != SPZIP_TEST)
		is = output_is_input(j->out_name, &j->in, d);
	if (!is && j->opts->action != SPZIP_TEST)
		is = spzip_bases_spare(j->z->bases, j->out_name, d);
	if (is <= 0)
		return is;
	diag_set(d, DIAG_USAGE, "is input and output at once");
	return diag_at(d, "%s", j->out_name ? j->out_name : "<stdout>");
}

/* The work failed with D: says why, or all that is damaged. */
static int fail(struct job *j, struct diag *d)
{
	unsigned long found = 0;
	struct spz_totals none;
	struct diag why;
	bool looked = true;

	if (j->totals.bad_base && j->opts->action == SPZIP_TEST &&
		spzip_bases_lack(j->z->bases))
		return spzip_warn(j->in.name, d->text);
	if (j->is_bad && !j->is_mended &&
		spzip_damage(j->z, &j->in, d, NULL, &found, &none, &why) &&
		why.class != DIAG_DATA) {
		fail_at(j, &why);
		looked = false;
	}
	if (found)
		return SPZIP_ERROR;
	fail_at(j, d);
	if (j->opts->json && looked && d->class == DIAG_DATA &&
		tell_file(j->z, j->in.name, "damaged", d->text, &why))
		cli_fail(&why);
	return SPZIP_ERROR;
}

static int run(struct job *j)
{
	struct diag d;
	int there;

	if (see_streams(j, &d))
		return cli_fail(&d);
	there = j->out_name ? exists(j, j->out_name, &d) : 0;
	if (there < 0)
		return cli_fail(&d);
	if (there)
		return spzip_warn(
			j->out_name, "exists already; -f overwrites it");
	if (work(j, &d))
		return fail(j, &d);
	if (j->opts->json && tell_file(j->z, j->in.name, "ok", NULL, &d))
		return cli_fail(&d);
	report(j);
	if (j->is_mended) {
		cli_note("%s: damaged; %s%s%s", j->in.name,
			j->is_spared ? "all that was found of it is whole"
				     : "zeros stand for what was lost",
			j->out_name ? " in " : "",
			j->out_name ? j->out_name : "");
		return SPZIP_ERROR;
	}
	if (j->is_kept)
		return spzip_warn(j->in.name,
			"changed or was replaced since it was read; not "
			"removed");
	if (j->totals.garbage)
		return spzip_warn(j->in.name, "trailing garbage ignored");
	return SPZIP_DONE;
}

int spzip_file(struct spzip *z, const char *name)
{
	struct job j = {.z = z, .opts = z->opts, .in.fd = -1};
	struct diag d;
	int status = choose_output(&j, name);

	if (status == SPZIP_DONE) {
		if (input_open(&j.in, name, &d))
			status = cli_fail(&d);
		else
			status = run(&j);
	}
	cli_output_abort(&j.own);
	input_close(&j.in);
	free(j.out_name);
	return status;
}
