/* SPDX-License-Identifier: MIT */
/*
 * Hashes of tensors that depend on neither format nor order of the file.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/zip.h"
#include "stat/stat.h"

#define CHUNK_NBYTES ((size_t)1 << 20)

int stat_hash(uint32_t *ret, const struct stat_tensor *t, struct diag *d)
{
	unsigned char *chunk = malloc(CHUNK_NBYTES);
	struct stat_reader r;
	int bad;

	*ret = 0;
	if (!chunk)
		return diag_nomem(d, CHUNK_NBYTES);
	bad = stat_reader_open(&r, t, d);
	if (bad)
		goto out;
	for (uint64_t i = 0, n; i < r.n && !bad; i += n) {
		n = CHUNK_NBYTES / r.width;
		n = n < r.n - i ? n : r.n - i;
		bad = stat_reader_get(&r, i, (size_t)n, chunk, d);
		if (!bad)
			*ret = zip_crc32(*ret, chunk, (size_t)n * r.width);
	}
	stat_reader_close(&r);
out:
	free(chunk);
	return bad;
}
