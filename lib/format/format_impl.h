/* SPDX-License-Identifier: MIT */
/* Inside of lib/format: what its files share. */
#ifndef FORMAT_FORMAT_IMPL_H
#define FORMAT_FORMAT_IMPL_H

#include "format/format.h"

/* safetensors.c, gguf.c */
extern const struct format_kind format_safetensors, format_gguf;

/* --- raw.c --------------------------------------------------------------- */

/* A file without a header, as HINT says it is. */
int format_raw_map(struct tensor_map *m, uint64_t size,
	const struct format_hint *hint, struct diag *d);

/* --- foreign.c ----------------------------------------------------------- */

/* True if P[0..n) begins with a magic number that is too long for chance. */
bool format_is_foreign(const unsigned char *p, size_t n);

#endif
