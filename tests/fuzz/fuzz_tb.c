/* SPDX-License-Identifier: MIT */
/*
 * Binary logs: any bytes are scalars with tags, or a message with a place.  The
 * first byte says whether they are a file or, so that a CRC is no wall, one
 * record in a frame that is made here.
 */
#include <string.h>

#include "base/crc32c.h"
#include "base/le.h"
#include "base/zip.h"
#include "event/event.h"
#include "event/event_impl.h"
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define RECORD_MAX 4096

static uint32_t masked(const void *p, size_t n)
{
	uint32_t crc = crc32c_add(0, p, n);

	return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static size_t frame_event(unsigned char *out, const uint8_t *data, size_t n)
{
	le_store64(out, n);
	le_store32(out + 8, masked(out, 8));
	memcpy(out + 12, data, n);
	le_store32(out + 12 + n, masked(data, n));
	return n + 16;
}

static size_t frame_wandb(unsigned char *out, const uint8_t *data, size_t n)
{
	memcpy(out, ":W&B\xe1\xbe", 7);
	out[13] = 1;
	memcpy(out + 14, data, n);
	le_store32(out + 7, zip_crc32(0, out + 13, n + 1));
	le_store16(out + 11, (uint16_t)n);
	return n + 14;
}

static void read_all(enum event_format format, const void *p, size_t n)
{
	struct input in = fuzz_input(0, p, n);
	struct event_reader *r;
	struct diag d = {0};
	struct event e;
	int got;

	if (event_open(&r, &in, format, &d))
		abort();
	while ((got = event_next(r, &e, &d)) > 0)
		if (!e.restart && (!e.ntag || memchr(e.tag, 0, e.ntag)))
			abort();
	if (got < 0 && (!d.text[0] || strncmp(d.place, "byte ", 5) != 0))
		abort();
	if (event_ncut(r) > n)
		abort();
	event_close(r);
	input_close(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned char record[RECORD_MAX + 16];
	enum event_format format;

	if (n < 1 || n > RECORD_MAX)
		return 0;
	format = data[0] & 1 ? EVENT_WANDB : EVENT_TENSORBOARD;
	if (data[0] & 2) {
		read_all(format, data + 1, n - 1);
		return 0;
	}
	n = format == EVENT_WANDB ? frame_wandb(record, data + 1, n - 1)
				  : frame_event(record, data + 1, n - 1);
	read_all(format, record, n);
	return 0;
}
