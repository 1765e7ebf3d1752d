/* SPDX-License-Identifier: MIT */
/*
 * A weight file is an ordered list of spans that tile it: some are tensors
 * (name, dtype, shape, order), the rest is opaque.  Whoever changes values
 * inside tensor spans and copies the rest keeps headers byte-identical;
 * whoever codes span by span can lose ratio to a parser's doubt, never a byte.
 *
 * Formats are parsed from the first bytes of the file, in memory, so that the
 * same parser serves files, pipes and fuzzers.
 */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;
struct input;

enum tensor_dtype {
	TENSOR_OPAQUE, /* not a tensor: header, padding, unknown */
	TENSOR_BOOL,
	TENSOR_U8,
	TENSOR_I8,
	TENSOR_U16,
	TENSOR_I16,
	TENSOR_U32,
	TENSOR_I32,
	TENSOR_U64,
	TENSOR_I64,
	TENSOR_F8_E4M3,
	TENSOR_F8_E5M2,
	TENSOR_F16,
	TENSOR_BF16,
	TENSOR_F32,
	TENSOR_F64,
	TENSOR_OTHER, /* a dtype we know the size of and do not compute with */
	TENSOR_NDTYPE
};

/* One row of facts per dtype. */
struct tensor_dtype_info {
	const char *name; /* "F32", as safetensors spells it */
	uint8_t nbytes;   /* of one element; 0 for opaque and other */
	bool is_float;
};
extern const struct tensor_dtype_info tensor_dtype_info[TENSOR_NDTYPE];

/* The dtype called NAME[0..n), in any case; TENSOR_OTHER if there is none. */
enum tensor_dtype tensor_dtype_named(const char *name, size_t n);

enum tensor_format {
	TENSOR_FORMAT_AUTO,
	TENSOR_FORMAT_RAW,
	TENSOR_FORMAT_NPY,
	TENSOR_FORMAT_SAFETENSORS,
};

#define TENSOR_NDIM_MAX 64

struct tensor_span {
	uint64_t offset; /* of its first byte in the file */
	uint64_t nbytes;
	enum tensor_dtype dtype;
	bool fortran;    /* first index fastest (NPY) */
	bool big_endian; /* values are stored most significant byte first */
	unsigned ndim;
	const uint64_t
		*shape;   /* ndim values, logical order; owned by the map */
	const char *name; /* NUL-terminated UTF-8; owned by the map */
	uint64_t n;       /* elements: the product of shape */
};

struct tensor_map {
	enum tensor_format format;
	struct tensor_span *span; /* by offset, without holes or overlaps */
	size_t nspan;
	/* What is odd, though not wrong. */
	const char *dtype_remark; /* NPY: why its dtype is OTHER; or NULL */
	char remark[128];         /* or empty */
	void *owned;              /* names and shapes */
};

/* What the caller knows of a file that does not describe itself. */
struct tensor_hint {
	enum tensor_format format;
	const char *expected;    /* "a mask": for messages; NULL: any format */
	enum tensor_dtype dtype; /* raw: of its elements */
	unsigned ndim;           /* raw: 0 means one dimension, all elements */
	uint64_t shape[TENSOR_NDIM_MAX];
};

/*
 * Fills HINT from the argument of an option: a dtype and, if wanted, a shape:
 * "f32", "f32,3,4".  Returns 0, or -1 with DIAG_USAGE.
 */
int tensor_hint_raw(struct tensor_hint *hint, const char *spec, struct diag *d);

/*
 * Appends SHAPE to B as every table shows it: 64x100, nothing for a scalar.
 * Returns 0, or -1 for no memory.
 */
int tensor_shape_add(struct buf *b, const uint64_t *shape, unsigned ndim);

/* An unknown file size, as of a pipe. */
#define TENSOR_SIZE_UNKNOWN UINT64_MAX
/* First bytes that tensor_head_nbytes() wants to see: a tar's magic is far. */
#define TENSOR_PEEK 512
/* Largest headers accepted: safetensors' own limit, and ours for NPY. */
#define TENSOR_HEAD_MAX (100000000 + 8)
#define TENSOR_NPY_HEAD_MAX 65536

/*
 * How many bytes tensor_parse() needs of a file that starts with HEAD[0..n),
 * n <= TENSOR_PEEK, and is SIZE bytes long: the header's length as the file
 * claims it, never more than SIZE or TENSOR_HEAD_MAX.  A claim that cannot be
 * true asks for no more than HEAD: tensor_parse() will refuse it.
 */
size_t tensor_head_nbytes(const void *head, size_t n, uint64_t size,
	const struct tensor_hint *hint);

/*
 * Parses a file of SIZE bytes (or TENSOR_SIZE_UNKNOWN) from its first NHEAD
 * bytes.  HINT may be NULL: the format is then told from the bytes.  Release
 * *RET with tensor_map_free().  Returns 0, or -1 with DIAG_DATA; the file's
 * name is the caller's to add.  A span of zero bytes appears only for a tensor
 * of zero elements.  With an unknown size the last span may promise more than
 * the pipe will yield; a reader finds out.  A raw file without a shape and
 * without a size promises as many elements as a size can count.
 */
int tensor_parse(struct tensor_map *ret, const void *head, size_t nhead,
	uint64_t size, const struct tensor_hint *hint, struct diag *d);

/*
 * A zip file is walked from the front, so that a pipe is as good as a file:
 * whether P[0..n) begins a member; how many bytes tensor_zip_member() wants to
 * see of one that begins so; and its spans, offsets counted from its beginning
 * (also those of what stands between members): header, array if it is a stored
 * NPY file, and rest.  Returns 1, or 0 if what comes is no member or does not
 * tell its size, or -1 with DIAG_NOMEM.
 */
bool tensor_zip_is(const void *p, size_t n);
size_t tensor_zip_nbytes(const void *p, size_t n);
int tensor_zip_member(
	struct tensor_map *ret, const void *p, size_t n, struct diag *d);

void tensor_map_free(struct tensor_map *m);

/*
 * Reads the header of IN, which must be seekable, and parses it.  As
 * tensor_parse(), but the name of IN is in the place.  What follows the array
 * of an NPY file is remarked.
 */
int tensor_map_input(struct tensor_map *ret, struct input *in,
	const struct tensor_hint *hint, struct diag *d);

/*
 * Opens PATH (NULL or "-": standard input) and parses it.  A pipe is spooled
 * to TMPDIR once its header is known to be good, and no further than that
 * announces; what goes on is refused.  Plain numbers without a shape have no
 * such bound.  Returns 0 with both to be released, or -1 with neither.
 */
int tensor_open(struct tensor_map *ret, struct input *in, const char *path,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d);

#endif
