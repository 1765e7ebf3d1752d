/* SPDX-License-Identifier: MIT */
/* Arrays that grow; see array.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
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

int array_push(
	void *p, size_t *n, const void *item, size_t size, struct diag *d)
{
	char *array;

	memcpy(&array, p, sizeof(array));
	array = array_room(array, *n, size, d);
	if (!array)
		return -1;
	memcpy(p, &array, sizeof(array));
	memcpy(array + *n * size, item, size);
	++*n;
	return 0;
}
