/* SPDX-License-Identifier: MIT */
/* Tensors of two models that go together: by name, or as the only ones. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "stat/stat.h"
#include "tensor/tensor.h"

int stat_pairs_init(struct stat_pairs *p, const struct tensor_model *a,
	const struct tensor_model *b, struct diag *d)
{
	*p = (struct stat_pairs){
		.a = a,
		.b = b,
		.only = a->ntensor == 1 && b->ntensor == 1 &&
			(tensor_is_array(a->format) ||
				tensor_is_array(b->format)),
	};
	if (tensor_model_named(a, d) || tensor_model_named(b, d))
		return -1;
	p->a_by_name = tensor_model_by_name(a, d);
	p->b_by_name = tensor_model_by_name(b, d);
	if (p->a_by_name && p->b_by_name)
		return 0;
	stat_pairs_free(p);
	return -1;
}

void stat_pairs_free(struct stat_pairs *p)
{
	free(p->a_by_name);
	free(p->b_by_name);
	p->a_by_name = p->b_by_name = NULL;
}

static const struct tensor_span *find(const struct stat_pairs *p,
	const struct tensor_model *m, const struct tensor_span **by_name,
	const struct tensor_span *like)
{
	return p->only ? m->tensor[0]
		       : tensor_find(by_name, m->ntensor, like->name);
}

const struct tensor_span *stat_pairs_b(
	const struct stat_pairs *p, const struct tensor_span *a)
{
	return find(p, p->b, p->b_by_name, a);
}

const struct tensor_span *stat_pairs_a(
	const struct stat_pairs *p, const struct tensor_span *b)
{
	return find(p, p->a, p->a_by_name, b);
}

/* Blocks have names of their own, and so may the rest that has none here. */
static bool same_dtype(const struct tensor_span *a, const struct tensor_span *b)
{
	return a->dtype == b->dtype &&
	       strcmp(tensor_dtype_name(a), tensor_dtype_name(b)) == 0 &&
	       (a->dtype != TENSOR_OTHER || a->nbytes == b->nbytes);
}

enum stat_fit stat_fit(const struct tensor_span *a, const struct tensor_span *b)
{
	return !tensor_same_shape(a, b) ? STAT_FIT_SHAPE
	       : !same_dtype(a, b)      ? STAT_FIT_DTYPE
					: STAT_FIT;
}
