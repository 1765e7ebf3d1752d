/* SPDX-License-Identifier: MIT */
/*
 * Policies and formulas: no text crashes their readers, what is refused has a
 * reason, and what is not takes any metrics.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "text/formula.h"
#include "watch/watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_rows(struct watch *w)
{
	static const double x[] = {1, 0.5, NAN, 0.5, INFINITY, -INFINITY, 1e300,
		-0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1e-300};
	struct watch_row row;
	double value[64];
	bool given[64];
	size_t nmetric = 0;

	while (watch_metric(w, nmetric))
		nmetric++;
	if (nmetric > 64)
		return;
	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		for (size_t k = 0; k < nmetric; k++) {
			value[k] = x[i];
			given[k] = (i + k) % 5 != 4;
		}
		watch_step(w, value, given, &row);
		if (!isnan(row.best) && !isfinite(row.best))
			abort();
	}
}

static void try_policies(const char *s, size_t n, const char *file)
{
	struct watch_opts o = {.lr = 0.1,
		.mode = WATCH_MIN,
		.lr_name = "-l",
		.mode_name = "--mode",
		.define_name = "-D"};
	struct diag d = {.text = ""};
	struct watch *w = NULL;

	if (watch_new(&w, &o, &d) == 0 && watch_add(w, s, n, file, &d) == 0 &&
		watch_begin(w, NULL, &d) == 0)
		try_rows(w);
	else if (!d.text[0])
		abort();
	watch_free(w);
}

static void try_formula(const char *s)
{
	struct diag d = {.text = ""};
	struct formula *f;
	double value[4096];

	if (formula_parse(&f, s, &d) < 0) {
		if (!d.text[0])
			abort();
		return;
	}
	for (size_t i = 0; formula_name(f, i); i++)
		value[i] = (double)i - 1;
	formula_value(f, value);
	formula_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char text[1025];

	if (n > 1024 || memchr(data, '\0', n))
		return 0;
	memcpy(text, data, n);
	text[n] = '\0';
	watch_is_policy(text);
	watch_mode_of(text);
	/* Reading the definitions takes the time: an odd length is a script. */
	try_policies(text, n, n % 2 ? "train.py" : NULL);
	try_formula(text);
	return 0;
}
