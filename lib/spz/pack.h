/* SPDX-License-Identifier: MIT */
/*
 * What one worker of the encoder does: turns a batch of pieces into frames.
 */
#ifndef SPZ_PACK_H
#define SPZ_PACK_H

#include "base/buf.h"
#include "spz/codec.h"
#include "spz/plan.h"

/* A frame in the output of a batch. */
struct spz_packed {
	uint8_t type;
	size_t out_at; /* offset in out */
	uint32_t raw;  /* bytes of the original; 0 for a SEGMENT */
	uint32_t crc;  /* of these */
};

struct spz_batch {
	struct spz_codec codec;
	struct buf raw;
	struct buf pieces; /* struct spz_piece */
	struct buf out;    /* frames */
	struct buf packed; /* struct spz_packed, one for each frame */
	struct buf tensor; /* frames on trial */
	bool first;        /* of the member: opaque needs no SEGMENT */
};

void spz_batch_free(struct spz_batch *b);

/* Fills out and packed from raw and pieces.  Returns 0, or -1. */
int spz_batch_pack(struct spz_batch *b, struct diag *d);

#endif
