/* SPDX-License-Identifier: MIT */
/*
 * Values of Python expressions: making, comparing, blaming.
 */
#include "text/py_value.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "text/py_block.h"

#define EVAL_NBYTES_MAX ((size_t)256 << 20)

struct py_value py_float(double x)
{
	return (struct py_value){.type = PY_FLOAT, .num = x};
}

struct py_value py_int(double x)
{
	if (!isfinite(x))
		return py_float(x);
	return (struct py_value){.type = PY_INT, .num = x + 0.0};
}

struct py_value py_bool(bool x)
{
	return (struct py_value){.type = PY_BOOL, .num = x};
}

bool py_is_number(const struct py_value *v)
{
	return v->type == PY_BOOL || v->type == PY_INT || v->type == PY_FLOAT;
}

bool py_true(const struct py_value *v)
{
	if (py_is_number(v))
		return v->num != 0;
	return v->type == PY_CODE || v->n > 0;
}

const struct py_name *py_name_find(
	const struct py_name *names, const char *s, size_t n)
{
	for (; names; names = names->next)
		if (names->n == n && memcmp(names->name, s, n) == 0)
			return names;
	return NULL;
}

const char *py_type_name(const struct py_value *v)
{
	switch (v->type) {
	case PY_NONE: return "None";
	case PY_BOOL: return "a bool";
	case PY_INT:
	case PY_FLOAT: return "a number";
	case PY_STR: return "a string";
	case PY_LIST: return "a list";
	case PY_DICT: return "a dict";
	case PY_CODE: break;
	}
	return "a function or call";
}

static int order_bytes(const struct py_value *a, const struct py_value *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int c = n ? memcmp(a->s, b->s, n) : 0;

	return c ? (c > 0) - (c < 0) : (a->n > b->n) - (a->n < b->n);
}

int py_order(const struct py_value *a, const struct py_value *b)
{
	if (py_is_number(a) && py_is_number(b))
		return (a->num > b->num) - (a->num < b->num);
	if (a->type == PY_STR && b->type == PY_STR)
		return order_bytes(a, b);
	return -2;
}

/* DEPTH bounds values that names have nested in one another. */
static bool equal(const struct py_value *a, const struct py_value *b,
	unsigned depth, size_t *work)
{
	*work += 1 + (a->type == PY_STR ? a->n / 64 : 0);
	if (*work > PY_STEP_MAX)
		return false;
	if (py_is_number(a) && py_is_number(b))
		return a->num == b->num;
	if (a->type != b->type || a->n != b->n || depth > PY_DEPTH_MAX)
		return false;
	if (a->type == PY_CODE)
		return a->code == b->code;
	if (a->type == PY_STR)
		return order_bytes(a, b) == 0;
	for (size_t i = 0; i < a->n; i++)
		if (!equal(&a->item[i], &b->item[i], depth + 1, work))
			return false;
	return true;
}

bool py_equal(const struct py_value *a, const struct py_value *b, size_t *work)
{
	return equal(a, b, 0, work);
}

int py_blame(struct py_eval *x, const struct py_expr *e, struct diag *d,
	const char *fmt, ...)
{
	va_list ap;

	x->where = e;
	va_start(ap, fmt);
	diag_vset(d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	return -1;
}

int py_charge(
	struct py_eval *x, const struct py_expr *e, size_t n, struct diag *d)
{
	if (n <= PY_STEP_MAX - x->nstep) {
		x->nstep += n;
		return 0;
	}
	x->nstep = PY_STEP_MAX;
	return py_blame(x, e, d,
		"takes too long; expected at most %d operations", PY_STEP_MAX);
}

int py_no_room(struct py_eval *x, const struct py_expr *e, size_t nbytes,
	struct diag *d)
{
	x->where = e;
	if (nbytes <= EVAL_NBYTES_MAX - x->nbyte)
		return diag_nomem(d, nbytes);
	return py_blame(x, e, d,
		"takes too much memory; expected at most %zu MiB",
		EVAL_NBYTES_MAX >> 20);
}

const char *py_text(char out[PY_TEXT_MAX], const struct py_expr *e)
{
	struct buf b = {0};
	size_t n = 0;

	/* Messages have quotes of their own. */
	if ((e->form == PY_F_STRING ? buf_add(&b, e->s, e->n)
				    : py_show_expr(&b, e)) == 0) {
		n = b.len < PY_TEXT_MAX - 1 ? b.len : PY_TEXT_MAX - 1;
		if (n > 0)
			memcpy(out, b.data, n);
		if (n < b.len)
			memcpy(out + n - 3, "...", 3);
	}
	out[n] = '\0';
	buf_free(&b);
	return out;
}

void *py_eval_alloc(struct py_eval *x, size_t nbytes)
{
	if (nbytes > EVAL_NBYTES_MAX - x->nbyte)
		return NULL;
	x->nbyte += nbytes;
	return py_block_alloc(&x->block, nbytes);
}

void py_eval_free(struct py_eval *x)
{
	py_block_free(x->block);
	x->block = NULL;
	x->nbyte = 0;
}

struct py_value *py_new_list(struct py_eval *x, const struct py_expr *e,
	size_t n, struct py_value *ret, struct diag *d)
{
	struct py_value *item;

	if (n > PY_ITEMS_MAX) {
		py_blame(x, e, d, "a list of %zu items; expected at most %zu",
			n, PY_ITEMS_MAX);
		return NULL;
	}
	if (py_charge(x, e, n / 8, d))
		return NULL;
	item = py_eval_alloc(x, (n ? n : 1) * sizeof(*item));
	if (!item) {
		py_no_room(x, e, n * sizeof(*item), d);
		return NULL;
	}
	*ret = (struct py_value){.type = PY_LIST, .n = n, .item = item};
	return item;
}
