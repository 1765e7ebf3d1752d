/* SPDX-License-Identifier: MIT */
/* Arrays that grow; see array.h. */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/diag.h"

void *array_room(void *p, size_t n, size_t size, struct diag *d)
{
	size_t nbytes;
	void *ret;

	if (p && n & (n - 1))
		return p;
	if (__builtin_mul_overflow(n ? n : 1, n ? 2 * size : size, &nbytes))
		nbytes = SIZE_MAX;
	ret = nbytes == SIZE_MAX ? NULL : realloc(p, nbytes);
	if (!ret && d)
		diag_nomem(d, nbytes);
	return ret;
}
