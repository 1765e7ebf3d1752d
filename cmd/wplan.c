/* SPDX-License-Identifier: MIT */
/*
 * wplan: how much to prune of each tensor, from histograms of any number of
 * files; or what several targets would come to.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli.h"
#include "file/input.h"
#include "plan/plan.h"
#include "rows.h"
#include "rules.h"
#include "suffix.h"
#include "wplan.h"

static const struct cli_tool tool = {"wplan", CLI_TROUBLE};

/* Targets in one call: a table has no need of more. */
#define NTARGET_MAX 64

static const struct rows_column plan_column[] = {
	{"version", ROWS_WHOLE, ROWS_UNSHOWN},
	{"rules", ROWS_TEXT, ROWS_UNSHOWN},
	{"alloc", ROWS_TEXT, ROWS_UNSHOWN},
	{"requested", ROWS_TEXT, ROWS_UNSHOWN},
	{"tensor", ROWS_TEXT, ROWS_SHOWN},
	{"dtype", ROWS_TEXT, ROWS_SHOWN},
	{"shape", ROWS_TEXT, ROWS_SHOWN},
	{"n", ROWS_COUNT, ROWS_SHOWN},
	{"decision", ROWS_TEXT, ROWS_SHOWN},
	{"k", ROWS_COUNT, ROWS_SHOWN},
	{"sparsity", ROWS_PART, ROWS_SHOWN},
	{"exact", ROWS_WHOLE, ROWS_SHOWN},
	{"threshold", ROWS_NUMBER, ROWS_SHOWN},
	{"lo", ROWS_TEXT, ROWS_UNSHOWN},
	{"hi", ROWS_TEXT, ROWS_UNSHOWN},
	{"inside", ROWS_COUNT, ROWS_UNSHOWN},
	{"packed", ROWS_COUNT, ROWS_SHOWN},
};

static const struct rows_column target_column[] = {
	{"requested", ROWS_TEXT, ROWS_SHOWN},
	{"alloc", ROWS_TEXT, ROWS_SHOWN},
	{"n", ROWS_COUNT, ROWS_SHOWN},
	{"k", ROWS_COUNT, ROWS_SHOWN},
	{"sparsity", ROWS_PART, ROWS_SHOWN},
	{"exact", ROWS_WHOLE, ROWS_SHOWN},
	{"energy", ROWS_PART, ROWS_SHOWN},
	{"emptied", ROWS_COUNT, ROWS_SHOWN},
	{"packed", ROWS_COUNT, ROWS_SHOWN},
};

struct target {
	struct choice_target t;
	const char *requested;
};

struct opts {
	struct target target[NTARGET_MAX];
	size_t ntarget;
	int scope; /* a bool: global; -1: not given */
	int alloc; /* an enum plan_alloc; -1: not given */
	struct num_ratio energy;
	const char *energy_text;
	struct choice_bounds bounds;
	const char *rules;         /* a file; NULL: none */
	struct choice_rules table; /* what is in it */
	int nan;                   /* an enum select_nan */
	int format;
	uint64_t mem_nbytes; /* for histograms; 0: no bound */
	const char *output;
	bool quiet;
};

static const char *const scope_name[] = {"tensor", "global", NULL};
static int take_sparsity(void *at, const struct opt_given *g, struct diag *d)
{
	struct opts *o = at;
	struct target *t = &o->target[o->ntarget];

	if (o->ntarget == NTARGET_MAX)
		return diag_set(d, DIAG_USAGE, "%s: more than %d targets",
			g->name, NTARGET_MAX);
	o->ntarget++;
	t->requested = g->value;
	t->t.kind = CHOICE_BY_SPARSITY;
	return num_arg_ratio(g->name, g->value, &t->t.ratio, d);
}

static int take_alloc(void *at, const struct opt_given *g, struct diag *d)
{
	struct opts *o = at;

	if (strncmp(g->value, "energy=", 7) == 0) {
		o->alloc = PLAN_ENERGY;
		o->energy_text = g->value + 7;
		return num_arg_ratio(
			"--alloc: energy", g->value + 7, &o->energy, d);
	}
	if (opt_choose(&o->alloc, plan_alloc_name, g, d))
		return -1;
	return o->alloc == PLAN_ENERGY
		       ? diag_set(d, DIAG_USAGE,
				 "%s: energy of what; expected energy=0.99",
				 g->name)
		       : 0;
}

#define AT(member) offsetof(struct opts, member)

static const struct opt_row row[] = {
	{'s', "sparsity", "S", OPT_CALL, 0,
		.help = "prune this part: 0.9, 90% or 9/10; several: a row for "
			"each and no plan",
		.take = take_sparsity},
	{0, "scope", "SCOPE", OPT_CHOICE, AT(scope),
		.help = "tensor: of each (the default), or global: of all",
		.word = scope_name},
	{0, "alloc", "HOW", OPT_CALL, 0,
		.help = "uniform, raw, normalized, lamp, er, erk or "
			"energy=PART",
		.word = plan_alloc_name, .take = take_alloc},
	{0, "min-sparsity", "S", OPT_CALL, AT(bounds.min),
		.help = "prune at least this part of each tensor",
		.take = opt_take_ratio},
	{0, "max-sparsity", "S", OPT_CALL, AT(bounds.max),
		.help = "... and at most this", .take = opt_take_ratio},
	{0, "rules", "FILE", OPT_TEXT, AT(rules), .word = opt_files,
		.help = "... or as FILE has it by pattern: a CSV table of "
			"pattern, sparsity, min, max"},
	{0, "nan", "WHAT", OPT_CHOICE, AT(nan), .help = "error, keep or prune",
		.word = rules_nan_name},
	ROWS_OPTION(struct opts),
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to FILE, all or nothing"},
	{0, "mem", "SIZE", OPT_CALL, AT(mem_nbytes),
		.help = "refuse histograms that take more memory: 64M, 1GiB",
		.take = opt_take_bytes},
	{'q', "quiet", NULL, OPT_FLAG, AT(quiet), .help = "no remarks"},
	OPT_COMMON,
};

const struct opt_table wplan_options = {
	.commands = "wplan",
	.usage = "Usage: wplan -s S [OPTION]... [HISTOGRAM]...\n"
		 "Plan how much to prune of each tensor, from histograms of "
		 "wstat.\n",
	.row = row,
	.operand = opt_files,
};

/* --- options ------------------------------------------------------------- */

/* What rules alone are a target with: what they do not name is left. */
static const struct target only_rules = {
	{.kind = CHOICE_BY_SPARSITY, .ratio = {0, 1}}, "0"};

static int check_alloc(struct opts *o)
{
	if (o->alloc < 0)
		o->alloc = o->scope > 0 ? PLAN_RAW : PLAN_UNIFORM;
	if (o->scope == 1 && o->alloc == PLAN_UNIFORM)
		return cli_usage("--scope global with --alloc uniform, which "
				 "is of each tensor; expected one");
	if (o->scope == 0 && o->alloc != PLAN_UNIFORM &&
		o->alloc != PLAN_ENERGY)
		return cli_usage("--scope tensor with --alloc %s, which shares "
				 "out among all; expected one",
			plan_alloc_name[o->alloc]);
	if (o->alloc == PLAN_ENERGY && o->ntarget)
		return cli_usage("-s with --alloc energy, which is a target; "
				 "expected one");
	if (choice_bounds_cross(&o->bounds))
		return cli_usage("--min-sparsity above --max-sparsity; "
				 "expected at most that");
	if (o->alloc == PLAN_UNIFORM && o->ntarget == 0 && o->rules)
		o->target[o->ntarget++] = only_rules;
	if (o->alloc != PLAN_ENERGY && o->ntarget == 0)
		return cli_usage("no target; expected -s S (sparsity)");
	return -1;
}

static int opts_parse(struct opts *o, int argc, char **argv)
{
	int status;

	*o = (struct opts){.format = -1,
		.scope = -1,
		.alloc = -1,
		.bounds = {.min = {0, 1}, .max = {1, 1}}};
	status = opt_parse(&wplan_options, o, argc, argv);
	if (status < 0)
		status = check_alloc(o);
	if (status >= 0)
		return status;
	if (o->alloc == PLAN_ENERGY)
		o->target[o->ntarget++].requested = o->energy_text;
	cli_quiet(o->quiet);
	return suffix_format(&o->format, rows_format_name, o->output);
}

/* --- rows ---------------------------------------------------------------- */

static double part(uint64_t k, uint64_t n)
{
	return n ? (double)k / (double)n : NAN;
}

static void add_decision(
	struct rows *r, const struct plan_tensor *t, const struct plan_row *p)
{
	const struct plan_bracket *in = &p->bracket;

	rows_u64_if(r, p->exact, p->k);
	rows_double(r, p->exact ? part(p->k, t->n) : NAN);
	rows_u64(r, p->exact);
	/* One key alone is a magnitude. */
	rows_double(r, in->hi && in->hi - in->lo == 1
			       ? select_value(select_format(t->dtype), in->lo)
			       : NAN);
	if (in->hi == 0)
		return;
	rows_hex(r, in->lo);
	rows_hex(r, in->hi);
	rows_u64(r, p->ninside);
}

static void add_tensor(struct rows *r, const struct opts *o,
	const struct plan_hist *h, const struct plan_tensor *t,
	const struct plan_row *p)
{
	rows_u64(r, PLAN_VERSION);
	rows_text(r, h->rules);
	rows_text(r, plan_alloc_name[o->alloc]);
	rows_text(r, o->target[0].requested);
	rows_text(r, t->name);
	rows_text(r, tensor_dtype_info[t->dtype].name);
	rows_text(r, tensor_shape_text(t->shape, t->ndim).text);
	rows_u64(r, t->n);
	rows_text(r, choice_decision_name[t->decision]);
	if (t->decision == CHOICE_YES)
		add_decision(r, t, p);
	rows_skip(r, r->ncolumn - r->at - 1);
	rows_double(r, t->decision == CHOICE_YES && p->exact
			       ? ceil(plan_packed(t, p->k))
			       : NAN);
	rows_end(r);
}

static void add_target(struct rows *r, const struct opts *o,
	const struct plan_hist *h, const struct plan *p, const struct target *t)
{
	uint64_t emptied = 0;
	double packed = PLAN_PACKED_FILE;

	for (size_t i = 0; i < h->ntensor; i++) {
		const struct plan_tensor *x = &h->tensor[i];

		if (x->decision != CHOICE_YES)
			continue;
		emptied += x->n && p->row[i].k == x->n;
		packed += plan_packed(x, p->row[i].k);
	}
	rows_text(r, t->requested);
	rows_text(r, plan_alloc_name[o->alloc]);
	rows_u64(r, p->n);
	rows_u64(r, p->k);
	rows_double(r, part(p->k, p->n));
	rows_u64(r, p->exact);
	if (p->exact) {
		rows_double(r, plan_energy_kept(p, h));
		rows_u64(r, emptied);
		rows_double(r, ceil(packed));
	}
	rows_end(r);
}

/* --- plans --------------------------------------------------------------- */

static struct choice_bounds bounds(void *ctx, const char *name)
{
	const struct opts *o = ctx;
	const struct choice_rule *l = choice_rules_find(&o->table, name);

	return l ? l->bounds : o->bounds;
}

/* A pattern that nothing is left for is a slip, or one of another order. */
static void remark_rules(const struct opts *o, const struct plan_hist *h)
{
	for (size_t i = 0; i < o->table.n; i++) {
		const struct choice_rule *l = &o->table.rule[i];
		bool used = false;

		for (size_t k = 0; k < h->ntensor && !used; k++)
			used = h->tensor[k].decision == CHOICE_YES &&
			       choice_rules_find(
				       &o->table, h->tensor[k].name) == l;
		if (!used)
			rules_note_unused(o->rules, l);
	}
}

static int read_all(struct plan_hist *h, char *const *path, struct diag *d)
{
	for (; *path; path++) {
		struct input in;
		int ret;

		if (input_open(&in, *path, d))
			return -1;
		ret = plan_hist_read(h, &in, d);
		input_close(&in);
		if (ret)
			return -1;
	}
	return plan_hist_sort(h, d);
}

/* Rows of one target; *EXACT turns false if they are not. */
static int plan_one(struct rows *r, struct opts *o, const struct plan_hist *h,
	const struct target *t, bool *exact, struct diag *d)
{
	const struct plan_want want = {
		.alloc = (enum plan_alloc)o->alloc,
		.target = t->t,
		.energy = o->energy,
		.nan = (enum select_nan)o->nan,
		.bounds = bounds,
		.ctx = o,
	};
	struct plan p;
	int ret = plan_make(&p, h, &want, d);

	if (!ret && o->ntarget > 1)
		add_target(r, o, h, &p, t);
	for (size_t i = 0; !ret && o->ntarget == 1 && i < h->ntensor; i++)
		add_tensor(r, o, h, &h->tensor[i], &p.row[i]);
	*exact &= p.exact;
	plan_free(&p);
	return ret;
}

static int plan_all(struct opts *o, char *const *path, struct output *out,
	bool *exact, struct diag *d)
{
	bool many = o->ntarget > 1;
	struct plan_hist h = {.mem_nbytes = o->mem_nbytes};
	struct rows rows;
	int ret = choice_rules_read(&o->table, o->rules, &o->bounds, d);

	if (!ret)
		ret = read_all(&h, path, d);
	if (!ret && o->nan == SELECT_NAN_ZERO)
		ret = plan_hist_zero_nan(&h, d);
	if (!ret)
		remark_rules(o, &h);
	rows_begin(&rows, o->format, out, many ? target_column : plan_column,
		many ? ARRAY_SIZE(target_column) : ARRAY_SIZE(plan_column));
	rows_header(&rows);
	for (size_t i = 0; !ret && i < o->ntarget; i++)
		ret = plan_one(&rows, o, &h, &o->target[i], exact, d);
	if (!ret)
		ret = rows_finish(&rows, out, d);
	rows_free(&rows);
	plan_hist_free(&h);
	choice_rules_free(&o->table);
	return ret;
}

int main(int argc, char **argv)
{
	char *const *path;
	struct output out = {0};
	struct opts o;
	struct diag d;
	bool exact = true;
	int status;

	cli_init(&tool);
	status = opts_parse(&o, argc, argv);
	if (status >= 0)
		return status;
	path = opt_operands(argc, argv, NULL);
	if (cli_check_inputs(o.output, path, &d) ||
		(o.rules && cli_check_input(o.output, o.rules, &d)) ||
		cli_output_open(&out, o.output, &d))
		return cli_fail(&d);
	if (plan_all(&o, path, &out, &exact, &d)) {
		status = cli_fail(&d);
		cli_output_abort(&out);
		return status;
	}
	if (cli_output_commit(&out, &d))
		return cli_fail(&d);
	if (!exact)
		cli_note("not exact yet: expected wstat --hist --bracket with "
			 "this plan, and wplan on what it prints");
	return exact ? CLI_DONE : CLI_NO;
}
