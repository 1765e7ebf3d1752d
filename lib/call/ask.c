/* SPDX-License-Identifier: MIT */
/*
 * Asks for the names without a value: runs what lacks them with some value for
 * each, to find out which others it lacks then, and names all of them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/order.h"
#include "base/str.h"
#include "call/call.h"

/* " -D a.b=VALUE", in quotes where a shell would take some away. */
static void add_option(
	struct buf *b, const char *define, const struct buf *path)
{
	if (!strpbrk(path->data, "[(")) {
		buf_printf(b, " %s %s=VALUE", define, path->data);
		return;
	}
	buf_printf(b, " %s '", define);
	for (const char *s = path->data; *s; s++)
		buf_addc(b, *s == '\'' ? '"' : *s);
	buf_adds(b, "=VALUE'");
}

/* Whether the Ith of M is compared with strings, and not with numbers. */
static bool has_strings(const struct call_missing *m, size_t i)
{
	return m->name[i].nchoice > 0 &&
	       strchr("\"'", m->name[i].choice.data[0]);
}

/* " (line 2, compared with 'cosine', 'step')" of the Ith of M; or nothing. */
static void add_about(struct buf *b, const struct call_missing *m, size_t i,
	const char *text, size_t n)
{
	const char *s = m->name[i].choice.data;
	const size_t at = m->name[i].at;
	const bool line = memchr(text, '\n', n) && at < n;
	const size_t count = has_strings(m, i) ? m->name[i].nchoice : 0;

	const bool list = m->name[i].list && count == 0;

	if (!line && !list && count == 0)
		return;
	buf_adds(b, " (");
	if (line)
		buf_printf(b, "line %zu%s", str_line_of(text, at),
			m->name[i].handed
				? ": a function that is not known was given it"
				: "");
	if (list)
		buf_printf(b, "%sa list", line ? ", " : "");
	if (count > 0)
		buf_printf(b, "%scompared with", line ? ", " : "");
	for (size_t k = 0; k < count; k++, s += strlen(s) + 1)
		buf_printf(b, "%s %s", k ? "," : "", s);
	buf_addc(b, ')');
}

static int by_place(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return ORDER_OF(*x, *y);
}

/*
 * "no value for 'a' (line 2), 'b'; expected -D a=VALUE -D b=VALUE".  SOME of
 * them are needed in branches only that strings choose.
 */
static int ask(const struct call_missing *m, const struct sched_names *names,
	bool some, const char *text, size_t n, size_t *where, struct diag *d)
{
	struct {
		size_t at, i;
	} order[CALL_NMISSING] = {{0}};
	struct buf b = {0};

	buf_adds(&b, "no value for");
	for (size_t i = 0; i < m->n; i++)
		order[i].at = m->name[i].at, order[i].i = i;
	qsort(order, m->n, sizeof(order[0]), by_place);
	for (size_t i = 0; i < m->n; i++) {
		buf_printf(&b, "%s '%s'", i ? "," : "",
			m->name[order[i].i].path.data);
		add_about(&b, m, order[i].i, text, n);
	}
	buf_adds(&b, "; expected");
	for (size_t i = 0; i < m->n; i++)
		add_option(&b, names->define, &m->name[order[i].i].path);
	if (m->rateless)
		buf_printf(
			&b, "%s %s LR", m->endless ? "," : ", and", names->lr);
	if (m->endless)
		buf_printf(&b, ", and %s N", names->steps);
	buf_adds(&b, some ? " (but for what the branches need that are not "
			    "taken)"
			  : "");
	if (order[0].at < n)
		*where = order[0].at;
	if (buf_end(&b, d) == 0)
		diag_set(d, DIAG_USAGE, "%s", b.data);
	buf_free(&b);
	return -1;
}

/*
 * Values that are tried for what is missing: one may be as good as it takes.
 * The last are of each name another: base_lr=1, max_lr=2.
 */
static const char *const tried[] = {"1", "100", "0.5"};

#define NTRIED (ARRAY_SIZE(tried) + 1)
#define NDEFINE_MAX 64

/*
 * Which value each name has: CHOICE of its own, else a list where LISTS has its
 * bit, else the Kth of TRIED; none if the text GIVES it one.
 */
struct trial {
	size_t choice, k;
	uint64_t lists;
	bool gives;
};

_Static_assert(CALL_NMISSING <= 64, "a bit for each name");

/* "NAME=VALUE" of the Ith of M into B. */
static char *add_trial(struct buf *b, const struct call_missing *m, size_t i,
	const struct trial *x)
{
	const char *s = m->name[i].choice.data;
	const size_t n = m->name[i].nchoice;
	/* One that is compared with numbers is first another. */
	const size_t other = has_strings(m, i) ? 0 : 1;
	size_t k = n ? x->choice % (n + other) : 0;

	for (; k > other; k--)
		s += strlen(s) + 1;
	buf_printf(b, "%s=", m->name[i].path.data);
	if (n > 0 && k >= other)
		buf_adds(b, s);
	else if (x->lists >> i & 1)
		buf_adds(b, "[1, 2]");
	else if (x->k < ARRAY_SIZE(tried))
		buf_adds(b, tried[x->k]);
	else
		buf_printf(b, "%zu", i + 1);
	return buf_text(b);
}

/* What is tried, and the names that it lacks. */
struct attempt {
	call_once *once;
	void *ctx;
	const struct sched_env *env;
	struct call_missing *m;
};

/* Runs A with X's values for all names.  Returns what it did. */
static int retry(const struct attempt *a, const struct trial *x)
{
	struct buf value[CALL_NMISSING] = {{0}};
	const char *define[CALL_NMISSING + NDEFINE_MAX];
	const struct sched_env *env = a->env;
	struct sched_env more = *env;
	struct diag quiet;
	size_t n = a->m->n, ndefine = env->given.ndefine;
	int ret = 0;

	if (ndefine)
		memcpy(define, env->given.define, ndefine * sizeof(*define));
	for (size_t i = 0; i < n && !ret; i++) {
		if (x->gives && a->m->name[i].given)
			continue;
		define[ndefine] = add_trial(&value[i], a->m, i, x);
		ret = define[ndefine++] ? 0 : -1;
	}
	more.given.define = define;
	more.given.ndefine = ndefine;
	more.given.asked = NULL;
	more.given.trial = true;
	ret = ret ? ret : a->once(a->ctx, &more, a->m, &quiet);
	for (size_t i = 0; i < n; i++)
		buf_free(&value[i]);
	return ret;
}

/* How many values the name of M is tried with that has the most. */
static size_t most_choices(const struct call_missing *m)
{
	size_t most = 0;

	for (size_t i = 0; i < m->n; i++) {
		size_t n = m->name[i].nchoice;
		n += n > 0 && !has_strings(m, i);
		most = n > most ? n : most;
	}
	return most;
}

/*
 * Whether PART is an attribute or an item of the name WHOLE; one that is itself
 * a part, as a["b"] of x.a["b"], may be asked whether it is there.
 */
static bool is_part(const struct buf *part, const struct buf *whole)
{
	return part->len > whole->len && !strpbrk(whole->data, ".[") &&
	       memcmp(part->data, whole->data, whole->len) == 0 &&
	       strchr(".[", part->data[whole->len]);
}

/* Names of M with a bit in OUT are not asked for; *FIRST counts names. */
static void drop(struct call_missing *m, uint64_t out, size_t *first)
{
	size_t kept = 0, before = *first;

	for (size_t i = 0; i < m->n; i++) {
		if (!(out >> i & 1)) {
			if (kept != i) {
				m->name[kept] = m->name[i];
				memset(&m->name[i], 0, sizeof(m->name[i]));
			}
			kept++;
			continue;
		}
		*first -= i < before;
		buf_free(&m->name[i].path);
		buf_free(&m->name[i].choice);
	}
	m->n = kept;
}

/* What parts are asked of is not asked for itself. */
static void drop_wholes(struct call_missing *m, size_t *first)
{
	uint64_t out = 0;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->n; k++)
			if (is_part(&m->name[k].path, &m->name[i].path))
				out |= (uint64_t)1 << i;
	drop(m, out, first);
}

/* What the text computes of other names is not asked for. */
static void drop_given(struct call_missing *m, size_t *first)
{
	uint64_t out = 0;

	for (size_t i = 0; i < m->n; i++)
		out |= (uint64_t)m->name[i].given << i;
	drop(m, out, first);
}

/* Runs A with X's values as long as that tells of more.  What it did. */
static int retry_for_more(const struct attempt *a, const struct trial *x)
{
	const struct call_missing *m = a->m;
	size_t before;
	int ret;

	do {
		before = m->n;
		ret = retry(a, x);
	} while (ret < 0 && m->n > before && m->n < CALL_NMISSING);
	return ret;
}

/* X has cured A; the next value, of which there may be more, tells as much. */
static int retry_more_rounds(const struct attempt *a, struct trial *x)
{
	const size_t before = a->m->n;

	retry_for_more(a, x);
	x->k--;
	/* What has been added has no value yet where X is tried again. */
	return a->m->n > before ? retry_for_more(a, x) : 0;
}

/* Numbers did not do: the names that tell of more as lists are such. */
static int retry_lists(const struct attempt *a, struct trial *x)
{
	const struct call_missing *m = a->m;
	int ret = -1;

	x->k = 0;
	for (size_t i = 0; i < m->n && ret < 0; i++) {
		size_t before = m->n;

		x->lists |= (uint64_t)1 << i;
		ret = retry_for_more(a, x);
		if (ret < 0 && m->n == before)
			x->lists &= ~((uint64_t)1 << i);
	}
	return ret;
}

/*
 * Tries A with values for what is missing, but for what the text GIVES them
 * itself.  Whether some do; *FIRST: how many names the first choices lack.
 */
static bool try_values(const struct attempt *a, bool gives, size_t *first)
{
	struct call_missing *m = a->m;
	struct trial x = {.gives = gives};
	bool cured = false;
	int again;

	for (; x.choice == 0 || x.choice < most_choices(m); x.choice++) {
		again = -1;
		for (x.k = 0; again < 0 && x.k < NTRIED; x.k++)
			again = retry_for_more(a, &x);
		/* One round may do without what more of them need. */
		if (again == 0 && x.k == 1 && x.choice == 0)
			again = retry_more_rounds(a, &x);
		if (again < 0)
			again = retry_lists(a, &x);
		for (size_t i = 0; i < m->n && again == 0; i++)
			m->name[i].list = x.lists >> i & 1;
		*first = x.choice == 0 ? m->n : *first;
		cured = cured || again == 0;
	}
	return cured;
}

int call_retry(call_once *once, void *ctx, const struct sched_env *env,
	const char *text, size_t n, size_t *where, struct diag *d)
{
	struct call_missing m = {0};
	const struct attempt a = {once, ctx, env, &m};
	size_t first = 0;
	bool cured;
	int ret = once(ctx, env, &m, d);

	if (ret < 0 && m.n > 0 && d->class == DIAG_USAGE &&
		env->given.ndefine <= NDEFINE_MAX) {
		cured = try_values(&a, true, &first);
		if (cured)
			drop_given(&m, &first);
		else
			cured = try_values(&a, false, &first);
		drop_wholes(&m, &first);
		if (cured || !m.doubtful)
			ask(&m, sched_names_of(env), m.n > first, text, n,
				where, d);
	}
	call_missing_free(&m);
	return ret;
}
