/* SPDX-License-Identifier: MIT */
/*
 * Lines of pairs, kept for a second reading once all of them are known, and
 * what is known of their keys by then.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "log/log_impl.h"
#include "text/formula.h"

/* So many shapes, and keys in all of them; then a line has its keys itself. */
#define SHAPES_MAX ((size_t)1 << 14)
#define SHAPE_KEYS_MAX ((size_t)1 << 20)
/* Texts that stand where a number should be are shown as far as that. */
#define TEXT_MAX 60

/*
 * A line on the tape: shape, lines since the one before, the numbers of the
 * shape's keys, their texts, then how many other pairs there are and each of
 * them: twice its key, and one more for a text, and its value.  A text stands
 * behind its length.  Integers are of 7 bits a byte, the lowest first.
 */

struct shape {
	struct log_shape pub;
	uint64_t hash;
	size_t nnumber; /* keys of numbers, which stand first */
};

struct key {
	int direction; /* of its last change */
	bool is_role;  /* may have one: in shapes */
	bool is_text;  /* its texts count */
	char *text;    /* the first in a row, where a number should be */
	uint64_t hash; /* of its last text */
};

struct log_tape {
	const struct log_options *opt;
	struct formula *formula; /* that the loss may be; NULL: it is none */
	bool all;

	struct log_stat *stat;
	struct key *key;
	size_t nkey, keycap;

	struct shape *shape;
	size_t nshape, shapecap, nshapekeys;
	size_t *slot; /* shapes by hash; SIZE_MAX: free */
	size_t nslot;
	size_t last; /* shape of the line before */

	struct log_spool *spool;
	uint64_t nline, lineno;

	/* Of the line at hand. */
	struct line_pair *pair;
	size_t npair, paircap;
	struct buf texts;
};

/* --- integers ------------------------------------------------------------ */

static int put_int(struct log_tape *t, uint64_t x, struct diag *d)
{
	unsigned char out[10];
	size_t n = 0;

	for (; x > 127; x >>= 7)
		out[n++] = (unsigned char)(x | 128);
	out[n++] = (unsigned char)x;
	return log_spool_put(t->spool, out, n, d);
}

static int get_int(struct log_tape *t, uint64_t *ret, struct diag *d)
{
	unsigned char c = 128;
	int got = 1;

	*ret = 0;
	for (unsigned shift = 0; got == 1 && c & 128; shift += 7) {
		got = log_spool_get(t->spool, &c, 1, d);
		*ret |= (uint64_t)(c & 127) << shift;
	}
	return got;
}

/* --- keys ---------------------------------------------------------------- */

/* NAME is one of the names between the plus signs of SUM, or all of it. */
static bool is_of_sum(const char *sum, const char *name)
{
	size_t n = strlen(name);

	if (!sum)
		return false;
	if (line_same_name(sum, strlen(sum), name, n))
		return true;
	for (;; sum++) {
		size_t len = strcspn(sum, "+");

		if (line_same_name(sum, len, name, n))
			return true;
		sum += len;
		if (!*sum)
			return false;
	}
}

static bool is_of_formula(const struct formula *f, const char *name)
{
	const char *x;

	for (size_t i = 0; f && (x = formula_name(f, i)); i++)
		if (line_same_name(x, strlen(x), name, strlen(name)))
			return true;
	return false;
}

static bool is_given(const struct log_tape *t, const char *name)
{
	const struct log_options *o = t->opt;

	return is_of_sum(o->lr, name) || is_of_sum(o->loss, name) ||
	       is_of_sum(o->step, name) || is_of_formula(t->formula, name);
}

static struct key new_key(const struct log_tape *t, const char *name,
	const struct line_meaning *m)
{
	const unsigned *rank = m->rank;
	bool is_run = is_of_sum(t->opt->run, name);
	struct key k = {.is_role = is_run || is_given(t, name)};

	for (enum line_role r = 0; r < LINE_NROLE; r++)
		k.is_role |= rank[r] != LINE_RANK_NONE;
	k.is_role |= strcmp(name, LINE_KEY_COUNT) == 0 ||
		     strcmp(name, LINE_KEY_NUMBER) == 0 ||
		     strcmp(name, LINE_KEY_VALUE) == 0;
	k.is_text = is_run || rank[LINE_RUN] != LINE_RANK_NONE ||
		    rank[LINE_PHASE] != LINE_RANK_NONE;
	return k;
}

static int grow_keys(struct log_tape *t, size_t n, struct diag *d)
{
	size_t cap = t->keycap;
	struct log_stat *stat;
	struct key *key;

	while (cap < n)
		cap = cap ? 2 * cap : 64;
	if (cap == t->keycap)
		return 0;
	stat = realloc(t->stat, cap * sizeof(*stat));
	if (!stat)
		return diag_nomem(d, cap * sizeof(*stat));
	t->stat = stat;
	key = realloc(t->key, cap * sizeof(*key));
	if (!key)
		return diag_nomem(d, cap * sizeof(*key));
	t->key = key;
	t->keycap = cap;
	return 0;
}

static int add_keys(
	struct log_tape *t, const struct line_keys *keys, struct diag *d)
{
	size_t n = line_keys_n(keys);

	if (grow_keys(t, n, d) < 0)
		return -1;
	for (; t->nkey < n; t->nkey++) {
		const char *name = line_keys_name(keys, t->nkey);
		struct log_stat *s = &t->stat[t->nkey];

		*s = (struct log_stat){.min = NAN,
			.max = NAN,
			.first = NAN,
			.last = NAN,
			.total = NAN,
			.whole = true};
		line_mean(&s->meaning, name, strlen(name));
		t->key[t->nkey] = new_key(t, name, &s->meaning);
	}
	return 0;
}

/* --- statistics ---------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t hash_text(const char *s, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++)
		h = mix(h, (unsigned char)s[i]);
	return h;
}

static void count_distinct(struct log_stat *s, double x)
{
	for (unsigned i = 0; i < s->ndistinct; i++)
		if (s->distinct[i] == x)
			return;
	s->distinct[s->ndistinct++] = x;
}

static void count_change(struct log_stat *s, struct key *k, double x)
{
	int direction = x > s->last ? 1 : x < s->last ? -1 : 0;

	if (direction && s->nfinite) {
		s->nup += direction > 0;
		s->ndown += direction < 0;
		s->nturn += k->direction == -direction;
		k->direction = direction;
	}
	s->last = x;
	s->whole &= x == floor(x);
	if (s->ndistinct < 3)
		count_distinct(s, x);
}

/* In lines of validation a name may be that of something else. */
static void count_number(struct log_stat *s, struct key *k,
	const struct line_pair *p, bool is_valid)
{
	double x = p->value;

	s->n++;
	if (!is_valid && p->total > 0) {
		if (!(s->total >= p->total))
			s->total = p->total;
		s->nfull += x == p->total;
	}
	if (!isfinite(x))
		return;
	if (!is_valid || s->meaning.is_valid)
		count_change(s, k, x);
	if (!s->nfinite++)
		s->first = s->min = s->max = x;
	if (!(s->min <= x))
		s->min = x;
	if (!(s->max >= x))
		s->max = x;
}

static int count_text(struct log_tape *t, const struct line_pair *p,
	const struct line *l, struct diag *d)
{
	struct log_stat *s = &t->stat[p->key];
	struct key *k = &t->key[p->key];
	uint64_t hash;

	hash = hash_text(p->text, p->ntext);
	s->text_varies |= s->ntext && hash != k->hash;
	k->hash = hash;
	s->ntext++;
	if (!l->is_row || s->ntext_row++)
		return 0;
	s->text_line = l->lineno;
	k->text = strndup(p->text, p->ntext < TEXT_MAX ? p->ntext : TEXT_MAX);
	return k->text ? 0 : diag_nomem(d, TEXT_MAX);
}

static int count(struct log_tape *t, const struct line *l, struct diag *d)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct line_pair *p = &l->pair[i];
		struct log_stat *s = &t->stat[p->key];
		struct key *k = &t->key[p->key];

		if (!k->is_role && !t->all)
			continue;
		if (p->text) {
			if (count_text(t, p, l, d) < 0)
				return -1;
			continue;
		}
		count_number(s, k, p, l->is_valid);
		s->nrow += l->is_row;
	}
	return 0;
}

/* --- shapes -------------------------------------------------------------- */

static bool is_kept(const struct log_tape *t, const struct line_pair *p)
{
	const struct key *k = &t->key[p->key];

	return k->is_role && (!p->text || k->is_text);
}

static int make_room(struct log_tape *t, size_t n, struct diag *d)
{
	struct line_pair *p;

	if (n <= t->paircap)
		return 0;
	p = realloc(t->pair, 2 * n * sizeof(*p));
	if (!p)
		return diag_nomem(d, 2 * n * sizeof(*p));
	t->pair = p;
	t->paircap = 2 * n;
	return 0;
}

/* Puts those of the line's pairs that are of shapes first, numbers in front. */
static int select_pairs(struct log_tape *t, const struct line *l,
	size_t *nnumber_ret, struct diag *d)
{
	if (make_room(t, l->n, d) < 0)
		return -1;
	t->npair = 0;
	for (size_t i = 0; i < l->n; i++)
		if (!l->pair[i].text && is_kept(t, &l->pair[i]))
			t->pair[t->npair++] = l->pair[i];
	*nnumber_ret = t->npair;
	for (size_t i = 0; i < l->n; i++)
		if (l->pair[i].text && is_kept(t, &l->pair[i]))
			t->pair[t->npair++] = l->pair[i];
	return 0;
}

static uint64_t hash_of(
	const struct log_tape *t, const struct line *l, size_t nnumber)
{
	uint64_t h = mix(t->npair ? l->shape : 0,
		(uint64_t)l->rank << 3 | (uint64_t)l->is_row << 2 |
			(uint64_t)l->is_bar << 1 | (uint64_t)l->is_valid);

	h = mix(h, nnumber);
	for (size_t i = 0; i < t->npair; i++)
		h = mix(h, t->pair[i].key);
	return h;
}

static bool is_shape(const struct log_tape *t, const struct shape *s,
	uint64_t hash, size_t nnumber)
{
	if (s->hash != hash || s->nnumber != nnumber || s->pub.nkey != t->npair)
		return false;
	for (size_t i = 0; i < t->npair; i++)
		if (s->pub.key[i] != t->pair[i].key)
			return false;
	return true;
}

static int grow_slots(struct log_tape *t, struct diag *d)
{
	size_t n = t->nslot ? 2 * t->nslot : 256;
	size_t *slot = malloc(n * sizeof(*slot));

	if (!slot)
		return diag_nomem(d, n * sizeof(*slot));
	for (size_t i = 0; i < n; i++)
		slot[i] = SIZE_MAX;
	for (size_t i = 0; i < t->nshape; i++) {
		size_t k = t->shape[i].hash & (n - 1);

		while (slot[k] != SIZE_MAX)
			k = (k + 1) & (n - 1);
		slot[k] = i;
	}
	free(t->slot);
	t->slot = slot;
	t->nslot = n;
	return 0;
}

static int add_shape(struct log_tape *t, const struct line *l, uint64_t hash,
	size_t nnumber, struct diag *d)
{
	struct shape s = {{NULL, t->npair, 0, t->nline, 0, l->rank, l->is_row,
				  l->is_bar, l->is_valid},
		hash, nnumber};
	size_t *key;

	if (t->nshape == t->shapecap) {
		size_t cap = t->shapecap ? 2 * t->shapecap : 64;
		struct shape *p = realloc(t->shape, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		t->shape = p;
		t->shapecap = cap;
	}
	key = malloc((t->npair + 1) * sizeof(*key));
	if (!key)
		return diag_nomem(d, t->npair * sizeof(*key));
	for (size_t i = 0; i < t->npair; i++)
		key[i] = t->pair[i].key;
	s.pub.key = key;
	t->nshapekeys += t->npair;
	t->shape[t->nshape++] = s;
	return 0;
}

/* The slot of the shape, or a free one if there is none like it. */
static size_t find_slot(const struct log_tape *t, uint64_t hash, size_t nnumber)
{
	size_t k = hash & (t->nslot - 1);

	while (t->slot[k] != SIZE_MAX &&
		!is_shape(t, &t->shape[t->slot[k]], hash, nnumber))
		k = (k + 1) & (t->nslot - 1);
	return k;
}

/* Sets t->last to the shape of the selected pairs; none are if it has none. */
static int take_shape(struct log_tape *t, const struct line *l, size_t nnumber,
	struct diag *d)
{
	uint64_t hash = hash_of(t, l, nnumber);
	size_t *slot;

	if (t->nshape && is_shape(t, &t->shape[t->last], hash, nnumber))
		return 0;
	if (2 * t->nshape >= t->nslot && grow_slots(t, d) < 0)
		return -1;
	slot = &t->slot[find_slot(t, hash, nnumber)];
	if (*slot == SIZE_MAX && t->npair &&
		(t->nshape >= SHAPES_MAX ||
			t->nshapekeys + t->npair > SHAPE_KEYS_MAX)) {
		t->npair = 0;
		return take_shape(t, l, 0, d);
	}
	if (*slot == SIZE_MAX) {
		if (add_shape(t, l, hash, nnumber, d) < 0)
			return -1;
		*slot = t->nshape - 1;
	}
	t->last = *slot;
	return 0;
}

/* --- lines --------------------------------------------------------------- */

static int put_value(
	struct log_tape *t, const struct line_pair *p, struct diag *d)
{
	if (!p->text)
		return log_spool_put(t->spool, &p->value, sizeof(p->value), d);
	return put_int(t, p->ntext, d) < 0
		       ? -1
		       : log_spool_put(t->spool, p->text, p->ntext, d);
}

/* P stands beside the shape, whose pairs are LOOSE if it has none. */
static bool is_beside(
	const struct log_tape *t, const struct line_pair *p, bool loose)
{
	if (is_kept(t, p))
		return loose;
	return t->all && !p->text;
}

static int put_line(struct log_tape *t, const struct line *l, struct diag *d)
{
	bool loose = !t->npair;
	size_t n = 0;

	if (put_int(t, t->last, d) < 0 ||
		put_int(t, l->lineno - t->lineno, d) < 0)
		return -1;
	t->lineno = l->lineno;
	for (size_t i = 0; i < t->npair; i++)
		if (put_value(t, &t->pair[i], d) < 0)
			return -1;
	for (size_t i = 0; i < l->n; i++)
		n += is_beside(t, &l->pair[i], loose);
	if (put_int(t, n, d) < 0)
		return -1;
	for (size_t i = 0; n && i < l->n; i++) {
		const struct line_pair *p = &l->pair[i];

		if (is_beside(t, p, loose) &&
			(put_int(t, 2 * p->key + !!p->text, d) < 0 ||
				put_value(t, p, d) < 0))
			return -1;
	}
	return 0;
}

static int add_line(struct log_tape *t, const struct line *l, struct diag *d)
{
	struct log_shape *s;
	size_t nnumber;

	if (count(t, l, d) < 0 || select_pairs(t, l, &nnumber, d) < 0)
		return -1;
	if (!t->npair && !t->all)
		return 0;
	if (take_shape(t, l, nnumber, d) < 0)
		return -1;
	s = &t->shape[t->last].pub;
	s->count++;
	s->last = t->nline++;
	return put_line(t, l, d);
}

int log_tape_fill(struct log_tape *t, struct log_source *s, struct diag *d)
{
	struct line l;
	int got;

	while ((got = s->calls->next(s->state, &l, d)) > 0)
		if (add_keys(t, s->keys, d) < 0 || add_line(t, &l, d) < 0)
			return -1;
	return got < 0 ? got : add_keys(t, s->keys, d);
}

/* --- reading ------------------------------------------------------------- */

/* Texts are given their places when all of them are there. */
static int get_text(struct log_tape *t, struct line_pair *p, struct diag *d)
{
	uint64_t n;
	int got = get_int(t, &n, d);

	if (got != 1)
		return got;
	p->value = NAN;
	p->ntext = (size_t)n;
	p->text = "";
	if (buf_reserve(&t->texts, p->ntext + 1))
		return diag_nomem(d, n);
	got = n ? log_spool_get(
			  t->spool, t->texts.data + t->texts.len, p->ntext, d)
		: 1;
	t->texts.len += p->ntext;
	return got;
}

static int get_value(
	struct log_tape *t, size_t key, bool is_text, struct diag *d)
{
	struct line_pair *p;

	if (make_room(t, t->npair + 1, d) < 0)
		return -1;
	p = &t->pair[t->npair++];
	*p = (struct line_pair){.key = key, .total = NAN};
	return is_text ? get_text(t, p, d)
		       : log_spool_get(
				 t->spool, &p->value, sizeof(p->value), d);
}

static int get_beside(struct log_tape *t, struct diag *d)
{
	uint64_t n, key;
	int got = get_int(t, &n, d);

	for (uint64_t i = 0; got == 1 && i < n; i++) {
		got = get_int(t, &key, d);
		if (got == 1)
			got = get_value(t, (size_t)(key / 2), key & 1, d);
	}
	return got;
}

static int get_pairs(struct log_tape *t, const struct shape *s, struct diag *d)
{
	size_t at = 0;
	int got = 1;

	t->npair = t->texts.len = 0;
	for (size_t i = 0; got == 1 && i < s->pub.nkey; i++)
		got = get_value(t, s->pub.key[i], i >= s->nnumber, d);
	if (got == 1)
		got = get_beside(t, d);
	for (size_t i = 0; i < t->npair; i++)
		if (t->pair[i].text) {
			t->pair[i].text = t->texts.data + at;
			at += t->pair[i].ntext;
		}
	return got;
}

int log_tape_next(
	struct log_tape *t, struct line *ret, size_t *shape_ret, struct diag *d)
{
	uint64_t shape, skip;
	int got = get_int(t, &shape, d);

	if (got != 1)
		return got;
	got = get_int(t, &skip, d);
	if (got == 1)
		got = get_pairs(t, &t->shape[shape], d);
	if (got < 0)
		return -1;
	t->lineno += skip;
	*shape_ret = (size_t)shape;
	*ret = (struct line){.pair = t->pair,
		.n = t->npair,
		.lineno = t->lineno,
		.shape = shape,
		.rank = t->shape[shape].pub.rank,
		.is_row = t->shape[shape].pub.is_row,
		.is_bar = t->shape[shape].pub.is_bar,
		.is_valid = t->shape[shape].pub.is_valid};
	return got;
}

int log_tape_rewind(struct log_tape *t, struct diag *d)
{
	t->lineno = 0;
	return log_spool_seek(t->spool, 0, d);
}

/* --- the tape ------------------------------------------------------------ */

int log_tape_new(struct log_tape **ret, const struct log_options *opt, bool all,
	struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	(*ret)->opt = opt;
	(*ret)->all = all;
	/* What cannot be read as one is a name: roles.c has the last word. */
	if (opt->loss && formula_parse(&(*ret)->formula, opt->loss, d) < 0 &&
		d->class == DIAG_NOMEM)
		return -1;
	return log_spool_new(&(*ret)->spool, opt->tmpdir, d);
}

void log_tape_free(struct log_tape *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nkey; i++)
		free(t->key[i].text);
	for (size_t i = 0; i < t->nshape; i++)
		free((void *)t->shape[i].pub.key);
	log_spool_free(t->spool);
	formula_free(t->formula);
	free(t->stat);
	free(t->key);
	free(t->shape);
	free(t->slot);
	free(t->pair);
	buf_free(&t->texts);
	free(t);
}

const struct log_stat *log_tape_stats(const struct log_tape *t, size_t *n_ret)
{
	*n_ret = t->nkey;
	return t->stat;
}

size_t log_tape_nshape(const struct log_tape *t)
{
	return t->nshape;
}

const struct log_shape *log_tape_shape(const struct log_tape *t, size_t i)
{
	return &t->shape[i].pub;
}

const char *log_tape_text(const struct log_tape *t, size_t key)
{
	return t->key[key].text;
}
