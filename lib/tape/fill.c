/* SPDX-License-Identifier: MIT */
/*
 * Lines as they come, put into blocks of one shape, and the numbers of a block
 * counted a column at a time.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/order.h"
#include "source/source.h"
#include "tape/tape_impl.h"

/* A block has about so many bytes. */
#define TAPE_BLOCK_NBYTES ((size_t)32 << 10)

/* --- keys ---------------------------------------------------------------- */

/* A key with the name NAME, and what is to be known of it. */
static int add_key(struct tape *t, const char *name, struct diag *d)
{
	struct tape_key *p = array_room(t->key, t->nkey, sizeof(*p), d);
	struct tape_range r = {.whole = true, .min = NAN, .max = NAN};
	struct tape_stat s;
	unsigned keep;

	if (!p)
		return -1;
	t->key = p;
	p += t->nkey;
	tape_stat_begin(&s, name);
	keep = t->keeps(t->ctx, name, &s.meaning);
	*p = (struct tape_key){.is_role = (keep & TAPE_ROLE) != 0,
		.is_text = (keep & TAPE_TEXT) != 0};
	p->at = (p->is_role ? t->nstat : t->nrange) & (PAIR_NKEY_MAX - 1);
	r.of_valid = s.meaning.is_valid;
	r.last = NAN;
	if (p->is_role && array_push(&t->stat, &t->nstat, &s, sizeof(s), d))
		return -1;
	if (!p->is_role && t->all &&
		array_push(&t->range, &t->nrange, &r, sizeof(r), d))
		return -1;
	t->nkey++;
	return 0;
}

static int add_keys(
	struct tape *t, const struct pair_keys *keys, struct diag *d)
{
	size_t n = pair_keys_n(keys);
	struct tape_stat none;

	if (n == t->nkey)
		return 0;
	if (!t->nstat) {
		tape_stat_begin(&none, "");
		if (array_push(&t->stat, &t->nstat, &none, sizeof(none), d) < 0)
			return -1;
	}
	while (t->nkey < n)
		if (add_key(t, pair_keys_name(keys, t->nkey), d) < 0)
			return -1;
	return 0;
}

/* Of a key with a role. */
static struct tape_stat *stat_of(const struct tape *t, size_t key)
{
	return &t->stat[t->key[key].at];
}

/* --- statistics ---------------------------------------------------------- */

/* N numbers of KEY, which is kept, of lines of which L is one. */
static void count_numbers(struct tape *t, size_t key, const double *x, size_t n,
	size_t stride, const struct tape_shape *l)
{
	struct tape_stat *stat;

	if (!t->key[key].is_role) {
		tape_range_add_column(
			&t->range[t->key[key].at], x, n, stride, l->is_valid);
		return;
	}
	stat = stat_of(t, key);
	tape_stat_add_column(stat, x, n, stride, l->is_valid);
	stat->nrow += l->is_row ? n : 0;
}

/* Number J of S is one of several of its key. */
static bool is_again(const struct tape_lines *s, size_t j)
{
	for (size_t i = 0; i < s->nnumber; i++)
		if (i != j && s->number[i] == s->number[j])
			return true;
	return false;
}

/* The numbers of the block, key by key; those of keys that have several in a
 * line are counted as they were told, line by line. */
static void count_block(struct tape *t)
{
	const struct tape_lines *s = &t->shape[t->last];
	const size_t n = s->nnumber, nline = t->nblockline;
	const double *x =
		(const double *)(t->block.data + sizeof(struct tape_block));
	bool again[TAPE_AGAIN_MAX] = {false}, any = false;

	x += !s->is_fixed;
	for (size_t j = 0; j < n; j++) {
		bool is = nline > 1 && !s->is_plain && is_again(s, j);

		if (nline > 1 && !s->is_plain)
			any |= again[j] = is;
		if (!is)
			count_numbers(
				t, s->number[j], x + j, nline, n, &s->pub);
	}
	for (size_t i = 0; any && i < nline; i++, x += n)
		for (size_t j = 0; j < n; j++)
			if (again[j])
				count_numbers(
					t, s->number[j], x + j, 1, 1, &s->pub);
}

/* Its numbers were spelled as FORMS say, too. */
static void count_forms(struct tape *t, size_t key, uint64_t forms)
{
	if (t->key[key].is_role)
		stat_of(t, key)->forms |= forms;
}

/* What of a line no column of a block tells: totals, texts, loose pairs. */
static int count_rest(struct tape *t, const struct line *l, struct diag *d)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];

		if (!t->key[p->key].is_role)
			continue;
		if (p->text &&
			tape_stat_add_text(stat_of(t, p->key), p, l, d) < 0)
			return -1;
		if (!p->text && !l->is_valid)
			tape_stat_add_total(stat_of(t, p->key), p);
	}
	return 0;
}

/* --- lines --------------------------------------------------------------- */

/* Puts the block at hand on the tape. */
static int end_block(struct tape *t, struct diag *d)
{
	struct tape_block head = {(uint32_t)t->last, (uint32_t)t->nblockline};

	if (!t->nblockline)
		return 0;
	memcpy(t->block.data, &head, sizeof(head));
	count_block(t);
	t->nblockline = 0;
	return tape_spool_put(t->spool, t->block.data, t->block.len, d);
}

/* Lines of N numbers that the block at hand has room for; any takes one. */
static size_t count_room(const struct tape *t, size_t n)
{
	size_t len = t->nblockline ? t->block.len : sizeof(struct tape_block);
	size_t nbytes = (n + 2) * sizeof(double);
	size_t room = len + nbytes <= TAPE_BLOCK_NBYTES
			      ? (TAPE_BLOCK_NBYTES - len) / nbytes
			      : !t->nblockline;
	return order_least(
		room, ((size_t)1 << TAPE_BLOCK_NBITS) - t->nblockline);
}

/* Room for a line of N numbers in the block at hand, which is of shape NEXT. */
static double *begin_line(struct tape *t, size_t next, size_t n, struct diag *d)
{
	size_t nbytes = (n + 2) * sizeof(double);

	if ((t->last != next || !count_room(t, n) ||
		    !t->shape[next].is_fixed) &&
		end_block(t, d) < 0)
		return NULL;
	t->last = next;
	if (!t->nblockline)
		t->block.len = sizeof(struct tape_block);
	if (buf_reserve(&t->block, nbytes)) {
		diag_nomem(d, nbytes);
		return NULL;
	}
	t->nblockline++;
	t->block.len += t->shape[next].is_fixed ? 0 : sizeof(uint64_t);
	return (double *)(t->block.data + t->block.len);
}

/*
 * Adds L as a line of the shape of the line before.  Returns 1, 0 if it is of
 * another, or -1.
 */
static int repeat_shape(struct tape *t, const struct line *l, struct diag *d)
{
	const struct tape_lines *s = t->nshape ? &t->shape[t->last] : NULL;
	bool has_rest = false;
	double *x;

	if (!s || !s->is_fixed || l->n != s->nplace || l->rank != s->pub.rank ||
		l->is_row != s->pub.is_row ||
		l->is_headed != s->pub.is_headed ||
		l->is_bar != s->pub.is_bar || l->is_part != s->pub.is_part ||
		l->is_valid != s->pub.is_valid)
		return 0;
	x = begin_line(t, t->last, s->nnumber, d);
	if (!x)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];
		struct tape_place place = s->place[i];

		if (p->key != place.key || !!p->text != place.is_text) {
			t->nblockline--;
			return 0;
		}
		x[place.to] = p->value;
		count_forms(t, p->key, p->form);
		has_rest |= p->text || p->total > 0;
	}
	t->block.len += s->nnumber * sizeof(*x);
	if (has_rest && count_rest(t, l, d) < 0)
		return -1;
	return 1;
}

static void put_text(struct tape *t, const struct pair *p)
{
	uint64_t n = p->ntext;
	static const char none[8];

	buf_add(&t->block, &n, sizeof(n));
	buf_add(&t->block, p->text, p->ntext);
	buf_add(&t->block, none, -p->ntext & 7);
}

/* P stands beside the shape S, which has no pair with a role if EMPTY. */
static bool is_beside(const struct tape *t, const struct pair *p, bool empty)
{
	return tape_keeps_pair(t, p) ? empty : t->all && !p->text;
}

/* The pairs of L that are not those of its shape, which count here. */
static void put_loose(
	struct tape *t, const struct line *l, struct tape_shape *s, bool empty)
{
	size_t at = t->block.len;
	uint64_t n = 0;

	buf_add(&t->block, &n, sizeof(n));
	for (size_t i = 0; i < l->n; i++) {
		const struct pair *p = &l->pair[i];
		uint64_t key = 2 * (uint64_t)p->key + !!p->text;

		if (!is_beside(t, p, empty))
			continue;
		n++;
		buf_add(&t->block, &key, sizeof(key));
		if (p->text) {
			put_text(t, p);
			continue;
		}
		s->has_loose = true;
		buf_add(&t->block, &p->value, sizeof(p->value));
		count_numbers(t, p->key, &p->value, 1, 1, s);
	}
	buf_patch(&t->block, at, &n, sizeof(n));
}

/* How many bytes the line has that is a block of its own. */
static void set_length(struct tape *t)
{
	const size_t at = sizeof(struct tape_block);
	uint64_t n = t->block.len - at - sizeof(n);

	memcpy(t->block.data + at, &n, sizeof(n));
}

static int put_line(
	struct tape *t, const struct line *l, size_t shape, struct diag *d)
{
	struct tape_lines *s = &t->shape[shape];
	double *x = begin_line(t, shape, s->nnumber, d);

	if (!x)
		return -1;
	for (size_t i = 0; i < s->nrole && (!t->all || s->is_loose); i++)
		x[i] = t->pair[i].value;
	for (size_t i = 0; t->all && i < s->nplace; i++)
		x[s->place[i].to] = l->pair[i].value;
	t->block.len += s->nnumber * sizeof(*x);
	for (size_t i = 0; i < l->n; i++)
		count_forms(t, l->pair[i].key, l->pair[i].form);
	for (size_t i = s->nrole; i < s->pub.nkey; i++)
		put_text(t, &t->pair[i]);
	if (s->is_loose)
		put_loose(t, l, &s->pub, !t->npair);
	if (buf_failed(&t->block))
		return diag_nomem(d, t->block.len);
	if (!s->is_fixed)
		set_length(t);
	return count_rest(t, l, d);
}

/* Returns 1, 0 if nothing of L is kept, or -1. */
static int add_line(struct tape *t, const struct line *l, struct diag *d)
{
	int got = repeat_shape(t, l, d);
	size_t nnumber, shape = t->last;

	if (got < 0 || (!got && tape_shape_select(t, l, &nnumber, d) < 0))
		return -1;
	if (!got && !t->npair && !t->all)
		return count_rest(t, l, d);
	if (!got && (tape_shape_find(t, &shape, l, nnumber, d) < 0 ||
			    put_line(t, l, shape, d) < 0))
		return -1;
	t->shape[shape].pub.count++;
	t->shape[t->shape[shape].pub.like].pub.nlike++;
	t->shape[shape].pub.last = t->nline++;
	return 1;
}

/* Where N lines of the shape S, of the line before, are read to. */
static double *begin_lines(
	struct tape *t, const struct tape_lines *s, size_t n, struct diag *d)
{
	struct buf *b = s->is_whole ? &t->block : &t->repeated;
	size_t nbytes = n * s->nplace * sizeof(double);

	t->repeated.len = t->forms.len = 0;
	if (!t->nblockline)
		t->block.len = sizeof(struct tape_block);
	if (buf_reserve(&t->block, n * s->nnumber * sizeof(double) + 1) ||
		buf_reserve(b, nbytes) ||
		buf_reserve(&t->forms, s->nplace * sizeof(uint64_t))) {
		diag_nomem(d, nbytes);
		return NULL;
	}
	memset(t->forms.data, 0, s->nplace * sizeof(uint64_t));
	return (double *)(b->data + b->len);
}

/*
 * Puts the numbers of N such lines at FROM where those that are kept belong.
 */
static void keep_lines(struct tape *t, const struct tape_lines *s,
	const double *from, size_t n)
{
	double *to = (double *)(t->block.data + t->block.len);
	const uint64_t *forms = (const uint64_t *)t->forms.data;

	for (size_t i = 0; i < s->nplace; i++)
		count_forms(t, s->place[i].key, forms[i]);
	for (size_t k = 0; k < n && !s->is_whole; k++) {
		for (size_t i = 0; i < s->nplace; i++)
			if (s->place[i].to < s->nnumber)
				to[s->place[i].to] = from[i];
		from += s->nplace;
		to += s->nnumber;
	}
	t->block.len += n * s->nnumber * sizeof(double);
	t->nblockline += n;
}

/* Adds the lines behind the one added last that repeat it. */
static int add_repeated(struct tape *t, struct source *from, struct diag *d)
{
	size_t n = 1;

	while (n && t->nblockline && t->shape[t->last].is_plain) {
		struct tape_lines *s = &t->shape[t->last];
		size_t room;
		double *x;

		if (!count_room(t, s->nnumber) && end_block(t, d) < 0)
			return -1;
		room = order_least(count_room(t, s->nnumber),
			TAPE_BLOCK_NBYTES / sizeof(*x) / s->nplace + 1);
		x = begin_lines(t, s, room, d);
		if (!x)
			return -1;
		n = source_repeat(from, x, (uint64_t *)t->forms.data, room);
		keep_lines(t, s, x, n);
		s->pub.count += n;
		t->shape[s->pub.like].pub.nlike += n;
		t->nline += n;
		s->pub.last = t->nline - 1;
	}
	return 0;
}

int tape_fill(struct tape *t, struct source *s, tape_keeps *keeps,
	const void *ctx, struct diag *d)
{
	const struct pair_keys *keys = source_keys(s);
	struct line l;
	int got, kept;

	t->keeps = keeps;
	t->ctx = ctx;

	while ((got = source_next(s, &l, d)) > 0)
		if (add_keys(t, keys, d) < 0 ||
			(kept = add_line(t, &l, d)) < 0 ||
			(kept && l.is_row && !l.is_headed &&
				add_repeated(t, s, d) < 0))
			return -1;
	if (got < 0 || add_keys(t, keys, d) < 0 || end_block(t, d) < 0)
		return -1;
	source_end(s);
	tape_end_fill(t);
	return tape_seek(t, 0, d);
}
