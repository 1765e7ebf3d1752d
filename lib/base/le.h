/* SPDX-License-Identifier: MIT */
/*
 * Little-endian loads and stores at any alignment, on any host.  Compilers
 * turn each into one instruction where the host allows.
 */
#ifndef BASE_LE_H
#define BASE_LE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LE_DEFINE(BITS, SWAP)                                        \
	static inline uint##BITS##_t le_load##BITS(const void *p)    \
	{                                                            \
		uint##BITS##_t x;                                    \
		memcpy(&x, p, sizeof(x));                            \
		return SWAP(x);                                      \
	}                                                            \
	static inline void le_store##BITS(void *p, uint##BITS##_t x) \
	{                                                            \
		x = SWAP(x);                                         \
		memcpy(p, &x, sizeof(x));                            \
	}

#define LE_SAME(x) (x)
LE_DEFINE(8, LE_SAME)
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
LE_DEFINE(16, __builtin_bswap16)
LE_DEFINE(32, __builtin_bswap32)
LE_DEFINE(64, __builtin_bswap64)
#else
LE_DEFINE(16, LE_SAME)
LE_DEFINE(32, LE_SAME)
LE_DEFINE(64, LE_SAME)
#endif
#undef LE_SAME
#undef LE_DEFINE

/* Whether numbers of this host are so, too. */
static inline bool le_is_host(void)
{
	const uint16_t one = 1;

	return le_load16(&one) == one;
}

/* WIDTH bytes at P, 1, 2, 4 or 8, in the other order if BIG_ENDIAN. */
static inline uint64_t le_load_or_big(
	const void *p, unsigned width, bool big_endian)
{
	switch (width) {
	case 1: return le_load8(p);
	case 2: {
		uint16_t x = le_load16(p);
		return big_endian ? __builtin_bswap16(x) : x;
	}
	case 4: {
		uint32_t x = le_load32(p);
		return big_endian ? __builtin_bswap32(x) : x;
	}
	}
	uint64_t x = le_load64(p);
	return big_endian ? __builtin_bswap64(x) : x;
}

#endif
