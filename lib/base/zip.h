/* SPDX-License-Identifier: MIT */
/* CRC-32 as in zip, gzip and PNG (ISO 3309, polynomial 0xEDB88320). */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include <stddef.h>
#include <stdint.h>

/* Continues CRC (0 to begin) over P[0..n).  Thread-safe. */
uint32_t zip_crc32(uint32_t crc, const void *p, size_t n);

/* The same without instructions of one processor, for tests to compare. */
uint32_t zip_crc32_portable(uint32_t crc, const void *p, size_t n);

/* The CRC of A followed by B, from their CRCs and the length of B. */
uint32_t zip_crc32_combine(uint32_t crc_a, uint32_t crc_b, uint64_t nbytes_b);

#endif
