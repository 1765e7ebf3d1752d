/* SPDX-License-Identifier: MIT */
/*
 * Columns that the user names: one, a sum of several, or arithmetic over them;
 * and messages that list what names there are.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "role/role_impl.h"
#include "text/formula.h"

const struct role_words *role_words_of(const struct role_options *opt)
{
	static const struct role_words none;

	return opt->words ? opt->words : &none;
}

/* --- messages ------------------------------------------------------------ */

const char *role_name_of(const struct role_finder *f, size_t key)
{
	return pair_keys_name(f->keys, key);
}

static bool is_no_name(const char *name)
{
	return strcmp(name, PAIR_KEY_COUNT) == 0 ||
	       strcmp(name, PAIR_KEY_NUMBER) == 0 ||
	       strcmp(name, PAIR_KEY_INDEX) == 0 ||
	       strcmp(name, PAIR_KEY_VALUE) == 0;
}

/* KEY stands for no name. */
static bool is_anonymous(const struct role_finder *f, size_t key)
{
	return is_no_name(role_name_of(f, key));
}

static const char *phrase(enum pair_role role)
{
	static const char *const phrase[PAIR_NROLE] = {
		[PAIR_STEP] = "the step",
		[PAIR_LR] = "the lr",
		[PAIR_LOSS] = "the loss",
		[PAIR_METRIC] = "an accuracy",
		[PAIR_RUN] = "the run",
	};

	return phrase[role];
}

/* "a, b, c", as many as are worth reading. */
static int list_names(struct buf *b, const struct role_finder *f)
{
	for (size_t i = 0; i < f->n && b->len < 512; i++) {
		if (is_anonymous(f, i))
			continue;
		if (b->len)
			buf_adds(b, ", ");
		buf_adds(b, role_name_of(f, i));
	}
	return buf_text(b) ? 0 : -1;
}

/* "FOUND the lr: step, x; expected EXPECTED", with all names.  Returns -1. */
static int fail_names(const struct role_finder *f, enum pair_role role,
	const char *found, const char *expected, struct diag *d)
{
	struct buf names = {0};

	if (list_names(&names, f))
		diag_nomem(d, names.len);
	else
		diag_set(d, DIAG_DATA, "%s %s: %s; expected %s", found,
			phrase(role), names.data, expected);
	buf_free(&names);
	return -1;
}

static bool has_metric(const struct role_finder *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (role_stat(f, i)->n &&
			role_stat(f, i)->meaning.rank[PAIR_METRIC] !=
				PAIR_RANK_NONE)
			return true;
	return false;
}

int role_fail_unnamed(const struct role_finder *f, enum pair_role role,
	const char *found, struct diag *d)
{
	const struct role_words *w = role_words_of(f->opt);
	const char *word = role == PAIR_LR ? w->lr : w->loss;
	const char *other = role == PAIR_LR                      ? w->rates
			    : role == PAIR_LOSS && has_metric(f) ? w->metric
								 : NULL;
	char expected[160];

	snprintf(expected, sizeof(expected), "%s%s%s%s", word ? word : "",
		word ? " with one of them" : "one of them to be named",
		other ? ", or " : "", other ? other : "");
	return fail_names(f, role, found, expected, d);
}

static bool has_names(const struct role_finder *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!is_anonymous(f, i))
			return true;
	return false;
}

static int fail_nameless(const struct role_finder *f, struct diag *d)
{
	const char *word = role_words_of(f->opt)->columns;

	return diag_set(d, DIAG_DATA,
		"numbers without names; expected a header such as "
		"step,lr,loss%s%s%s",
		word ? ", or " : "", word ? word : "",
		word ? " with those of the columns" : "");
}

int role_fail_unknown(
	const struct role_finder *f, enum pair_role role, struct diag *d)
{
	return has_names(f) ? role_fail_unnamed(
				      f, role, "no column is known to be", d)
			    : fail_nameless(f, d);
}

/* --- names that are given ------------------------------------------------ */

/*
 * NAME[0..N) is KEY but for case and punctuation; a sign before or behind it is
 * arithmetic, and no punctuation.
 */
static bool is_like(const char *key, const char *name, size_t n)
{
	static const char sign[] = "+-*/()";
	size_t nkey = strlen(key);

	if (n == 0 || nkey == 0 || !pair_same_name(key, nkey, name, n))
		return false;
	return (!strchr(sign, name[0]) || name[0] == key[0]) &&
	       (!strchr(sign, name[n - 1]) || name[n - 1] == key[nkey - 1]);
}

int role_find_named(const struct role_finder *f, size_t *ret,
	enum pair_role role, const char *name, size_t n, struct diag *d)
{
	char found[160];
	size_t like = ROLE_NONE;
	bool several = false;

	for (size_t i = 0; i < f->n; i++) {
		const char *key = role_name_of(f, i);

		if (strlen(key) == n && memcmp(key, name, n) == 0) {
			*ret = i;
			return 0;
		}
		if (is_like(key, name, n)) {
			several = like != ROLE_NONE;
			like = i;
		}
	}
	if (like != ROLE_NONE && !several) {
		*ret = like;
		return 0;
	}
	if (!has_names(f))
		return fail_nameless(f, d);
	snprintf(found, sizeof(found), "no column '%.*s' for",
		n < 100 ? (int)n : 100, name);
	return fail_names(
		f, role, found, "one of these, which are all it has", d);
}

/* The names between the plus signs of SUM. */
static int find_sum(
	const struct role_finder *f, const char *sum, struct diag *d)
{
	struct roles *r = f->r;

	for (r->nloss = 0; r->nloss < ROLE_SUM_MAX; sum++) {
		size_t n = strcspn(sum, "+");

		if (role_find_named(
			    f, &r->loss[r->nloss++], PAIR_LOSS, sum, n, d) < 0)
			return -1;
		sum += n;
		if (!*sum)
			return 0;
	}
	return diag_set(d, DIAG_USAGE,
		"a loss of more than %d columns; expected fewer", ROLE_SUM_MAX);
}

/* The names in S, arithmetic over columns. */
static int find_formula(
	const struct role_finder *f, const char *s, struct diag *d)
{
	struct roles *r = f->r;
	const char *name;

	if (formula_parse(&r->formula, s, d) < 0)
		return -1;
	r->nloss = 0;
	while ((name = formula_name(r->formula, r->nloss))) {
		if (r->nloss == ROLE_SUM_MAX)
			return diag_set(d, DIAG_USAGE,
				"a loss of more than %d columns; expected "
				"fewer",
				ROLE_SUM_MAX);
		if (role_find_named(f, &r->loss[r->nloss], PAIR_LOSS, name,
			    strlen(name), d) < 0)
			return -1;
		r->nloss++;
	}
	return r->nloss ? 0
			: diag_set(d, DIAG_USAGE,
				  "the loss '%s' has no column; expected one",
				  s);
}

int role_find_given_loss(
	const struct role_finder *f, const char *s, struct diag *d)
{
	struct diag first;

	f->r->nloss = 1;
	if (role_find_named(f, &f->r->loss[0], PAIR_LOSS, s, strlen(s), d) ==
			0 ||
		find_sum(f, s, d) == 0)
		return 0;
	first = *d;
	if (!f->opt->sums_only && strpbrk(s, "-*/()") &&
		find_formula(f, s, d) == 0)
		return 0;
	/* What has no other sign, or cannot be read, was meant as names. */
	if (!f->r->formula)
		*d = first;
	return -1;
}

/* --- what is kept -------------------------------------------------------- */

/* NAME is one of the names between the plus signs of SUM, or all of it. */
static bool is_of_sum(const char *sum, const char *name)
{
	size_t n = strlen(name);

	if (!sum)
		return false;
	if (pair_same_name(sum, strlen(sum), name, n))
		return true;
	for (;; sum++) {
		size_t len = strcspn(sum, "+");

		if (pair_same_name(sum, len, name, n))
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
		if (pair_same_name(x, strlen(x), name, strlen(name)))
			return true;
	return false;
}

/* What is asked for, and the formula that the loss may be, or NULL. */
struct asked {
	const struct role_options *opt;
	struct formula *formula;
};

/* A tape_keeps: what has or may have a role. */
static unsigned keeps(
	const void *ctx, const char *name, const struct pair_meaning *m)
{
	const struct asked *a = ctx;
	const struct role_options *o = a->opt;
	bool is_run = is_of_sum(o->run, name);
	bool is_role = is_run || is_of_sum(o->lr, name) ||
		       is_of_sum(o->loss, name) || is_of_sum(o->step, name) ||
		       is_of_formula(a->formula, name);

	for (enum pair_role r = 0; r < PAIR_NROLE; r++)
		is_role |= m->rank[r] != PAIR_RANK_NONE;
	is_role |= is_no_name(name);
	if (!is_role)
		return 0;
	return is_run || m->rank[PAIR_RUN] != PAIR_RANK_NONE ||
			       m->rank[PAIR_PHASE] != PAIR_RANK_NONE
		       ? TAPE_ROLE | TAPE_TEXT
		       : TAPE_ROLE;
}

int role_read(struct tape **ret, struct source *s,
	const struct role_options *opt, const char *dir, bool all,
	struct diag *d)
{
	struct asked a = {.opt = opt};
	int status = tape_new(ret, dir, all, d);

	/* What cannot be read as one is a name: role_find() tells. */
	if (!status && opt->loss &&
		formula_parse(&a.formula, opt->loss, d) < 0 &&
		d->class == DIAG_NOMEM)
		status = -1;
	if (!status)
		status = tape_fill(*ret, s, keeps, &a, d);
	formula_free(a.formula);
	return status;
}
