/* SPDX-License-Identifier: MIT */
/*
 * Columns that the user names: one, a sum of several, or arithmetic over them;
 * and messages that list what names there are.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "log/log_impl.h"
#include "text/formula.h"

/* --- messages ------------------------------------------------------------ */

const char *log_name_of(const struct log_finder *f, size_t key)
{
	return line_keys_name(f->keys, key);
}

static bool is_key(const struct log_finder *f, size_t key, const char *name)
{
	return strcmp(log_name_of(f, key), name) == 0;
}

bool log_is_anonymous(const struct log_finder *f, size_t key)
{
	return is_key(f, key, LINE_KEY_COUNT) ||
	       is_key(f, key, LINE_KEY_NUMBER) ||
	       is_key(f, key, LINE_KEY_VALUE);
}

static const char *phrase(enum line_role role)
{
	static const char *const phrase[LINE_NROLE] = {
		[LINE_STEP] = "the step",
		[LINE_LR] = "the lr",
		[LINE_LOSS] = "the loss",
		[LINE_METRIC] = "an accuracy",
		[LINE_RUN] = "the run",
	};

	return phrase[role];
}

/* "a, b, c", as many as are worth reading. */
static int list_names(struct buf *b, const struct log_finder *f)
{
	for (size_t i = 0; i < f->n && b->len < 512; i++) {
		if (log_is_anonymous(f, i))
			continue;
		if ((b->len && buf_adds(b, ", ")) ||
			buf_adds(b, log_name_of(f, i)))
			return -1;
	}
	return buf_terminate(b);
}

int log_fail_names(const struct log_finder *f, enum line_role role,
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

/* --- names that are given ------------------------------------------------ */

int log_find_named(const struct log_finder *f, size_t *ret, enum line_role role,
	const char *name, size_t n, struct diag *d)
{
	char found[160];
	size_t like = LOG_NONE;
	bool several = false;

	for (size_t i = 0; i < f->n; i++) {
		const char *key = log_name_of(f, i);

		if (strlen(key) == n && memcmp(key, name, n) == 0) {
			*ret = i;
			return 0;
		}
		if (line_same_name(key, strlen(key), name, n)) {
			several = like != LOG_NONE;
			like = i;
		}
	}
	if (like != LOG_NONE && !several) {
		*ret = like;
		return 0;
	}
	snprintf(found, sizeof(found), "no column '%.*s' for",
		n < 100 ? (int)n : 100, name);
	return log_fail_names(
		f, role, found, "one of these, which are all it has", d);
}

/* The names between the plus signs of SUM. */
static int find_sum(const struct log_finder *f, const char *sum, struct diag *d)
{
	struct log_roles *r = f->r;

	for (r->nloss = 0; r->nloss < LOG_SUM_MAX; sum++) {
		size_t n = strcspn(sum, "+");

		if (log_find_named(
			    f, &r->loss[r->nloss++], LINE_LOSS, sum, n, d) < 0)
			return -1;
		sum += n;
		if (!*sum)
			return 0;
	}
	return diag_set(d, DIAG_USAGE,
		"a loss of more than %d columns; expected fewer", LOG_SUM_MAX);
}

/* The names in S, arithmetic over columns. */
static int find_formula(
	const struct log_finder *f, const char *s, struct diag *d)
{
	struct log_roles *r = f->r;
	const char *name;

	if (formula_parse(&r->formula, s, d) < 0)
		return -1;
	r->nloss = 0;
	while ((name = formula_name(r->formula, r->nloss))) {
		if (r->nloss == LOG_SUM_MAX)
			return diag_set(d, DIAG_USAGE,
				"a loss of more than %d columns; expected "
				"fewer",
				LOG_SUM_MAX);
		if (log_find_named(f, &r->loss[r->nloss], LINE_LOSS, name,
			    strlen(name), d) < 0)
			return -1;
		r->nloss++;
	}
	return r->nloss ? 0
			: diag_set(d, DIAG_USAGE,
				  "the loss '%s' has no column; expected one",
				  s);
}

int log_find_loss(const struct log_finder *f, const char *s, struct diag *d)
{
	struct diag first;

	f->r->nloss = 1;
	if (log_find_named(f, &f->r->loss[0], LINE_LOSS, s, strlen(s), d) ==
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
