/* SPDX-License-Identifier: MIT */
/*
 * CRC-32C, eight bytes at a time: table[k][b] is what byte B contributes that
 * has K bytes behind it.
 */
#include <pthread.h>

#include "base/crc32c.h"
#include "base/le.h"

#define POLYNOMIAL 0x82f63b78u /* bits reversed */
#define NBYTE 256

static uint32_t table[8][NBYTE];

static void fill_table(void)
{
	for (uint32_t b = 0; b < NBYTE; b++) {
		uint32_t crc = b;

		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
		table[0][b] = crc;
	}
	for (int k = 1; k < 8; k++)
		for (uint32_t b = 0; b < NBYTE; b++) {
			uint32_t crc = table[k - 1][b];

			table[k][b] = crc >> 8 ^ table[0][crc & 0xff];
		}
}

static uint32_t add8(uint32_t crc, const unsigned char *p)
{
	uint32_t lo = crc ^ le_load32(p), hi = le_load32(p + 4);

	return table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^
	       table[5][lo >> 16 & 0xff] ^ table[4][lo >> 24] ^
	       table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^
	       table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
}

uint32_t crc32c_add(uint32_t crc, const void *bytes, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const unsigned char *p = bytes;

	pthread_once(&once, fill_table);
	crc = ~crc;
	for (; n >= 8; n -= 8, p += 8)
		crc = add8(crc, p);
	for (; n > 0; n--, p++)
		crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
	return ~crc;
}
