/* SPDX-License-Identifier: MIT */
/*
 * Lines that are like one before but for their numbers.  What a line tells is
 * learned by asking: each of its numbers is written another way and the line
 * read once more, so that what changes is what that number tells, and a number
 * that changes anything else has to stay as it is.  A line of which all else is
 * the same then needs no reading but that of its numbers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/diag.h"
#include "line/line_impl.h"

/* Numbers of a line, and kinds of lines, that are known at a time. */
#define NTOKEN_MAX 48
#define NKNOWN_MAX 32
/* Lines that were read in full, by hash: the second of a kind is learned. */
#define NSEEN 64
/* So much longer is a line that is written another way. */
#define MORE 64
#define LINE_MAX_NBYTES 4096
/* Learning pays where lines come again: so many, and a part of those. */
#define NLEARN_MIN 64
#define NHIT_PER_LEARN 32

enum kind {
	WHOLE,   /* digits alone */
	ROUND,   /* a whole number, with a point or an exponent */
	DECIMAL, /* none */
};

/* A number of a line. */
struct token {
	size_t at, n;
	double value;
	uint64_t form;
	unsigned char kind;
	bool is_bare;   /* a digit is missing before or behind its point */
	bool is_fixed;  /* its form has to stay, digit for digit */
	bool is_frozen; /* all of it has to */
	bool is_mute;   /* nothing is told by it */
	bool has_exponent;
};

/* What a value is: a number of the line, or the same in all lines. */
struct source {
	int token; /* -1: none */
	bool is_negative;
	double value;
	uint64_t form;
};

/* Where a text begins or ends: so far behind the end of a number. */
struct anchor {
	int token; /* -1: the line's begin */
	size_t behind;
};

struct told {
	size_t key;
	struct source value, total;
	bool is_text;
	struct anchor begin, end;
};

struct known {
	char *text; /* all of the line, its numbers too */
	size_t n;
	struct token token[NTOKEN_MAX];
	size_t ntoken;
	struct told *told;
	size_t ntold;
	int rank;
	bool is_bar, is_valid;
	bool is_sure;  /* it is no header, nor a row that does not fit one */
	bool may_head; /* it may be a header, whatever its numbers are */
	size_t after;  /* the kind that came after it the last time */
};

struct line_again {
	struct known *known[NKNOWN_MAX];
	size_t nknown, next; /* that is replaced next */
	size_t last;         /* that was met last */
	uint64_t seen[NSEEN];
	uint64_t nlearn, nhit;
	/* The line that is read in full. */
	char *copy, *other;
	struct token token[NTOKEN_MAX];
	size_t n, ntoken;
};

int line_again_new(struct line_again **ret, struct diag *d)
{
	const size_t nbytes = LINE_MAX_NBYTES + MORE;
	struct line_again *a = calloc(1, sizeof(*a));

	*ret = a;
	if (!a)
		return diag_nomem(d, sizeof(*a));
	a->copy = malloc(nbytes);
	a->other = malloc(nbytes);
	return a->copy && a->other ? 0 : diag_nomem(d, nbytes);
}

static void free_known(struct known *k)
{
	if (!k)
		return;
	free(k->text);
	free(k->told);
	free(k);
}

void line_again_free(struct line_again *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < NKNOWN_MAX; i++)
		free_known(a->known[i]);
	free(a->copy);
	free(a->other);
	free(a);
}

/* --- numbers ------------------------------------------------------------- */

static bool begins_number(const char *p)
{
	return str_is_digit(*p) || (*p == '.' && str_is_digit(p[1]));
}

/* X, not negative, is whole. */
static bool is_round(double x)
{
	return x < 1e15 ? (double)(int64_t)x == x : x == floor(x);
}

/* Reads the number at P, in a line that ends at EOL.  Returns its end. */
static const char *read_token(const char *p, const char *eol, struct token *t)
{
	const char *end = pair_number_within(p, eol, &t->value, &t->form);

	t->n = (size_t)(end - p);
	t->kind = t->form == PAIR_FORM_WHOLE ? WHOLE
		  : is_round(t->value)       ? ROUND
					     : DECIMAL;
	t->has_exponent = t->form >> PAIR_FORM_EXPONENT;
	t->is_bare = *p == '.' || end[-1] == '.';
	return end;
}

/* A sign between two numbers, as of dates and times, at P. */
static bool is_joint(const char *p)
{
	return *p && strchr(":/.-_T", *p);
}

/*
 * Numbers that are joined, as those of a date, are as long as they are.  Of
 * eight digits before another number a date may be made.
 */
static void fix_tokens(const char *p, struct token *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *begin = p + t[i].at, *end = begin + t[i].n;

		t[i].is_fixed = (is_joint(end) && begins_number(end + 1)) ||
				(t[i].at > 1 && is_joint(begin - 1) &&
					str_is_digit(begin[-2]));
		if (i && t[i - 1].is_fixed) {
			const char *last = p + t[i - 1].at + t[i - 1].n;

			t[i].is_fixed |=
				strspn(last, " T_-,") == (size_t)(begin - last);
		}
		t[i].is_fixed |= t[i].kind == WHOLE && *end == ' ' &&
				 str_is_digit(end[1]);
		t[i].is_frozen = t[i].is_fixed && t[i].n == 8;
	}
}

/* The numbers of P[0..N); SIZE_MAX: too many, or a comma joins two. */
static size_t find_tokens(const char *p, size_t n, struct token *t)
{
	size_t ntoken = 0;

	for (const char *q = p; q < p + n;) {
		const char *end;

		if (!begins_number(q)) {
			q++;
			continue;
		}
		if (ntoken == NTOKEN_MAX)
			return SIZE_MAX;
		t[ntoken] = (struct token){.at = (size_t)(q - p)};
		end = read_token(q, p + n, &t[ntoken++]);
		if (*end == ',' && str_is_digit(end[1]))
			return SIZE_MAX;
		q = end;
	}
	fix_tokens(p, t, ntoken);
	return ntoken;
}

/* A hash of P but for the numbers T. */
static uint64_t hash_of(
	const char *p, size_t n, const struct token *t, size_t ntoken)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0, k = 0; i < n; i++) {
		uint64_t x = (unsigned char)p[i];

		if (k < ntoken && t[k].at == i) {
			x = 256U + 2U * t[k].kind + t[k].is_bare +
			    (t[k].is_fixed ? 8 * t[k].n : 0);
			i += t[k++].n - 1;
		}
		h = (h ^ x) * 0x100000001b3;
	}
	return h ^ h >> 32;
}

/* --- lines that are known ------------------------------------------------ */

/* The end of N digits at P, and no more; or NULL. */
static const char *skip_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!str_is_digit(p[i]))
			return NULL;
	return str_is_digit(p[n]) ? NULL : p + n;
}

/* Where P[0..N) has digits TEXT has some, and all else is the same. */
static bool is_form(const char *p, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != text[i] &&
			!(str_is_digit(p[i]) && str_is_digit(text[i])))
			return false;
	return true;
}

/* T, which is at P, can stand where WANT is, which is written as TEXT. */
static bool is_like_token(const char *p, const struct token *t,
	const struct token *want, const char *text)
{
	if (t->kind != want->kind || t->is_bare != want->is_bare)
		return false;
	if (want->is_fixed && (t->n != want->n || !is_form(p, text, t->n)))
		return false;
	return t->has_exponent == want->has_exponent || !pair_is_inner(p[t->n]);
}

/* What a number of a line at hand is. */
struct given {
	double value;
	uint64_t form;
};

/* The number at P, where WANT is, written as TEXT, in a line that ends at EOL.
 * Returns its end, or NULL: it is of another kind. */
static const char *match_token(const char *p, const char *eol,
	const struct token *want, const char *text, struct given *ret)
{
	struct token t;
	const char *end;

	if (want->is_mute && want->is_fixed && want->kind == WHOLE)
		return skip_digits(p, want->n);
	if (!begins_number(p))
		return NULL;
	end = read_token(p, eol, &t);
	*ret = (struct given){t.value, t.form};
	return is_like_token(p, &t, want, text) ? end : NULL;
}

/* P[0..N) is as K; sets the ends of its numbers and their values. */
static bool is_like(const struct known *k, const char *p, size_t n,
	const char **end_ret, struct given *given_ret)
{
	const char *q = p, *end = p + n, *lit = k->text;

	for (size_t i = 0; i < k->ntoken; i++) {
		const struct token *want = &k->token[i];
		size_t nlit = (size_t)(k->text + want->at - lit);

		if ((size_t)(end - q) <= nlit || memcmp(q, lit, nlit) != 0)
			return false;
		q = match_token(
			q + nlit, end, want, k->text + want->at, &given_ret[i]);
		if (!q)
			return false;
		lit += nlit + want->n;
		end_ret[i] = q;
	}
	return (size_t)(end - q) == k->n - (size_t)(lit - k->text) &&
	       memcmp(q, lit, (size_t)(end - q)) == 0;
}

static double value_of(const struct source *s, const struct given *given)
{
	if (s->token < 0)
		return s->value;
	return s->is_negative ? -given[s->token].value : given[s->token].value;
}

static const char *place_of(
	const struct anchor *a, const char *p, const char *const *end)
{
	return (a->token < 0 ? p : end[a->token]) + a->behind;
}

static void give(const struct known *k, const char *p, const char *const *end,
	const struct given *given, struct pair_list *o)
{
	for (size_t i = 0; i < k->ntold; i++) {
		const struct told *t = &k->told[i];
		const char *s = place_of(&t->begin, p, end);

		if (t->is_text)
			pair_list_add_text(o, t->key, s,
				(size_t)(place_of(&t->end, p, end) - s));
		else
			pair_list_add(o, t->key, value_of(&t->value, given),
				value_of(&t->total, given),
				t->value.token < 0
					? t->value.form
					: given[t->value.token].form);
	}
	o->rank = k->rank;
	o->is_bar = k->is_bar;
	o->is_valid = k->is_valid;
}

/* The kind that P[0..N) is of, the one that is expected first; or NULL. */
static struct known *find_known(struct line_again *a, const char *p, size_t n,
	const char **end_ret, struct given *given_ret)
{
	struct known *last = a->known[a->last];

	if (!last)
		return NULL;
	if (is_like(a->known[last->after], p, n, end_ret, given_ret)) {
		a->last = last->after;
		return a->known[a->last];
	}
	for (size_t i = 0; i < a->nknown; i++) {
		if (!is_like(a->known[i], p, n, end_ret, given_ret))
			continue;
		last->after = a->last = i;
		return a->known[i];
	}
	return NULL;
}

/*
 * Notes P, which is to be read in full.  Returns whether it is to be learned.
 */
static bool note(struct line_again *a, const char *p, size_t n)
{
	uint64_t hash, *seen;

	if (n > LINE_MAX_NBYTES || memchr(p, '\\', n) ||
		a->nlearn > NLEARN_MIN + a->nhit / NHIT_PER_LEARN)
		return false;
	a->n = n;
	a->ntoken = find_tokens(p, n, a->token);
	if (a->ntoken == SIZE_MAX || a->ntoken == 0)
		return false;
	hash = hash_of(p, n, a->token, a->ntoken);
	seen = &a->seen[hash % NSEEN];
	if (*seen != hash) {
		*seen = hash;
		return false;
	}
	memcpy(a->copy, p, n);
	a->copy[n] = '\0';
	return true;
}

bool line_again_pairs(struct line_again *a, const char *p, size_t n,
	bool has_rows, bool *is_new, struct pair_list *o)
{
	const char *end[NTOKEN_MAX];
	struct given given[NTOKEN_MAX];
	const struct known *k = find_known(a, p, n, end, given);

	*is_new = false;
	if (!k || (!k->is_sure && (has_rows || k->may_head))) {
		*is_new = note(a, p, n);
		return false;
	}
	a->nhit++;
	give(k, p, end, given, o);
	return true;
}

/* --- learning ------------------------------------------------------------ */

static bool is_equal(double a, double b)
{
	uint64_t x, y;

	memcpy(&x, &a, sizeof(x));
	memcpy(&y, &b, sizeof(y));
	return x == y;
}

/* What was told, and where its texts are. */
struct asked {
	struct line_again *a;
	line_again_read *read;
	void *ctx;
	struct pair_keys *keys;
	struct pair_list base, other;
	const char *base_text; /* of the line that base is of */
	struct known *k;
};

/* Reads P[0..n), which may be written to.  Returns whether it can be. */
static bool ask(const struct asked *q, char *p, struct pair_list *o)
{
	o->keys = q->keys;
	o->n = 0;
	o->rank = -1;
	o->is_bar = o->is_valid = false;
	return q->read(q->ctx, p, o) && !o->failed;
}

/*
 * Writes TO in the place of number I of the line, and asks.  That number is
 * then T, of the same kind.
 */
static bool ask_with(struct asked *q, size_t i, const char *to, struct token *t)
{
	struct line_again *a = q->a;
	const struct token *old = &a->token[i];
	size_t n = strlen(to);
	char *p = a->other;

	memcpy(p, a->copy, old->at);
	memcpy(p + old->at, to, n);
	memcpy(p + old->at + n, a->copy + old->at + old->n,
		a->n - old->at - old->n + 1);
	*t = *old;
	return read_token(p + old->at, p + old->at + n, t) == p + old->at + n &&
	       t->kind == old->kind && t->is_bare == old->is_bare &&
	       ask(q, p, &q->other);
}

/* X, told in place of WAS, is what number I, which is T now, tells. */
static bool is_told_by(struct asked *q, size_t i, const struct token *t,
	double was, double x, struct source *s)
{
	double from = q->a->token[i].value;

	s->is_negative = is_equal(was, -from) && is_equal(x, -t->value);
	if (!s->is_negative && !(is_equal(was, from) && is_equal(x, t->value)))
		return false;
	if (s->token >= 0 && s->token != (int)i)
		return false;
	s->token = (int)i;
	return true;
}

/* How far the byte AT of the line has moved, as number I is T. */
static size_t moved(
	const struct asked *q, size_t i, const struct token *t, size_t at)
{
	const struct token *old = &q->a->token[i];

	return at >= old->at + old->n ? at + t->n - old->n : at;
}

static bool is_moved_text(const struct asked *q, size_t i,
	const struct token *t, const struct pair *x, const struct pair *y)
{
	size_t begin = (size_t)(x->text - q->base_text), end = begin + x->ntext;

	return y->text == q->a->other + moved(q, i, t, begin) &&
	       y->text + y->ntext == q->a->other + moved(q, i, t, end);
}

/*
 * What is told with T as number I differs from what the line tells in what that
 * number tells alone.
 */
static bool differs_well(struct asked *q, size_t i, const struct token *t)
{
	const struct pair_list *b = &q->base, *o = &q->other;

	if (b->n != o->n || b->rank != o->rank || b->is_bar != o->is_bar ||
		b->is_valid != o->is_valid)
		return false;
	for (size_t k = 0; k < b->n; k++) {
		const struct pair *x = &b->pair[k], *y = &o->pair[k];
		struct told *told = &q->k->told[k];

		if (x->key != y->key || !x->text != !y->text)
			return false;
		if (x->text && !is_moved_text(q, i, t, x, y))
			return false;
		if (!is_equal(x->value, y->value) &&
			!is_told_by(q, i, t, x->value, y->value, &told->value))
			return false;
		if (!is_equal(x->total, y->total) &&
			!is_told_by(q, i, t, x->total, y->total, &told->total))
			return false;
	}
	return true;
}

/* Nothing is told by number I. */
static void forget(struct asked *q, size_t i)
{
	for (size_t k = 0; k < q->base.n; k++) {
		struct told *t = &q->k->told[k];

		if (t->value.token == (int)i)
			t->value.token = -1;
		if (t->total.token == (int)i)
			t->total.token = -1;
	}
}

static bool is_same_with(struct asked *q, size_t i, const char *to)
{
	struct token t;

	return ask_with(q, i, to, &t) && differs_well(q, i, &t);
}

/*
 * The number T of the line, with other digits: all, or the one BACK before the
 * last, of those that may change and leave its kind.  Returns whether there are
 * any.
 */
static bool change_digits(const struct line_again *a, const struct token *t,
	bool all, size_t back, char *to)
{
	size_t n = t->n, last = SIZE_MAX;

	memcpy(to, a->copy + t->at, n);
	to[n] = '\0';
	for (size_t i = 0; i < n && !str_is_letter(to[i]); i++) {
		if (t->kind == ROUND && to[i] == '.')
			break;
		if (str_is_digit(to[i]))
			last = i;
	}
	for (; last != SIZE_MAX && (back || !str_is_digit(to[last])); last--)
		back -= str_is_digit(to[last]);
	if (last == SIZE_MAX)
		return false;
	for (size_t i = all ? 0 : last; i <= last; i++)
		if (str_is_digit(to[i]))
			to[i] = (char)(to[i] == '9' ? '8' : to[i] + 1);
	return true;
}

/* What no change of digits shows, as of a number out of range, stays. */
static bool is_same_changed(struct asked *q, size_t i, bool all)
{
	const struct token *old = &q->a->token[i];
	size_t back = 0;
	struct token t;
	char to[MORE];

	/* Of many digits the last do not count. */
	do {
		if (!change_digits(q->a, old, all, back++, to))
			return false;
		read_token(to, to + old->n, &t);
	} while (!all && is_equal(t.value, old->value));
	return ask_with(q, i, to, &t) && !is_equal(t.value, old->value) &&
	       differs_well(q, i, &t);
}

/* Whether whole number I tells the same with any number of digits. */
static bool is_any_length(struct asked *q, size_t i)
{
	/* Each of those lengths that are looked at, and one behind them. */
	static const char *const digits[] = {
		"7", "77", "777", "7777", "77777", "7777777", "777777777"};

	for (size_t k = 0; k < ARRAY_SIZE(digits); k++)
		if (!is_same_with(q, i, digits[k]))
			return false;
	return true;
}

/* Whether number I tells the same however long it is. */
static bool is_free(struct asked *q, size_t i)
{
	const struct token *t = &q->a->token[i];
	char to[MORE];

	if (t->n + 2 > MORE)
		return false;
	memcpy(to + 1, q->a->copy + t->at, t->n);
	to[0] = '7';
	to[t->n + 1] = '\0';
	if (t->kind == WHOLE)
		return is_same_with(q, i, to) && is_any_length(q, i);
	if (t->kind == DECIMAL && !pair_is_inner(q->a->copy[t->at + t->n]) &&
		!is_same_with(q, i, t->has_exponent ? "0.75" : "7.5e-05"))
		return false;
	return is_same_with(q, i, to) &&
	       is_same_with(q, i, t->kind == ROUND ? "7.0" : "7.5");
}

/* Number I tells something. */
static bool is_told(const struct asked *q, size_t i)
{
	for (size_t k = 0; k < q->base.n; k++)
		if (q->k->told[k].value.token == (int)i ||
			q->k->told[k].total.token == (int)i)
			return true;
	return false;
}

/* Number T is the end of a word, as of "float32"; "1h20" is none. */
static bool ends_word(const struct line_again *a, const struct token *t)
{
	const char *p = a->copy + t->at;

	return t->at && str_is_letter(p[-1]) &&
	       !(t->at > 1 && str_is_digit(p[-2]));
}

/* Learns what number I tells. */
static void learn_token(struct asked *q, size_t i)
{
	struct token *t = &q->a->token[i];

	if (t->n + 1 > MORE)
		t->is_frozen = true;
	if (t->is_frozen)
		return;
	if (!is_same_changed(q, i, false) || !is_same_changed(q, i, true)) {
		forget(q, i);
		t->is_frozen = true;
		return;
	}
	if (!t->is_fixed)
		t->is_fixed = !is_free(q, i);
	/* Words are known or not, and some that are by one number alone. */
	t->is_frozen = !is_told(q, i) && ends_word(q->a, t);
}

/*
 * A rank is one near the line's begin alone: numbers before it keep
 * their lengths.
 */
static void fix_before_rank(struct line_again *a)
{
	size_t at = 0;

	for (size_t i = 0; i < a->n; i++)
		if (strncasecmp(a->copy + i, "rank", 4) == 0)
			at = i;
	for (size_t i = 0; i < a->ntoken; i++)
		a->token[i].is_fixed |= a->token[i].at < at;
}

/* --- what is kept -------------------------------------------------------- */

/* The place AT of the line, by the numbers that are not frozen. */
static struct anchor anchor_of(const struct known *k, size_t at)
{
	struct anchor ret = {-1, at};

	for (size_t i = 0; i < k->ntoken; i++) {
		size_t end = k->token[i].at + k->token[i].n;

		if (end <= at)
			ret = (struct anchor){(int)i, at - end};
	}
	return ret;
}

/* Takes frozen numbers out; sources have the numbers of those that are left. */
static void keep_tokens(struct known *k, const struct line_again *a)
{
	int to[NTOKEN_MAX];

	k->ntoken = 0;
	for (size_t i = 0; i < a->ntoken; i++) {
		to[i] = a->token[i].is_frozen ? -1 : (int)k->ntoken;
		if (a->token[i].is_frozen)
			continue;
		k->token[k->ntoken] = a->token[i];
		k->token[k->ntoken++].is_mute = true;
	}
	for (size_t i = 0; i < k->ntold; i++) {
		int *const told[] = {
			&k->told[i].value.token, &k->told[i].total.token};

		for (size_t j = 0; j < 2; j++) {
			if (*told[j] < 0)
				continue;
			*told[j] = to[*told[j]];
			k->token[*told[j]].is_mute = false;
		}
	}
}

/* What the line tells is what base tells, and in the same names. */
static bool is_base(const struct asked *q, const struct pair_list *o)
{
	const struct pair_list *b = &q->base;

	if (b->n != o->n || b->rank != o->rank || b->is_bar != o->is_bar ||
		b->is_valid != o->is_valid)
		return false;
	for (size_t i = 0; i < b->n; i++) {
		const struct pair *x = &b->pair[i], *y = &o->pair[i];

		if (!x->text != !y->text || x->ntext != y->ntext ||
			!is_equal(x->value, y->value) ||
			!is_equal(x->total, y->total) ||
			strcmp(pair_keys_name(b->keys, x->key),
				pair_keys_name(o->keys, y->key)) != 0)
			return false;
		if (x->text && (x->text < q->base_text ||
				       x->text > q->base_text + q->a->n))
			return false;
	}
	return true;
}

static bool make_known(struct asked *q, const struct pair_list *o)
{
	struct line_again *a = q->a;
	struct known *k = calloc(1, sizeof(*k));

	q->k = k;
	if (!k)
		return false;
	k->text = malloc(a->n + 1);
	k->told = calloc(o->n + 1, sizeof(*k->told));
	if (!k->text || !k->told)
		return false;
	memcpy(k->text, a->copy, a->n + 1);
	k->n = a->n;
	k->ntold = o->n;
	k->rank = o->rank;
	k->is_bar = o->is_bar;
	k->is_valid = o->is_valid;
	for (size_t i = 0; i < o->n; i++)
		k->told[i] = (struct told){.key = o->pair[i].key,
			.value = {-1, false, o->pair[i].value, o->pair[i].form},
			.total = {-1, false, o->pair[i].total, 0},
			.is_text = o->pair[i].text};
	return true;
}

static void set_anchors(struct asked *q)
{
	struct known *k = q->k;

	for (size_t i = 0; i < k->ntold; i++) {
		const struct pair *x = &q->base.pair[i];
		size_t at = x->text ? (size_t)(x->text - q->base_text) : 0;

		k->told[i].begin = anchor_of(k, at);
		k->told[i].end = anchor_of(k, at + x->ntext);
	}
}

static void keep(struct line_again *a, struct known *k)
{
	size_t at = a->next;

	free_known(a->known[at]);
	a->known[at] = k;
	a->next = (at + 1) % NKNOWN_MAX;
	a->nknown += a->nknown <= at;
	k->after = at;
	if (a->known[a->last] != k)
		a->known[a->last]->after = at;
	a->last = at;
}

/* Learns the line that was noted.  Returns whether it can be known. */
static bool learn(struct asked *q, char *base, const struct pair_list *o)
{
	struct line_again *a = q->a;

	memcpy(base, a->copy, a->n + 1);
	q->base_text = base;
	if (!ask(q, base, &q->base) || !is_base(q, o) || !make_known(q, o))
		return false;
	fix_before_rank(a);
	for (size_t i = 0; i < a->ntoken; i++)
		learn_token(q, i);
	keep_tokens(q->k, a);
	set_anchors(q);
	return q->k->ntoken > 0;
}

void line_again_learn(struct line_again *a, const struct pair_list *o,
	bool is_sure, line_again_read *read, void *ctx)
{
	struct asked q = {.a = a, .read = read, .ctx = ctx};
	struct diag d;
	char *base = malloc(a->n + 1);

	a->nlearn++;
	/* Without memory lines are read in full. */
	if (base && pair_keys_new(&q.keys, &d) == 0 && learn(&q, base, o)) {
		q.k->is_sure = is_sure;
		q.k->may_head = form_rows_may_head(a->copy);
		keep(a, q.k);
	} else
		free_known(q.k);
	pair_keys_free(q.keys);
	pair_list_free(&q.base);
	pair_list_free(&q.other);
	free(base);
}
