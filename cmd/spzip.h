/* SPDX-License-Identifier: MIT */
/* What the files of spzip share: its options, one file, one listing. */
#ifndef CMD_SPZIP_H
#define CMD_SPZIP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/progress.h"
#include "file/input.h"
#include "file/output.h"
#include "format/format.h"
#include "opt.h"
#include "spz/spz.h"
#include "tensor/tensor.h"

#define SPZIP_SUFFIX ".spzip"
#define SPZIP_SUFFIX_OLD ".spz"

/* Exit statuses as gzip has them, by severity in worst(). */
enum spzip_status {
	SPZIP_DONE = 0,
	SPZIP_ERROR = 1,
	SPZIP_WARNING = 2,
};

enum spzip_action {
	SPZIP_COMPRESS,
	SPZIP_DECOMPRESS,
	SPZIP_TEST,
	SPZIP_LIST,
};

/* So many sparsities can be asked for at once. */
#define SPZIP_RATIO_MAX 32

struct spzip_ratios {
	struct num_ratio ratio[SPZIP_RATIO_MAX];
	size_t n;
};

struct spzip_opts {
	int action; /* an enum spzip_action */
	bool to_stdout;
	bool keep;
	bool force;
	bool recursive;
	bool no_verify;
	bool names, rm; /* -N and --rm of gzip and zstd */
	bool rsyncable;
	bool json; /* what is told is for programs */
	unsigned quiet;
	unsigned verbose;
	int level;
	uint64_t nthread;
	uint64_t raw_max;
	const char *suffix;
	const char *out; /* NULL: named after the input */
	int progress;
	struct format_hint hint; /* of --raw; its format is 0 without */
	bool plain;              /* --raw, with or without a hint */
	const char *tensor;      /* NULL: all of the file */
	bool keep_damaged;
	struct buf bases; /* const char *: of --base */
	bool no_sparse;
	struct spzip_ratios predict; /* none: nothing is predicted */
};

extern const struct opt_table spzip_options;

/* A run over all inputs. */
struct spzip {
	const struct spzip_opts *opts;
	struct output out; /* standard output, while stdout_open */
	bool stdout_open;
	bool is_last; /* no input comes after this one */
	bool looking; /* whether an input is standard output, nothing more */
	bool titled;  /* the list has its column titles */
	unsigned long nlisted;
	uint64_t raw, packed; /* of all files listed */
	struct spzip_bases *bases;
};

/* The worse of two statuses: an error, then a warning. */
int spzip_worst(int a, int b);

/* Says "PLACE: TEXT" unless -q; returns SPZIP_WARNING. */
int spzip_warn(const char *place, const char *text);

/* Says "PATH: WHAT: strerror(errno)"; returns SPZIP_ERROR. */
int spzip_fail_errno(const char *path, const char *what);

/* Whether blocks of zeros in what is written may be holes. */
bool spzip_makes_holes(const struct spzip_opts *o);

/* Opens standard output once for all inputs.  Returns 0, or -1. */
int spzip_stdout(struct spzip *z, struct diag *d);

/* Compresses, decompresses or tests NAME, or standard input if it is "-". */
int spzip_file(struct spzip *z, const char *name);

/*
 * The name of the output for PATH: a malloc'd string, or NULL with *STATUS
 * set and a message said.
 */
char *spzip_output_name(
	const struct spzip_opts *o, const char *path, int *status);

/* True if the suffix of PATH says that a search need not bother with it. */
bool spzip_passes_over(const struct spzip_opts *o, const char *path);
/* PATH, or PATH with the suffix if only that exists; malloc'd. */
char *spzip_input_name(const struct spzip_opts *o, const char *path);

/* Prints the row of NAME, and that of all of them; return the exit status. */
int spzip_list(struct spzip *z, const char *name);
int spzip_list_end(struct spzip *z);

/*
 * The files of --base, which is a directory or an index too: opened, before
 * rights are given up.  Returns NULL if one cannot be.
 */
struct spzip_bases;
struct spzip_bases *spzip_bases_open(
	const struct spzip_opts *o, struct diag *d);
void spzip_bases_close(struct spzip_bases *b);
struct spz_finder spzip_bases_finder(struct spzip_bases *b);
/*
 * Finds all bases that the patch IN needs, which is seekable and stands at its
 * beginning, where it is left; does nothing for what is no patch.  Returns 0,
 * or -1: then one is not among those of B.
 */
int spzip_bases_meet(struct spzip_bases *b, struct input *in, struct diag *d);
/* True if a base was missed, and none was given. */
bool spzip_bases_lack(const struct spzip_bases *b);
/* The bases, with their tensors; *RET is to be freed.  Returns 0, or -1. */
int spzip_bases_map(struct spzip_bases *b, const struct spz_base **ret,
	size_t *n, struct diag *d);
/* Says that nothing of the input NAME has a pair in them, if there are any. */
void spzip_bases_note(const struct spzip_bases *b, const char *name);
/* input_unchanged() of all. */
int spzip_bases_unchanged(const struct spzip_bases *b, struct diag *d);
/* Fails if OUT (NULL: standard output) would replace one of them. */
int spzip_bases_spare(
	const struct spzip_bases *b, const char *out, struct diag *d);

/* Writes the tensors of NAME that the option names. */
int spzip_part(struct spzip *z, const char *name);

/* Whether files named after the inputs are made. */
bool spzip_makes_files(const struct spzip_opts *o);

/*
 * Gives up, where the system can, all rights but to read files and to write
 * where the outputs of the N inputs PATH go; for good.  Compressing keeps all.
 */
void spzip_sandbox(const struct spzip_opts *o, char *const *path, size_t n);
/*
 * The rest as well, if all that is to be opened is; for the last input.
 */
void spzip_sandbox_shut(const struct spzip_opts *o);

/*
 * Whether standard output is none of the files that NAME is read from, which
 * is seen before anything is written; then says how large NAME would be, were
 * it pruned.
 */
int spzip_predict_look(const struct spzip *z, const char *name);
int spzip_predict(struct spzip *z, const char *name);
/* A TAKE: "0.5,90%" into a struct spzip_ratios. */
int spzip_take_predict(void *at, const struct opt_given *g, struct diag *d);

/*
 * Looks for all that is damaged in IN, which is seekable and did not decode:
 * FIRST says why.  Says of each run what it is, and writes the original with
 * zeros there to DST, which may be NULL.  *FOUND is how many runs there were.
 * Returns 0, or -1.
 */
int spzip_damage(struct spzip *z, struct input *in, const struct diag *first,
	const struct spz_sink *dst, unsigned long *found,
	struct spz_totals *totals, struct diag *d);

/* The row of -t --json for a FILE.  TEXT may be NULL.  Returns 0, or -1. */
int spzip_tell_file(struct spzip *z, const char *file, const char *status,
	const char *text, struct diag *d);

/* Adaptors between the library's streams and our files. */
struct spz_source spzip_source(struct input *in);
struct spz_sink spzip_sink(struct output *out);
/*
 * The same of an input, of which one that is a pipe was looked at: a patch, as
 * its first frame tells, is spooled and then is seekable.  Returns 0, or -1.
 */
struct spzip_ahead {
	struct input *in;
	uint8_t head[SPZ_HEADER_NBYTES + SPZ_FRAME_HEAD_NBYTES];
	size_t n, at;
};
int spzip_look_ahead(struct spzip_ahead *a, struct input *in, struct diag *d);
struct spz_source spzip_source_ahead(struct spzip_ahead *a);
/* IN, which is seekable, and stays the file's. */
struct spz_file spzip_file_of(struct input *in);

/*
 * Decodes what O holds so far and compares.  Returns 0,
 * or -1 if it is not what WANT says.
 */
int spzip_verify(struct output *o, const struct spz_totals *want,
	const struct spzip_opts *opts, struct diag *d);

#endif
