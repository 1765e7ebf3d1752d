/* SPDX-License-Identifier: MIT */
/* The inner loops of mode 3, for elements of 1, 2, 4 and 8 bytes. */
#include "spz/spz_impl.h"

#include <string.h>

#include "base/le.h"

static inline uint8_t load8(const uint8_t *p)
{
	return *p;
}

static inline void store8(uint8_t *p, uint8_t x)
{
	*p = x;
}

/* 8 bytes at P + AT of the N there are; those beyond are 0. */
static uint64_t load_tail(const uint8_t *p, size_t n, size_t at)
{
	uint8_t x[8] = {0};

	if (n - at >= 8)
		return le_load64(p + at);
	memcpy(x, p + at, n - at);
	return le_load64(x);
}

#define U uint8_t
#define BITS 8
#define LOAD load8
#define STORE store8
#include "spz/kernel_width.inc"

#define U uint16_t
#define BITS 16
#define LOAD le_load16
#define STORE le_store16
#include "spz/kernel_width.inc"

#define U uint32_t
#define BITS 32
#define LOAD le_load32
#define STORE le_store32
#include "spz/kernel_width.inc"

#define U uint64_t
#define BITS 64
#define LOAD le_load64
#define STORE le_store64
#include "spz/kernel_width.inc"

#define KERNEL(BITS)                                                   \
	{                                                              \
		split##BITS, survey##BITS, extent##BITS, window##BITS, \
			unwindow##BITS, merge##BITS, zsign_get##BITS,  \
			zsign_put##BITS,                               \
	}

const struct spz_kernel spz_kernel[4] = {
	KERNEL(8), KERNEL(16), KERNEL(32), KERNEL(64)};
