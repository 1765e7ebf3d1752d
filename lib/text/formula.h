/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic over named numbers, as Python has it: val_acc - 0.1*sparsity.
 * Names are letters, digits, _ and dots, or anything in quotes of any kind
 * ("val/loss"); there are + - * / ** and brackets, and abs, exp, log, sqrt, max
 * and min.
 */
#ifndef TEXT_FORMULA_H
#define TEXT_FORMULA_H

#include <stddef.h>

struct diag;
struct formula;

/* Reads S.  Caller frees with formula_free().  Returns 0, or -1. */
int formula_parse(struct formula **ret, const char *s, struct diag *d);

/* The I-th of the names that are in it, NULL past the last. */
const char *formula_name(const struct formula *f, size_t i);

/* Its value, VALUE[i] being that of the I-th name. */
double formula_value(const struct formula *f, const double *value);

void formula_free(struct formula *f);

#endif
