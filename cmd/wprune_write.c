/* SPDX-License-Identifier: MIT */
/*
 * wprune: where weights go: one file, the files of a model in place, or a
 * directory of shards.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "file/input.h"
#include "file/path.h"
#include "suffix.h"
#include "wprune.h"

/* Whether OUTPUT ends as INPUT does, as x.bin and y.bin. */
static bool end_alike(const char *output, const char *input)
{
	const char *a = output ? strrchr(path_last(output), '.') : NULL;
	const char *b = input ? strrchr(path_last(input), '.') : NULL;

	return a && b && strcmp(a, b) == 0;
}

/* Refuses a name for what is written that says that it is something else. */
static int check_suffix(const struct wprune_run *r, struct diag *d)
{
	static const char *const name[TENSOR_NFORMAT] = {
		[TENSOR_FORMAT_RAW] = "raw",
		[TENSOR_FORMAT_NPY] = "npy",
		[TENSOR_FORMAT_NPZ] = "npz",
		[TENSOR_FORMAT_GGUF] = "gguf",
		[TENSOR_FORMAT_SAFETENSORS] = "safetensors",
	};
	const char *holds = r->convert ? "safetensors" : name[r->model.format];

	if (r->model.format != TENSOR_FORMAT_SAFETENSORS && r->convert &&
		!suffix_is(r->output, "safetensors") &&
		end_alike(r->output, r->input)) {
		diag_set(d, DIAG_DATA,
			"would hold safetensors, not %s; expected a name that "
			"ends in .safetensors",
			tensor_format_name[r->model.format]);
		return diag_at(d, "%s", r->output);
	}
	return suffix_check(r->output, holds, d);
}

static int open_one(struct wprune_run *r, struct diag *d)
{
	const struct tensor_file *f = &r->model.file[r->at];
	const struct output_how how = {.sparse = input_is_sparse(&f->in)};

	if (check_suffix(r, d))
		return -1;
	r->nout = 1;
	if (cli_output_open_as(&r->out[0], r->output, &how, d))
		return -1;
	if (r->convert || f->map.nseal == 0 || r->out[0].path)
		return 0;
	diag_set(d, DIAG_DATA,
		"%s, whose checksums come before what they are of, to a pipe; "
		"expected -o FILE",
		tensor_format_name[f->map.format]);
	return diag_at(d, "%s", r->model.name);
}

static int open_in_place(struct wprune_run *r, struct diag *d)
{
	const struct tensor_file *file = r->model.file;

	for (; r->nout < r->model.nfile - r->at; r->nout++) {
		const struct input *in = &file[r->nout].in;
		const struct output_how how = {.like = in,
			.in_place = true,
			.sparse = input_is_sparse(&file[r->at + r->nout].in)};

		if (cli_output_open_as(&r->out[r->nout], in->name, &how, d))
			return -1;
	}
	return 0;
}

int wprune_open_weights(struct wprune_run *r, struct diag *d)
{
	r->out = calloc(r->model.nfile, sizeof(*r->out));
	if (!r->out)
		return diag_nomem(d, r->model.nfile * sizeof(*r->out));
	if (r->o->in_place)
		return open_in_place(r, d);
	if (!r->model.is_sharded || r->convert)
		return open_one(r, d);
	if (r->output && strcmp(r->output, "-") != 0)
		return wprune_dir_open(r, d);
	diag_set(d, DIAG_DATA,
		"a model in shards to standard output; expected -o DIR");
	return diag_at(d, "%s", r->model.name);
}

int wprune_commit(struct wprune_run *r, struct diag *d)
{
	size_t n = 0;
	struct output **out = calloc(r->nout + 2, sizeof(struct output *));
	int ret;

	if (!out)
		return diag_nomem(d, r->nout * sizeof(struct output *));
	if (r->dir && wprune_dir_make(r, d)) {
		free(out);
		return -1;
	}
	out[n++] = &r->report;
	out[n++] = &r->mask_out;
	for (size_t i = 0; i < r->nout; i++)
		out[n++] = &r->out[i];
	ret = cli_outputs_commit(out, n, d);
	if (!ret && r->dir)
		ret = wprune_dir_publish(r, d);
	free(out);
	return ret;
}

void wprune_abort(struct wprune_run *r)
{
	cli_output_abort(&r->report);
	cli_output_abort(&r->mask_out);
	for (size_t i = 0; i < r->nout; i++)
		cli_output_abort(&r->out[i]);
	wprune_dir_free(r->dir, r->model.nfile);
	free(r->out);
}
