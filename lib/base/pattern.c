/* SPDX-License-Identifier: MIT */
/*
 * Patterns of names; see pattern.h.  A regular expression becomes a program for
 * a machine that is in many states at once (K. Thompson, 1968): no text makes
 * it go back, and it stops at the first match, as it does not matter where that
 * ends.
 */
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/pattern.h"
#include "base/str.h"
#include "base/utf8.h"

#define PREFIX "re:"
#define DEPTH_MAX 50
/* Counted repetitions are written out: so long a program is enough. */
#define PROGRAM_MAX 4096
#define COUNT_MAX 1000
#define NO_MAX UINT32_MAX
/* A byte that is not UTF-8 is a character beyond all others. */
#define NOT_UTF8 0x110000

/* --- a program ------------------------------------------------------------ */

/* What a character may be: ranges, and classes of ASCII. */
enum class_bits {
	CLASS_DIGIT = 1,
	CLASS_WORD = 2,
	CLASS_SPACE = 4,
	CLASS_NO_DIGIT = 8,
	CLASS_NO_WORD = 16,
	CLASS_NO_SPACE = 32,
};

struct range {
	uint32_t lo, hi;
};

struct set {
	size_t first, n; /* of the pattern's ranges */
	unsigned classes;
	bool negated;
};

enum op {
	OP_SET,  /* takes a character of the set */
	OP_AT,   /* goes on if this is the place */
	OP_FORK, /* goes on at both x and y */
	OP_JUMP, /* goes on at x */
	OP_DONE,
};

enum at { AT_BEGIN, AT_END, AT_LAST, AT_EDGE, AT_NO_EDGE };

/* Where it goes on is counted from the step itself: steps can be copied. */
struct step {
	enum op op;
	enum at at;
	struct set set;
	int32_t x, y;
};

/* A set of steps that is quick to empty. */
struct states {
	uint32_t *dense, *sparse; /* of as many as the program has */
	uint32_t n;
};

struct regex {
	struct range *range;
	size_t nrange;
	struct step *step;
	uint32_t nstep;
	struct states now, next;
	uint32_t *todo;
	uint32_t *all; /* what these are parts of */
};

struct pattern {
	char *text;
	struct regex *regex; /* NULL: for fnmatch() */
};

/* --- parsing -------------------------------------------------------------- */

struct parse {
	struct regex *r;
	const char *text, *s; /* all of it, what comes */
	int depth;
	struct diag *d;
};

static int fail(const struct parse *c, const char *what)
{
	return diag_set(c->d, DIAG_USAGE,
		"'%.200s': %s, at character %zu after re:", c->text, what,
		(size_t)(c->s - c->text) - strlen(PREFIX) + 1);
}

static int add_range(struct parse *c, struct set *s, uint32_t lo, uint32_t hi)
{
	struct regex *r = c->r;
	const struct range new = {lo, hi};

	if (array_push(&r->range, &r->nrange, &new, sizeof(new), c->d))
		return -1;
	s->n++;
	return 0;
}

/* Puts N steps of FROM at the end. */
static int add_steps(struct parse *c, const struct step *from, uint32_t n)
{
	if (n > PROGRAM_MAX - c->r->nstep)
		return fail(c, "more than fits, once repetitions are written "
			       "out");
	memcpy(c->r->step + c->r->nstep, from, n * sizeof(*from));
	c->r->nstep += n;
	return 0;
}

static int add_step(struct parse *c, struct step s)
{
	return add_steps(c, &s, 1);
}

/* The character at *S, which goes past it; a byte that is none is itself. */
static uint32_t next_char(const char **s)
{
	uint32_t ret;
	size_t n = utf8_char(*s, strnlen(*s, UTF8_MAX), &ret);

	if (n == 0)
		ret = NOT_UTF8 + (unsigned char)**s;
	*s += n ? n : 1;
	return ret;
}

static int hex_digits(struct parse *c, int n, uint32_t *ret)
{
	for (*ret = 0; n--; c->s++) {
		unsigned digit = str_digit(*c->s);

		if (digit >= 16)
			return fail(c, "no hexadecimal digit");
		*ret = *ret << 4 | digit;
	}
	return 0;
}

/* After a backslash: a class of characters, or none and *RET a character. */
static int parse_escape(struct parse *c, unsigned *classes, uint32_t *ret)
{
	static const char class[] = "dwsDWS", control[] = "abfnrtv",
			  value[] = "\a\b\f\n\r\t\v";
	const char *at = *c->s ? strchr(class, *c->s) : NULL;

	*classes = at ? 1u << (at - class) : 0;
	if (at) {
		c->s++;
		return 0;
	}
	if (*c->s == 'x' || *c->s == 'u') {
		int n = *c->s++ == 'x' ? 2 : 4;

		return hex_digits(c, n, ret);
	}
	at = *c->s ? strchr(control, *c->s) : NULL;
	if (at) {
		c->s++;
		*ret = (uint32_t)(unsigned char)value[at - control];
		return 0;
	}
	if (!*c->s || str_is_alnum(*c->s))
		return fail(c, "an escape that is not known");
	*ret = next_char(&c->s);
	return 0;
}

/* One character or class in brackets. */
static int parse_member(struct parse *c, unsigned *classes, uint32_t *ret)
{
	*classes = 0;
	if (!*c->s)
		return fail(c, "[ without ]");
	if (*c->s != '\\') {
		*ret = next_char(&c->s);
		return 0;
	}
	c->s++;
	return parse_escape(c, classes, ret);
}

static int parse_brackets(struct parse *c, struct set *s)
{
	bool first = true;

	s->negated = *c->s == '^';
	c->s += s->negated;
	for (; first || *c->s != ']'; first = false) {
		uint32_t lo = 0, hi;
		unsigned classes, last;

		if (parse_member(c, &classes, &lo))
			return -1;
		hi = lo;
		if (*c->s == '-' && c->s[1] && c->s[1] != ']') {
			c->s++;
			if (parse_member(c, &last, &hi))
				return -1;
			if (classes || last || hi < lo)
				return fail(c, "a bad range of characters");
		}
		s->classes |= classes;
		if (!classes && add_range(c, s, lo, hi))
			return -1;
	}
	c->s++;
	return 0;
}

static int parse_or(struct parse *c);

/* After "(". */
static int parse_group(struct parse *c)
{
	if (++c->depth > DEPTH_MAX)
		return fail(c, "too many groups in groups");
	if (c->s[0] == '?' && c->s[1] == ':') {
		c->s += 2;
	} else if (strncmp(c->s, "?P<", 3) == 0) {
		c->s += strcspn(c->s, ">");
		if (!*c->s)
			return fail(c, "(?P< without >");
		c->s++;
	} else if (*c->s == '?') {
		return fail(c, "(? of a kind that is not known");
	}
	if (parse_or(c))
		return -1;
	if (*c->s != ')')
		return fail(c, "( without )");
	c->s++;
	c->depth--;
	return 0;
}

/* After a backslash: a place, a class or a character. */
static int parse_escaped(struct parse *c, struct step *s)
{
	static const char places[] = "AZbB";
	static const enum at at[] = {AT_BEGIN, AT_LAST, AT_EDGE, AT_NO_EDGE};
	const char *place = *c->s ? strchr(places, *c->s) : NULL;
	uint32_t x = 0;

	if (place) {
		s->op = OP_AT;
		s->at = at[place - places];
		c->s++;
		return 0;
	}
	if (parse_escape(c, &s->set.classes, &x))
		return -1;
	return s->set.classes ? 0 : add_range(c, &s->set, x, x);
}

static int parse_atom(struct parse *c)
{
	struct step s = {.op = OP_SET, .set.first = c->r->nrange};
	uint32_t x = next_char(&c->s);
	int bad = 0;

	switch (x) {
	case '(': return parse_group(c);
	case '[': bad = parse_brackets(c, &s.set); break;
	case '\\': bad = parse_escaped(c, &s); break;
	case '^':
	case '$':
		s.op = OP_AT;
		s.at = x == '^' ? AT_BEGIN : AT_END;
		break;
	case '.':
		s.set.negated = true;
		bad = add_range(c, &s.set, '\n', '\n');
		break;
	case '*':
	case '+':
	case '?': c->s--; return fail(c, "nothing to repeat");
	default: bad = add_range(c, &s.set, x, x);
	}
	return bad ? -1 : add_step(c, s);
}

/* Digits at *S; false if there are none.  What is above COUNT_MAX stays so. */
static bool scan_count(const char **s, uint32_t *ret)
{
	const char *begin = *s;

	for (*ret = 0; str_is_digit(**s); ++*s)
		if (*ret <= COUNT_MAX)
			*ret = *ret * 10 + (uint32_t)(**s - '0');
	return *s != begin;
}

/* "{m}", "{m,}", "{,n}", "{,}" or "{m,n}"; anything else is a character. */
static bool scan_counts(const char **s, uint32_t *min, uint32_t *max)
{
	const char *p = *s + 1;
	bool any = scan_count(&p, min);

	*max = *min;
	if (*p == ',') {
		p++;
		any = true;
		if (!scan_count(&p, max))
			*max = NO_MAX;
	}
	if (!any || *p != '}')
		return false;
	*s = p + 1;
	return true;
}

static bool scan_repeat(const char **s, uint32_t *min, uint32_t *max)
{
	if (**s == '{')
		return scan_counts(s, min, max);
	if (**s != '*' && **s != '+' && **s != '?')
		return false;
	*min = **s == '+';
	*max = **s == '?' ? 1 : NO_MAX;
	++*s;
	return true;
}

/* MIN to MAX times the N steps of FROM. */
static int add_repeat(struct parse *c, const struct step *from, uint32_t n,
	uint32_t min, uint32_t max)
{
	struct step fork = {.op = OP_FORK, .x = 1, .y = (int32_t)n + 2};
	struct step back = {.op = OP_JUMP, .x = -(int32_t)n - 1};

	for (uint32_t i = 0; i < min; i++)
		if (add_steps(c, from, n))
			return -1;
	if (max == NO_MAX)
		return add_step(c, fork) || add_steps(c, from, n) ||
				       add_step(c, back)
			       ? -1
			       : 0;
	for (uint32_t i = max - min; i > 0; i--) {
		/* i is at most COUNT_MAX, and n at most PROGRAM_MAX */
		fork.y = (int32_t)(i * (n + 1));
		if (add_step(c, fork) || add_steps(c, from, n))
			return -1;
	}
	return 0;
}

/*
 * The steps from BEGIN on, so many times as what comes says; BARE: they are not
 * a group.
 */
static int parse_repeat(struct parse *c, uint32_t begin, bool bare)
{
	const char *again;
	struct step *copy;
	uint32_t min, max, none, n = c->r->nstep - begin;
	int ret;

	if (!scan_repeat(&c->s, &min, &max))
		return 0;
	if (bare && c->r->step[begin].op == OP_AT)
		return fail(c, "a place that is repeated");
	if (min > COUNT_MAX || (max != NO_MAX && max > COUNT_MAX))
		return fail(c, "a count above 1000");
	if (min > max)
		return fail(c, "a range of counts that ends before it begins");
	c->s += *c->s == '?'; /* what is lazy matches no less */
	again = c->s;
	if (scan_repeat(&again, &none, &none))
		return fail(c, "a repetition that is repeated");
	copy = malloc((n + 1) * sizeof(*copy));
	if (!copy)
		return diag_nomem(c->d, n * sizeof(*copy));
	memcpy(copy, c->r->step + begin, n * sizeof(*copy));
	c->r->nstep = begin;
	ret = add_repeat(c, copy, n, min, max);
	free(copy);
	return ret;
}

static int parse_cat(struct parse *c)
{
	while (*c->s && *c->s != '|' && *c->s != ')') {
		uint32_t begin = c->r->nstep;
		bool bare = *c->s != '(';

		if (parse_atom(c) || parse_repeat(c, begin, bare))
			return -1;
	}
	return 0;
}

/* "a|b" is fork, a, jump, b. */
static int parse_or(struct parse *c)
{
	uint32_t begin = c->r->nstep;

	if (parse_cat(c))
		return -1;
	while (*c->s == '|') {
		struct step *first = c->r->step + begin;
		uint32_t n = c->r->nstep - begin, jump;
		const struct step fork = {
			.op = OP_FORK, .x = 1, .y = (int32_t)n + 2};

		/* room for two, which are written where they belong */
		if (add_step(c, fork) || add_step(c, fork))
			return -1;
		memmove(first + 1, first, n * sizeof(*first));
		*first = fork;
		jump = begin + n + 1;
		c->r->step[jump] = (struct step){.op = OP_JUMP};
		c->s++;
		if (parse_cat(c))
			return -1;
		c->r->step[jump].x = (int32_t)(c->r->nstep - jump);
	}
	return 0;
}

/* What matching needs, once it is known how much: no name takes more. */
static int alloc_states(struct regex *r, struct diag *d)
{
	size_t n = r->nstep;
	struct step *step = realloc(r->step, n * sizeof(*step));

	if (step)
		r->step = step;
	r->all = calloc(6 * n, sizeof(*r->all));
	if (!r->all)
		return diag_nomem(d, 6 * n * sizeof(*r->all));
	r->now = (struct states){r->all, r->all + n, 0};
	r->next = (struct states){r->all + 2 * n, r->all + 3 * n, 0};
	r->todo = r->all + 4 * n;
	return 0;
}

static int compile(struct regex *r, const char *text, struct diag *d)
{
	struct parse c = {
		.r = r, .text = text, .s = text + strlen(PREFIX), .d = d};

	r->step = malloc(PROGRAM_MAX * sizeof(*r->step));
	if (!r->step)
		return diag_nomem(d, PROGRAM_MAX * sizeof(*r->step));
	if (parse_or(&c))
		return -1;
	if (*c.s)
		return fail(&c, ") without (");
	return add_step(&c, (struct step){.op = OP_DONE}) || alloc_states(r, d)
		       ? -1
		       : 0;
}

/* --- matching ------------------------------------------------------------- */

static bool is_word(uint32_t x)
{
	return x < 0x80 && str_is_name_char((char)x);
}

static bool in_classes(unsigned classes, uint32_t x)
{
	const char c = x < 0x80 ? (char)x : '\0';
	unsigned is = 0;

	is |= str_is_digit(c) ? CLASS_DIGIT : CLASS_NO_DIGIT;
	is |= is_word(x) ? CLASS_WORD : CLASS_NO_WORD;
	is |= str_is_space(c) ? CLASS_SPACE : CLASS_NO_SPACE;
	return is & classes;
}

static bool in_set(const struct regex *r, const struct set *s, uint32_t x)
{
	bool is = in_classes(s->classes, x);

	for (size_t i = 0; i < s->n && !is; i++) {
		const struct range *at = &r->range[s->first + i];

		is = x >= at->lo && x <= at->hi;
	}
	return is != s->negated;
}

/* Where in a text the machine is: what is on both sides. */
struct where {
	bool first;
	uint32_t before; /* 0 at the beginning */
	const char *s;
};

static bool is_at(const struct where *w, enum at at)
{
	const char *s = w->s;
	bool edge = is_word(w->before) != is_word((unsigned char)*s);

	switch (at) {
	case AT_BEGIN: return w->first;
	case AT_END: return !s[0] || (s[0] == '\n' && !s[1]);
	case AT_LAST: return !s[0];
	case AT_EDGE: return edge;
	case AT_NO_EDGE: return !edge;
	}
	return false;
}

static bool has(const struct states *l, uint32_t i)
{
	return l->sparse[i] < l->n && l->dense[l->sparse[i]] == i;
}

/* Adds step AT to L and all that it goes on to; true if that is the end. */
static bool add(
	struct regex *r, struct states *l, uint32_t at, const struct where *w)
{
	size_t n = 0;

	r->todo[n++] = at;
	while (n) {
		uint32_t i = r->todo[--n];
		const struct step *s = &r->step[i];

		if (has(l, i))
			continue;
		l->sparse[i] = l->n;
		l->dense[l->n++] = i;
		switch (s->op) {
		case OP_DONE: return true;
		case OP_SET: break;
		case OP_AT:
			if (is_at(w, s->at))
				r->todo[n++] = i + 1;
			break;
		case OP_FORK:
			r->todo[n++] = i + (uint32_t)s->y; /* and */
		/* fallthrough */
		case OP_JUMP: r->todo[n++] = i + (uint32_t)s->x; break;
		}
	}
	return false;
}

static bool matches(struct regex *r, const char *name)
{
	struct where w = {.first = true, .s = name};
	struct states *now = &r->now, *next = &r->next;

	now->n = 0;
	if (add(r, now, 0, &w))
		return true;
	while (*w.s && now->n) {
		struct states *swap = now;

		w.before = next_char(&w.s);
		w.first = false;
		next->n = 0;
		for (uint32_t k = 0; k < now->n; k++) {
			const struct step *s = &r->step[now->dense[k]];

			if (s->op == OP_SET && in_set(r, &s->set, w.before) &&
				add(r, next, now->dense[k] + 1, &w))
				return true;
		}
		now = next;
		next = swap;
	}
	return false;
}

/* --- patterns ------------------------------------------------------------- */

int pattern_compile(struct pattern **ret, const char *text, struct diag *d)
{
	struct pattern *p = calloc(1, sizeof(*p));
	bool is_regex = strncmp(text, PREFIX, strlen(PREFIX)) == 0;

	if (p) {
		p->text = strdup(text);
		p->regex = is_regex ? calloc(1, sizeof(*p->regex)) : NULL;
	}
	if (!p || !p->text || (is_regex && !p->regex)) {
		pattern_free(p);
		return diag_nomem(d, strlen(text));
	}
	if (is_regex && compile(p->regex, p->text, d)) {
		pattern_free(p);
		return -1;
	}
	*ret = p;
	return 0;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	if (p->regex) {
		free(p->regex->range);
		free(p->regex->step);
		free(p->regex->all);
	}
	free(p->regex);
	free(p->text);
	free(p);
}

const char *pattern_text(const struct pattern *p)
{
	return p->text;
}

bool pattern_matches(const struct pattern *p, const char *name)
{
	return p->regex ? matches(p->regex, name)
			: fnmatch(p->text, name, 0) == 0;
}
