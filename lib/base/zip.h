/* SPDX-License-Identifier: MIT */
/*
 * CRC-32 as in zip, gzip and PNG (ISO 3309, polynomial 0xEDB88320), and
 * inflating (RFC 1951).  A struct zip_inflate is one thread's at a time.
 */
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

/* A raw deflate stream on its way. */
struct zip_inflate;

/* Returns NULL for no memory.  Release with zip_inflate_free(). */
struct zip_inflate *zip_inflate_new(void);
void zip_inflate_free(struct zip_inflate *z);

enum zip_inflated {
	ZIP_INFLATE_MORE, /* has used up what came, or filled what there was */
	ZIP_INFLATE_END,
	ZIP_INFLATE_BAD, /* no deflate stream, or no memory */
};

/*
 * Inflates IN[0..*NIN) to OUT[0..*NOUT); both become what was used.  Neither is
 * more than 2^30.
 */
enum zip_inflated zip_inflate(struct zip_inflate *z, const void *in,
	size_t *nin, void *out, size_t *nout);

#endif
