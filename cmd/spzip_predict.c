/* SPDX-License-Identifier: MIT */
/*
 * spzip --predict: how large a file would be, were it pruned, as wprune would.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/tame.h"
#include "cli.h"
#include "model/model.h"
#include "packed.h"
#include "prune/prune.h"
#include "rows.h"
#include "spzip.h"

static const struct rows_column column[] = {
	{"file", ROWS_TEXT, ROWS_SHOWN},
	{"sparsity", ROWS_NUMBER, ROWS_SHOWN},
	{"compressed", ROWS_WHOLE, ROWS_SHOWN},
	{"uncompressed", ROWS_WHOLE, ROWS_SHOWN},
	{"saved", ROWS_NUMBER, ROWS_SHOWN},
};

struct predict {
	struct spzip *z;
	struct tensor_model model;
	struct prune_file file; /* the one at hand */
	size_t at;              /* its number in the model */
	struct input *in;       /* of it */
};

int spzip_take_predict(void *at, const struct opt_given *g, struct diag *d)
{
	struct spzip_ratios *l = at;
	const char *s = g->value;

	for (l->n = 0; l->n < SPZIP_RATIO_MAX; s++) {
		size_t n = strcspn(s, ",");
		char one[32] = "";

		if (n < sizeof(one))
			memcpy(one, s, n);
		if (num_arg_ratio(g->name, n < sizeof(one) ? one : s,
			    &l->ratio[l->n++], d))
			return -1;
		s += n;
		if (!*s)
			return 0;
	}
	return diag_set(d, DIAG_USAGE,
		"%s: more than %d values; expected fewer", g->name,
		SPZIP_RATIO_MAX);
}

/* As "wprune -s" chooses among the spans of the file. */
static int choose(
	struct predict *p, const struct tensor_map *map, struct diag *d)
{
	static const struct choice choice;
	struct prune_file *f = &p->file;

	prune_file_init(f);
	f->model = &p->model;
	f->nthread = (unsigned)p->z->opts->nthread;
	f->job = calloc(map->nspan + 1, sizeof(*f->job));
	if (!f->job)
		return diag_nomem(d, map->nspan * sizeof(*f->job));
	for (size_t i = 0; i < map->nspan; i++) {
		const struct tensor_span *s = &map->span[i];
		struct prune_job job = {.span = s, .by_target = true};

		if (s->dtype == TENSOR_OPAQUE ||
			choice_decide(&choice, map->format, s) != CHOICE_YES)
			continue;
		select_view_init(&job.view, s, SELECT_TIES_HASH, 0);
		f->job[f->njob++] = job;
	}
	return 0;
}

/* What the file takes with RATIO of its weights pruned. */
static int predict(struct predict *p, const struct num_ratio *ratio,
	struct spz_totals *ret, struct diag *d)
{
	const struct spzip_opts *o = p->z->opts;
	const struct choice_target target = {
		.kind = CHOICE_BY_SPARSITY, .ratio = *ratio};
	const struct packed packed = {
		.file = &p->file,
		.at = p->at,
		.name = p->in->name,
		.progress = o->progress,
	};
	struct spz_encode_opts how = {
		.level = o->level,
		.nthread = (unsigned)o->nthread,
		.raw_size = p->in->size,
		.hint = o->hint.format ? &o->hint : NULL,
	};
	int bad;

	if (prune_file_decide(&p->file, &target, false, d) ||
		spzip_bases_map(p->z->bases, &how.base, &how.nbase, d))
		return -1;
	bad = packed_measure(&packed, &how, ret, d) ||
	      spzip_bases_unchanged(p->z->bases, d);
	free((void *)(uintptr_t)how.base);
	return bad ? -1 : 0;
}

static double parted(const struct num_ratio *r)
{
	return (double)r->p / (double)r->q;
}

static int tell(struct predict *p, const struct num_ratio *r,
	const struct spz_totals *t, struct diag *d)
{
	struct spzip *z = p->z;
	double saved = t->raw ? 1 - (double)t->packed / (double)t->raw : 0;
	struct buf line = {0}, shown = {0};
	struct rows rows;
	int ret;

	if (z->opts->json) {
		rows_begin(
			&rows, ROWS_JSON, &z->out, column, ARRAY_SIZE(column));
		rows_text(&rows, p->in->name);
		rows_double(&rows, parted(r));
		rows_u64(&rows, t->packed);
		rows_u64(&rows, t->raw);
		rows_double(&rows, saved);
		rows_end(&rows);
		ret = rows_finish(&rows, &z->out, d);
		rows_free(&rows);
		return ret;
	}
	if (!z->titled && !z->opts->quiet)
		buf_printf(&shown, "%8s %19s %19s %6s %s\n", "sparsity",
			"compressed", "uncompressed", "ratio", "name");
	buf_printf(&line, "%7.6g%% %19llu %19llu %5.1f%% %s", 100 * parted(r),
		(unsigned long long)t->packed, (unsigned long long)t->raw,
		100 * saved, p->in->name);
	ret = buf_end(&line, d);
	if (!ret) {
		tame_add(&shown, line.data, line.len);
		buf_addc(&shown, '\n');
		ret = output_buf(&z->out, &shown, d);
	}
	z->titled = true;
	buf_free(&line);
	buf_free(&shown);
	return ret;
}

static int predict_file(
	struct predict *p, const struct tensor_map *map, struct diag *d)
{
	const struct spzip_ratios *l = &p->z->opts->predict;
	struct spz_totals t;
	int ret = choose(p, map, d);

	if (!ret && p->file.njob == 0)
		ret = diag_set(d, DIAG_DATA,
			"no tensor that would be pruned; 'wstat' shows why");
	for (size_t i = 0; !ret && i < l->n; i++)
		ret = predict(p, &l->ratio[i], &t, d) ||
		      tell(p, &l->ratio[i], &t, d);
	free(p->file.job);
	return ret ? -1 : 0;
}

/* Each file of the model; a shard is a file like others. */
static int predict_model(struct predict *p, struct diag *d)
{
	struct tensor_model *m = &p->model;

	for (size_t i = 0; i < m->nfile; i++) {
		p->at = i;
		p->in = &m->file[i].in;
		if (m->file[i].is_spool || (!m->is_sharded && m->nfile > 1)) {
			diag_set(d, DIAG_DATA,
				"weights do not lie in it as they are; "
				"expected safetensors, NPY or plain numbers");
			return diag_at(d, "%s", m->name);
		}
		if (predict_file(p, &m->file[i].map, d)) {
			if (d->class != DIAG_NONE && !*d->place)
				diag_at(d, "%s", p->in->name);
			return -1;
		}
	}
	return 0;
}

static int open_it(struct tensor_model *m, const struct spzip *z,
	const char *name, struct diag *d)
{
	const struct format_hint *hint = &z->opts->hint;

	return model_open(m, name, hint->format ? hint : NULL, cli_tmpdir(), d);
}

int spzip_predict_look(const struct spzip *z, const char *name)
{
	struct tensor_model m;
	struct stat st;
	struct diag d;
	int has;

	/* only a file has parts, and it alone can be opened again */
	if (stat(name, &st) || !S_ISREG(st.st_mode) || open_it(&m, z, name, &d))
		return SPZIP_DONE;
	has = tensor_model_has(&m, NULL, &d);
	tensor_model_close(&m);
	if (has > 0) {
		diag_set(&d, DIAG_USAGE, "is input and output at once");
		diag_at(&d, "%s", name);
	}
	return has ? cli_fail(&d) : SPZIP_DONE;
}

int spzip_predict(struct spzip *z, const char *name)
{
	struct predict p = {.z = z};
	struct diag d;
	int bad;

	if (open_it(&p.model, z, name, &d))
		return cli_fail(&d);
	bad = spzip_stdout(z, &d) || predict_model(&p, &d);
	tensor_model_close(&p.model);
	if (bad && d.class == DIAG_NONE)
		return SPZIP_ERROR;
	return bad ? cli_fail(&d) : SPZIP_DONE;
}
