/* SPDX-License-Identifier: MIT */
/* The options of wprune: defaults, parsing, rules between them. */
#include <float.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "cli.h"
#include "wprune.h"

enum {
	OPT_SCOPE = CLI_OPT_OWN,
	OPT_TIES,
	OPT_NAN,
	OPT_NEG_ZERO,
	OPT_RAW,
	OPT_INCLUDE,
	OPT_EXCLUDE,
	OPT_ONLY,
	OPT_IN_PLACE,
	OPT_MASK_OUT,
	OPT_MASK_UPDATE,
	OPT_REPORT,
};

static const char shortopts[] = ":s:d:k:t:m:o:T:nqvhV";

static const struct option longopts[] = {
	{"sparsity", required_argument, NULL, 's'},
	{"density", required_argument, NULL, 'd'},
	{"count", required_argument, NULL, 'k'},
	{"threshold", required_argument, NULL, 't'},
	{"mask", required_argument, NULL, 'm'},
	{"scope", required_argument, NULL, OPT_SCOPE},
	{"ties", required_argument, NULL, OPT_TIES},
	{"nan", required_argument, NULL, OPT_NAN},
	{"neg-zero", required_argument, NULL, OPT_NEG_ZERO},
	{"raw", required_argument, NULL, OPT_RAW},
	{"include", required_argument, NULL, OPT_INCLUDE},
	{"exclude", required_argument, NULL, OPT_EXCLUDE},
	{"only", required_argument, NULL, OPT_ONLY},
	{"output", required_argument, NULL, 'o'},
	{"in-place", no_argument, NULL, OPT_IN_PLACE},
	{"mask-out", required_argument, NULL, OPT_MASK_OUT},
	{"mask-update", required_argument, NULL, OPT_MASK_UPDATE},
	{"report", required_argument, NULL, OPT_REPORT},
	{"dry-run", no_argument, NULL, 'n'},
	{"threads", required_argument, NULL, 'T'},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{"progress", no_argument, NULL, CLI_OPT_PROGRESS},
	{"no-progress", no_argument, NULL, CLI_OPT_NO_PROGRESS},
	CLI_LONGOPTS,
	{0},
};

static const char help[] =
	"Usage: wprune TARGET [OPTION]... [IN]\n"
	"Set the smallest weights of an NPY, safetensors or raw file to zero.\n"
	"\n"
	"TARGET is one of:\n"
	"  -s, --sparsity S         prune this part: 0.9, 90% or 9/10, "
	"exactly\n"
	"  -d, --density D          keep this part\n"
	"  -k, --count K            prune so many\n"
	"  -t, --threshold T        prune |w| < T\n"
	"  -m, --mask MASK          prune what MASK prunes, or the zeros of\n"
	"                           another file: -m @FILE\n"
	"How to choose:\n"
	"      --scope SCOPE        of each tensor, or global: of all "
	"(tensor)\n"
	"      --ties ORDER         hash, hash:SEED, first, last, keep or "
	"drop (hash:0)\n"
	"      --nan WHAT           error, keep or prune (error)\n"
	"      --neg-zero WHAT      fix: -0.0 to 0.0; or keep (fix)\n"
	"      --include PATTERN    prune these tensors too\n"
	"      --exclude PATTERN    never these\n"
	"      --only PATTERN       these instead of the defaults\n"
	"Input and output:\n"
	"      --raw DTYPE[,DIM]... IN is plain little-endian numbers\n"
	"  -o, --output OUT         write to OUT, all or nothing\n"
	"      --in-place           replace IN\n"
	"      --mask-out M         write the mask as well\n"
	"      --mask-update M      keep pruned what M prunes and replace M\n"
	"      --report R           write a CSV row for each tensor\n"
	"  -n, --dry-run            write the report only (--report -)\n"
	"  -T, --threads N          threads, 0 for all processors (0)\n"
	"  -q, --quiet              no remarks\n"
	"  -v, --verbose            say how many were pruned\n"
	"      --progress, --no-progress\n"
	"                           show progress (when it takes "
	"long)\n" CLI_HELP_TAIL;

/* A word an option may have, and what it stands for. */
struct word {
	const char *name;
	int value;
};

static const struct word scopes[] = {{"tensor", false}, {"global", true}, {0}};
static const struct word nans[] = {{"error", PRUNE_NAN_ERROR},
	{"keep", PRUNE_NAN_KEEP}, {"prune", PRUNE_NAN_ZERO}, {0}};
static const struct word neg_zeros[] = {{"fix", false}, {"keep", true}, {0}};
static const struct word tie_orders[] = {{"hash", PRUNE_TIES_HASH},
	{"first", PRUNE_TIES_FIRST}, {"last", PRUNE_TIES_LAST},
	{"keep", PRUNE_TIES_KEEP}, {"drop", PRUNE_TIES_DROP}, {0}};

static int pick_word(const struct word *w, const char *option,
	const char *expected, int *ret)
{
	for (; w->name; w++)
		if (strcmp(w->name, optarg) == 0) {
			*ret = w->value;
			return -1;
		}
	return cli_usage(
		"%s: unknown '%s'; expected %s", option, optarg, expected);
}

static int take_ties(struct wprune_opts *o, struct diag *d)
{
	int value = PRUNE_TIES_HASH, status;

	if (strncmp(optarg, "hash:", 5) == 0) {
		o->ties = PRUNE_TIES_HASH;
		return num_arg_u64("--ties: seed", optarg + 5, 0, UINT64_MAX,
			       &o->tie_seed, d)
			       ? cli_fail(d)
			       : -1;
	}
	status = pick_word(tie_orders, "--ties",
		"hash, hash:SEED, first, last, keep or drop", &value);
	o->ties = (enum prune_ties)value;
	return status;
}

static int take_ratio(struct wprune_opts *o, enum prune_target_kind kind,
	const char *option, struct diag *d)
{
	struct num_ratio *r = &o->target.ratio;

	o->target.kind = kind;
	o->requested = optarg;
	o->ntarget++;
	if (num_arg_ratio(option, optarg, r, d))
		return cli_fail(d);
	if (r->p > r->q)
		return cli_usage("%s: '%s' is more than all; expected 0 to 1",
			option, optarg);
	return -1;
}

static int take_number(
	struct wprune_opts *o, enum prune_target_kind kind, struct diag *d)
{
	int bad;

	o->target.kind = kind;
	o->requested = optarg;
	o->ntarget++;
	if (kind == PRUNE_BY_COUNT)
		bad = num_arg_u64(
			"--count", optarg, 0, UINT64_MAX, &o->target.count, d);
	else
		bad = num_arg_double("--threshold", optarg, 0.0, DBL_MAX,
			&o->target.threshold, d);
	return bad ? cli_fail(d) : -1;
}

static int take_pattern(struct prune_patterns *a, struct diag *d)
{
	if (!prune_patterns_add(a, optarg))
		return -1;
	diag_nomem(d, sizeof(optarg));
	return cli_fail(d);
}

static int take_target(struct wprune_opts *o, int c, struct diag *d)
{
	switch (c) {
	case 's': return take_ratio(o, PRUNE_BY_SPARSITY, "--sparsity", d);
	case 'd': return take_ratio(o, PRUNE_BY_DENSITY, "--density", d);
	case 'k': return take_number(o, PRUNE_BY_COUNT, d);
	case 't': return take_number(o, PRUNE_BY_THRESHOLD, d);
	}
	o->mask = optarg;
	o->ntarget++;
	return -1;
}

static int take_choice(struct wprune_opts *o, int c, struct diag *d)
{
	int value = 0, status;

	switch (c) {
	case OPT_INCLUDE: return take_pattern(&o->rules.include, d);
	case OPT_EXCLUDE: return take_pattern(&o->rules.exclude, d);
	case OPT_ONLY: return take_pattern(&o->rules.only, d);
	case OPT_TIES: return take_ties(o, d);
	case OPT_SCOPE:
		status = pick_word(
			scopes, "--scope", "tensor or global", &value);
		o->global = value;
		return status;
	case OPT_NEG_ZERO:
		status = pick_word(
			neg_zeros, "--neg-zero", "fix or keep", &value);
		o->keep_negzero = value;
		return status;
	}
	status = pick_word(nans, "--nan", "error, keep or prune", &value);
	o->nan = (enum prune_nan)value;
	return status;
}

/* Takes one option.  Returns -1 to go on, or the exit status. */
static int take(struct wprune_opts *o, int c, char **argv, struct diag *d)
{
	switch (c) {
	case 's':
	case 'd':
	case 'k':
	case 't':
	case 'm': return take_target(o, c, d);
	case OPT_INCLUDE:
	case OPT_EXCLUDE:
	case OPT_ONLY:
	case OPT_TIES:
	case OPT_SCOPE:
	case OPT_NEG_ZERO:
	case OPT_NAN: return take_choice(o, c, d);
	case OPT_RAW:
		return tensor_hint_raw(&o->hint, optarg, d) ? cli_fail(d) : -1;
	case 'T':
		return num_arg_u64("--threads", optarg, 0, 1024, &o->nthread, d)
			       ? cli_fail(d)
			       : -1;
	case 'o': o->output = optarg; break;
	case OPT_IN_PLACE: o->in_place = true; break;
	case OPT_MASK_OUT: o->mask_out = optarg; break;
	case OPT_MASK_UPDATE: o->mask_update = optarg; break;
	case OPT_REPORT: o->report = optarg; break;
	case 'n': o->dry_run = true; break;
	case 'q': cli_quiet(true); break;
	case 'v': o->verbose = true; break;
	case CLI_OPT_PROGRESS: o->progress = 'y'; break;
	case CLI_OPT_NO_PROGRESS: o->progress = 'n'; break;
	case 'h': return cli_help(help);
	case 'V': return cli_version();
	default: return cli_bad_option(c, argv);
	}
	return -1;
}

static bool is_std(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

static bool is_stdout(const char *path)
{
	return is_std(path) || strcmp(path, "/dev/stdout") == 0;
}

static bool stat_directory(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char *dir =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	bool ok = dir && stat(dir, st) == 0;

	free(dir);
	return ok;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* One place under two names: through links, or in one directory. */
static bool clash(const char *a, const char *b)
{
	struct stat x, y;
	bool old_a, old_b;

	if (!a || !b)
		return false;
	if (strcmp(a, b) == 0 || (is_stdout(a) && is_stdout(b)))
		return true;
	old_a = (is_stdout(a) ? fstat(STDOUT_FILENO, &x) : stat(a, &x)) == 0;
	old_b = (is_stdout(b) ? fstat(STDOUT_FILENO, &y) : stat(b, &y)) == 0;
	if (old_a != old_b || (old_a && !S_ISREG(x.st_mode)))
		return false;
	if (!old_a && (strcmp(last_part(a), last_part(b)) != 0 ||
			      !stat_directory(a, &x) || !stat_directory(b, &y)))
		return false;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Two results in one place would leave only one. */
static int check_outputs(const struct wprune_opts *o)
{
	const char *out = o->in_place ? o->input : o->output ? o->output : "-";

	if (o->dry_run)
		out = NULL;
	if (clash(out, o->mask_out) || clash(out, o->report) ||
		clash(o->mask_out, o->report))
		return cli_usage("two results to one place; expected different "
				 "files for -o, --mask-out and --report");
	if (out && is_stdout(out) && isatty(STDOUT_FILENO))
		return cli_usage(
			"no weights to a terminal; expected -o, --in-place "
			"or a pipe");
	return -1;
}

static int check(struct wprune_opts *o)
{
	if (o->ntarget != 1)
		return cli_usage("%s; expected one of -s, -d, -k, -t, -m",
			o->ntarget ? "more than one target" : "no target");
	if (o->in_place && (o->output || is_std(o->input)))
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
	return check_outputs(o);
}

int wprune_opts_parse(struct wprune_opts *o, int argc, char **argv)
{
	struct diag d;
	int c, status = -1;

	*o = (struct wprune_opts){.progress = 'a'};
	while (status < 0 &&
		(c = getopt_long(argc, argv, shortopts, longopts, NULL)) != -1)
		status = take(o, c, argv, &d);
	if (status >= 0)
		return status;
	if (argc - optind > 1)
		return cli_usage("more than one input, '%s'; expected one",
			argv[optind + 1]);
	if (optind < argc)
		o->input = argv[optind];
	return check(o);
}

void wprune_opts_free(struct wprune_opts *o)
{
	free(o->rules.include.p);
	free(o->rules.exclude.p);
	free(o->rules.only.p);
}
