/* SPDX-License-Identifier: MIT */
/* The checksums of records and tables, other than those of zip. */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720), continued from CRC, over P[0..n). */
uint32_t crc32c_add(uint32_t crc, const void *p, size_t n);

/* As LevelDB and TensorFlow keep one beside what it is of. */
static inline uint32_t crc32c_mask(uint32_t crc)
{
	return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

#endif
