/* SPDX-License-Identifier: MIT */
/* What is asked of a model that is open, and its end. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/order.h"
#include "file/output.h"
#include "tensor/tensor.h"

void tensor_model_close(struct tensor_model *m)
{
	for (size_t i = 0; i < m->nfile; i++) {
		tensor_map_free(&m->file[i].map);
		input_close(&m->file[i].in);
		free(m->file[i].path);
	}
	tensor_map_free(&m->views);
	free(m->file);
	free(m->tensor);
	*m = (struct tensor_model){0};
}

const struct input *tensor_input(
	const struct tensor_model *m, const struct tensor_span *s)
{
	return &m->file[s->file].in;
}

bool tensor_in_place(const struct tensor_model *m, const struct tensor_span *s)
{
	static const bool can[TENSOR_NFORMAT] = {
		[TENSOR_FORMAT_RAW] = true,
		[TENSOR_FORMAT_NPY] = true,
		[TENSOR_FORMAT_SAFETENSORS] = true,
		[TENSOR_FORMAT_NPZ] = true,
		[TENSOR_FORMAT_GGUF] = true,
	};
	const struct tensor_file *f = &m->file[s->file];
	bool tiles = f->map.nspan && s >= f->map.span &&
		     s < f->map.span + f->map.nspan;

	return !f->is_spool && tiles && can[f->map.format];
}

int tensor_by_name(const void *a, const void *b)
{
	const struct tensor_span *x = *(const struct tensor_span *const *)a;
	const struct tensor_span *y = *(const struct tensor_span *const *)b;

	return strcmp(x->name, y->name);
}

int tensor_by_place(const void *a, const void *b)
{
	const struct tensor_span *x = *(const struct tensor_span *const *)a;
	const struct tensor_span *y = *(const struct tensor_span *const *)b;
	int order = ORDER_OF(x->file, y->file);

	return order ? order : ORDER_OF(x->offset, y->offset);
}

const struct tensor_span **tensor_model_by_name(
	const struct tensor_model *m, struct diag *d)
{
	const struct tensor_span **ret = calloc(m->ntensor + 1, sizeof(*ret));

	if (!ret) {
		diag_nomem(d, m->ntensor * sizeof(*ret));
		return NULL;
	}
	if (m->ntensor)
		memcpy(ret, m->tensor, m->ntensor * sizeof(*ret));
	qsort(ret, m->ntensor, sizeof(*ret), tensor_by_name);
	return ret;
}

const struct tensor_span *tensor_find(
	const struct tensor_span *const *by, size_t n, const char *name)
{
	const struct tensor_span key = {.name = name}, *at = &key;
	const struct tensor_span *const *found =
		bsearch(&at, by, n, sizeof(*by), tensor_by_name);

	return found ? *found : NULL;
}

int tensor_model_named(const struct tensor_model *m, struct diag *d)
{
	const struct tensor_span **s = tensor_model_by_name(m, d);
	int ret = 0;

	if (!s)
		return -1;
	for (size_t i = 1; i < m->ntensor && !ret; i++)
		if (strcmp(s[i - 1]->name, s[i]->name) == 0) {
			diag_set(d, DIAG_DATA,
				"two tensors of this name; expected each name "
				"once");
			diag_at(d, "%.200s", s[i]->name);
			ret = diag_at(d, "%s", m->name);
		}
	free(s);
	return ret;
}

int tensor_model_has(
	const struct tensor_model *m, const char *path, struct diag *d)
{
	int is = m->index.size ? output_is_input(path, &m->index, d) : 0;

	for (size_t i = 0; i < m->nfile && !is; i++)
		is = output_is_input(path, &m->file[i].in, d);
	return is;
}

int tensor_model_unchanged(const struct tensor_model *m, struct diag *d)
{
	for (size_t i = 0; i < m->nfile; i++)
		if (input_unchanged(&m->file[i].in, d))
			return -1;
	return 0;
}

uint64_t tensor_model_nbytes(const struct tensor_model *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->nfile; i++)
		n += m->file[i].in.size;
	return n;
}
