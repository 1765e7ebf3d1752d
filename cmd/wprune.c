/* SPDX-License-Identifier: MIT */
/*
 * wprune: sets the smallest weights of a file to zero, exactly as many as
 * asked for, and leaves every other byte as it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/input.h"
#include "cli.h"
#include "suffix.h"
#include "wprune.h"

static const struct cli_tool tool = {"wprune", CLI_TROUBLE};

static bool exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 || errno != ENOENT;
}

static int open_mask(struct wprune_run *r, struct diag *d)
{
	const char *path = r->o.mask;
	bool values = path && path[0] == '@';

	if (r->o.mask_update && exists(r->o.mask_update))
		path = r->o.mask_update;
	if (!path)
		return 0;
	if (prune_mask_open(&r->mask, path + values, values, &r->o.hint, d))
		return -1;
	r->has_mask = true;
	r->file.prev = &r->mask;
	return 0;
}

/* 1, 0 or -1, as output_is_input(). */
static int writes_weights_over(
	const struct wprune_run *r, const struct input *in, struct diag *d)
{
	if (r->o.in_place || r->o.dry_run)
		return 0;
	return output_is_input(r->o.output, in, d);
}

static int writes_beside_over(
	const struct wprune_run *r, const struct input *in, struct diag *d)
{
	int over = 0;

	if (r->o.mask_out && !r->o.dry_run)
		over = output_is_input(r->o.mask_out, in, d);
	if (!over && r->o.report)
		over = output_is_input(r->o.report, in, d);
	return over;
}

static int refuse_over(
	int over, const struct input *in, const char *what, struct diag *d)
{
	if (over <= 0)
		return over;
	diag_set(d, DIAG_IO, "%s", what);
	return diag_at(d, "%s", in->name);
}

/* Other files than one whose weights lie as they are: not yet written. */
static int open_model(struct wprune_run *r, struct diag *d)
{
	struct tensor_model *m = &r->model;

	if (tensor_model_open(m, r->o.input, &r->o.hint, cli_tmpdir(), d))
		return -1;
	r->in = &m->file[0].in;
	r->map = &m->file[0].map;
	if (m->nfile > 1)
		diag_set(d, DIAG_DATA,
			"weights in %zu files; expected one file: prune each",
			m->nfile);
	else if (m->format >= TENSOR_FORMAT_NPZ &&
		 m->format != TENSOR_FORMAT_GGUF)
		diag_set(d, DIAG_DATA,
			"%s, which is read and not written; expected "
			"safetensors, NPY or GGUF",
			tensor_format_name[m->format]);
	else
		return 0;
	return diag_at(d, "%s", m->name);
}

static int open_inputs(struct wprune_run *r, struct diag *d)
{
	int over;

	if (open_model(r, d))
		return -1;
	if (refuse_over(writes_weights_over(r, r->in, d), r->in,
		    "input and output are one file; expected --in-place", d) ||
		refuse_over(writes_beside_over(r, r->in, d), r->in,
			"a mask or report would replace the input; expected "
			"another file",
			d) ||
		open_mask(r, d))
		return -1;
	if (!r->o.mask)
		return 0;
	over = writes_weights_over(r, &r->mask.in, d);
	if (!over)
		over = writes_beside_over(r, &r->mask.in, d);
	return refuse_over(over, &r->mask.in,
		"mask and output are one file; expected another file", d);
}

static int open_mask_out(struct wprune_run *r, struct diag *d)
{
	const struct output_how how = {
		.like = r->has_mask ? &r->mask.in : NULL,
		.in_place = r->has_mask,
		.is_new = !r->has_mask,
	};

	return cli_output_open_as(
		&r->mask_out, r->o.mask_out, r->o.mask_update ? &how : NULL, d);
}

/* What is written is what was read, whatever OUT is called. */
static void note_suffixes(const struct wprune_run *r)
{
	static const char *const name[TENSOR_NFORMAT] = {
		[TENSOR_FORMAT_RAW] = "raw",
		[TENSOR_FORMAT_NPY] = "npy",
		[TENSOR_FORMAT_SAFETENSORS] = "safetensors",
		[TENSOR_FORMAT_NPZ] = "npz",
		[TENSOR_FORMAT_GGUF] = "gguf",
	};

	suffix_note(r->o.output, name[r->map->format]);
}

static int open_outputs(struct wprune_run *r, struct diag *d)
{
	const struct output_how how = {.like = r->in, .in_place = true};

	note_suffixes(r);

	if (r->o.report && cli_output_open(&r->report, r->o.report, d))
		return -1;
	if (r->o.dry_run)
		return 0;
	if (r->o.mask_out && open_mask_out(r, d))
		return -1;
	if (r->o.in_place)
		return cli_output_open_as(&r->out, r->o.input, &how, d);
	return cli_output_open(&r->out, r->o.output, d);
}

static int prune(struct wprune_run *r, struct diag *d)
{
	bool write = !r->o.dry_run;
	struct output *mask = write && r->o.mask_out ? &r->mask_out : NULL;

	r->file.in = r->in;
	r->file.map = r->map;
	r->file.nthread = (unsigned)r->o.nthread;
	r->file.progress = &r->progress;
	r->file.with_mask = mask != NULL;
	if (prune_file_decide(&r->file, &r->o.target, r->o.global, d) ||
		prune_file_write(&r->file, write ? &r->out : NULL, mask, d) ||
		prune_file_verify(&r->file, &r->o.target, r->o.global, d))
		return -1;
	if (r->o.report)
		return wprune_report(
			&r->o, &r->file, r->verdict, &r->report, d);
	return 0;
}

/* The weights last: while they are old, the run can be repeated. */
static int commit(struct wprune_run *r, struct diag *d)
{
	struct output *const out[] = {&r->report, &r->mask_out, &r->out};

	return cli_outputs_commit(out, sizeof(out) / sizeof(out[0]), d);
}

static void say_summary(const struct wprune_run *r)
{
	uint64_t n = 0, npruned = 0;

	for (size_t i = 0; i < r->file.njob; i++) {
		n += r->file.job[i].span->n;
		npruned += r->file.job[i].result.npruned;
	}
	cli_note("%s: %llu of %llu weights %spruned in %zu tensors",
		r->in->name, (unsigned long long)npruned, (unsigned long long)n,
		r->o.dry_run ? "would be " : "", r->file.njob);
	if (npruned && !r->o.dry_run)
		cli_note("%s: as large as before, zeros take their room; spzip "
			 "makes it small",
			r->o.in_place ? r->o.input
			: r->o.output ? r->o.output
				      : "<stdout>");
}

static void close_all(struct wprune_run *r)
{
	cli_output_abort(&r->report);
	cli_output_abort(&r->mask_out);
	cli_output_abort(&r->out);
	if (r->has_mask)
		prune_mask_close(&r->mask);
	free(r->verdict);
	free(r->file.job);
	tensor_model_close(&r->model);
	wprune_opts_free(&r->o);
}

int main(int argc, char **argv)
{
	struct wprune_run r = {0};
	struct diag d;
	int status, bad;

	cli_init(&tool);
	prune_file_init(&r.file);
	status = wprune_opts_parse(&r.o, argc, argv);
	if (status >= 0)
		goto out;
	bad = open_inputs(&r, &d) || wprune_choose(&r, &d) ||
	      open_outputs(&r, &d);
	if (!bad) {
		cli_progress_begin(&r.progress, r.in->name, r.o.progress);
		bad = prune(&r, &d);
		cli_progress_end();
	}
	status = bad || commit(&r, &d) ? cli_fail(&d) : CLI_DONE;
	if (status == CLI_DONE)
		wprune_remark(&r);
	if (status == CLI_DONE && r.o.verbose)
		say_summary(&r);
out:
	close_all(&r);
	return status;
}
