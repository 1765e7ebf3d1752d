/* SPDX-License-Identifier: MIT */
/*
 * Compiled lambdas: made, run, shown.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "text/py_block.h"
#include "text/py_code.h"
#include "text/py_math.h"
#include "text/py_show.h"

void py_fn_free(struct py_fn *f)
{
	if (!f)
		return;
	py_block_free(f->block);
	free(f->code);
	free(f->text);
	free(f);
}

static int compare_numbers(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

const double *py_code_table(
	struct py_fn *f, const struct py_value *list, bool ordered, size_t *n)
{
	double *table = py_block_alloc(&f->block, list->n * sizeof(*table));

	*n = 0;
	for (size_t i = 0; table && i < list->n; i++)
		if (!ordered || !isnan(list->item[i].num))
			table[(*n)++] = list->item[i].num;
	if (table && ordered)
		qsort(table, *n, sizeof(*table), compare_numbers);
	return table;
}

static bool varies(const struct py_fn *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->code[i].what == PY_DO_PARAM)
			return true;
	return false;
}

int py_fn_new(struct py_fn **ret, const struct py_expr *e,
	const struct py_name *names, const struct py_expr **where,
	struct diag *d)
{
	struct py_fn *f = calloc(1, sizeof(*f));
	struct buf text = {0};

	*where = e;
	if (!f)
		return diag_nomem(d, sizeof(*f));
	if (py_compile(f, e, names, where, d)) {
		py_fn_free(f);
		return -1;
	}
	if (py_show_with(&text, e, names)) {
		buf_free(&text);
		py_fn_free(f);
		return diag_nomem(d, text.len);
	}
	f->text = text.data;
	f->text_n = text.len;
	f->is_const = !varies(f);
	*ret = f;
	return 0;
}

bool py_fn_is_const(const struct py_fn *f)
{
	return f->is_const;
}

int py_fn_show(struct buf *b, const struct py_fn *f)
{
	return buf_add(b, f->text, f->text_n);
}

/* The table ascends. */
static bool contains(const struct py_code *c, double x)
{
	size_t low = 0, high = c->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->u.table[mid] == x)
			return true;
		if (c->u.table[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* The item at X, which counts from the end if negative. */
static bool item(const struct py_code *c, double *x)
{
	double i = *x < 0 ? *x + (double)c->n : *x;

	if (!(i >= 0 && i < (double)c->n) || i != floor(i))
		return false;
	*x = c->u.table[(size_t)i];
	return true;
}

static bool math(const struct py_code *c, double *x)
{
	double y = c->u.at(*x);

	if (isnan(y) && !isnan(*x))
		return false;
	*x = y;
	return true;
}

/* What leaves one number of two; false where Python would raise. */
static bool two(const struct py_code *c, double *a, double b)
{
	switch (c->what) {
	case PY_DO_ADD: *a += b; return true;
	case PY_DO_SUB: *a -= b; return true;
	case PY_DO_MUL: *a *= b; return true;
	case PY_DO_MIN: *a = b < *a ? b : *a; return true;
	case PY_DO_MAX: *a = b > *a ? b : *a; return true;
	case PY_DO_ROUND: *a = py_round(*a, b); return b == floor(b);
	case PY_DO_LOG:
		if (!(*a > 0) || !(b > 0) || b == 1)
			return false;
		*a = log(*a) / log(b);
		return true;
	default: return !py_arith((enum py_op)c->op, *a, b, a);
	}
}

double py_fn_at(const struct py_fn *f, double x)
{
	double stack[PY_STACK_MAX + 1], *top = stack;
	const struct py_code *c = f->code, *end = f->code + f->n;

	memset(stack, 0, (f->depth + 1) * sizeof(*stack));
	while (c < end) {
		const struct py_code *at = c++;
		switch (at->what) {
		case PY_DO_CONST: *++top = at->u.num; break;
		case PY_DO_PARAM: *++top = x; break;
		case PY_DO_NEG: *top = -*top; break;
		case PY_DO_NOT: *top = *top == 0; break;
		case PY_DO_MATH:
			if (!math(at, top))
				return NAN;
			break;
		case PY_DO_INDEX:
			if (!item(at, top))
				return NAN;
			break;
		case PY_DO_IN: *top = contains(at, *top); break;
		case PY_DO_JUMP: c = f->code + at->n; break;
		case PY_DO_UNLESS:
			if (*top-- == 0)
				c = f->code + at->n;
			break;
		case PY_DO_IF_TRUE:
		case PY_DO_IF_FALSE:
			if ((*top != 0) == (at->what == PY_DO_IF_TRUE))
				c = f->code + at->n;
			else
				top--;
			break;
		default:
			top--;
			if (!two(at, top, top[1]))
				return NAN;
		}
	}
	/* An int has no -0. */
	return *top + 0.0;
}
