/* SPDX-License-Identifier: MIT */
/*
 * Loops that compilers turn into vector instructions, in the vectors of GCC and
 * Clang: the same source for every processor, and so the same results.
 */
#ifndef BASE_VECTOR_H
#define BASE_VECTOR_H

#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define VECTOR_INLINE inline __attribute__((always_inline))

/*
 * Compiled once more for processors with AVX2, for the dynamic linker to
 * choose.  Clang and sanitizers link it otherwise.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
	!defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&      \
	!defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define VECTOR_CLONES
#endif

/* Whether the processor has vectors; GCC writes each lane out where not. */
#if defined(__SSE2__) || defined(__ARM_NEON) || defined(__ALTIVEC__)
#define VECTOR_UNIT 1
#else
#define VECTOR_UNIT 0
#endif

typedef float f32x4 __attribute__((vector_size(16)));
typedef uint16_t u16x8 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef float f32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef double f64x4 __attribute__((vector_size(32)));
typedef uint64_t u64x4 __attribute__((vector_size(32)));
typedef int64_t i64x4 __attribute__((vector_size(32)));

/* Of each lane A where MASK is all ones, B where it is 0; U unsigned lanes. */
#define VECTOR_CHOOSE(U, mask, a, b) \
	((((U)(mask)) & (U)(a)) | (~((U)(mask)) & (U)(b)))

/* Lane by lane A where it is the smaller, the larger of the two, else B. */
static VECTOR_INLINE f32x4 vector_min_f32(f32x4 a, f32x4 b)
{
#ifdef __SSE2__
	return (f32x4)_mm_min_ps((__m128)a, (__m128)b);
#else
	return (f32x4)VECTOR_CHOOSE(u32x4, a < b, a, b);
#endif
}

static VECTOR_INLINE f32x4 vector_max_f32(f32x4 a, f32x4 b)
{
#ifdef __SSE2__
	return (f32x4)_mm_max_ps((__m128)a, (__m128)b);
#else
	return (f32x4)VECTOR_CHOOSE(u32x4, a > b, a, b);
#endif
}

/* The N lanes of X, a V, that the lanes of I have the numbers of. */
#ifdef __clang__
#define VECTOR_SHUFFLE(V, n, x, i)                             \
	__extension__({                                        \
		V to_ = {0};                                   \
		for (unsigned lane_ = 0; lane_ < (n); lane_++) \
			to_[lane_] = (x)[(i)[lane_]];          \
		to_;                                           \
	})
#else
#define VECTOR_SHUFFLE(V, n, x, i) __builtin_shuffle(x, i)
#endif

#endif
