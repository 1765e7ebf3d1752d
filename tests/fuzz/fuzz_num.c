/* SPDX-License-Identifier: MIT */
/* Numbers: what scans must print and scan again to the same value. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char out[NUM_DOUBLE_MAX], text[256];
	const char *s = (const char *)data;
	struct num_ratio ratio;
	struct diag d;
	double x, y;
	uint64_t u;

	if (num_cell_double(s, n, &x) == 0) {
		size_t len = num_from_double(out, x);
		if (num_cell_double(out, len, &y) ||
			memcmp(&x, &y, sizeof(x)) != 0)
			if (x == x)
				abort();
	}
	if (n < sizeof(text)) {
		memcpy(text, data, n);
		text[n] = '\0';
		num_arg_u64("n", text, 1, 1000, &u, &d);
		num_arg_ratio("s", text, &ratio, &d);
		num_arg_double("x", text, 0, 1, &x, &d);
	}
	return 0;
}
