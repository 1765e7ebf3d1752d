/* SPDX-License-Identifier: MIT */
/* The options of wprune: defaults, parsing, rules between them. */
#include <float.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "cli.h"
#include "file/path.h"
#include "file/place.h"
#include "rows.h"
#include "rules.h"
#include "suffix.h"
#include "weights.h"
#include "wprune.h"

static const char *const scope_name[] = {[WPRUNE_TENSOR] = "tensor",
	[WPRUNE_GLOBAL] = "global",
	[WPRUNE_ROW] = "row",
	NULL};
static const char *const round_name[] = {[CHOICE_ROUND_EVEN] = "even",
	[CHOICE_ROUND_DOWN] = "down",
	[CHOICE_ROUND_UP] = "up",
	NULL};
static const char *const neg_zero_name[] = {
	[false] = "fix", [true] = "keep", NULL};
static const char *const ties_name[] = {[SELECT_TIES_HASH] = "hash",
	[SELECT_TIES_FIRST] = "first",
	[SELECT_TIES_LAST] = "last",
	[SELECT_TIES_KEEP] = "keep",
	[SELECT_TIES_DROP] = "drop",
	NULL};

static int take_ties(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;
	int value = SELECT_TIES_HASH;

	if (strncmp(g->value, "hash:", 5) == 0) {
		o->ties = SELECT_TIES_HASH;
		return num_arg_u64("--ties: seed", g->value + 5, 0, UINT64_MAX,
			&o->tie_seed, d);
	}
	if (opt_choose(&value, ties_name, g, d))
		return -1;
	o->ties = (enum select_ties)value;
	return 0;
}

static struct choice_target *new_target(struct wprune_opts *o,
	const struct opt_given *g, enum choice_target_kind kind)
{
	o->requested = g->value;
	o->ntarget++;
	o->target.kind = kind;
	return &o->target;
}

static int take_sparsity(void *at, const struct opt_given *g, struct diag *d)
{
	return num_arg_ratio(g->name, g->value,
		&new_target(at, g, CHOICE_BY_SPARSITY)->ratio, d);
}

static int take_density(void *at, const struct opt_given *g, struct diag *d)
{
	return num_arg_ratio(g->name, g->value,
		&new_target(at, g, CHOICE_BY_DENSITY)->ratio, d);
}

/* A share, 50%, where a number of weights or a magnitude is wanted. */
static int check_no_share(
	const struct opt_given *g, const char *unit, struct diag *d)
{
	struct num_ratio r;

	if (!strchr(g->value, '%') || num_arg_ratio("", g->value, &r, d))
		return 0;
	return diag_set(d, DIAG_USAGE, "%s: '%s' is not %s; expected -s %s",
		g->name, g->value, unit, g->value);
}

static int take_count(void *at, const struct opt_given *g, struct diag *d)
{
	if (check_no_share(g, "a number of weights", d))
		return -1;
	return num_arg_u64(g->name, g->value, 0, UINT64_MAX,
		&new_target(at, g, CHOICE_BY_COUNT)->count, d);
}

static int take_threshold(void *at, const struct opt_given *g, struct diag *d)
{
	if (check_no_share(g, "a magnitude", d))
		return -1;
	return num_arg_double(g->name, g->value, -DBL_MAX, DBL_MAX,
		&new_target(at, g, CHOICE_BY_THRESHOLD)->threshold, d);
}

static int take_bytes(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;

	new_target(o, g, CHOICE_BY_SPARSITY)->ratio = (struct num_ratio){0, 1};
	return num_arg_bytes(g->name, g->value, &o->target_nbytes, d);
}

/* The same as -m @FILE. */
static int take_zeros(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;

	(void)d;
	o->mask = g->value;
	o->zeros = true;
	o->ntarget++;
	return 0;
}

static int take_strip(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;

	(void)g;
	(void)d;
	o->strip = true;
	o->ntarget++;
	return 0;
}

static int take_mask(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;

	(void)d;
	o->mask = g->value;
	o->ntarget++;
	return 0;
}

static const char *const compat_name[] = {[CHOICE_COMPAT_NONE] = "none",
	[CHOICE_COMPAT_TORCH] = "torch",
	[CHOICE_COMPAT_TFMOT] = "tfmot",
	[CHOICE_COMPAT_LLMC] = "llmc",
	[CHOICE_COMPAT_WANDA] = "wanda",
	NULL};

/* What the library that is followed does with ties; torch's are not told. */
static enum select_ties compat_ties(const struct wprune_opts *o)
{
	static const enum select_ties ties[] = {
		[CHOICE_COMPAT_TFMOT] = SELECT_TIES_KEEP,
		[CHOICE_COMPAT_LLMC] = SELECT_TIES_DROP,
		[CHOICE_COMPAT_WANDA] = SELECT_TIES_DROP,
		[CHOICE_COMPAT_WANDA_ROW] = SELECT_TIES_FIRST,
	};

	return o->target.compat > CHOICE_COMPAT_TORCH ? ties[o->target.compat]
						      : o->ties;
}

static int take_plan(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;

	(void)d;
	o->plan = g->value;
	new_target(o, g, CHOICE_BY_PLAN);
	return 0;
}

#define AT(member) offsetof(struct wprune_opts, member)

static const struct opt_row row[] = {
	{.kind = OPT_TITLE, .help = "TARGET is one of:"},
	{'s', "sparsity", "S", OPT_CALL, 0,
		.help = "prune this part: 0.9, 90% or 9/10, exactly",
		.take = take_sparsity},
	{'d', "density", "D", OPT_CALL, 0, .help = "keep this part",
		.take = take_density},
	{'k', "count", "K", OPT_CALL, 0, .help = "prune K weights",
		.take = take_count},
	{'t', "threshold", "T", OPT_CALL, 0, .help = "prune |w| < T",
		.take = take_threshold},
	{0, "target-bytes", "SIZE", OPT_CALL, 0,
		.help = "prune until spzip compresses it to SIZE: 500M, 64MiB",
		.take = take_bytes},
	{'m', "mask", "MASK", OPT_CALL, 0, .word = opt_files,
		.help = "prune what MASK prunes, or the zeros of another file: "
			"-m @FILE",
		.take = take_mask},
	{'p', "plan", "PLAN", OPT_CALL, 0, .word = opt_files,
		.help = "prune what a plan of wplan says of each tensor",
		.take = take_plan},
	{0, "zeros-of", "FILE", OPT_CALL, 0, .word = opt_files,
		.help = "prune what is zero in other weights",
		.take = take_zeros},
	{0, "strip", NULL, OPT_CALL, 0,
		.help = "merge the pairs X_orig and X_mask of torch into X",
		.take = take_strip},
	{.kind = OPT_TITLE, .help = "How to choose:"},
	{0, "scope", "SCOPE", OPT_CHOICE, AT(scope),
		.help = "tensor: of each, global: of all, or row: of each row",
		.word = scope_name},
	{0, "structure", "WHAT", OPT_CALL, 0,
		.help = "nm=keep:N:M, block=RxC, row, col, dim=K or none",
		.take = wprune_take_structure},
	{0, "repair", "nm=N:M", OPT_CALL, 0,
		.help = "restore N:M where it almost holds",
		.take = wprune_take_repair},
	{0, "score", "SCORE", OPT_CALL, 0,
		.help = "magnitude, random:SEED, or file:, wanda:, taylor: or "
			"obd:FILE",
		.take = wprune_take_score},
	{0, "ties", "ORDER", OPT_CALL, 0,
		.help = "hash, hash:SEED, first, last, keep or drop (hash:0)",
		.word = ties_name, .take = take_ties},
	{0, "round", "HOW", OPT_CHOICE, AT(round),
		.help = "a sparsity or density to even, down or up",
		.word = round_name},
	{0, "min-keep", "N", OPT_WHOLE, AT(target.min_keep),
		.help = "keep at least N weights of each tensor",
		.max = UINT64_MAX},
	{0, "compat", "LIBRARY", OPT_CHOICE, AT(compat),
		.help = "count and break ties as torch, tfmot, llmc or wanda",
		.word = compat_name},
	{0, "nan", "WHAT", OPT_CHOICE, AT(nan), .help = "error, keep or prune",
		.word = rules_nan_name},
	{0, "neg-zero", "WHAT", OPT_CHOICE, AT(keep_negzero),
		.help = "fix: -0.0 to 0.0; or keep", .word = neg_zero_name},
	{0, "int-zero", "[=Z]", OPT_CALL, AT(choice),
		.help = "integers too, by their distance from Z (0)",
		.take = weights_take_int_zero},
	{0, "include", "PATTERN", OPT_CALL, AT(choice.include),
		.help = "prune these tensors too",
		.take = weights_take_pattern},
	{0, "exclude", "PATTERN", OPT_CALL, AT(choice.exclude),
		.help = "never these", .take = weights_take_pattern},
	{0, "only", "PATTERN", OPT_CALL, AT(choice.only),
		.help = "these instead of the defaults",
		.take = weights_take_pattern},
	{0, "rules", "FILE", OPT_TEXT, AT(rules), .word = opt_files,
		.help = "how much by pattern: a CSV table of pattern, "
			"sparsity, min, max"},
	{0, "map", "WEIGHT=STATE[,STATE]...", OPT_CALL, AT(maps),
		.help = "tensors that share the mask of a weight: "
			"weight=exp_avg,exp_avg_sq",
		.take = wprune_take_map},
	{.kind = OPT_TITLE, .help = "Input and output:"},
	WEIGHTS_OPTIONS(struct wprune_opts, "IN is"),
	{'o', "output", "OUT", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to OUT, all or nothing"},
	{'O', "output-dir", "DIR", OPT_TEXT, AT(output_dir), .word = opt_files,
		.help = "write each IN to its name in DIR"},
	{0, "in-place", NULL, OPT_FLAG, AT(in_place), .help = "replace IN"},
	{0, "mask-out", "M", OPT_TEXT, AT(mask_out), .word = opt_files,
		.help = "write the mask as well"},
	{0, "mask-update", "M", OPT_TEXT, AT(mask_update), .word = opt_files,
		.help = "keep pruned what M prunes and replace M"},
	{0, "report", "R", OPT_TEXT, AT(report), .word = opt_files,
		.help = "write a row for each tensor"},
	ROWS_OPTION(struct wprune_opts),
	{'n', "dry-run", NULL, OPT_FLAG, AT(dry_run),
		.help = "write the report only (--report -)"},
	OPT_THREADS(AT(nthread)),
	{0, "mem", "SIZE", OPT_CALL, AT(mem_nbytes),
		.help = "use at most SIZE of memory: 64M, 1GiB (256MiB)",
		.take = opt_take_bytes},
	{'q', "quiet", NULL, OPT_FLAG, AT(quiet), .help = "no remarks"},
	{'v', "verbose", NULL, OPT_FLAG, AT(verbose),
		.help = "say how many were pruned"},
	OPT_PROGRESS(AT(progress)),
	OPT_COMMON,
};

const struct opt_table wprune_options = {
	.commands = "wprune",
	.usage = "Usage: wprune TARGET [OPTION]... [IN]\n"
		 "Set the smallest weights of a file or of a model in shards "
		 "to zero.\n",
	.row = row,
	.operand = opt_files,
};

static bool is_std(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

/* Whether both are results, and to one place; 1, 0 or -1. */
static int clash(const char *a, const char *b, struct diag *d)
{
	return a && b ? place_same(a, b, d) : 0;
}

/* Two results in one place would leave only one. */
static int check_outputs(const struct wprune_opts *o)
{
	const char *out = o->in_place ? o->inputs[0]
			  : o->output ? o->output
				      : "-";

	struct diag d;
	int one, terminal;

	if (o->dry_run || o->output_dir || (out && path_is_directory(out)))
		out = NULL;
	one = clash(out, o->mask_out, &d);
	one = one ? one : clash(out, o->report, &d);
	one = one ? one : clash(o->mask_out, o->report, &d);
	terminal = !one && out ? place_is_terminal(out, &d) : 0;
	if (one < 0 || terminal < 0)
		return cli_fail(&d);
	if (one)
		return cli_usage("two results to one place; expected different "
				 "files for -o, --mask-out and --report");
	if (terminal)
		return cli_usage(
			"no weights to a terminal; expected -o, --in-place "
			"or a pipe");
	return -1;
}

/* "50%" among the operands is a target without its -s. */
static bool is_share(const char *s)
{
	struct num_ratio r;
	struct diag d;

	return s && !num_arg_ratio("", s, &r, &d) && access(s, F_OK) != 0;
}

static int fail_target(const struct wprune_opts *o)
{
	if (o->ntarget)
		return cli_usage("more than one target; expected one of -s, "
				 "-d, -k, -t, -m, -p, --target-bytes, --strip");
	if (is_share(o->inputs[0]))
		return cli_usage("no target; expected -s %s", o->inputs[0]);
	return cli_usage("no target; expected -s S (sparsity), -d D (density), "
			 "-k K (count), -t T (threshold), -m MASK, -p PLAN, "
			 "--target-bytes SIZE, --rules FILE or --strip");
}

/* What there is one of cannot be that of several inputs. */
static int check_output_dir(const struct wprune_opts *o)
{
	const char *other = o->output        ? "--output"
			    : o->in_place    ? "--in-place"
			    : o->mask_out    ? "--mask-out"
			    : o->mask_update ? "--mask-update"
			    : o->report      ? "--report"
			    : o->dry_run     ? "--dry-run"
					     : NULL;

	if (other)
		return cli_usage("%s with --output-dir; expected one", other);
	if (is_std(o->inputs[0]))
		return cli_usage("--output-dir without a file; expected files "
				 "to write there");
	return -1;
}

/* What a plan has decided already. */
static int check_plan(const struct wprune_opts *o)
{
	if (o->scope != WPRUNE_TENSOR || o->structure.shape != CHOICE_SINGLE ||
		o->score_kind != CHOICE_BY_MAGNITUDE ||
		o->choice.include.n + o->choice.exclude.n + o->choice.only.n)
		return cli_usage("--plan with --scope, --structure, --score or "
				 "patterns; expected them in wstat --hist and "
				 "wplan, of which the plan has them");
	if (o->ties == SELECT_TIES_KEEP || o->ties == SELECT_TIES_DROP)
		return cli_usage("--plan with --ties keep or drop; expected "
				 "hash, first or last, as a plan has counts");
	return -1;
}

/* Integers have no shares: how many of them are as small is their scale's. */
static int check_integers(const struct wprune_opts *o)
{
	if (o->structure.shape != CHOICE_NM && !o->mask &&
		o->target.kind != CHOICE_BY_THRESHOLD)
		return cli_usage("--int-zero with another target than -t, -m, "
				 "--zeros-of or N:M; expected one of them");
	return -1;
}

/* Pairs say themselves what is pruned. */
static int check_strip(const struct wprune_opts *o)
{
	if (o->scope != WPRUNE_TENSOR || o->structure.shape != CHOICE_SINGLE ||
		o->score_kind != CHOICE_BY_MAGNITUDE || o->mask_update ||
		o->maps.n)
		return cli_usage("--strip with --scope, --structure, --score, "
				 "--map or --mask-update; expected --strip "
				 "alone");
	return -1;
}

/* Rules are of single tensors and of the weights in them. */
static int check_rules(const struct wprune_opts *o)
{
	bool share = o->target.kind == CHOICE_BY_SPARSITY ||
		     o->target.kind == CHOICE_BY_DENSITY;

	if (o->ntarget > 1 || (o->ntarget && !share))
		return cli_usage("--rules with -k, -t, -m or -p; expected -s, "
				 "-d or none of them");
	if (o->target_nbytes)
		return cli_usage("--rules with --target-bytes; expected one");
	if (o->scope == WPRUNE_GLOBAL)
		return cli_usage("--rules with --scope global; expected wstat "
				 "--hist, wplan --rules --scope global and "
				 "their plan with -p");
	if (o->scope != WPRUNE_TENSOR || o->structure.shape != CHOICE_SINGLE ||
		o->compat)
		return cli_usage("--rules with --scope row, --structure or "
				 "--compat; expected one");
	return -1;
}

/* What changes how many there are is for what is counted. */
static int check_amount(const struct wprune_opts *o)
{
	if ((o->target.kind != CHOICE_BY_SPARSITY &&
		    o->target.kind != CHOICE_BY_DENSITY) ||
		o->compat || o->rules)
		return cli_usage("--round or --min-keep with another target "
				 "than -s or -d, or with --compat or --rules; "
				 "expected -s or -d alone");
	if (o->target.min_keep && o->scope == WPRUNE_GLOBAL)
		return cli_usage("--min-keep with --scope global; expected "
				 "wplan --max-sparsity, whose plan -p takes");
	return -1;
}

/* Only scores may be below zero, and not all of them. */
static bool is_below_all(const struct wprune_opts *o)
{
	return o->target.kind == CHOICE_BY_THRESHOLD &&
	       o->target.threshold < 0 && o->score_kind != CHOICE_BY_FILE &&
	       o->score_kind != CHOICE_BY_WANDA &&
	       o->score_kind != CHOICE_BY_OBD;
}

/* What is pruned, and how much of it. */
static int check_choice(struct wprune_opts *o)
{
	bool nm = o->structure.shape == CHOICE_NM;

	if (nm && o->ntarget)
		return cli_usage("N:M with a target, which it is itself; "
				 "expected one of them");
	if (!nm && o->ntarget != 1 && !o->rules)
		return fail_target(o);
	if (is_below_all(o))
		return cli_usage("-t below zero, where no magnitude is; "
				 "expected a number from 0, or scores with a "
				 "sign (--score file:, wanda: or obd:)");
	if (o->compat && o->target.kind != CHOICE_BY_SPARSITY)
		return cli_usage("--compat without a sparsity, which it "
				 "counts; expected -s S");
	if ((o->round || o->target.min_keep) && check_amount(o) >= 0)
		return CLI_TROUBLE;
	o->target.round = (enum choice_round)o->round;
	o->target.compat = (enum choice_compat)o->compat;
	if (o->compat == CHOICE_COMPAT_WANDA && o->scope == WPRUNE_ROW)
		o->target.compat = CHOICE_COMPAT_WANDA_ROW;
	o->ties = compat_ties(o);
	if (o->scope == WPRUNE_ROW && o->structure.shape != CHOICE_SINGLE)
		return cli_usage("--scope row with --structure; expected one");
	if (o->scope == WPRUNE_GLOBAL && nm)
		return cli_usage("--scope global with N:M, which is of each "
				 "group; expected no scope");
	if (o->plan && check_plan(o) >= 0)
		return CLI_TROUBLE;
	if (o->choice.integers && check_integers(o) >= 0)
		return CLI_TROUBLE;
	if (o->strip && check_strip(o) >= 0)
		return CLI_TROUBLE;
	if (o->rules && check_rules(o) >= 0)
		return CLI_TROUBLE;
	return -1;
}

/* Which files are read and written. */
static int check_files(struct wprune_opts *o)
{
	int status;

	if (o->output_dir)
		return check_output_dir(o);
	if (o->in_place && (o->output || is_std(o->inputs[0])))
		return cli_usage("--in-place with %s; expected a file to "
				 "replace",
			o->output ? "--output" : "standard input");
	if (o->mask_out && o->mask_update)
		return cli_usage("--mask-out with --mask-update; expected one");
	if (o->mask && o->mask_update)
		return cli_usage("--mask with --mask-update; expected one");
	if (o->mask_update && is_std(o->mask_update))
		return cli_usage("--mask-update: expected a file");
	if (o->mask_update)
		o->mask_out = o->mask_update;
	if (o->dry_run && !o->report)
		o->report = "-";
	if (o->format >= 0 && !o->report)
		return cli_usage("--format without --report, whose it is; "
				 "expected both");
	status = suffix_format(&o->format, rows_format_name, o->report);
	return status < 0 ? check_outputs(o) : status;
}

static int check(struct wprune_opts *o)
{
	int status = check_choice(o);

	return status >= 0 ? status : check_files(o);
}

int wprune_opts_parse(struct wprune_opts *o, int argc, char **argv)
{
	int status;

	*o = (struct wprune_opts){.format = -1,
		.progress = 'a',
		.mem_nbytes = PRUNE_LIMIT_NBYTES};
	status = opt_parse(&wprune_options, o, argc, argv);
	if (status >= 0)
		return status;
	o->hint.mem_nbytes = o->mem_nbytes;
	o->hint.c_order = true;
	cli_quiet(o->quiet);
	cli_verbose(o->verbose);
	for (int i = optind; argc - optind > 1 && i < argc; i++)
		if (!o->ntarget && is_share(argv[i]))
			return cli_usage("no target; expected -s %s", argv[i]);
	if (argc - optind > 1 && !o->output_dir)
		return cli_usage("more than one input, '%s'; expected one and "
				 "-o %s if that is the output, or -O DIR",
			argv[optind + 1], argv[optind + 1]);
	o->inputs = argv + optind;
	return check(o);
}

void wprune_opts_free(struct wprune_opts *o)
{
	choice_free(&o->choice);
	wprune_maps_free(&o->maps);
}
