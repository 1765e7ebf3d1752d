/* SPDX-License-Identifier: MIT */
/*
 * lrcheck: several files of one run as one.  A run that was resumed logs again
 * what it had already done: the later file is what became of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "lrcheck.h"

static bool is_name(const struct log_run *a, const struct log_run *b)
{
	if (!a->name || !b->name)
		return a->name == b->name;
	return strcmp(a->name, b->name) == 0;
}

/* Puts the N numbers at NEW in the place of those from I to END of *P. */
static int replace_values(double **p, size_t have, size_t i, size_t end,
	const double *new, size_t n, struct diag *d)
{
	size_t nbytes = (have - (end - i) + n + 1) * sizeof(**p);
	double *to = malloc(nbytes);

	if (!to)
		return diag_nomem(d, nbytes);
	memcpy(to, *p, i * sizeof(*to));
	memcpy(to + i, new, n * sizeof(*to));
	memcpy(to + i + n, *p + end, (have - end) * sizeof(*to));
	free(*p);
	*p = to;
	return 0;
}

static int join_run(struct log_run *a, struct log_run *b, struct diag *d)
{
	size_t i = a->n, end = i;

	if (a->unit != b->unit)
		return diag_set(d, DIAG_DATA,
			"--join: steps, rows and epochs of one run; expected "
			"the same in each file");
	if (a->unit == LOG_ROWS)
		for (size_t k = 0; k < b->n; k++)
			b->step[k] += (double)a->n;
	if (b->n) {
		i = bisect_from(a->step, a->n, b->step[0]);
		end = i + bisect_from(a->step + i, a->n - i,
				  b->step[b->n - 1] + 0.5);
	}
	if (replace_values(&a->step, a->n, i, end, b->step, b->n, d) ||
		replace_values(&a->lr, a->n, i, end, b->lr, b->n, d))
		return -1;
	a->n += b->n - (end - i);
	return 0;
}

static int add_run(struct log *all, struct log_run *run, struct diag *d)
{
	if (array_push(&all->run, &all->nrun, run, sizeof(*run), d))
		return -1;
	*run = (struct log_run){0}; /* nothing of it is freed twice */
	return 0;
}

int lrcheck_join(struct log *all, struct log *next, struct diag *d)
{
	int ret = 0;

	for (size_t i = 0; i < next->nrun && !ret; i++) {
		size_t k = 0;

		while (k < all->nrun && !is_name(&all->run[k], &next->run[i]))
			k++;
		ret = k < all->nrun ? join_run(&all->run[k], &next->run[i], d)
				    : add_run(all, &next->run[i], d);
	}
	all->lr_forms |= next->lr_forms;
	log_free(next);
	return ret;
}
