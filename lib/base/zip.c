/* SPDX-License-Identifier: MIT */
/* CRC-32 through zlib, in pieces that its 32-bit lengths can take. */
#include "base/zip.h"

#include <zlib.h>

uint32_t zip_crc32(uint32_t crc, const void *p, size_t n)
{
	const unsigned char *s = p;
	uLong c = crc;

	while (n > 0) {
		uInt part = n > (1u << 30) ? 1u << 30 : (uInt)n;
		c = crc32(c, s, part);
		s += part;
		n -= part;
	}
	return (uint32_t)c;
}

uint32_t zip_crc32_combine(uint32_t crc_a, uint32_t crc_b, uint64_t nbytes_b)
{
	_Static_assert(sizeof(z_off_t) == 8, "lengths past 4 GiB");
	return (uint32_t)crc32_combine(crc_a, crc_b, (z_off_t)nbytes_b);
}
