/* SPDX-License-Identifier: MIT */
/*
 * spzip: lossless compressor for sparse and dense tensors, with gzip's
 * manners.  Here: options, and the loop over inputs.
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "cli.h"
#include "spzip.h"

enum {
	OPT_RAW = CLI_OPT_OWN,
	OPT_MAX_SIZE,
	OPT_NO_VERIFY,
};

#define THREADS_MAX 1024

static const struct option longopts[] = {
	CLI_LONGOPTS,
	{"best", no_argument, NULL, '9'},
	{"compress", no_argument, NULL, 'z'},
	{"decompress", no_argument, NULL, 'd'},
	{"fast", no_argument, NULL, '1'},
	{"force", no_argument, NULL, 'f'},
	{"keep", no_argument, NULL, 'k'},
	{"list", no_argument, NULL, 'l'},
	{"max-size", required_argument, NULL, OPT_MAX_SIZE},
	{"no-progress", no_argument, NULL, CLI_OPT_NO_PROGRESS},
	{"no-verify", no_argument, NULL, OPT_NO_VERIFY},
	{"output", required_argument, NULL, 'o'},
	{"progress", no_argument, NULL, CLI_OPT_PROGRESS},
	{"quiet", no_argument, NULL, 'q'},
	{"raw", required_argument, NULL, OPT_RAW},
	{"recursive", no_argument, NULL, 'r'},
	{"stdout", no_argument, NULL, 'c'},
	{"suffix", required_argument, NULL, 'S'},
	{"test", no_argument, NULL, 't'},
	{"threads", required_argument, NULL, 'T'},
	{"verbose", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

/* The name by which the program was called says what it does by default. */
static void opts_init(struct spzip_opts *o, const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
	const char *name = slash ? slash + 1 : argv0 ? argv0 : "";

	*o = (struct spzip_opts){
		.level = SPZ_LEVEL_DEFAULT,
		.raw_max = UINT64_MAX,
		.suffix = ".spz",
		.progress = 'a',
		.verify = true,
	};
	if (strcmp(name, "unspzip") == 0 || strcmp(name, "spzcat") == 0)
		o->action = SPZIP_DECOMPRESS;
	o->to_stdout = strcmp(name, "spzcat") == 0;
}

static int help(const struct spzip_opts *o)
{
	struct buf b = {0};
	int status;

	if (buf_printf(&b,
		    "Usage: spzip [OPTION]... [FILE]...\n"
		    "Compress files, weights above all, without losing a "
		    "bit.\n"
		    "unspzip is spzip -d, spzcat is spzip -dc.\n\n"
		    "  -z, --compress           compress\n"
		    "  -d, --decompress         decompress\n"
		    "  -t, --test               check compressed files\n"
		    "  -l, --list               list sizes; -lv: tensors too\n"
		    "  -c, --stdout             write to standard output, keep "
		    "the "
		    "input\n"
		    "  -k, --keep               keep the input\n"
		    "  -f, --force              overwrite, follow links, use "
		    "terminals\n"
		    "  -o, --output FILE        write FILE, keep the input\n"
		    "  -r, --recursive          enter directories\n"
		    "  -S, --suffix SUF         suffix of compressed files "
		    "(%s)\n"
		    "  -1, --fast ... -9, --best  less work or smaller output "
		    "(-%d)\n"
		    "      --raw DTYPE[,N...]   input is plain numbers: f32, "
		    "f16, bf16,3,4, ...\n"
		    "      --max-size N         refuse to decompress to more "
		    "bytes\n"
		    "      --no-verify          remove inputs without decoding "
		    "the output first\n"
		    "  -T, --threads N          threads, 0 for all processors "
		    "(%u)\n"
		    "  -q, --quiet              no warnings\n"
		    "  -v, --verbose            say what was done\n"
		    "      --progress, --no-progress\n"
		    "                           show progress (when it takes "
		    "long)\n" CLI_HELP_TAIL,
		    o->suffix, o->level, o->nthread) ||
		buf_terminate(&b)) {
		struct diag d;

		diag_nomem(&d, b.len);
		return cli_fail(&d);
	}
	status = cli_help(b.data);
	buf_free(&b);
	return status;
}

/* Options with a value.  Returns 0, or -1. */
static int opts_value(
	struct spzip_opts *o, int c, const char *arg, struct diag *d)
{
	uint64_t n;

	switch (c) {
	case 'o': o->out = arg; return 0;
	case 'S': o->suffix = arg; return 0;
	case 'T':
		if (num_arg_u64("-T", arg, 0, THREADS_MAX, &n, d))
			return -1;
		o->nthread = (unsigned)n;
		return 0;
	case OPT_MAX_SIZE:
		return num_arg_u64(
			"--max-size", arg, 0, UINT64_MAX, &o->raw_max, d);
	default: /* OPT_RAW */
		o->is_raw = true;
		return tensor_hint_raw(&o->hint, arg, d);
	}
}

/* Options without. */
static void opts_flag(struct spzip_opts *o, int c)
{
	switch (c) {
	case 'z': o->action = SPZIP_COMPRESS; break;
	case 'd': o->action = SPZIP_DECOMPRESS; break;
	case 't': o->action = SPZIP_TEST; break;
	case 'l': o->action = SPZIP_LIST; break;
	case 'c': o->to_stdout = true; break;
	case 'k': o->keep = true; break;
	case 'f': o->force = true; break;
	case 'r': o->recursive = true; break;
	case 'q': o->quiet++; break;
	case 'v': o->verbose++; break;
	case OPT_NO_VERIFY: o->verify = false; break;
	case CLI_OPT_PROGRESS: o->progress = 'y'; break;
	case CLI_OPT_NO_PROGRESS: o->progress = 'n'; break;
	default: o->level = c - '0';
	}
}

/* Returns -1 to go on, or the status to exit with. */
static int opts_parse(struct spzip_opts *o, int argc, char **argv)
{
	struct diag d;
	int c;

	while ((c = getopt_long(argc, argv, ":zdcfklo:qrtvS:T:123456789hV",
			longopts, NULL)) != -1) {
		switch (c) {
		case 'h': return help(o);
		case 'V': return cli_version();
		case '?':
		case ':': return cli_bad_option(c, argv);
		case 'o':
		case 'S':
		case 'T':
		case OPT_MAX_SIZE:
		case OPT_RAW:
			if (opts_value(o, c, optarg, &d))
				return cli_fail(&d);
			break;
		default: opts_flag(o, c);
		}
	}
	return -1;
}

/* Returns -1 to go on, or the status to exit with. */
static int opts_check(const struct spzip_opts *o, int nfile)
{
	if (!*o->suffix || strchr(o->suffix, '/'))
		return cli_usage("-S: bad suffix '%s'; expected some "
				 "characters, none of them '/'",
			o->suffix);
	if (o->out && o->to_stdout)
		return cli_usage("-c and -o exclude each other");
	if (o->out && (o->action == SPZIP_TEST || o->action == SPZIP_LIST))
		return cli_usage("-o: nothing is written with -t and -l");
	if (o->out && (nfile > 1 || o->recursive))
		return cli_usage("-o takes the output of one input");
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

	if (n < 0) {
		diag_errno(&d, "cannot read");
		diag_at(&d, "%s", path);
		return cli_fail(&d);
	}
	for (int i = 0; i < n; i++) {
		struct buf name = {0};

		if (buf_printf(&name, "%s/%s", path, entry[i]->d_name) ||
			buf_terminate(&name)) {
			diag_nomem(&d, strlen(path));
			status = cli_fail(&d);
		} else {
			status = spzip_worst(
				status, process(z, name.data, true));
		}
		buf_free(&name);
		free(entry[i]);
	}
	free(entry);
	return status;
}

/* FOUND says that PATH was not given but is in a directory that was. */
static int process(struct spzip *z, const char *path, bool found)
{
	struct stat st;
	bool std = strcmp(path, "-") == 0;

	if (!std && lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (z->opts->recursive)
			return process_directory(z, path);
		return spzip_warn(path, "is a directory; skipped");
	}
	if (found && spzip_passes_over(z->opts, path))
		return SPZIP_DONE;
	if (z->opts->action == SPZIP_LIST)
		return spzip_list(z, path);
	return spzip_file(z, path);
}

static int finish(struct spzip *z, int status)
{
	struct diag d;

	if (z->opts->action == SPZIP_LIST)
		status = spzip_worst(status, spzip_list_end(z));
	if (z->stdout_open && cli_output_commit(&z->out, &d))
		status = cli_fail(&d);
	return status;
}

int main(int argc, char **argv)
{
	static const struct cli_tool tool = {"spzip", SPZIP_ERROR};
	struct spzip_opts opts;
	struct spzip z = {.opts = &opts, .out.fd = -1};
	int status;

	cli_init(&tool);
	opts_init(&opts, argv[0]);
	status = opts_parse(&opts, argc, argv);
	if (status < 0)
		status = opts_check(&opts, argc - optind);
	if (status >= 0)
		return status;
	cli_quiet(opts.quiet > 0);
	status = SPZIP_DONE;
	if (optind == argc)
		status = process(&z, "-", false);
	for (int i = optind; i < argc; i++)
		status = spzip_worst(status, process(&z, argv[i], false));
	return finish(&z, status);
}
