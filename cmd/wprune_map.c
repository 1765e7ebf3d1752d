/* SPDX-License-Identifier: MIT */
/*
 * wprune --map: tensors that share a mask.  What an optimizer remembers of a
 * weight is masked as the weight is, or its momentum revives what was pruned.
 * Names say which belong together; the masks are found first, written to a
 * file without a name, and read back for those who share them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "cli.h"
#include "file/output.h"
#include "file/unnamed.h"
#include "wprune.h"

/* A tensor called TO has the mask of the one called FROM. */
struct wprune_map {
	char *from, *to;
	const char *given;
};

struct wprune_mate {
	char *of;   /* whose mask it shares */
	size_t map; /* which says so */
	size_t job; /* its own, if it has a mask */
	size_t tensor;
	bool has_mask;
};

/* --- the option ----------------------------------------------------------- */

static int stars(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += *s == '*';
	return n;
}

static int fail(const struct opt_given *g, struct diag *d)
{
	return diag_set(d, DIAG_USAGE,
		"%s: '%s'; expected WEIGHT=STATE[,STATE]..., two ends of names "
		"as weight=exp_avg, or names with one * each",
		g->name, g->value);
}

static int add_map(struct wprune_maps *l, const struct opt_given *g,
	const char *to, size_t nto, struct diag *d)
{
	size_t nfrom = strcspn(g->value, "=");
	struct wprune_map *p = array_room(l->p, l->n, sizeof(*p), d);
	struct wprune_map *m;

	if (!p)
		return -1;
	l->p = p;
	m = &p[l->n++];
	*m = (struct wprune_map){.from = strndup(g->value, nfrom),
		.to = strndup(to, nto),
		.given = g->value};
	if (!m->from || !m->to)
		return diag_nomem(d, nto);
	if (!*m->from || !*m->to || strcmp(m->from, m->to) == 0 ||
		stars(m->from) > 1 || stars(m->from) != stars(m->to))
		return fail(g, d);
	return 0;
}

int wprune_take_map(void *at, const struct opt_given *g, struct diag *d)
{
	const char *to = strchr(g->value, '=');

	if (!to)
		return fail(g, d);
	do {
		size_t n = strcspn(++to, ",");

		if (add_map(at, g, to, n, d))
			return -1;
		to += n;
	} while (*to);
	return 0;
}

void wprune_maps_free(struct wprune_maps *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->p[i].from);
		free(l->p[i].to);
	}
	free(l->p);
}

/* --- names ---------------------------------------------------------------- */

/*
 * What the * of PATTERN stands for in NAME; without one, PATTERN is a whole
 * name or what follows a dot.  Returns its length, or -1.
 */
static long match(const char *pattern, const char *name, const char **ret)
{
	const char *star = strchr(pattern, '*');
	size_t before = star ? (size_t)(star - pattern) : 0;
	const char *end = star ? star + 1 : pattern;
	size_t n = strlen(name), after = strlen(end);

	if (n < before + after || strncmp(name, pattern, before) != 0 ||
		strcmp(name + (n - after), end) != 0)
		return -1;
	if (!star && n > after && name[n - after - 1] != '.')
		return -1;
	*ret = name + before;
	return (long)(n - before - after);
}

/* PATTERN with S[0..n) for its *, or before it.  The caller frees it. */
static char *fill(const char *pattern, const char *s, size_t n)
{
	const char *star = strchr(pattern, '*');
	size_t before = star ? (size_t)(star - pattern) : 0;
	const char *end = star ? star + 1 : pattern;
	size_t after = strlen(end);
	char *ret = malloc(before + n + after + 1);

	if (ret) {
		memcpy(ret, pattern, before);
		memcpy(ret + before, s, n);
		memcpy(ret + before + n, end, after + 1);
	}
	return ret;
}

int wprune_mate_of(const struct wprune_run *r, const char *name, char **ret,
	struct diag *d)
{
	const struct wprune_maps *l = &r->o->maps;

	*ret = NULL;
	for (size_t i = 0; i < l->n; i++) {
		const char *s;
		long n = match(l->p[i].to, name, &s);

		if (n < 0)
			continue;
		*ret = fill(l->p[i].from, s, (size_t)n);
		return *ret ? (int)i + 1 : diag_nomem(d, (size_t)n);
	}
	return 0;
}

/* --- the choice ----------------------------------------------------------- */

/*
 * MASK alone decides: the mask that M has for OF masks S as well, unless the
 * weight is left out.
 */
static int find_mask(struct wprune_run *r, const struct tensor_span *s,
	const char *of, const struct tensor_span **ret, struct diag *d)
{
	struct tensor_span key = *s;

	key.name = of;
	if (r->mask.values ? choice_decide(&r->o->choice, r->model.format,
				     &key) != CHOICE_YES
			   : !choice_allow(&r->o->choice, of))
		ret = NULL;
	return choice_mask_find(&r->mask, &key, ret, d);
}

int wprune_add_mate(struct wprune_run *r, struct wprune_tensor *t, int map,
	char *of, struct prune_job *job, struct diag *d)
{
	const struct tensor_span *s = t->span;
	const struct wprune_mate new = {of, (size_t)map - 1, r->file.njob,
		(size_t)(t - r->tensor), false};

	if (array_push(&r->mate, &r->nmate, &new, sizeof(new), d)) {
		free(of);
		return -1;
	}
	t->mapped = true;
	t->verdict = (struct choice_verdict){.decision = CHOICE_SKIP_ONLY,
		.pattern = of,
		.what = "which has no mask"};
	/* An earlier result may have a mask of its own for it. */
	if (r->has_mask && choice_mask_find(&r->mask, s, NULL, d))
		return -1;
	if (r->o->mask && find_mask(r, s, of, &job->mask, d))
		return -1;
	r->file.job[r->file.njob++] = *job;
	return 0;
}

static int check_shape(const struct wprune_run *r, const struct tensor_span *s,
	const struct tensor_span *of, struct diag *d)
{
	if (tensor_same_shape(s, of))
		return 0;
	diag_set(d, DIAG_DATA,
		"has another shape than %.200s, whose mask it shares",
		of->name);
	diag_at(d, "%.200s", s->name);
	return diag_at(d, "%s", r->model.name);
}

/* Tensors that are MATES or not, by name; the caller frees it. */
static const struct tensor_span **list_spans(
	const struct wprune_run *r, bool mates, size_t *n, struct diag *d)
{
	const struct tensor_span **ret = calloc(r->file.njob + 1, sizeof(*ret));
	size_t mate = 0;

	*n = 0;
	if (!ret) {
		diag_nomem(d, r->file.njob * sizeof(*ret));
		return NULL;
	}
	for (size_t i = 0; i < r->file.njob; i++) {
		bool is_mate = mate < r->nmate && r->mate[mate].job == i;

		mate += is_mate;
		if (is_mate == mates)
			ret[(*n)++] = r->file.job[i].span;
	}
	qsort(ret, *n, sizeof(*ret), tensor_by_name);
	return ret;
}

/* Whether there is a mask, of one of SPAN[0..N), for mate M: 1, 0 or -1. */
static int has_mask(const struct wprune_run *r, const struct wprune_mate *m,
	const struct tensor_span *const *span, size_t n, struct diag *d)
{
	const struct tensor_span *of = tensor_find(span, n, m->of);

	if (r->o->mask)
		return r->file.job[m->job].mask != NULL;
	if (!of)
		return 0;
	return check_shape(r, r->file.job[m->job].span, of, d) ? -1 : 1;
}

/* What is mapped has no mask of its own that others could share. */
static int check_chains(const struct wprune_run *r, struct diag *d)
{
	size_t n;
	const struct tensor_span **mate = list_spans(r, true, &n, d);
	int bad = !mate;

	for (size_t i = 0; i < r->nmate && !bad; i++) {
		const struct wprune_mate *m = &r->mate[i];

		if (!tensor_find(mate, n, m->of))
			continue;
		bad = diag_set(d, DIAG_DATA,
			"'%s' gives it the mask of %.200s, which is mapped as "
			"well; expected WEIGHT to be what is pruned",
			r->o->maps.p[m->map].given, m->of);
		diag_at(d, "%.200s", r->file.job[m->job].span->name);
		diag_at(d, "%s", r->model.name);
	}
	free(mate);
	return bad ? -1 : 0;
}

/* Takes out the jobs of mates that there is no mask for. */
static void drop_others(struct wprune_run *r)
{
	size_t njob = 0, at = 0;

	for (size_t i = 0; i < r->file.njob; i++) {
		struct wprune_mate *m = &r->mate[at];
		bool is_mate = at < r->nmate && m->job == i;

		at += is_mate;
		if (is_mate && !m->has_mask)
			continue;
		if (is_mate) {
			r->tensor[m->tensor].verdict.what =
				"whose mask it shares";
			m->job = njob;
		}
		r->file.job[njob++] = r->file.job[i];
	}
	r->file.njob = njob;
}

int wprune_find_mates(struct wprune_run *r, struct diag *d)
{
	size_t n = 0;
	const struct tensor_span **span =
		check_chains(r, d) ? NULL : list_spans(r, false, &n, d);
	int bad = !span;

	for (size_t i = 0; i < r->nmate && !bad; i++) {
		int has = has_mask(r, &r->mate[i], span, n, d);

		r->mate[i].has_mask = has > 0;
		r->nshared += has > 0;
		bad = has < 0;
	}
	free(span);
	if (!bad)
		drop_others(r);
	return bad ? -1 : 0;
}

static bool is_used(const struct wprune_run *r, const struct wprune_map *map)
{
	const char *s;

	for (size_t i = 0; i < r->ntensor; i++)
		if (match(map->to, r->tensor[i].span->name, &s) >= 0)
			return true;
	return false;
}

/* A slip in a name leaves states as they are; so does a bias, rightly. */
static void remark_map(const struct wprune_run *r, size_t map)
{
	const struct wprune_map *l = &r->o->maps.p[map];
	const char *first = NULL;
	size_t nshared = 0;

	for (size_t i = 0; i < r->nmate; i++) {
		const struct wprune_mate *m = &r->mate[i];

		if (m->map != map)
			continue;
		nshared += m->has_mask;
		first = first ? first : m->of;
	}
	if (first && nshared == 0)
		cli_note("%s:%.200s: has no mask, nor has another weight of "
			 "--map '%s'; their states stay as they are",
			r->model.name, first, l->given);
	else if (!first && !is_used(r, l))
		cli_note("%s: no tensor has the name '%s' that '%s' maps '%s' "
			 "to",
			r->model.name, l->to, l->given, l->from);
}

void wprune_remark_maps(const struct wprune_run *r)
{
	for (size_t i = 0; i < r->o->maps.n; i++)
		remark_map(r, i);
}

/* --- the masks ------------------------------------------------------------ */

/* All masks of R as decided, written to FD. */
static int write_masks(struct wprune_run *r, int fd, struct diag *d)
{
	struct prune_file *f = &r->file;
	const enum choice_mask_format format = f->mask_format;
	struct output out;
	char path[32];
	int ret;

	/* As what we were given: else it would not be written to by number. */
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	if (fcntl(fd, F_SETFD, 0) < 0)
		return diag_errno(d, "cannot open");
	if (output_open(&out, path, NULL, d))
		return -1;
	f->mask_format = CHOICE_MASK_BITS;
	ret = prune_file_write(f, NULL, &out, d) || output_finish(&out, d);
	f->mask_format = format;
	output_abort(&out);
	return ret ? -1 : 0;
}

static int read_masks(struct wprune_run *r, int fd, struct diag *d)
{
	struct input in;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return diag_errno(d, "cannot read masks again");
	if (input_open_fd(&in, dup(fd), "masks", d) ||
		choice_mask_take(&r->shared, &in, d))
		return -1;
	for (size_t i = 0; i < r->nmate; i++) {
		struct prune_job *job = &r->file.job[r->mate[i].job];
		struct tensor_span key;

		if (!r->mate[i].has_mask)
			continue;
		key = *job->span;
		key.name = r->mate[i].of;
		job->masks = &r->shared;
		if (choice_mask_find(&r->shared, &key, &job->mask, d))
			return -1;
	}
	return 0;
}

int wprune_share_masks(struct wprune_run *r, struct diag *d)
{
	int fd, ret;

	if (r->nshared == 0 || r->o->mask)
		return 0;
	fd = unnamed_temporary(cli_tmpdir());
	if (fd < 0) {
		diag_errno(d, "cannot create");
		return diag_at(d, "%s", cli_tmpdir());
	}
	ret = write_masks(r, fd, d) || read_masks(r, fd, d);
	close(fd);
	return ret ? -1 : 0;
}

void wprune_mates_free(struct wprune_run *r)
{
	for (size_t i = 0; i < r->nmate; i++)
		free(r->mate[i].of);
	free(r->mate);
	choice_mask_close(&r->shared);
}
