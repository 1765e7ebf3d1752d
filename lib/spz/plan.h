/* SPDX-License-Identifier: MIT */
/*
 * Cuts an input into pieces for the encoder: the container's own header says
 * where tensors are; whatever it does not explain is opaque.  A wrong or lying
 * header can cost ratio, never a byte.
 */
#ifndef SPZ_PLAN_H
#define SPZ_PLAN_H

#include "base/buf.h"
#include "spz/spz.h"
#include "tensor/tensor.h"

#define SPZ_CHUNK_LOG2 20
#define SPZ_CHUNK_NBYTES ((size_t)1 << SPZ_CHUNK_LOG2)

struct spz_plan {
	const struct spz_source *src;
	struct tensor_map map;
	struct buf head; /* what was read ahead to parse it */
	size_t head_at;
	size_t next;                    /* span after the current one */
	const struct tensor_span *span; /* current; NULL: opaque to the end */
	uint64_t left;                  /* of the current span */
	bool begun; /* a piece of the current span was taken */
	bool eof;
};

/* A run of bytes of one span. */
struct spz_piece {
	const struct tensor_span *span; /* NULL: opaque */
	size_t nbytes;
	bool begins; /* the span */
	bool ends;
};

/* Reads what there is of a container's header.  Returns 0, or -1. */
int spz_plan_open(struct spz_plan *p, const struct spz_source *src,
	const struct spz_encode_opts *o, struct diag *d);
void spz_plan_close(struct spz_plan *p);

/*
 * Appends to RAW what one worker shall have, at most SPZ_CHUNK_NBYTES, and
 * the pieces it consists of (struct spz_piece) to PIECES: whole small spans,
 * or one piece of a large one.  Returns 1, or 0 at the end, or -1.
 */
int spz_plan_next(struct spz_plan *p, struct buf *raw, struct buf *pieces,
	struct diag *d);

#endif
