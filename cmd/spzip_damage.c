/* SPDX-License-Identifier: MIT */
/*
 * spzip: what is wrong with a damaged file, run by run, and what -t has to say
 * to programs.
 */

#include "base/array.h"
#include "cli.h"
#include "rows.h"
#include "spzip.h"

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
	int ret;

	rows_end(r);
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

int spzip_tell_file(struct spzip *z, const char *file, const char *status,
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
	rows_u64_if(&r, w->row_end, w->row);
	rows_u64_if(&r, w->row_end && !w->is_open, w->row_end);
	rows_u64(&r, w->from);
	rows_u64_if(&r, w->to != w->from, w->to);
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

int spzip_damage(struct spzip *z, struct input *in, const struct diag *first,
	const struct spz_sink *dst, unsigned long *found,
	struct spz_totals *totals, struct diag *d)
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
