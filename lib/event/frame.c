/* SPDX-License-Identifier: MIT */
/*
 * Records with checks, in the two ways that logs have them: TFRecord (length,
 * its CRC, bytes, their CRC) and LevelDB's log (blocks of 32 KiB; a record that
 * does not fit is in parts).  Sources: tensorflow's lib/io/record_writer.cc;
 * LevelDB's doc/log_format.md with W&B's sdk/internal/datastore.py, which puts
 * 7 bytes before the first record and takes zlib's CRC-32.
 */
#include <string.h>

#include "base/crc32c.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "event/event_impl.h"
#include "file/input.h"

#define READ_NBYTES ((size_t)1 << 16)

#define TF_HEAD 12
#define TF_TAIL 4
#define LDB_FILE_HEAD 7
#define LDB_BLOCK 32768u
#define LDB_HEAD 7

enum event_format event_format(const void *head, size_t n)
{
	static const unsigned char wandb[LDB_FILE_HEAD] = ":W&B\xe1\xbe";
	const unsigned char *p = head;

	if (n >= LDB_FILE_HEAD && memcmp(p, wandb, LDB_FILE_HEAD) == 0)
		return EVENT_WANDB;
	if (n >= TF_HEAD &&
		le_load32(p + 8) == crc32c_mask(crc32c_add(0, p, 8)))
		return EVENT_TENSORBOARD;
	return EVENT_NONE;
}

int event_frame_fail(uint64_t offset, const char *what, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%s", what);
	return diag_at(d, "byte %llu", (unsigned long long)offset);
}

/* --- the window ----------------------------------------------------------- */

static size_t have(const struct frames *f)
{
	return f->window.len - f->at;
}

static const unsigned char *here(const struct frames *f)
{
	return (const unsigned char *)f->window.data + f->at;
}

static void pass(struct frames *f, size_t n)
{
	f->at += n;
	f->offset += n;
}

/* Reads one piece more.  Returns its size, or -1. */
static ssize_t read_more(struct frames *f, struct diag *d)
{
	ssize_t n;

	if (f->at > 0)
		memmove(f->window.data, f->window.data + f->at, have(f));
	f->window.len -= f->at;
	f->at = 0;
	if (buf_reserve(&f->window, READ_NBYTES))
		return diag_nomem(d, f->window.len + READ_NBYTES);
	n = input_read(f->in, f->window.data + f->window.len, READ_NBYTES, d);
	if (n > 0)
		f->window.len += (size_t)n;
	return n;
}

/* Has N bytes at hand.  Returns 1, 0: the file ends before, or -1. */
static int need(struct frames *f, size_t n, struct diag *d)
{
	while (have(f) < n) {
		ssize_t got = read_more(f, d);

		if (got < 0)
			return -1;
		if (got == 0)
			return 0;
	}
	return 1;
}

/* --- TFRecord ------------------------------------------------------------- */

/* Passes over N bytes whose CRC must be the one behind them. */
static int tf_skip(
	struct frames *f, uint64_t n, uint64_t offset, struct diag *d)
{
	uint32_t crc = 0;
	int got = 1;

	while (n > 0 && (got = need(f, 1, d)) > 0) {
		size_t part = have(f) < n ? have(f) : (size_t)n;

		crc = crc32c_add(crc, here(f), part);
		pass(f, part);
		n -= part;
	}
	if (got > 0)
		got = need(f, TF_TAIL, d);
	if (got <= 0)
		return got;
	if (le_load32(here(f)) != crc32c_mask(crc))
		return event_frame_fail(
			offset, "a damaged record; expected its CRC to fit", d);
	pass(f, TF_TAIL);
	return 1;
}

static int tf_next(struct frames *f, struct frame *ret, struct diag *d)
{
	for (;;) {
		uint64_t offset = f->offset, n;
		int got = need(f, TF_HEAD, d);

		if (got <= 0)
			return got;
		n = le_load64(here(f));
		if (event_format(here(f), TF_HEAD) != EVENT_TENSORBOARD)
			return event_frame_fail(offset,
				offset ? "a damaged length of a record; "
					 "expected its CRC to fit"
				       : "not an event file of TensorBoard, "
					 "or damaged; expected a record's "
					 "length and its CRC",
				d);
		if (n > FRAME_MAX) {
			pass(f, TF_HEAD);
			got = tf_skip(f, n, offset, d);
			if (got <= 0)
				return got;
			continue;
		}
		got = need(f, TF_HEAD + (size_t)n + TF_TAIL, d);
		if (got <= 0)
			return got;
		*ret = (struct frame){here(f) + TF_HEAD, (size_t)n, offset};
		if (le_load32(ret->data + n) !=
			crc32c_mask(crc32c_add(0, ret->data, ret->n)))
			return event_frame_fail(offset,
				"a damaged record; expected its CRC to fit", d);
		pass(f, TF_HEAD + ret->n + TF_TAIL);
		return 1;
	}
}

/* --- LevelDB's log -------------------------------------------------------- */

enum { LDB_FULL = 1, LDB_FIRST, LDB_MIDDLE, LDB_LAST };

/* Passes over the file's head and the rest of a block that holds no head. */
static int ldb_align(struct frames *f, struct diag *d)
{
	size_t left = LDB_BLOCK - (size_t)(f->offset % LDB_BLOCK);
	size_t n = f->offset == 0 ? LDB_FILE_HEAD : left < LDB_HEAD ? left : 0;
	int got = need(f, n, d);

	if (got <= 0)
		return got;
	if (f->offset == 0 && event_format(here(f), n) != EVENT_WANDB)
		return event_frame_fail(
			0, "not a run of W&B; expected a file run-ID.wandb", d);
	pass(f, n);
	if (!f->is_open)
		f->end = f->offset;
	return 1;
}

/* The next part of a record, and its TYPE. */
static int ldb_part(
	struct frames *f, struct frame *ret, int *type, struct diag *d)
{
	int got = ldb_align(f, d);
	uint64_t offset = f->offset;
	size_t n;

	if (got > 0)
		got = need(f, LDB_HEAD, d);
	if (got <= 0)
		return got;
	n = le_load16(here(f) + 4);
	*type = here(f)[6];
	if (*type < LDB_FULL || *type > LDB_LAST ||
		n + LDB_HEAD > LDB_BLOCK - offset % LDB_BLOCK)
		return event_frame_fail(offset,
			"a damaged head of a record; expected its type and "
			"length",
			d);
	got = need(f, LDB_HEAD + n, d);
	if (got <= 0)
		return got;
	*ret = (struct frame){here(f) + LDB_HEAD, n, offset};
	if (le_load32(here(f)) != zip_crc32(0, ret->data - 1, n + 1))
		return event_frame_fail(
			offset, "a damaged record; expected its CRC to fit", d);
	pass(f, LDB_HEAD + n);
	return 1;
}

/*
 * Adds PART to the record that is gathered, or begins one with it.  Returns 1
 * where the record is complete, 0 where it is not, or -1.
 */
static int ldb_join(
	struct frames *f, const struct frame *part, int type, struct diag *d)
{
	bool first = type == LDB_FULL || type == LDB_FIRST;

	if (first) {
		f->whole.len = 0;
		f->is_large = false;
	} else if (!f->is_open) {
		return event_frame_fail(part->offset,
			"a part of a record; expected the first before it", d);
	}
	f->is_open = type == LDB_FIRST || type == LDB_MIDDLE;
	f->is_large |= f->whole.len + part->n > FRAME_MAX;
	if (!f->is_large)
		buf_add(&f->whole, part->data, part->n);
	if (buf_failed(&f->whole))
		return diag_nomem(d, f->whole.len + part->n);
	return !f->is_open && !f->is_large;
}

static int ldb_next(struct frames *f, struct frame *ret, struct diag *d)
{
	struct frame part = {0};
	int type = 0, got;

	do {
		got = ldb_part(f, &part, &type, d);
		if (got <= 0)
			return got;
		got = ldb_join(f, &part, type, d);
	} while (got == 0);
	*ret = (struct frame){
		(unsigned char *)f->whole.data, f->whole.len, part.offset};
	return got;
}

uint64_t event_frame_ncut(const struct frames *f)
{
	return f->offset + have(f) - f->end;
}

int event_frame_next(struct frames *f, struct frame *ret, struct diag *d)
{
	int got = f->format == EVENT_WANDB ? ldb_next(f, ret, d)
					   : tf_next(f, ret, d);

	if (got > 0)
		f->end = f->offset;
	return got;
}
