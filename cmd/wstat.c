/* SPDX-License-Identifier: MIT */
/*
 * wstat: what is in a weight file and how sparse it is, one row a tensor.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/num.h"
#include "cli.h"
#include "prune/prune.h"
#include "rows.h"
#include "stat/stat.h"
#include "suffix.h"
#include "tensor/tensor.h"
#include "weights.h"
#include "wstat.h"

static const struct cli_tool tool = {"wstat", CLI_TROUBLE};

static const struct rows_column column[] = {
	WEIGHTS_COLUMNS,
	{"zeros", ROWS_COUNT, ROWS_SHOWN},
	{"negzeros", ROWS_COUNT, ROWS_IF_ANY},
	{"nan", ROWS_COUNT, ROWS_IF_ANY},
	{"inf", ROWS_COUNT, ROWS_IF_ANY},
	{"min", ROWS_NUMBER, ROWS_SHOWN},
	{"max", ROWS_NUMBER, ROWS_SHOWN},
	{"l1", ROWS_NUMBER, ROWS_UNSHOWN},
	{"l2", ROWS_NUMBER, ROWS_UNSHOWN},
	{"sparsity", ROWS_PART, ROWS_SHOWN},
	{"decay", ROWS_WHOLE, ROWS_UNSHOWN},
	{"decision", ROWS_TEXT, ROWS_SHOWN},
};

#define NCOLUMN (sizeof(column) / sizeof(column[0]))
/* Columns from zeros to sparsity, empty where there are no statistics. */
#define NSTAT 9

struct opts {
	struct tensor_hint hint;
	struct prune_rules rules;
	struct wstat_check check;
	bool hash, hist;
	const char *bracket;   /* a file; NULL: none */
	struct plan_file plan; /* what is in it */
	int format;            /* an enum rows_format; -1: not given */
	const char *output;
	uint64_t nthread;
	bool quiet;
	int progress;
};

#define AT(member) offsetof(struct opts, member)

static const struct opt_row row[] = {
	{0, "raw", "DTYPE[,DIM]...", OPT_CALL, AT(hint),
		.help = "the files are plain little-endian numbers",
		.take = weights_take_raw},
	{0, "void", "DTYPE", OPT_CALL, AT(hint),
		.help = "dtype of arrays that ml_dtypes saved, as bf16",
		.take = weights_take_void},
	{0, "include", "PATTERN", OPT_CALL, AT(rules.include),
		.help = "column decision: prune these as well",
		.take = weights_take_pattern},
	{0, "exclude", "PATTERN", OPT_CALL, AT(rules.exclude),
		.help = "... and never these", .take = weights_take_pattern},
	{0, "only", "PATTERN", OPT_CALL, AT(rules.only),
		.help = "... and these instead of the defaults",
		.take = weights_take_pattern},
	{0, "check", "EXPR", OPT_CALL, AT(check),
		.help = "no table: exit 0 if EXPR holds, 1 if not; EXPR is "
			"sparsity>=X or mask=M",
		.take = wstat_check_take},
	{0, "per-tensor", NULL, OPT_FLAG, AT(check.each),
		.help = "check the sparsity of each tensor"},
	{0, "hash", NULL, OPT_FLAG, AT(hash),
		.help = "a CRC-32 of each tensor, equal across formats"},
	{0, "hist", NULL, OPT_FLAG, AT(hist),
		.help = "a histogram of magnitudes, for wplan"},
	{0, "bracket", "PLAN", OPT_TEXT, AT(bracket), .word = opt_files,
		.help = "... finer where PLAN is not exact yet"},
	ROWS_OPTION(struct opts),
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to FILE, all or nothing"},
	{'T', "threads", "N", OPT_WHOLE, AT(nthread),
		.help = "threads, 0 for all processors",
		.max = OPT_THREADS_MAX},
	{'q', "quiet", NULL, OPT_FLAG, AT(quiet), .help = "no remarks"},
	OPT_PROGRESS(AT(progress)),
	OPT_COMMON,
};

const struct opt_table wstat_options = {
	.commands = "wstat",
	.usage = "Usage: wstat [OPTION]... [FILE]...\n"
		 "Print one row for each tensor of weight files.\n",
	.row = row,
	.operand = opt_files,
};

static void opts_init(struct opts *o)
{
	*o = (struct opts){.format = -1, .progress = 'a'};
}

static void opts_free(struct opts *o)
{
	free(o->rules.include.p);
	free(o->rules.exclude.p);
	free(o->rules.only.p);
	plan_file_free(&o->plan);
}

static int opts_parse(struct opts *o, int argc, char **argv)
{
	struct diag d;
	int status = opt_parse(&wstat_options, o, argc, argv);

	if (status >= 0)
		return status;
	cli_quiet(o->quiet);
	if (o->check.each && (!o->check.expr || o->check.mask))
		return cli_usage("--per-tensor; expected --check "
				 "'sparsity>=X' with it");
	if (o->check.expr && (o->output || o->format >= 0))
		return cli_usage("%s with --check, which prints no "
				 "table; expected one",
			o->output ? "--output" : "--format");
	if (o->hist + o->hash + (o->check.expr != NULL) > 1)
		return cli_usage("%s with %s; expected one",
			o->hist ? "--hist" : "--hash",
			o->check.expr ? "--check" : "--hash");
	if (o->bracket && !o->hist)
		return cli_usage("--bracket without --hist; expected both");
	if (o->hist && o->format < 0)
		o->format = ROWS_CSV;
	return suffix_format(&o->format, rows_format_name, o->output, &d)
		       ? cli_fail(&d)
		       : -1;
}

static void add_stat(struct rows *r, const struct tensor_span *s,
	const struct stat_summary *st)
{
	rows_u64(r, st->zeros);
	rows_u64(r, st->negzeros);
	rows_u64(r, st->nan);
	rows_u64(r, st->inf);
	rows_double(r, st->min);
	rows_double(r, st->max);
	rows_double(r, st->l1);
	rows_double(r, sqrt(st->squares));
	rows_double(r, s->n ? (double)st->zeros / (double)s->n : NAN);
}

static int add_rows(struct rows *r, const struct opts *o,
	const struct tensor_model *m, const struct stat_summary *stat,
	struct diag *d)
{
	rows_header(r);
	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];

		weights_begin_row(r, m->name, s);
		if (stat_can(s->dtype))
			add_stat(r, s, &stat[i]);
		else
			for (int k = 0; k < NSTAT; k++)
				rows_absent(r);
		rows_u64(r, (uint64_t)stat_decay(s));
		rows_text(r, prune_decision_name[prune_decide(
				     &o->rules, m->format, s)]);
		if (rows_end(r, d))
			return -1;
	}
	return 0;
}

static int read_stats(struct stat_summary *stat, const struct opts *o,
	const struct tensor_model *m, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(m)};
	int ret;

	if (o->check.mask)
		return 0;
	cli_progress_begin(&progress, m->name, o->progress);
	ret = stat_summarize(stat, m, (unsigned)o->nthread, &progress, d);
	cli_progress_end();
	return ret;
}

/* Of those that would be pruned; the first, for there may be many. */
static void remark_binary(const struct opts *o, const struct tensor_model *m,
	const struct stat_summary *stat)
{
	const char *name = NULL;
	char more[64] = "";
	size_t n = 0;

	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];

		if (stat_can(s->dtype) && stat_is_binary(&stat[i], s->n) &&
			prune_decide(&o->rules, m->format, s) == PRUNE_YES &&
			n++ == 0)
			name = s->name;
	}
	if (n > 1)
		snprintf(more, sizeof(more), ", as %zu more do", n - 1);
	if (n)
		cli_note("%s:%.200s: holds only 0 and 1%s: a mask? --exclude "
			 "leaves it out",
			m->name, name, more);
}

static void remark(const struct opts *o, const struct tensor_model *m,
	const struct stat_summary *stat)
{
	for (size_t i = 0; i < m->nfile; i++) {
		const struct tensor_file *f = &m->file[i];

		if (*f->map.remark)
			cli_note("%s: %s", f->in.name, f->map.remark);
		if (f->map.dtype_remark)
			cli_note("%s: %s", f->in.name, f->map.dtype_remark);
	}
	if (!o->check.expr)
		remark_binary(o, m, stat);
}

static int hist_file(const struct opts *o, const struct tensor_model *m,
	struct rows *r, struct output *out, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(m)};
	struct plan_count how = {
		.rules = &o->rules,
		.nthread = (unsigned)o->nthread,
		.progress = &progress,
	};
	int ret;

	cli_progress_begin(&progress, m->name, o->progress);
	ret = wstat_hist(m, o->bracket ? &o->plan : NULL, &how, r, out, d);
	cli_progress_end();
	return ret;
}

static int read_bracket(struct opts *o, struct diag *d)
{
	struct input in;
	int ret;

	if (!o->bracket)
		return 0;
	if (input_open(&in, o->bracket, d))
		return -1;
	ret = plan_file_read(&o->plan, &in, d);
	input_close(&in);
	return ret;
}

/*
 * Adds the rows of one file, or checks it.  Returns CLI_DONE, CLI_NO,
 * WSTAT_UNCHECKED with D filled, or -1.
 */
static int stat_file(const struct opts *o, const char *path, struct rows *r,
	struct output *out, struct diag *d)
{
	struct stat_summary *stat;
	struct tensor_model m;
	int ret = -1;

	if (tensor_model_open(&m, path, &o->hint, cli_tmpdir(), d))
		return -1;
	stat = calloc(m.ntensor + 1, sizeof(*stat));
	if (!stat) {
		diag_nomem(d, m.ntensor * sizeof(*stat));
		goto out;
	}
	if (o->hist || o->hash) {
		ret = o->hist ? hist_file(o, &m, r, out, d)
			      : wstat_hash(&m, r, d);
		goto out;
	}
	ret = read_stats(stat, o, &m, d);
	if (!ret)
		remark(o, &m, stat);
	if (!ret && o->check.expr)
		ret = wstat_check_file(&o->check,
			&(struct wstat_subject){&m, &o->hint, &o->rules}, stat,
			d);
	else if (!ret)
		ret = add_rows(r, o, &m, stat, d);
out:
	free(stat);
	tensor_model_close(&m);
	return ret;
}

/* What a file's result R does to the status of all; a file may be ALONE. */
static int add_status(int status, int r, bool alone, const struct diag *d)
{
	if (r == WSTAT_UNCHECKED && !alone)
		cli_note("%s: %s", d->place, d->text);
	else if (r != CLI_DONE && r != CLI_NO)
		return cli_fail(d);
	return r == CLI_NO && status == CLI_DONE ? CLI_NO : status;
}

static int fail_unchecked(struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"no tensor to check in any file; the column decision shows "
		"why");
	return cli_fail(d);
}

/*
 * All files in turn, a bad one after the other.  The header waits for the first
 * good one, so that a run without any prints nothing.
 */
static int stat_all(const struct opts *o, char *const *path, struct output *out,
	struct diag *d)
{
	int status = CLI_DONE;
	bool alone = path[0] && !path[1], checked = false, broken = false;
	struct rows rows;

	if (o->hist)
		rows_begin(&rows, o->format, out, wstat_hist_column,
			WSTAT_HIST_NCOLUMN);
	else if (o->hash)
		rows_begin(&rows, o->format, out, wstat_hash_column,
			WSTAT_HASH_NCOLUMN);
	else
		rows_begin(&rows, o->format, out, column, NCOLUMN);
	for (; *path && !broken; path++) {
		int r = stat_file(o, *path, &rows, out, d);

		broken = rows.nomem ||
			 (r == CLI_DONE && rows_write(&rows, out, d));
		status = add_status(status, broken ? -1 : r, alone, d);
		checked |= r != WSTAT_UNCHECKED;
	}
	if (!broken && rows_finish(&rows, out, d))
		status = cli_fail(d);
	rows_free(&rows);
	/* A check of nothing is no check. */
	return checked || alone ? status : fail_unchecked(d);
}

static int check_inputs(const char *out, char *const *path, struct diag *d)
{
	for (; *path; path++)
		if (cli_check_input(out, *path, d))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	static char dash[] = "-";
	static char *const standard_input[] = {dash, NULL};
	char *const *path = standard_input;
	struct output out;
	struct opts o;
	struct diag d;
	int status;

	cli_init(&tool);
	opts_init(&o);
	status = opts_parse(&o, argc, argv);
	if (status >= 0)
		goto out;
	if (optind < argc)
		path = argv + optind;
	if (check_inputs(o.output, path, &d) || read_bracket(&o, &d) ||
		(o.bracket && cli_check_input(o.output, o.bracket, &d)) ||
		cli_output_open(&out, o.output, &d)) {
		status = cli_fail(&d);
		goto out;
	}
	status = stat_all(&o, path, &out, &d);
	/* A table to keep is complete or is not there. */
	if (status == CLI_TROUBLE && out.path)
		cli_output_abort(&out);
	else if (cli_output_commit(&out, &d))
		status = cli_fail(&d);
out:
	opts_free(&o);
	return status;
}
