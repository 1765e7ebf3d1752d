/* SPDX-License-Identifier: MIT */
/* Inside of lib/event: what its files share, under the name of each. */
#ifndef EVENT_EVENT_IMPL_H
#define EVENT_EVENT_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/wire.h"
#include "event/event.h"

struct diag;
struct input;

/* --- frame.c ------------------------------------------------------------- */

/*
 * A file of records with checks: what it says of one is only shown if it is
 * complete and undamaged.
 */

/* More than any record of scalars: larger ones are only checked. */
#define FRAME_MAX ((size_t)64 << 20)

struct frames {
	struct input *in;
	enum event_format format;
	struct buf window; /* bytes read, of which the first AT are done with */
	size_t at;
	uint64_t offset; /* in the file, of the byte AT */
	uint64_t end;    /* the same, behind the last complete record */
	/* Of records in parts: */
	struct buf whole;
	bool is_open;  /* the last part is not there yet */
	bool is_large; /* nor is it of use */
};

struct frame {
	const unsigned char *data; /* valid until the next call */
	size_t n;
	uint64_t offset; /* of its record in the file */
};

/* The next record.  Returns 1, 0 at the end, or -1. */
int event_frame_next(struct frames *f, struct frame *ret, struct diag *d);

/* Bytes behind the last complete record, as far as they were read. */
uint64_t event_frame_ncut(const struct frames *f);

/* DIAG_DATA at a byte of the file.  Returns -1. */
int event_frame_fail(uint64_t offset, const char *what, struct diag *d);

/* --- tag.c --------------------------------------------------------------- */

/* What is known of each tag of a file, told with its first value only. */

enum tag_kind {
	TAG_NEW,
	TAG_PLAIN,  /* nothing was told */
	TAG_SCALAR, /* scalars, it was told */
	TAG_OTHER,  /* images, texts, histograms, ... */
};

struct tags;

/* No tags yet.  Returns 0, or -1: no memory. */
int event_tags_new(struct tags **ret, struct diag *d);
void event_tags_free(struct tags *t);

/* Where the kind of TAG[0..n) is kept; NULL for no memory. */
enum tag_kind *event_tags_find(struct tags *t, const void *tag, size_t n);

/* --- queue.c ------------------------------------------------------------- */

/* What a record told and has not yet been asked for. */
struct event_queue {
	struct event *item;
	size_t n, cap, at;
	struct buf name; /* of tags that stand nowhere as they are */
};

/* Appends E.  Returns 0, or -1: no memory. */
int event_queue_add(
	struct event_queue *q, const struct event *e, struct diag *d);

/* --- tensorboard.c and wandb.c ------------------------------------------- */

/*
 * Adds what the record F tells to Q.  The tags of both are valid until the next
 * record is read.  Returns 0, or -1 with DIAG_DATA or DIAG_NOMEM.
 */
int event_of_tensorboard(struct event_queue *q, struct tags *t,
	const struct frame *f, struct diag *d);
int event_of_wandb(
	struct event_queue *q, const struct frame *f, struct diag *d);

#endif
