/* SPDX-License-Identifier: MIT */
/* Any bytes as an ONNX file, as its graph, and as its one tensor. */
#include "fuzz_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Appends the head of field NUMBER, a message of N bytes. */
static size_t put_head(uint8_t *p, unsigned number, size_t n)
{
	size_t at = 0;

	p[at++] = (uint8_t)(number << 3 | 2);
	for (; n >= 0x80; n >>= 7)
		p[at++] = (uint8_t)(n | 0x80);
	p[at++] = (uint8_t)n;
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static uint8_t file[(1 << 16) + 16] = "\x08\x09";
	uint8_t head[8];
	size_t at = 2, nhead;

	if (n > 1 << 16)
		return 0;
	if (n && data[0] == 0x08) {
		check_model(data, n);
		return 0;
	}
	/* An even length is a graph's, an odd one its tensor's. */
	nhead = n % 2 ? put_head(head, 5, n) : 0;
	at += put_head(file + at, 7, nhead + n);
	memcpy(file + at, head, nhead);
	memcpy(file + at + nhead, data, n);
	check_model(file, at + nhead + n);
	return 0;
}
