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

#include "cli.h"
#include "file/attr.h"
#include "file/place.h"
#include "model/model.h"
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
	j->out_name = spzip_output_name(j->opts, path, &status);
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
	found = model_map_stored(map, &j->in, d);
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
	struct spz_source src = spzip_source_ahead(&j->ahead);
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
	if (input_is_untouched(&j->in, d)) {
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
		spzip_verify(&j->own, &j->totals, o, d))
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
		spzip_look_ahead(&j->ahead, &j->in, d))
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
		spzip_tell_file(j->z, j->in.name, "damaged", d->text, &why))
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
	if (j->opts->json && spzip_tell_file(j->z, j->in.name, "ok", NULL, &d))
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
