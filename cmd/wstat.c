/* SPDX-License-Identifier: MIT */
/*
 * wstat: what is in a weight file and how sparse it is, one row a tensor.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "choice/choice.h"
#include "cli.h"
#include "file/input.h"
#include "format/format.h"
#include "model/model.h"
#include "rows.h"
#include "stat/stat.h"
#include "suffix.h"
#include "tensor/tensor.h"
#include "weights.h"
#include "wstat.h"

static const struct cli_tool tool = {"wstat", CLI_TROUBLE};

static const struct rows_column column[] = {
	WEIGHTS_COLUMNS,
	WSTAT_COLUMNS,
};

#define NCOLUMN ARRAY_SIZE(column)
/* Columns from zeros to sparsity, empty where there are no statistics. */
#define NSTAT 9

/* A file at work. */
struct job {
	struct opts *o;
	const struct tensor_model *m;
	struct rows *rows;
	struct output *out;
	bool alone; /* there is no other file */
};

/* What is printed. */
struct mode {
	const char *name; /* the option that asks for it; NULL: none does */
	const struct rows_column *column;
	size_t ncolumn;
	/*
	 * Adds a file's rows, or checks it.  Returns CLI_DONE, CLI_NO, or -1.
	 */
	int (*file)(const struct job *j, struct diag *d);
	bool counts_zeros; /* of integers too, as --int-zero says */
};

struct opts {
	struct format_hint hint;
	struct choice choice;
	struct wstat_checks checks;
	const struct mode *mode;
	const char *bracket;   /* a file; NULL: none */
	struct plan_file plan; /* what is in it */
	int format;            /* an enum rows_format; -1: not given */
	const char *output;
	uint64_t nthread;
	bool rows; /* are wanted, not only messages */
	bool quiet;
	int progress;
};

#define AT(member) offsetof(struct opts, member)

static int take_mode(void *at, const struct opt_given *g, struct diag *d);
static int take_check(void *at, const struct opt_given *g, struct diag *d);

static const struct opt_row row[] = {
	WEIGHTS_OPTIONS(struct opts, "the files are"),
	{0, "include", "PATTERN", OPT_CALL, AT(choice.include),
		.help = "column decision: prune these as well",
		.take = weights_take_pattern},
	{0, "exclude", "PATTERN", OPT_CALL, AT(choice.exclude),
		.help = "... and never these", .take = weights_take_pattern},
	{0, "only", "PATTERN", OPT_CALL, AT(choice.only),
		.help = "... and these instead of the defaults",
		.take = weights_take_pattern},
	{0, "int-zero", "[=Z]", OPT_CALL, AT(choice),
		.help = "integers are weights, too, of which Z (0) is zero",
		.take = weights_take_int_zero},
	{0, "check", "EXPR", OPT_CALL, 0,
		.help = "exit 0 if EXPR holds, 1 if not; may be repeated; EXPR "
			"is sparsity>=X, nm=N:M, mask=M, zeros=FILE, finite or "
			"same=FILE",
		.take = take_check},
	{0, "per-tensor", NULL, OPT_FLAG, AT(checks.each),
		.help = "check the sparsity of each tensor, and name all that "
			"fail"},
	{0, "total", NULL, OPT_CALL, AT(mode), .help = "one row for each file",
		.take = take_mode},
	{0, "fold", NULL, OPT_CALL, AT(mode),
		.help = "one row for tensors that differ in numbers of layers",
		.take = take_mode},
	{0, "metadata", NULL, OPT_CALL, AT(mode),
		.help = "the keys and values that the files have",
		.take = take_mode},
	{0, "hash", NULL, OPT_CALL, AT(mode),
		.help = "a CRC-32 of each tensor, equal across formats",
		.take = take_mode},
	{0, "hist", NULL, OPT_CALL, AT(mode),
		.help = "a histogram of magnitudes, for wplan",
		.take = take_mode},
	{0, "bracket", "PLAN", OPT_TEXT, AT(bracket), .word = opt_files,
		.help = "... finer where PLAN is not exact yet"},
	ROWS_OPTION(struct opts),
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to FILE, all or nothing"},
	OPT_THREADS(AT(nthread)),
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

static int print_tensors(const struct job *j, struct diag *d);
static int print_hash(const struct job *j, struct diag *d);
static int print_hist(const struct job *j, struct diag *d);
static int check(const struct job *j, struct diag *d);
static int print_total(const struct job *j, struct diag *d);
static int print_fold(const struct job *j, struct diag *d);
static int print_meta(const struct job *j, struct diag *d);

static const struct rows_column meta_column[] = {
	{"file", ROWS_TEXT, ROWS_TITLE},
	{"key", ROWS_TEXT, ROWS_SHOWN},
	{"value", ROWS_TEXT, ROWS_SHOWN},
};

static const struct rows_column hash_column[] = {
	WEIGHTS_COLUMNS,
	{"hash", ROWS_TEXT, ROWS_SHOWN},
};

static const struct mode mode[] = {
	{NULL, column, NCOLUMN, print_tensors, true},
	{"check", wstat_check_column, WSTAT_CHECK_NCOLUMN, check, true},
	{"total", wstat_sum_column, WSTAT_SUM_NCOLUMN, print_total, true},
	{"fold", wstat_sum_column, WSTAT_SUM_NCOLUMN, print_fold, true},
	{"metadata", meta_column, ARRAY_SIZE(meta_column), print_meta, false},
	{"hash", hash_column, ARRAY_SIZE(hash_column), print_hash, false},
	{"hist", wstat_hist_column, WSTAT_HIST_NCOLUMN, print_hist, false},
};

/* --- metadata ------------------------------------------------------------- */

/* A row for each key. */
static int print_meta(const struct job *j, struct diag *d)
{
	const struct tensor_model *m = j->m;

	rows_header(j->rows);
	for (size_t i = 0; i < m->nfile; i++) {
		const struct tensor_map *map = &m->file[i].map;

		for (size_t k = 0; k < map->nnote; k++) {
			rows_text(j->rows, m->file[i].in.name);
			rows_text(j->rows, map->note[k].key);
			rows_text(j->rows, map->note[k].value);
			rows_end(j->rows);
		}
	}
	return tensor_model_unchanged(m, d);
}

/* --- hashes --------------------------------------------------------------- */

/* Adds a row with the hash of each tensor of M.  Returns 0, or -1. */
static int add_hashes(const struct tensor_model *m, const struct stat_how *how,
	struct rows *rows, struct diag *d)
{
	rows_header(rows);
	for (size_t i = 0; i < m->ntensor; i++) {
		const struct stat_tensor t = {
			tensor_input(m, m->tensor[i]), m->tensor[i]};
		char hex[9];
		uint32_t hash;

		if (stat_hash(&hash, how, &t, d))
			return diag_at(d, "%s:%.200s", m->name, t.span->name);
		weights_begin_row(rows, m->name, t.span);
		snprintf(hex, sizeof(hex), "%08" PRIx32, hash);
		rows_text(rows, hex);
		rows_end(rows);
	}
	return tensor_model_unchanged(m, d);
}

/* One of them, but that one more than once. */
static int take_mode(void *at, const struct opt_given *g, struct diag *d)
{
	const struct mode **ret = at, *m = &mode[1];

	while (strcmp(m->name, g->row->name) != 0)
		m++;
	if ((*ret)->name && *ret != m)
		return diag_set(d, DIAG_USAGE, "%s with --%s; expected one",
			g->name, (*ret)->name);
	*ret = m;
	return 0;
}

static int take_check(void *at, const struct opt_given *g, struct diag *d)
{
	struct opts *o = at;

	return take_mode(&o->mode, g, d) || wstat_check_take(&o->checks, g, d)
		       ? -1
		       : 0;
}

static void opts_init(struct opts *o)
{
	*o = (struct opts){.mode = mode, .format = -1, .progress = 'a'};
}

static void opts_free(struct opts *o)
{
	choice_free(&o->choice);
	free(o->checks.p);
	plan_file_free(&o->plan);
}

static int opts_parse(struct opts *o, int argc, char **argv)
{
	int status = opt_parse(&wstat_options, o, argc, argv);
	bool hist = o->mode->file == print_hist;

	if (status >= 0)
		return status;
	cli_quiet(o->quiet);
	if (o->checks.each && o->checks.n == 0)
		return cli_usage("--per-tensor without --check; expected both");
	if (o->choice.integers && !o->mode->counts_zeros)
		return cli_usage("--int-zero with --%s; expected statistics or "
				 "--check",
			o->mode->name);
	if (o->bracket && !hist)
		return cli_usage("--bracket without --hist; expected both");
	if (hist && o->format < 0)
		o->format = ROWS_CSV;
	o->hint.with_notes = o->mode->file == print_meta;
	o->rows = o->checks.n == 0 || o->output || o->format >= 0;
	return suffix_format(&o->format, rows_format_name, o->output);
}

void wstat_add_cells(struct rows *r, const struct stat_summary *st, uint64_t n)
{
	if (!st) {
		rows_skip(r, NSTAT);
		return;
	}
	rows_u64(r, st->zeros);
	rows_u64(r, st->negzeros);
	rows_u64(r, st->nan);
	rows_u64(r, st->inf);
	rows_double(r, st->min);
	rows_double(r, st->max);
	rows_double(r, st->l1);
	rows_double(r, stat_l2(st));
	rows_double(r, n ? (double)st->zeros / (double)n : NAN);
}

static void add_rows(const struct job *j, const struct stat_summary *stat)
{
	const struct tensor_model *m = j->m;
	struct rows *r = j->rows;

	rows_header(r);
	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];
		struct choice_verdict v =
			choice_judge(&j->o->choice, m->format, s);

		weights_begin_row(r, m->name, s);
		wstat_add_cells(r, stat_can(s->dtype) ? &stat[i] : NULL, s->n);
		rows_u64(r, (uint64_t)stat_decay(s, &v));
		rows_text(r, choice_decision_name[v.decision]);
		rows_end(r);
	}
}

/*
 * Reads all of J's file.  Returns a summary per tensor, to be released with
 * free(), or NULL.
 */
static struct stat_summary *summarize(const struct job *j, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(j->m)};
	struct stat_summary *stat = calloc(j->m->ntensor + 1, sizeof(*stat));
	int bad;

	if (!stat) {
		diag_nomem(d, j->m->ntensor * sizeof(*stat));
		return NULL;
	}
	cli_progress_begin(&progress, j->m->name, j->o->progress);
	bad = stat_summarize(stat, j->m, j->o->choice.zero,
		&(struct stat_how){(unsigned)j->o->nthread, &progress}, d);
	cli_progress_end();
	if (!bad)
		return stat;
	free(stat);
	return NULL;
}

/* Of those that would be pruned; the first, for there may be many. */
static void remark_binary(const struct opts *o, const struct tensor_model *m,
	const struct stat_summary *stat)
{
	const char *name = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];

		if (stat_can(s->dtype) && stat_is_binary(&stat[i], s->n) &&
			choice_decide(&o->choice, m->format, s) == CHOICE_YES &&
			n++ == 0)
			name = s->name;
	}
	weights_note_binary(m->name, name, n, "out");
}

/* Quantised weights are zero where their zero point is. */
static void remark_zero_points(const struct job *j)
{
	const char *name = NULL;
	size_t nweight = 0;

	for (size_t i = 0; i < j->m->ntensor; i++) {
		const struct tensor_span *s = j->m->tensor[i];

		if (choice_names_zero_point(s->name))
			name = name ? name : s->name;
		else if (select_integers(s->dtype) && s->ndim >= 2)
			nweight++;
	}
	if (name && nweight && !j->o->choice.integers)
		cli_note("%s:%.200s: a zero point; zeros of integers are those "
			 "that are 0: --int-zero=Z counts Z",
			j->m->name, name);
}

static int print_tensors(const struct job *j, struct diag *d)
{
	struct stat_summary *stat = summarize(j, d);

	if (!stat)
		return -1;
	remark_zero_points(j);
	remark_binary(j->o, j->m, stat);
	add_rows(j, stat);
	free(stat);
	return 0;
}

static int print_hash(const struct job *j, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(j->m)};
	const struct stat_how how = {(unsigned)j->o->nthread, &progress};
	int ret;

	cli_progress_begin(&progress, j->m->name, j->o->progress);
	ret = add_hashes(j->m, &how, j->rows, d);
	cli_progress_end();
	return ret;
}

static int print_hist(const struct job *j, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(j->m)};
	struct plan_count how = {
		.choice = &j->o->choice,
		.nthread = (unsigned)j->o->nthread,
		.progress = &progress,
	};
	int ret;

	cli_progress_begin(&progress, j->m->name, j->o->progress);
	ret = wstat_hist(j->m, j->o->bracket ? &j->o->plan : NULL, &how,
		j->rows, j->out, d);
	cli_progress_end();
	return ret;
}

static struct wstat_subject subject(const struct job *j)
{
	return (struct wstat_subject){
		.m = j->m,
		.hint = &j->o->hint,
		.output = j->o->output,
		.choice = &j->o->choice,
		.nthread = (unsigned)j->o->nthread,
		.progress = j->o->progress,
		.alone = j->alone,
		.rows = j->o->rows ? j->rows : NULL,
	};
}

static int check(const struct job *j, struct diag *d)
{
	struct wstat_subject s = subject(j);
	struct stat_summary *stat = NULL;
	int ret;

	if (wstat_check_wants_stat(&j->o->checks)) {
		s.stat = stat = summarize(j, d);
		if (!stat)
			return -1;
	}
	ret = wstat_check_file(&j->o->checks, &s, d);
	free(stat);
	return ret;
}

static int print_sums(const struct job *j,
	int (*print)(struct rows *rows, const struct wstat_subject *w,
		struct diag *d),
	struct diag *d)
{
	struct stat_summary *stat = summarize(j, d);
	struct wstat_subject s = subject(j);
	int ret;

	if (!stat)
		return -1;
	remark_zero_points(j);
	s.stat = stat;
	ret = print(j->rows, &s, d);
	free(stat);
	return ret;
}

static int print_total(const struct job *j, struct diag *d)
{
	return print_sums(j, wstat_total, d);
}

static int print_fold(const struct job *j, struct diag *d)
{
	return print_sums(j, wstat_fold, d);
}

/* Returns CLI_DONE, CLI_NO, or -1. */
static int stat_file(const struct job *job, const char *path, struct diag *d)
{
	struct job j = *job;
	struct tensor_model m;
	int ret;

	if (weights_open(&m, path, &j.o->hint, j.o->output, d))
		return -1;
	j.m = &m;
	ret = j.o->mode->file(&j, d);
	tensor_model_close(&m);
	return ret;
}

/*
 * What is appended to a file stands there before a later input is opened, which
 * may have that for one of its files.  What cannot be opened is told in its
 * turn.
 */
static int check_appended(const struct opts *o, char *const *path,
	const struct output *out, struct diag *d)
{
	struct tensor_model m;
	struct stat st;
	int bad = 0;

	if (out->path || fstat(out->fd, &st) || !S_ISREG(st.st_mode) ||
		st.st_size == 0 || !path[0])
		return 0;
	while (*++path && !bad)
		if (strcmp(*path, "-") != 0 &&
			model_open(&m, *path, &o->hint, cli_tmpdir(), d) == 0) {
			bad = weights_stay(&m, o->output, d);
			tensor_model_close(&m);
		}
	return bad;
}

/*
 * All files in turn, a bad one after the other.  The header waits for the first
 * good one, so that a run without any prints nothing.
 */
static int stat_all(
	struct opts *o, char *const *path, struct output *out, struct diag *d)
{
	struct rows rows;
	const struct job j = {
		.o = o,
		.rows = &rows,
		.out = out,
		.alone = path[0] && !path[1],
	};
	int status = CLI_DONE;
	bool broken = false;

	if (check_appended(o, path, out, d))
		return cli_fail(d);
	rows_begin(&rows, o->format, out, o->mode->column, o->mode->ncolumn);
	for (; *path && !broken; path++) {
		int r = stat_file(&j, *path, d);

		/* A file that failed has said why, and is all that does. */
		broken = r < 0 ? buf_failed(&rows.out)
			       : rows_write(&rows, out, d) != 0;
		if (r < 0 || broken)
			status = cli_fail(d);
		else if (r == CLI_NO && status == CLI_DONE)
			status = CLI_NO;
	}
	if (!broken && rows_finish(&rows, out, d))
		status = cli_fail(d);
	rows_free(&rows);
	/* A check of nothing is no check. */
	if (status != CLI_TROUBLE && wstat_check_unasked(&o->checks, d))
		status = cli_fail(d);
	return status;
}

int main(int argc, char **argv)
{
	char *const *path;
	struct output out;
	struct opts o;
	struct diag d;
	int status;

	cli_init(&tool);
	cli_allow_open_files();
	opts_init(&o);
	status = opts_parse(&o, argc, argv);
	if (status >= 0)
		goto out;
	path = opt_operands(argc, argv, NULL);
	if (cli_check_inputs(o.output, path, &d) ||
		plan_file_read(&o.plan, o.bracket, &d) ||
		(o.bracket && cli_check_input(o.output, o.bracket, &d)) ||
		wstat_check_stays(&o.checks, o.output, &d) ||
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
