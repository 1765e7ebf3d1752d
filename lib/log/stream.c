/* SPDX-License-Identifier: MIT */
/*
 * Lines of a log that grows.  What is not yet known cannot decide: roles are
 * what names tell, and may change with the first line that has a better one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "log/log_impl.h"

struct log_stream {
	struct source *source;
	const struct log_options *opt;
	struct log_scalar *scalar; /* by key */
	struct pair_meaning *meaning;
	size_t n, cap;
	size_t best[PAIR_NROLE]; /* key of each role, LOG_NONE */
	double carried;          /* the last named step; NaN: none */
	struct log_value *value;
	size_t valuecap;
};

int log_stream_open(struct log_stream **ret, struct source *s,
	const struct log_options *opt, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->source = s;
	(*ret)->opt = opt;
	(*ret)->carried = NAN;
	for (enum pair_role r = 0; r < PAIR_NROLE; r++)
		(*ret)->best[r] = LOG_NONE;
	return 0;
}

void log_stream_close(struct log_stream *s)
{
	if (!s)
		return;
	free(s->scalar);
	free(s->meaning);
	free(s->value);
	free(s);
}

/* --- scalars ------------------------------------------------------------- */

static int grow(struct log_stream *s, struct diag *d)
{
	size_t cap = s->cap ? 2 * s->cap : 64;

	if (array_resize(&s->scalar, cap, sizeof(*s->scalar), d) ||
		array_resize(&s->meaning, cap, sizeof(*s->meaning), d))
		return -1;
	s->cap = cap;
	return 0;
}

/* The name that the user gave for ROLE, if any. */
static const char *given(const struct role_options *o, enum pair_role role)
{
	switch (role) {
	case PAIR_STEP: return o->step;
	case PAIR_LR: return o->lr;
	case PAIR_LOSS: return o->loss;
	case PAIR_RUN: return o->run;
	default: return NULL;
	}
}

/* Gives KEY the roles that it fits better than those before it. */
static void take_roles(struct log_stream *s, size_t key)
{
	const char *name = s->scalar[key].name;

	for (enum pair_role r = 0; r < PAIR_NROLE; r++) {
		enum pair_role no =
			s->opt->role.metric ? PAIR_LOSS : PAIR_METRIC;
		const char *want = given(&s->opt->role, r);
		unsigned rank = s->meaning[key].rank[r];
		size_t best = s->best[r];

		if (want &&
			pair_same_name(want, strlen(want), name, strlen(name)))
			rank = 0;
		else if (want)
			rank = PAIR_RANK_NONE;
		s->meaning[key].rank[r] = (uint16_t)rank;
		if (rank == PAIR_RANK_NONE || r == no ||
			(r == PAIR_RUN && rank && !want) ||
			(best != LOG_NONE && s->meaning[best].rank[r] <= rank))
			continue;
		if (best != LOG_NONE)
			s->scalar[best].role = "";
		s->best[r] = key;
		s->scalar[key].role = pair_role_name(r);
	}
}

static int add_keys(struct log_stream *s, struct diag *d)
{
	const struct pair_keys *keys = source_keys(s->source);

	for (; s->n < pair_keys_n(keys); s->n++) {
		const char *name = pair_keys_name(keys, s->n);

		if (s->n == s->cap && grow(s, d) < 0)
			return -1;
		s->scalar[s->n] = (struct log_scalar){.name = name,
			.role = "",
			.min = NAN,
			.max = NAN,
			.last = NAN};
		pair_mean(&s->meaning[s->n], name, strlen(name));
		take_roles(s, s->n);
	}
	return 0;
}

size_t log_stream_nscalar(const struct log_stream *s)
{
	return s->n;
}

const struct log_scalar *log_stream_scalar(
	const struct log_stream *s, size_t scalar)
{
	return &s->scalar[scalar];
}

/* --- lines --------------------------------------------------------------- */

/* Puts the numbers of L into RET, each key once. */
static int take_values(struct log_stream *s, struct log_record *ret,
	const struct line *l, struct diag *d)
{
	size_t n = 0;

	if (array_reserve(&s->value, &s->valuecap, l->n, sizeof(*s->value), d))
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (!l->pair[i].text)
			s->value[n++] = (struct log_value){
				l->pair[i].key, l->pair[i].value};
	if (n)
		qsort(s->value, n, sizeof(*s->value), log_value_order);
	for (size_t i = 0; i < n; i++) {
		if (ret->n && s->value[ret->n - 1].scalar == s->value[i].scalar)
			continue;
		s->value[ret->n++] = s->value[i];
		log_scalar_count(
			&s->scalar[s->value[i].scalar], s->value[i].value);
	}
	ret->value = s->value;
	return 0;
}

/*
 * The best step of the line, or its epoch where steps are not told; it holds
 * for lines that follow, but not for rows of tables.
 */
static void take_step(
	struct log_stream *s, struct log_record *ret, const struct line *l)
{
	unsigned best = PAIR_RANK_NONE;

	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];
		unsigned rank = s->meaning[p->key].rank[PAIR_STEP];

		if (rank < best && isfinite(p->value)) {
			best = rank;
			ret->step = p->value;
		}
		if (s->best[PAIR_STEP] == LOG_NONE &&
			p->key == s->best[PAIR_EPOCH])
			ret->step = p->value;
	}
	if (best != PAIR_RANK_NONE)
		s->carried = ret->step;
	else if (!l->is_row && isnan(ret->step))
		ret->step = s->carried;
}

static int take_line(struct log_stream *s, struct log_record *ret,
	const struct line *l, struct diag *d)
{
	*ret = (struct log_record){.run = LOG_NONE,
		.step = NAN,
		.lineno = l->lineno,
		.is_valid = l->is_valid,
		.is_row = l->is_row};
	take_step(s, ret, l);
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];

		if (p->text && s->meaning[p->key].rank[PAIR_PHASE] == 0)
			ret->is_valid |= pair_is_validation(p->text, p->ntext);
	}
	return take_values(s, ret, l, d);
}

/* The log is at its end without what the user called ROLE. */
static int fail_lacking(
	const struct log_stream *s, enum pair_role role, struct diag *d)
{
	struct buf names = {0};

	for (size_t i = 0; i < s->n && names.len < 512; i++)
		buf_printf(&names, "%s%s", names.len ? ", " : "",
			s->scalar[i].name);
	if (buf_end(&names, d) == 0)
		diag_set(d, DIAG_DATA,
			"no column '%s' for the %s: %s; expected one of these, "
			"which are all it has",
			given(&s->opt->role, role), pair_role_name(role),
			names.data);
	buf_free(&names);
	return -1;
}

int log_stream_check(const struct log_stream *s, struct diag *d)
{
	static const enum pair_role role[] = {PAIR_STEP, PAIR_LR, PAIR_RUN};

	for (size_t i = 0; s->n && i < ARRAY_SIZE(role); i++) {
		const char *name = given(&s->opt->role, role[i]);

		if (name && *name && s->best[role[i]] == LOG_NONE)
			return fail_lacking(s, role[i], d);
	}
	return 0;
}

int log_stream_next(
	struct log_stream *s, struct log_record *ret, struct diag *d)
{
	struct line l;
	int got;

	while ((got = source_next(s->source, &l, d)) > 0) {
		if (add_keys(s, d) < 0 || take_line(s, ret, &l, d) < 0)
			return -1;
		if (ret->n)
			return 1;
	}
	return got < 0 ? got : log_stream_check(s, d);
}

void log_stream_odd(const struct log_stream *s, struct line_odd *ret)
{
	*ret = (struct line_odd){.cut = false};
	source_odd(s->source, ret);
}
