/* SPDX-License-Identifier: MIT */
/* The inner loops of mode 3, for elements of 1, 2, 4 and 8 bytes. */
#include "spz/spz_impl.h"

#include <string.h>

#include "base/le.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define SPZ_X86 1
#include <immintrin.h>
#define X86 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#endif

/* Elements of a word of the mask. */
#define BLOCK ((size_t)64)

static inline uint8_t load8(const uint8_t *p)
{
	return *p;
}

static inline void store8(uint8_t *p, uint8_t x)
{
	*p = x;
}

/* 8 bytes at P + AT of the N there are; those beyond are 0. */
static inline uint64_t load_tail(const uint8_t *p, size_t n, size_t at)
{
	uint8_t x[8] = {0};

	if (n - at >= 8)
		return le_load64(p + at);
	memcpy(x, p + at, n - at);
	return le_load64(x);
}

static inline __attribute__((always_inline)) size_t count_ones(
	const uint8_t *mask, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i += BLOCK)
		n += (size_t)__builtin_popcountll(le_load64(mask + i / 8));
	return n;
}

static size_t ones(const uint8_t *mask, size_t count)
{
	return count_ones(mask, count);
}

#ifdef SPZ_X86
X86 static size_t ones_x86(const uint8_t *mask, size_t count)
{
	return count_ones(mask, count);
}
#endif

#define U uint8_t
#define BITS 8
#define SET 8
#define ONE char
#define LOAD load8
#define STORE store8
#include "spz/kernel_width.inc"

#define U uint16_t
#define BITS 16
#define SET 16
#define ONE short
#define LOAD le_load16
#define STORE le_store16
#include "spz/kernel_width.inc"

#define U uint32_t
#define BITS 32
#define SET 32
#define ONE int
#define LOAD le_load32
#define STORE le_store32
#include "spz/kernel_width.inc"

#define U uint64_t
#define BITS 64
#define SET 64x
#define ONE long long
#define LOAD le_load64
#define STORE le_store64
#include "spz/kernel_width.inc"

#define KERNEL(BITS)                                                     \
	{                                                                \
		split##BITS, any##BITS, survey##BITS, symbols##BITS,     \
			fields##BITS, unwindow##BITS, ones, merge##BITS, \
			zsign_get##BITS, zsign_put##BITS, swap##BITS,    \
			negate##BITS, plane_get##BITS, plane_put##BITS,  \
	}

static const struct spz_kernel plain[4] = {
	KERNEL(8), KERNEL(16), KERNEL(32), KERNEL(64)};

#ifdef SPZ_X86
#define KERNEL_X86(BITS)                                                     \
	{                                                                    \
		x86_split##BITS, any##BITS, survey##BITS, x86_symbols##BITS, \
			x86_fields##BITS, x86_unwindow##BITS, ones_x86,      \
			x86_merge##BITS, zsign_get##BITS, zsign_put##BITS,   \
			swap##BITS, negate##BITS, plane_get##BITS,           \
			plane_put##BITS,                                     \
	}

static const struct spz_kernel x86[4] = {
	KERNEL_X86(8), KERNEL_X86(16), KERNEL_X86(32), KERNEL_X86(64)};

/* pext and pdep of the first two Zens are slower than loops. */
static bool is_fast(void)
{
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("bmi2") &&
	       __builtin_cpu_supports("popcnt") &&
	       !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
}
#endif

const struct spz_kernel *spz_kernels(bool portable)
{
#ifdef SPZ_X86
	if (!portable && is_fast())
		return x86;
#endif
	(void)portable;
	return plain;
}
