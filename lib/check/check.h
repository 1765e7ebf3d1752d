/* SPDX-License-Identifier: MIT */
/*
 * Questions about a model with yes or no for an answer, as "sparsity>=90%" or
 * "finite".  An answer is judged tensor by tensor, and who asks is told of each
 * that fails.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "choice/choice.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

struct diag;
struct check_kind;

struct check {
	const struct check_kind *kind;
	const char *expr;              /* as it was written, borrowed */
	const char *file;              /* that it names; or NULL */
	bool values;                   /* zeros of FILE are what it masks */
	struct choice_target target;   /* sparsity */
	struct choice_structure shape; /* N:M */
};

/*
 * Fills C from EXPR, which is borrowed; NAME is what messages call it.  Returns
 * 0, or -1 with DIAG_USAGE.
 */
int check_parse(
	struct check *c, const char *expr, const char *name, struct diag *d);

/* What a question is answered from, besides the model itself. */
enum check_from {
	CHECK_FROM_MODEL,
	CHECK_FROM_STAT,  /* its statistics */
	CHECK_FROM_MASK,  /* FILE as a mask */
	CHECK_FROM_OTHER, /* FILE as another model */
};
enum check_from check_from(const struct check *c);

/* Whether all bytes of the model are read, and counted in HOW's progress. */
bool check_counts(const struct check *c);

/* What a tensor fails by. */
struct check_failure {
	const char *tensor; /* NULL: all together */
	uint64_t found, expected;
	const char *first; /* index; NULL: none */
	bool uncounted;    /* there is nothing to count */
	const char *text;  /* what was found; what was expected */
};

/* Whom a question is about; all borrowed. */
struct check_subject {
	const struct tensor_model *model;
	const struct choice *choice;
	const struct stat_summary *stat;  /* per tensor, if it is from it */
	struct choice_mask *mask;         /* the same */
	const struct tensor_model *other; /* the same */
	struct stat_how how;
	bool each; /* every tensor has to be as sparse, not all together */
	/* Is told of each failure, which is gone then. */
	void (*fail)(void *ctx, const struct check_failure *f);
	void *ctx;
};

struct check_answer {
	uint64_t nfail;           /* 0: it holds */
	uint64_t found, expected; /* in all tensors, where it holds */
	const char *nothing;      /* why none was asked; NULL: some were */
	/* Tensors that could not be asked: the first, how many, and why. */
	const struct tensor_span *unasked;
	size_t nunasked;
	char why[128];
};

/* Asks C of S.  Returns 0, or -1 for trouble. */
int check_ask(struct check_answer *ret, const struct check *c,
	const struct check_subject *s, struct diag *d);

#endif
