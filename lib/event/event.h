/* SPDX-License-Identifier: MIT */
/*
 * Scalars in binary logs of training: the event files of TensorBoard, which
 * PyTorch, Keras, JAX and others write, and the files of offline runs of W&B.
 * A file is read from its start to its end and may still grow: one that ends
 * within a record is as good as one that ends before it.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct input;

enum event_format {
	EVENT_NONE,
	EVENT_TENSORBOARD, /* TFRecord frames of tensorflow.Event */
	EVENT_WANDB,       /* frames of LevelDB's log of
			    * wandb_internal.Record */
};

/* So many bytes at the start of a file tell its format. */
#define EVENT_HEAD 12

/* What a file is that begins with the N bytes of HEAD. */
enum event_format event_format(const void *head, size_t n);

/* What a record tells: a scalar, or that the run begins again. */
struct event {
	/*
	 * The steps from this one on were done again: what was told of them
	 * so far is void.  No tag.
	 */
	bool restart;
	int64_t step;
	double value;
	const char *tag; /* any bytes but 0; valid until the next call */
	size_t ntag;
};

struct event_reader;

/*
 * Begins to read the file IN (borrowed), of FORMAT, from where it stands.  *RET
 * is to be released with event_close().  Returns 0, or -1 with DIAG_NOMEM.
 */
int event_open(struct event_reader **ret, struct input *in,
	enum event_format format, struct diag *d);

/*
 * The next scalar or restart, in the order of the file.  Returns 1, 0 at the
 * end, or -1: DIAG_DATA with the byte as its place for what is damaged, or
 * DIAG_IO, DIAG_NOMEM.
 */
int event_next(struct event_reader *r, struct event *ret, struct diag *d);

/* After the end: bytes of a record that is not complete. */
uint64_t event_ncut(const struct event_reader *r);

void event_close(struct event_reader *r);

#endif
