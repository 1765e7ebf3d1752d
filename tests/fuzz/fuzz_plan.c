/* SPDX-License-Identifier: MIT */
/*
 * Histograms and plans: any bytes are one or a message; of a histogram every
 * allocation makes a plan that keeps to its sums, or says why not.
 */
#include <string.h>

#include "fuzz_input.h"
#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const struct plan *p, const struct plan_hist *h)
{
	uint64_t k = 0;

	for (size_t i = 0; i < h->ntensor; i++) {
		if (p->row[i].k > h->tensor[i].n)
			abort();
		k += p->row[i].k;
		(void)plan_packed(&h->tensor[i], p->row[i].k);
	}
	if (p->exact && k != p->k)
		abort();
	(void)plan_energy_kept(p, h);
}

static void make(const struct plan_hist *h, struct num_ratio part)
{
	for (int a = 0; a < PLAN_NALLOC; a++) {
		struct plan_want want = {.alloc = (enum plan_alloc)a,
			.target = {.kind = CHOICE_BY_SPARSITY, .ratio = part},
			.energy = part,
			.nan = SELECT_NAN_KEEP};
		struct diag d = {0};
		struct plan p;

		if (plan_make(&p, h, &want, &d) == 0)
			check(&p, h);
		else if (!d.text[0])
			abort();
		plan_free(&p);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct plan_hist h = {0};
	const struct choice_bounds all = {.min = {0, 1}, .max = {1, 1}};
	struct choice_rules l;
	struct plan_file f;
	struct diag d = {0};
	struct input in;
	int bad;

	in = fuzz_input(0, data, n);
	bad = plan_hist_read(&h, &in, &d) || plan_hist_sort(&h, &d);
	if (bad && !d.text[0])
		abort();
	for (int zero = 0; !bad && zero < 2; zero++) {
		make(&h, (struct num_ratio){1 + n % 7, 8});
		bad = plan_hist_zero_nan(&h, &d);
	}
	plan_hist_free(&h);
	input_close(&in);

	d = (struct diag){0};
	bad = plan_file_read(&f, fuzz_path(0, data, n), &d);
	if (bad && !d.text[0])
		abort();
	plan_file_free(&f);

	d = (struct diag){0};
	bad = choice_rules_read(&l, fuzz_path(0, data, n), &all, &d);
	if (bad && !d.text[0])
		abort();
	(void)choice_rules_find(&l, "layers.0.weight");
	choice_rules_free(&l);
	return 0;
}
