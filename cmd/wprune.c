/* SPDX-License-Identifier: MIT */
/*
 * wprune: sets the smallest weights of a file to zero, exactly as many as
 * asked for, and leaves every other byte as it was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/order.h"
#include "cli.h"
#include "file/input.h"
#include "file/path.h"
#include "file/place.h"
#include "model/model.h"
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
	const char *path = r->o->mask;
	bool at = path && path[0] == '@' && !r->o->zeros;

	if (r->o->mask_update && exists(r->o->mask_update))
		path = r->o->mask_update;
	if (!path)
		return 0;
	if (choice_mask_open(&r->mask, path + at, at || r->o->zeros,
		    &r->o->hint, cli_tmpdir(), d))
		return -1;
	r->mask.integers = r->o->choice.integers;
	r->mask.zero = r->o->choice.zero;
	r->has_mask = true;
	r->file.prev = &r->mask;
	return 0;
}

/* Whether PATH is one of M's files; a directory is looked at when opened. */
static int is_of(const char *path, const struct tensor_model *m, struct diag *d)
{
	return path && !path_is_directory(path) ? tensor_model_has(m, path, d)
						: 0;
}

static int writes_beside_over(const struct wprune_run *r,
	const struct tensor_model *m, struct diag *d)
{
	int is = r->o->dry_run ? 0 : is_of(r->o->mask_out, m, d);

	return is ? is : is_of(r->o->report, m, d);
}

/* 1, 0 or -1; standard output may be the file that is read. */
static int writes_weights_over(const struct wprune_run *r,
	const struct tensor_model *m, struct diag *d)
{
	if (r->o->in_place || r->o->dry_run)
		return 0;
	return is_of(r->output ? r->output : "-", m, d);
}

static int refuse_over(
	int over, const char *name, const char *what, struct diag *d)
{
	if (over <= 0)
		return over;
	diag_set(d, DIAG_IO, "%s", what);
	return diag_at(d, "%s", name);
}

static int check_model_stays(const struct wprune_run *r,
	const struct tensor_model *m, const char *what, struct diag *d)
{
	int over = writes_weights_over(r, m, d);

	if (!over)
		over = writes_beside_over(r, m, d);
	return refuse_over(over, m->name, what, d);
}

static int check_table_stays(
	const struct wprune_run *r, const char *path, struct diag *d)
{
	const char *weights = r->output ? r->output : "-";
	const char *const out[] = {r->o->in_place ? r->input : weights,
		r->o->mask_out, r->o->report};

	if (!path)
		return 0;
	for (size_t i = r->o->dry_run ? 2 : 0; i < 3; i++)
		/* A directory is looked at when opened. */
		if (out[i] && !path_is_directory(out[i]) &&
			cli_check_input(out[i], path, d))
			return -1;
	return 0;
}

/* A mask that goes on is replaced, nothing else that is read is. */
static int check_all_stay(const struct wprune_run *r, struct diag *d)
{
	if (r->o->mask &&
		check_model_stays(r, r->mask.model,
			"mask and output are one file; expected another file",
			d))
		return -1;
	if (r->o->score_path &&
		check_model_stays(r, &r->score.model,
			"scores and output are one file; expected another file",
			d))
		return -1;
	return check_table_stays(r, r->o->plan, d) ||
			       check_table_stays(r, r->o->rules, d)
		       ? -1
		       : 0;
}

static int open_score(struct wprune_run *r, struct diag *d)
{
	const struct wprune_opts *o = r->o;

	r->score.kind = o->score_kind;
	r->score.seed = o->score_seed;
	if (o->score_path &&
		choice_score_open(&r->score, o->score_kind, o->score_path,
			o->mem_nbytes, cli_tmpdir(), d))
		return -1;
	if (o->score_kind != CHOICE_BY_MAGNITUDE)
		r->file.score = &r->score;
	return 0;
}

/* Masks of pairs are what was pruned before. */
static int strip(struct wprune_run *r, struct diag *d)
{
	r->merge.choice = &r->o->choice;
	r->merge.leave = "--exclude";
	if (prune_merge(&r->merge, &r->model, d))
		return -1;
	r->mask = choice_mask_of(&r->model);
	r->file.prev = &r->mask;
	return 0;
}

static int open_inputs(struct wprune_run *r, struct diag *d)
{
	/* What a row of rules leaves open is not bounded. */
	const struct choice_bounds any = {.min = {0, 1}, .max = {1, 1}};
	struct tensor_model *m = &r->model;

	if (model_open(m, r->input, &r->o->hint, cli_tmpdir(), d) ||
		tensor_model_named(m, d))
		return -1;
	if (refuse_over(writes_weights_over(r, m, d), m->name,
		    "input and output are one file; expected --in-place", d) ||
		refuse_over(writes_beside_over(r, m, d), m->name,
			"a mask or report would replace the input; expected "
			"another file",
			d))
		return -1;
	if (r->o->strip && strip(r, d))
		return -1;
	return plan_file_read(&r->plan, r->o->plan, d) ||
			       choice_rules_read(
				       &r->rules, r->o->rules, &any, d) ||
			       open_mask(r, d) || open_score(r, d) ||
			       check_all_stay(r, d)
		       ? -1
		       : 0;
}

/* Why a mask of FORMAT cannot be written where it would be; NULL: it can. */
static const char *refuses_mask(
	const struct wprune_run *r, enum choice_mask_format format)
{
	if (format == CHOICE_MASK_NPY && !tensor_is_array(r->model.format))
		return "an NPY file holds one array without a name; expected "
		       ".npz or .safetensors for the masks of named tensors";
	if (format == CHOICE_MASK_NPZ && !r->mask_out.path)
		return "NPZ, whose checksums come before what they are of, to "
		       "a pipe; expected a file";
	return NULL;
}

static int open_mask_out(struct wprune_run *r, struct diag *d)
{
	const struct output_how how = {
		.like = r->has_mask ? &r->mask.model->file[0].in : NULL,
		.in_place = r->has_mask,
		.is_new = !r->has_mask,
	};
	const char *path = r->o->mask_out, *why;

	r->file.mask_format = suffix_is(path, "npy")   ? CHOICE_MASK_NPY
			      : suffix_is(path, "npz") ? CHOICE_MASK_NPZ
						       : CHOICE_MASK_BITS;
	if (r->file.mask_format == CHOICE_MASK_BITS &&
		suffix_check(path, "safetensors", d))
		return -1;
	if (cli_output_open_as(
		    &r->mask_out, path, r->o->mask_update ? &how : NULL, d))
		return -1;
	why = refuses_mask(r, r->file.mask_format);
	if (!why)
		return 0;
	diag_set(d, DIAG_DATA, "%s", why);
	return diag_at(d, "%s", path);
}

static int open_outputs(struct wprune_run *r, struct diag *d)
{
	if (r->o->report && cli_output_open(&r->report, r->o->report, d))
		return -1;
	if (r->o->dry_run)
		return 0;
	if (r->o->mask_out && open_mask_out(r, d))
		return -1;
	return wprune_open_weights(r, d);
}

static int write_weights(struct wprune_run *r, struct diag *d)
{
	struct output *mask =
		!r->o->dry_run && r->o->mask_out ? &r->mask_out : NULL;
	struct output **out;
	int ret;

	if (r->convert)
		return prune_file_convert(&r->file, r->out, mask, d);
	out = calloc(r->model.nfile, sizeof(struct output *));
	if (!out)
		return diag_nomem(d, r->model.nfile);
	for (size_t i = 0; i < r->nout; i++)
		out[r->at + i] = &r->out[i];
	ret = prune_file_write(&r->file, r->nout ? out : NULL, mask, d);
	free(out);
	return ret;
}

/* What is asked for, but for how much. */
static void set_how(struct wprune_run *r)
{
	const struct wprune_opts *o = r->o;

	r->file.model = &r->model;
	r->file.nthread = (unsigned)o->nthread;
	r->file.with_mask = (!o->dry_run && o->mask_out) || r->nshared;
	r->file.structure = o->structure;
	r->file.by_row = o->scope == WPRUNE_ROW;
	r->file.tie_seed = o->tie_seed;
	if (r->convert)
		prune_file_turn(&r->file);
	r->target = o->target;
	if (o->rules)
		r->target = (struct choice_target){.kind = CHOICE_BY_PLAN};
}

static int prune(struct wprune_run *r, struct diag *d)
{
	bool global = r->o->scope == WPRUNE_GLOBAL;

	r->file.progress = &r->progress;
	if (prune_file_decide(&r->file, &r->target, global, d) ||
		wprune_share_masks(r, d) || write_weights(r, d) ||
		(r->o->score_path &&
			tensor_model_unchanged(&r->score.model, d)) ||
		prune_file_verify(&r->file, &r->target, global, d))
		return -1;
	return r->o->report ? wprune_report(r, d) : 0;
}

static void say_summary(const struct wprune_run *r)
{
	uint64_t n = 0, npruned = 0;

	for (size_t i = 0; i < r->file.njob; i++) {
		n += r->file.job[i].span->n;
		npruned += r->file.job[i].result.npruned;
	}
	cli_note("%s: %llu of %llu weights %spruned in %zu tensors",
		r->model.name, (unsigned long long)npruned,
		(unsigned long long)n, r->o->dry_run ? "would be " : "",
		r->file.njob);
	if (npruned && !r->o->dry_run)
		cli_note("%s: as large as before, zeros take their room; spzip "
			 "makes it small",
			r->o->in_place ? r->input
			: r->output    ? r->output
				       : "<stdout>");
}

static void remark_strip(const struct wprune_run *r)
{
	if (r->merge.nlone)
		cli_note("%s:%.200s: not a pair of X_orig and X_mask, left as "
			 "it is%s",
			r->model.name, r->merge.lone,
			r->merge.nlone > 1 ? ", as more are" : "");
}

static void close_all(struct wprune_run *r)
{
	wprune_abort(r);
	if (r->has_mask)
		choice_mask_close(&r->mask);
	prune_merge_free(&r->merge);
	wprune_mates_free(r);
	choice_score_close(&r->score);
	prune_file_free(&r->file);
	free(r->tensor);
	plan_file_free(&r->plan);
	choice_rules_free(&r->rules);
	free(r->file.job);
	tensor_model_close(&r->model);
}

/* One input to one output; NULL and NULL are the standard streams. */
static int prune_one(
	const struct wprune_opts *o, const char *input, const char *output)
{
	struct wprune_run r = {.o = o, .input = input, .output = output};
	struct diag d;
	int status = CLI_DONE, bad;

	prune_file_init(&r.file);
	bad = open_inputs(&r, &d) || wprune_choose(&r, &d) ||
	      open_outputs(&r, &d);
	if (!bad) {
		set_how(&r);
		bad = prune_file_limit(&r.file, o->scope == WPRUNE_GLOBAL,
			      o->mem_nbytes, &d) ||
		      (o->target_nbytes && wprune_fit(&r, &d));
	}
	if (!bad) {
		cli_progress_begin(&r.progress, r.model.name, o->progress);
		bad = prune(&r, &d);
		cli_progress_end();
	}
	if (bad || wprune_commit(&r, &d))
		/* or a child of ours has said it */
		status = d.class == DIAG_NONE ? CLI_TROUBLE : cli_fail(&d);
	if (status == CLI_DONE)
		wprune_remark(&r);
	if (status == CLI_DONE && o->strip)
		remark_strip(&r);
	if (status == CLI_DONE && o->repair)
		wprune_remark_repair(&r);
	if (status == CLI_DONE && o->verbose)
		say_summary(&r);
	close_all(&r);
	return status;
}

static int fail_nomem(size_t n)
{
	struct diag d;

	diag_nomem(&d, n);
	return cli_fail(&d);
}

/* The last part of PATH, DIR/sub/ as DIR/sub: *N bytes. */
static const char *last_part(const char *path, size_t *n)
{
	size_t end = strlen(path), begin;

	while (end > 1 && path[end - 1] == '/')
		end--;
	begin = end;
	while (begin > 0 && path[begin - 1] != '/')
		begin--;
	*n = end - begin;
	return path + begin;
}

static char *path_out(const struct wprune_opts *o, const char *input)
{
	size_t n;
	const char *part = last_part(input, &n);
	char *name = strndup(part, n);
	char *ret = name ? path_join(o->output_dir, name) : NULL;

	free(name);
	return ret;
}

static int by_last_part(const void *a, const void *b)
{
	size_t n, k;
	const char *x = last_part(*(char *const *)a, &n);
	const char *y = last_part(*(char *const *)b, &k);

	return order_of_bytes(x, n, y, k);
}

/* Two inputs of one name would leave only the second's result. */
static int check_names(const struct wprune_opts *o)
{
	size_t n = 0;
	const char **sorted;
	int status = CLI_DONE;

	while (o->inputs[n])
		n++;
	sorted = malloc((n + 1) * sizeof(*sorted));
	if (!sorted)
		return fail_nomem(n * sizeof(*sorted));
	memcpy(sorted, o->inputs, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_last_part);
	for (size_t i = 1; i < n && status == CLI_DONE; i++)
		if (by_last_part(&sorted[i - 1], &sorted[i]) == 0)
			status = cli_usage(
				"'%s' and '%s' to one name in %s; expected a "
				"directory for each",
				sorted[i - 1], sorted[i], o->output_dir);
	free(sorted);
	return status;
}

/* Makes the directory PATH, unless it is there: *MADE. */
static int make_directory(const char *path, bool *made, struct diag *d)
{
	struct place p;
	int bad = place_find_directory(&p, path, d);

	place_free(&p);
	*made = !bad && mkdir(path, 0777) == 0;
	if (!bad && !*made && errno != EEXIST)
		bad = diag_errno(d, "cannot create");
	return bad ? diag_at(d, "%s", path) : 0;
}

/* Each input to its name in o->output_dir; one that fails stops no other. */
static int prune_each(const struct wprune_opts *o)
{
	int status = check_names(o);
	struct diag d;
	bool made;

	if (status != CLI_DONE)
		return status;
	if (make_directory(o->output_dir, &made, &d))
		return cli_fail(&d);
	for (char *const *input = o->inputs; *input; input++) {
		char *out = path_out(o, *input);
		int r = out ? prune_one(o, *input, out)
			    : fail_nomem(strlen(*input));

		free(out);
		status = r == CLI_DONE ? status : r;
	}
	/* Unless something is in it. */
	if (made && status != CLI_DONE)
		rmdir(o->output_dir);
	return status;
}

int main(int argc, char **argv)
{
	struct wprune_opts o;
	int status;

	cli_init(&tool);
	cli_allow_open_files();
	status = wprune_opts_parse(&o, argc, argv);
	if (status < 0)
		status = o.output_dir ? prune_each(&o)
				      : prune_one(&o, o.inputs[0], o.output);
	wprune_opts_free(&o);
	return status;
}
