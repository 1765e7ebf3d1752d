/* SPDX-License-Identifier: MIT */
/*
 * What must hold for every model that is accepted: spans tile each file,
 * tensors lie in theirs and have the bytes that dtype and shape need.
 */
#ifndef FUZZ_MODEL_H
#define FUZZ_MODEL_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "format/format.h"
#include "fuzz_input.h"
#include "model/model.h"
#include "tensor/tensor.h"

static void check_file(const struct tensor_file *f)
{
	uint64_t at = 0;

	for (size_t i = 0; i < f->map.nspan; i++) {
		const struct tensor_span *s = &f->map.span[i];

		if (s->offset != at || s->nbytes > f->in.size - at)
			abort();
		at += s->nbytes;
	}
	if (at != f->in.size)
		abort();
}

static void check_notes(const struct tensor_map *m)
{
	for (size_t i = 0; i < m->nnote; i++)
		if (strlen(m->note[i].key) + strlen(m->note[i].value) >
			3 * (size_t)TENSOR_HEAD_MAX)
			abort();
}

static void check_tensor(
	const struct tensor_model *m, const struct tensor_span *s)
{
	unsigned nbits = tensor_dtype_info[s->dtype].nbits;
	const struct input *in = tensor_input(m, s);
	unsigned char p[8];
	struct diag d;

	if (s->file >= m->nfile || s->dtype == TENSOR_OPAQUE ||
		s->ndim > TENSOR_NDIM_MAX || !*tensor_dtype_name(s))
		abort();
	if (s->nbytes > in->size || s->offset > in->size - s->nbytes)
		abort();
	if (nbits && s->nbytes != (s->n * nbits + 7) / 8)
		abort();
	if (s->nbytes &&
		input_pread(in, p, s->nbytes < 8 ? (size_t)s->nbytes : 8,
			s->offset, &d))
		abort();
	if (tensor_in_place(m, s) && m->file[s->file].is_spool)
		abort();
}

static void check_model_as(const uint8_t *data, size_t n, bool as_stored)
{
	const struct format_hint hint = {.as_stored = as_stored,
		.with_notes = !as_stored,
		.void_dtype = TENSOR_BF16};
	struct input in = fuzz_input(0, data, n);
	struct tensor_model m;
	struct diag d;

	if (model_take(&m, &in, &hint, "/dev/shm", &d)) {
		if (d.class == DIAG_NONE || !*d.text)
			abort();
		return;
	}
	if (as_stored && m.nfile > 1)
		abort();
	for (size_t i = 0; i < m.nfile; i++) {
		check_file(&m.file[i]);
		check_notes(&m.file[i].map);
	}
	for (size_t i = 0; i < m.ntensor; i++)
		check_tensor(&m, m.tensor[i]);
	tensor_model_close(&m);
}

static void check_model(const uint8_t *data, size_t n)
{
	check_model_as(data, n, false);
	check_model_as(data, n, true);
}

#endif
