/* SPDX-License-Identifier: MIT */
/*
 * What must hold for every map a parser accepts: spans tile the file, sizes
 * agree with shapes, and the bytes read were no more than asked for.
 */
#ifndef FUZZ_TENSOR_H
#define FUZZ_TENSOR_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "format/format.h"
#include "tensor/tensor.h"

static void check_map(const struct tensor_map *m, uint64_t size)
{
	uint64_t at = 0;

	for (size_t i = 0; i < m->nspan; i++) {
		const struct tensor_span *s = &m->span[i];
		unsigned width = tensor_dtype_info[s->dtype].nbytes;

		if (s->offset != at || s->nbytes > size - at)
			abort();
		if (width && s->nbytes != s->n * width)
			abort();
		if (s->ndim > TENSOR_NDIM_MAX || strlen(s->name) > 100000000)
			abort();
		if (s->nbytes == 0 && s->n != 0)
			abort();
		at += s->nbytes;
	}
	if (at != size)
		abort();
}

static void check_parse(
	const uint8_t *data, size_t n, enum tensor_format format)
{
	struct format_hint hint = {.format = format, .dtype = TENSOR_F32};
	size_t peek = n < FORMAT_PEEK ? n : FORMAT_PEEK;
	size_t nhead = format_head_nbytes(data, peek, n, &hint);
	struct tensor_map m;
	struct diag d;
	uint8_t *head;

	if (nhead > n || nhead > TENSOR_HEAD_MAX)
		abort();
	head = malloc(nhead + 1);
	if (!head)
		abort();
	memcpy(head, data, nhead);
	if (format_parse(&m, head, nhead, n, &hint, &d) == 0) {
		check_map(&m, n);
		tensor_map_free(&m);
	} else if (d.class == DIAG_NONE || !*d.text) {
		abort();
	}
	/* A pipe: the size is not known, the rest is as above. */
	nhead = format_head_nbytes(data, peek, INPUT_SIZE_UNKNOWN, &hint);
	if (nhead <= n && format_parse(&m, data, nhead, INPUT_SIZE_UNKNOWN,
				  &hint, &d) == 0)
		tensor_map_free(&m);
	free(head);
}

#endif
