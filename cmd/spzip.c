/* SPDX-License-Identifier: MIT */
/*
 * spzip: lossless compressor for sparse and dense tensors, with gzip's
 * manners.  Here: options, and the loop over inputs.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli.h"
#include "file/path.h"
#include "format/format.h"
#include "spzip.h"
#include "suffix.h"

/* What a dtype is made of, and most names of files are not. */
#define DTYPE                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
	"_<>|="

static int take_raw(void *at, const struct opt_given *g, struct diag *d)
{
	struct spzip_opts *o = at;
	struct format_hint hint = {0};

	if (!*g->name)
		return g->value[strspn(g->value, DTYPE)] &&
				       g->value[strspn(g->value, DTYPE)] != ','
			       ? -1
			       : 0;
	if (g->value && format_hint_raw(&hint, g->value, d))
		return -1;
	o->plain = true;
	o->hint = hint;
	return 0;
}

static int take_tensor(void *at, const struct opt_given *g, struct diag *d)
{
	const char **tensor = at;

	if (*tensor)
		return diag_set(d, DIAG_USAGE,
			"%s '%s' and '%s'; expected one, which may be a "
			"pattern",
			g->name, *tensor, g->value);
	*tensor = g->value;
	return 0;
}

static int take_base(void *at, const struct opt_given *g, struct diag *d)
{
	buf_add(at, &g->value, sizeof(g->value));
	return buf_end(at, d);
}

#define AT(member) offsetof(struct spzip_opts, member)
#define ACTION(letter, name, value, text)                                    \
	{                                                                    \
		(letter), (name), NULL, OPT_SET, AT(action), .help = (text), \
							     .set = (value)  \
	}
#define LEVEL(digit)                                                          \
	{                                                                     \
		'0' + (digit), NULL, NULL, OPT_SET, AT(level), .set = (digit) \
	}

static const struct opt_row row[] = {
	ACTION('z', "compress", SPZIP_COMPRESS, "compress"),
	ACTION('d', "decompress", SPZIP_DECOMPRESS, "decompress"),
	{0, "uncompress", NULL, OPT_SET, AT(action), .help = NULL,
		.set = SPZIP_DECOMPRESS},
	ACTION('t', "test", SPZIP_TEST, "check compressed files"),
	ACTION('l', "list", SPZIP_LIST, "list sizes; -lv: tensors too"),
	{'c', "stdout", NULL, OPT_FLAG, AT(to_stdout),
		.help = "write to standard output, keep the input"},
	{'k', "keep", NULL, OPT_FLAG, AT(keep), .help = "keep the input"},
	{'f', "force", NULL, OPT_FLAG, AT(force),
		.help = "overwrite, follow links, use terminals"},
	{'o', "output", "FILE", OPT_TEXT, AT(out), .word = opt_files,
		.help = "write FILE, keep the input"},
	{'r', "recursive", NULL, OPT_FLAG, AT(recursive),
		.help = "enter directories"},
	{'S', "suffix", "SUF", OPT_TEXT, AT(suffix),
		.help = "suffix of compressed files"},
	{'1', "fast", NULL, OPT_SET, AT(level), .help = "less work ...",
		.set = 1},
	LEVEL(2),
	LEVEL(3),
	LEVEL(4),
	LEVEL(5),
	LEVEL(6),
	LEVEL(7),
	LEVEL(8),
	{'9', "best", NULL, OPT_SET, AT(level),
		.help = "... or smaller output (-6)", .set = 9},
	/* Options of scripts made for gzip, pigz, xz and zstd. */
	{'n', "no-name", NULL, OPT_NOTHING, .help = NULL},
	{'N', "name", NULL, OPT_FLAG, AT(names), .help = NULL},
	{'a', "ascii", NULL, OPT_NOTHING, .help = NULL},
	{0, "synchronous", NULL, OPT_NOTHING, .help = NULL},
	{0, "rsyncable", NULL, OPT_FLAG, AT(rsyncable), .help = NULL},
	{0, "rm", NULL, OPT_FLAG, AT(rm), .help = NULL},
	{'p', "processes", "N", OPT_WHOLE, AT(nthread), .help = NULL,
		.max = OPT_THREADS_MAX},
	{'0', NULL, NULL, OPT_REFUSED, .help = "expected -1 to -9"},
	{'e', "extreme", NULL, OPT_REFUSED, .help = "expected -9"},
	{0, "ultra", NULL, OPT_REFUSED, .help = "expected -9"},
	{'M', "memlimit", "N", OPT_REFUSED,
		.help = "memory is a few MiB a thread; expected no limit"},
	{0, "memory", "N", OPT_REFUSED,
		.help = "memory is a few MiB a thread; expected no limit"},
	{'C', "check", "NAME", OPT_REFUSED,
		.help = "the check is CRC-32; expected no other"},
	{'F', "format", "NAME", OPT_REFUSED,
		.help = "there is one format; expected none"},
	{'Q', "no-warn", NULL, OPT_REFUSED,
		.help = "expected -q, and status 2 as 0"},
	{0, "long", "[=N]", OPT_REFUSED, .help = "expected -9"},
	{0, "files", "[=FILE]", OPT_REFUSED, .help = "expected xargs"},
	{0, "filelist", "FILE", OPT_REFUSED, .help = "expected xargs"},
	{'L', "license", NULL, OPT_REFUSED, .help = "expected --version"},
	{'D', NULL, "DICT", OPT_REFUSED,
		.help = "dictionaries are not known here; expected no -D"},
	{0, "base", "BASE", OPT_CALL, AT(bases), .word = opt_files,
		.help = "code what changed since BASE, or decode it; keep FILE",
		.take = take_base},
	{0, "patch-from", "BASE", OPT_CALL, AT(bases), .word = opt_files,
		.help = NULL, .take = take_base},
	{0, "tensor", "NAME[[A:B]]", OPT_CALL, AT(tensor),
		.help = "with -d: only this tensor, or its rows A to B-1, as "
			"NPY",
		.take = take_tensor},
	{0, "raw", "[=DTYPE[,N...]]", OPT_CALL, 0,
		.help = "input is plain numbers: f32, f16, bf16,3,4, ...; "
			"with --tensor: so is the output",
		.take = take_raw},
	{0, "predict", "S[,S]...", OPT_CALL, AT(predict),
		.help = "compressed sizes at these sparsities; prunes nothing",
		.take = spzip_take_predict},
	{0, "keep-damaged", NULL, OPT_FLAG, AT(keep_damaged),
		.help = "with -d: write zeros where data are damaged"},
	{0, "json", NULL, OPT_FLAG, AT(json),
		.help = "print what -l, -t and --predict say as JSON"},
	{0, "max-size", "N", OPT_WHOLE, AT(raw_max),
		.help = "refuse to decompress to more bytes",
		.max = UINT64_MAX},
	{0, "no-sparse", NULL, OPT_FLAG, AT(no_sparse),
		.help = "with -d: write zeros, make no holes"},
	{0, "sparse", NULL, OPT_NOTHING, .help = NULL},
	{0, "no-verify", NULL, OPT_FLAG, AT(no_verify),
		.help = "remove inputs without decoding the output first"},
	OPT_THREADS(AT(nthread)),
	{'q', "quiet", NULL, OPT_COUNT, AT(quiet), .help = "no warnings"},
	{'v', "verbose", NULL, OPT_COUNT, AT(verbose),
		.help = "say what was done"},
	OPT_PROGRESS(AT(progress)),
	OPT_COMMON,
};

_Static_assert(SPZ_LEVEL_DEFAULT == 6, "as --help says of -9");

const struct opt_table spzip_options = {
	.commands = "spzip unspzip spzcat",
	.usage = "Usage: spzip [OPTION]... [FILE]...\n"
		 "Compress files, weights above all, without losing a bit.\n"
		 "unspzip is spzip -d, spzcat is spzip -dc.\n",
	.row = row,
	.operand = opt_files,
};

/* The name by which the program was called says what it does by default. */
static void opts_init(struct spzip_opts *o, const char *argv0)
{
	const char *name = argv0 ? path_last(argv0) : "";

	*o = (struct spzip_opts){
		.level = SPZ_LEVEL_DEFAULT,
		.raw_max = UINT64_MAX,
		.suffix = SPZIP_SUFFIX,
		.progress = 'a',
	};
	if (strcmp(name, "unspzip") == 0 || strcmp(name, "spzcat") == 0)
		o->action = SPZIP_DECOMPRESS;
	o->to_stdout = strcmp(name, "spzcat") == 0;
}

/* Returns -1 to go on, or the status to exit with. */
static int opts_check(const struct spzip_opts *o, int nfile)
{
	struct diag d;

	if (!*o->suffix || strchr(o->suffix, '/'))
		return cli_usage("-S: bad suffix '%s'; expected some "
				 "characters, none of them '/'",
			o->suffix);
	if (o->out && o->to_stdout)
		return cli_usage("-c and -o exclude each other; expected one");
	if (o->out && (o->action == SPZIP_TEST || o->action == SPZIP_LIST))
		return cli_usage("-o: nothing is written with -t and -l");
	if (o->out && (nfile > 1 || o->recursive))
		return cli_usage("-o takes the output of one input; expected "
				 "one FILE, or no -o");
	if (o->rm && (o->out || o->to_stdout || o->keep))
		return cli_usage(
			"--rm with %s, which keeps the input; expected "
			"one of them",
			o->keep        ? "-k"
			: o->to_stdout ? "-c"
				       : "-o");
	if (o->bases.len && o->rm)
		return cli_usage("--rm with --base, which keeps the input; "
				 "expected one of them");
	if (o->bases.len && o->action == SPZIP_LIST)
		return cli_usage("--base: nothing is decoded with -l");
	if (o->tensor && o->action != SPZIP_DECOMPRESS)
		return cli_usage("--tensor takes from a compressed file; "
				 "expected -d as well");
	if (o->tensor && !o->out && !o->to_stdout)
		return cli_usage("--tensor replaces no file; expected -c for "
				 "standard output, or -o FILE");
	if (o->plain && !o->hint.format && !o->tensor)
		return cli_usage("--raw lacks its value; expected a dtype, "
				 "f32, f16, bf16, ...");
	if (o->hint.format && o->tensor)
		return cli_usage("--raw with --tensor takes no dtype; expected "
				 "--raw alone");
	if (o->keep_damaged && o->action != SPZIP_DECOMPRESS)
		return cli_usage("--keep-damaged is about what is written; "
				 "expected -d as well");
	if (o->predict.n && (o->action != SPZIP_COMPRESS || o->out || o->rm))
		return cli_usage("--predict compresses nothing; expected no %s",
			o->out  ? "-o"
			: o->rm ? "--rm"
				: "-d, -t or -l");
	if (o->json && o->action != SPZIP_LIST && o->action != SPZIP_TEST &&
		!o->predict.n)
		return cli_usage(
			"--json: nothing is printed; expected -l, -t or "
			"--predict");
	if (o->action == SPZIP_COMPRESS && suffix_check(o->out, "spzip", &d))
		return cli_fail(&d);
	return -1;
}

/* What options of other programs do not do here. */
static void opts_remark(const struct spzip_opts *o)
{
	if (o->names && o->verbose)
		cli_note("note: -N: names and times are not stored; the output "
			 "is named after FILE");
	if (o->rsyncable)
		cli_note("note: --rsyncable has no effect: each mebibyte is "
			 "coded on its own in any case");
}

/* Returns -1 to go on, or the exit status. */
static int opts_parse(struct spzip_opts *o, int argc, char **argv)
{
	int status;

	opts_init(o, argv[0]);
	status = opt_parse(&spzip_options, o, argc, argv);
	cli_quiet(o->quiet > 0);
	if (status < 0)
		status = opts_check(o, argc - optind);
	if (status >= 0)
		return status;
	o->keep |= o->bases.len > 0;
	cli_verbose(o->verbose > 0);
	opts_remark(o);
	return -1;
}

static int process(struct spzip *z, const char *path, bool found);

static int is_entry(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* All files below a directory, in the order of their names. */
static int process_directory(struct spzip *z, const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, is_entry, alphasort);
	int status = SPZIP_DONE;
	struct diag d;

	if (n < 0)
		return z->looking ? SPZIP_DONE
				  : spzip_fail_errno(path, "cannot read");
	for (int i = 0; i < n; i++) {
		char *name = path_join(path, entry[i]->d_name);

		if (name) {
			status = spzip_worst(status, process(z, name, true));
		} else {
			diag_nomem(&d, strlen(path));
			status = cli_fail(&d);
		}
		free(name);
		free(entry[i]);
	}
	free(entry);
	return status;
}

/* Does what is asked for with NAME, a file or "-". */
static int process_file(struct spzip *z, const char *name)
{
	struct diag d;

	/* Before any of the inputs is added to another of them. */
	if (z->looking && cli_check_input(NULL, name, &d))
		return cli_fail(&d);
	if (z->looking)
		return z->opts->predict.n ? spzip_predict_look(z, name)
					  : SPZIP_DONE;
	if (z->opts->action == SPZIP_LIST)
		return spzip_list(z, name);
	if (z->opts->tensor)
		return spzip_part(z, name);
	if (z->opts->predict.n)
		return spzip_predict(z, name);
	return spzip_file(z, name);
}

/* FOUND says that PATH was not given but is in a directory that was. */
static int process(struct spzip *z, const char *path, bool found)
{
	struct stat st = {0};
	struct diag d;
	char *name;
	int status;

	if (strcmp(path, "-") != 0 && lstat(path, &st) && errno != ENOENT)
		return z->looking ? SPZIP_DONE
				  : spzip_fail_errno(path, "cannot open");
	if (S_ISDIR(st.st_mode)) {
		if (z->opts->recursive)
			return process_directory(z, path);
		return z->looking ? SPZIP_DONE
				  : spzip_warn(path, "is a directory; skipped, "
						     "-r enters it");
	}
	if (found && spzip_passes_over(z->opts, path))
		return SPZIP_DONE;
	name = spzip_input_name(z->opts, path);
	if (!name) {
		diag_nomem(&d, strlen(path));
		return cli_fail(&d);
	}
	status = process_file(z, name);
	free(name);
	return status;
}

static int process_all(struct spzip *z, char *const *path, size_t n)
{
	static char dash[] = "-";
	int status = SPZIP_DONE;

	if (n == 0)
		return process(z, dash, false);
	for (size_t i = 0; i < n && !(z->looking && status); i++)
		status = spzip_worst(status, process(z, path[i], false));
	return status;
}

bool spzip_makes_files(const struct spzip_opts *o)
{
	return !o->to_stdout && !o->out &&
	       (o->action == SPZIP_COMPRESS || o->action == SPZIP_DECOMPRESS);
}

static bool writes_stdout(const struct spzip_opts *o)
{
	return o->to_stdout || o->action == SPZIP_LIST || o->json ||
	       o->predict.n;
}

static int finish(struct spzip *z, int status)
{
	struct diag d;

	if (z->opts->action == SPZIP_LIST)
		status = spzip_worst(status, spzip_list_end(z));
	if (z->stdout_open && cli_output_commit(&z->out, &d))
		status = cli_fail(&d);
	spzip_bases_close(z->bases);
	return status;
}

/* All that is to be done, once it is known that it may be. */
static int run(struct spzip *z, char *const *path, size_t n)
{
	struct diag d;

	z->bases = spzip_bases_open(z->opts, &d);
	if (!z->bases)
		return cli_fail(&d);
	spzip_sandbox(z->opts, path, n);
	z->is_last = n <= 1 && !z->opts->recursive;
	return process_all(z, path, n);
}

/* Whether an input is where standard output, if that is written to, goes. */
static bool is_output(struct spzip *z, char *const *path, size_t n)
{
	bool is;

	z->looking = writes_stdout(z->opts);
	is = z->looking && process_all(z, path, n) != SPZIP_DONE;
	z->looking = false;
	return is;
}

int main(int argc, char **argv)
{
	static const struct cli_tool tool = {"spzip", SPZIP_ERROR};
	struct spzip_opts opts;
	struct spzip z = {.opts = &opts};
	char *const *path;
	size_t n;
	int status;

	cli_init(&tool);
	status = opts_parse(&opts, argc, argv);
	if (status >= 0)
		return status;
	path = argv + optind;
	n = (size_t)(argc - optind);
	if (is_output(&z, path, n))
		return SPZIP_ERROR;
	status = finish(&z, run(&z, path, n));
	buf_free(&opts.bases);
	return status;
}
