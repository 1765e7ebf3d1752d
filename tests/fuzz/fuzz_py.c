/* SPDX-License-Identifier: MIT */
/* Any bytes as Python: an expression, a program, a script read over. */
#include <string.h>

#include "fuzz_py.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	/* Long ranges of ranges are slow and find nothing. */
	if (n <= 400)
		check_text((const char *)data, n);
	return 0;
}
