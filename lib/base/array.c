/* SPDX-License-Identifier: MIT */
/* Arrays that grow; see array.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"

/* Of the first room for more than was needed. */
#define FIRST_MIN 16

static void *resize(void *p, size_t n, size_t size, struct diag *d)
{
	size_t nbytes;
	void *ret;

	if (__builtin_mul_overflow(n ? n : 1, size, &nbytes))
		nbytes = SIZE_MAX;
	ret = nbytes == SIZE_MAX ? NULL : realloc(p, nbytes);
	if (!ret && d)
		diag_nomem(d, nbytes);
	return ret;
}

void *array_room(void *p, size_t n, size_t size, struct diag *d)
{
	if (p && n & (n - 1))
		return p;
	return resize(p, n, n ? 2 * size : size, d);
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

int array_resize(void *p, size_t n, size_t size, struct diag *d)
{
	void *array;

	memcpy(&array, p, sizeof(array));
	array = resize(array, n, size, d);
	if (!array)
		return -1;
	memcpy(p, &array, sizeof(array));
	return 0;
}

int array_enlarge(void *p, size_t *cap, size_t n, size_t size, struct diag *d)
{
	size_t more = n > SIZE_MAX / 2 ? SIZE_MAX : 2 * n;

	if (more < FIRST_MIN)
		more = FIRST_MIN;
	if (array_resize(p, more, size, d))
		return -1;
	*cap = more;
	return 0;
}
