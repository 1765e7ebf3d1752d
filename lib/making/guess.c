/* SPDX-License-Identifier: MIT */
/*
 * What a name says, where nothing else does: that it counts steps, that it is
 * of rates.
 */
#include <string.h>

#include "base/array.h"
#include "base/order.h"
#include "base/str.h"
#include "making/making.h"

/* What counts the steps, the first is preferred. */
static const char *const step_names[] = {"step", "it", "iter", "iteration",
	"iteration_count", "global_step", "t", "epoch"};

#define NSTEP_NAME ARRAY_SIZE(step_names)

_Static_assert(NSTEP_NAME <= CALL_OPTIONAL, "ranks of names themselves");

bool call_same_name(const struct py_str *a, const struct py_str *b)
{
	return a->n == b->n && a->n > 0 && memcmp(a->s, b->s, a->n) == 0;
}

int call_order_names(const void *a, const void *b)
{
	const struct py_str *x = a, *y = b;

	return order_of_bytes(x->s, x->n, y->s, y->n);
}

const struct py_node *call_groups_owner(const struct py_node *e)
{
	return e->form == PY_ATTR && py_is_named(&e->s, "param_groups") ? e->arg
									: NULL;
}

const struct py_node *call_targets_of(
	const struct py_node *e, const struct py_str *name)
{
	const struct py_node *call = e->form == PY_ASSIGN ? e->arg : NULL;

	return call && call->form == PY_CALL &&
			       call_same_name(&call->arg->s, name)
		       ? call->next
		       : NULL;
}

/* Whether WORD[0..N), in any case, is one of the N of LIST. */
static bool is_among(const char *word, size_t n, const char *const *list)
{
	for (; *list; list++)
		if (str_is_in_any_case(word, n, *list))
			return true;
	return false;
}

/* The length of the word at S of at most N: up to "_" or a capital. */
static size_t word_length(const char *s, size_t n)
{
	size_t i = 1;

	while (i < n && s[i] != '_' &&
		!(str_is_upper(s[i]) && str_is_lower(s[i - 1])))
		i++;
	return i;
}

int call_step_rank(const struct py_str *s)
{
	static const char *const counts[] = {"step", "iter", "iteration",
		"epoch", "it", "update", "batch", NULL};
	static const char *const many[] = {"steps", "iters", "iterations",
		"epochs", "updates", "batches", NULL};
	static const char *const others[] = {"max", "total", "warmup", "warm",
		"decay", "end", "start", "init", "initial", "n", "min", "per",
		"size", "every", "final", "last", "drop", "cycle", "hold",
		"length", "training", "train", "lr", "rate", "milestones",
		NULL};
	int rank = CALL_NOT_STEP;

	for (size_t i = 0; i < NSTEP_NAME; i++)
		if (py_is_named(s, step_names[i]))
			return (int)i;
	for (size_t i = 0, n; i < s->n; i += n) {
		const char *word = s->s + i;
		if (*word == '_') {
			n = 1;
			continue;
		}
		n = word_length(word, s->n - i);
		if (is_among(word, n, others))
			return CALL_NOT_STEP;
		if (is_among(word, n, counts))
			rank = rank < CALL_LIKE_STEP ? rank : CALL_LIKE_STEP;
		else if (is_among(word, n, many) && rank > CALL_LIKE_STEP)
			rank = CALL_LIKE_STEP + 1;
	}
	return rank;
}

/* Whether the "=" of an assignment or a keyword follows at S[I]. */
static bool is_given_at(const char *s, size_t n, size_t i)
{
	while (i < n && s[i] == ' ')
		i++;
	return i < n && s[i] == '=' && !(i + 1 < n && s[i + 1] == '=');
}

/* Whether NAME is used at S[I]: no part of another, nor quoted or given. */
static bool stands_at(const char *s, size_t n, size_t i, const char *name)
{
	size_t len = strlen(name);

	return i + len <= n && memcmp(s + i, name, len) == 0 &&
	       (i == 0 || !(str_is_alnum(s[i - 1]) ||
				  strchr("_.\"'", s[i - 1]))) &&
	       (i + len == n || !(str_is_alnum(s[i + len]) ||
					strchr("_\"'(", s[i + len]))) &&
	       !is_given_at(s, n, i + len);
}

const char *call_free_step(const char *s, size_t n)
{
	for (size_t k = 0; k < NSTEP_NAME; k++)
		for (size_t i = 0; i < n; i++)
			if (stands_at(s, n, i, step_names[k]))
				return step_names[k];
	return NULL;
}

/* Whether a word begins at S[I]: base_lr, baseLR; no letter stands before it.
 */
static bool begins_at(const struct py_str *s, size_t i)
{
	return i == 0 || !str_is_letter(s->s[i - 1]) ||
	       (str_is_lower(s->s[i - 1]) && str_is_upper(s->s[i]));
}

/* Whether a word ends before S[I], or is one of several: lrs. */
static bool ends_at(const struct py_str *s, size_t i)
{
	return i == s->n || s->s[i] == 's' || begins_at(s, i);
}

/* Whether a rate is one by the letters before it, learningrate: no generate. */
static bool is_kind_of_rate(struct py_str before)
{
	static const char *const kinds[] = {"learning", "LEARNING", "base",
		"init", "decay", "min", "max", "new", "l", "L"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (call_ends_with(&before, kinds[i]) &&
			begins_at(&before, before.n - strlen(kinds[i])))
			return true;
	return false;
}

/* Whether PART, at S[I] by its letters, is of rates: no allreduce, no generate.
 */
static bool is_rate_at(const struct py_str *s, size_t i, size_t part)
{
	return begins_at(s, i) ||
	       (ends_at(s, i + part) &&
		       (part == 2 ||
			       is_kind_of_rate((struct py_str){i, s->s})));
}

bool call_is_of_rates(const struct py_str *s)
{
	static const char *const words[] = {"lr", "rate", "LR", "RATE"};
	static const char *const parts[] = {"sched", "warm", "decay", "SCHED"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (call_has_part(s, parts[i]))
			return true;
	for (size_t k = 0; k < ARRAY_SIZE(words); k++) {
		size_t n = strlen(words[k]);

		for (size_t i = 0; i + n <= s->n; i++)
			if (memcmp(s->s + i, words[k], n) == 0 &&
				is_rate_at(s, i, n))
				return true;
	}
	return false;
}

bool call_is_of_another(const struct py_str *s)
{
	static const char *const parts[] = {"wd_", "_wd", "weight_decay",
		"momentum", "temp", "teacher", "dropout", "drop_path",
		"epsilon", "beta", "kl_", "noise", "explor", "ema_", "smooth",
		"sampl", "loss_weight"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (call_has_part(s, parts[i]))
			return !call_has_part(s, "lr");
	return false;
}

bool call_is_fit(const struct py_node *f)
{
	return py_is_named(&f->s, "fit") || py_is_named(&f->s, "fit_generator");
}

static bool imports(const struct py_node *e)
{
	return e->form == PY_IMPORT || (e->form == PY_BLOCK && e->op == '*');
}

int call_find_imports(
	struct py_run *r, const struct py_module *m, struct call_imports *ret)
{
	const struct py_node *root = py_root(m);
	size_t n = 0;

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		n += imports(e);
	ret->n = 0;
	ret->at = py_alloc(r, (n + 1) * sizeof(*ret->at));
	if (!ret->at)
		return -1;
	for (const struct py_node *e = root; e; e = py_walk(root, e))
		if (imports(e))
			ret->at[ret->n++] = e;
	return 0;
}

const struct py_node *call_import_of(
	const struct call_build *b, const struct py_str *name)
{
	for (size_t i = 0; i < b->imports.n; i++)
		if (b->imports.at[i]->form == PY_IMPORT &&
			call_same_name(&b->imports.at[i]->s, name))
			return b->imports.at[i];
	return NULL;
}
