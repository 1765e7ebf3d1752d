/* SPDX-License-Identifier: MIT */
/*
 * The lines on a tape, read again, from the beginning or from a place; and the
 * end of what it has.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "tape/tape_impl.h"

/* --- reading ------------------------------------------------------------- */

/* Texts and loose pairs of a line, one behind the other. */
struct rest {
	const char *p;
};

static uint64_t take_int(struct rest *r)
{
	uint64_t x;

	memcpy(&x, r->p, sizeof(x));
	r->p += sizeof(x);
	return x;
}

static int take_text(struct tape *t, struct rest *r, size_t key, struct diag *d)
{
	size_t n = (size_t)take_int(r);

	if (array_reserve(
		    &t->text, &t->textcap, t->ntext + 1, sizeof(*t->text), d))
		return -1;
	t->text[t->ntext++] = (struct tape_text){key, n, r->p};
	r->p += n + (-n & 7);
	return 0;
}

static int grow_values(struct tape *t, size_t n, struct diag *d)
{
	if (n <= t->valuecap)
		return 0;
	n *= 2;
	if (array_resize(&t->value, n, sizeof(*t->value), d) ||
		array_resize(&t->loose, n, sizeof(*t->loose), d))
		return -1;
	t->valuecap = n;
	return 0;
}

/* The numbers of RET, of its shape, and what the line tells beside them. */
static int take_loose(
	struct tape *t, struct rest *r, struct tape_row *ret, struct diag *d)
{
	size_t n = (size_t)take_int(r);

	if (grow_values(t, ret->n + n + 1, d) < 0)
		return -1;
	memcpy(t->loose, ret->key, ret->n * sizeof(*ret->key));
	memcpy(t->value, ret->value, ret->n * sizeof(*ret->value));
	for (size_t i = 0; i < n; i++) {
		size_t key = (size_t)take_int(r);

		if (key & 1) {
			if (take_text(t, r, key / 2, d) < 0)
				return -1;
			continue;
		}
		t->loose[ret->n] = key / 2;
		memcpy(&t->value[ret->n++], r->p, sizeof(double));
		r->p += sizeof(double);
	}
	ret->key = t->loose;
	ret->value = t->value;
	ret->is_loose = true;
	return 0;
}

/* A line that is a block of its own. */
static int next_odd(struct tape *t, struct tape_row *ret,
	const struct tape_lines *s, struct diag *d)
{
	const void *p;
	uint64_t n;
	struct rest r;
	int got = tape_spool_view(t->spool, &p, sizeof(n), d);

	if (got > 0) {
		memcpy(&n, p, sizeof(n));
		got = tape_spool_view(t->spool, &p, (size_t)n, d);
	}
	if (got <= 0)
		return got;
	ret->value = p;
	r.p = (const char *)p + s->nnumber * sizeof(double);
	t->ntext = 0;
	for (size_t i = s->nrole; i < s->pub.nkey; i++)
		if (take_text(t, &r, s->pub.key[i], d) < 0)
			return -1;
	if (s->is_loose && take_loose(t, &r, ret, d) < 0)
		return -1;
	ret->text = t->text;
	ret->ntext = t->ntext;
	return 1;
}

static int next_block(struct tape *t, struct diag *d)
{
	const void *p;
	uint64_t at = tape_spool_at(t->spool);
	int got = tape_spool_view(t->spool, &p, sizeof(t->head), d);

	if (got <= 0)
		return got;
	memcpy(&t->head, p, sizeof(t->head));
	t->at = at;
	t->row = 0;
	t->fixed = NULL;
	return 1;
}

/* The next line of a block of several, which is read as far as it goes. */
static int next_fixed(struct tape *t, struct tape_row *ret, struct diag *d)
{
	size_t nline = t->head.nline - t->row;
	const void *p = t->fixed;
	int got = p ? 1
		    : tape_spool_view(
			      t->spool, &p, nline * ret->n * sizeof(double), d);

	if (got <= 0)
		return got;
	t->row++;
	ret->value = p;
	t->fixed = ret->value + ret->n;
	return 1;
}

void tape_shape_row(const struct tape *t, size_t i, struct tape_row *ret)
{
	const struct tape_lines *s = &t->shape[i];

	*ret = (struct tape_row){.shape = i,
		.is_plain = s->is_plain,
		.key = s->number,
		.n = s->nnumber};
}

int tape_next(struct tape *t, struct tape_row *ret, struct diag *d)
{
	int got = t->row < t->head.nline ? 1 : next_block(t, d);

	if (got <= 0)
		return got;
	tape_shape_row(t, t->head.shape, ret);
	if (t->shape[t->head.shape].is_fixed)
		return next_fixed(t, ret, d);
	t->row++;
	return next_odd(t, ret, &t->shape[t->head.shape], d);
}

uint64_t tape_place(const struct tape *t)
{
	return t->row < t->head.nline
		       ? t->at << TAPE_BLOCK_NBITS | t->row
		       : tape_spool_at(t->spool) << TAPE_BLOCK_NBITS;
}

int tape_seek(struct tape *t, uint64_t place, struct diag *d)
{
	uint64_t at = place >> TAPE_BLOCK_NBITS;
	uint32_t row = place & ((1U << TAPE_BLOCK_NBITS) - 1);

	if (row && at == t->at && t->head.nline) {
		t->row = row;
	} else {
		t->head.nline = t->row = 0;
		if (tape_spool_seek(t->spool, at, d) < 0)
			return -1;
		if (!row)
			return 0;
		if (next_block(t, d) < 0)
			return -1;
		t->row = row;
	}
	t->fixed = NULL;
	at += sizeof(t->head) +
	      row * t->shape[t->head.shape].nnumber * sizeof(double);
	return tape_spool_seek(t->spool, at, d);
}

/* --- the tape ------------------------------------------------------------ */

int tape_new(struct tape **ret, const char *dir, bool all, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->all = all;
	return tape_spool_new(&(*ret)->spool, dir, d);
}

void tape_end_fill(struct tape *t)
{
	free(t->pair);
	t->pair = NULL;
	buf_free(&t->block);
	buf_free(&t->repeated);
	buf_free(&t->forms);
}

void tape_free(struct tape *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nstat; i++)
		tape_stat_end(&t->stat[i]);
	for (size_t i = 0; i < t->nshape; i++) {
		free((void *)t->shape[i].pub.key);
		free(t->shape[i].number);
		free(t->shape[i].place);
	}
	tape_spool_free(t->spool);
	free(t->stat);
	free(t->range);
	free(t->key);
	free(t->shape);
	free(t->table.slot);
	tape_end_fill(t);
	free(t->text);
	free(t->loose);
	free(t->value);
	free(t);
}

size_t tape_nkey(const struct tape *t)
{
	return t->nkey;
}

const struct tape_stat *tape_stat_of(const struct tape *t, size_t key)
{
	return &t->stat[t->key[key].is_role ? t->key[key].at : 0];
}

struct tape_range tape_range_of(const struct tape *t, size_t key)
{
	const struct tape_stat *s = tape_stat_of(t, key);

	if (t->all && !t->key[key].is_role)
		return t->range[t->key[key].at];
	return (struct tape_range){.n = s->n,
		.of_valid = s->meaning.is_valid,
		.whole = s->whole,
		.min = s->min,
		.max = s->max,
		.last = s->last};
}

size_t tape_nshape(const struct tape *t)
{
	return t->nshape;
}

const struct tape_shape *tape_shape(const struct tape *t, size_t i)
{
	return &t->shape[i].pub;
}
