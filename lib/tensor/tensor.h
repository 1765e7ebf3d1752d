/* SPDX-License-Identifier: MIT */
/*
 * A weight file is an ordered list of spans that tile it: some are tensors
 * (name, dtype, shape, order), the rest is opaque.  Whoever changes values
 * inside tensor spans and copies the rest keeps headers byte-identical;
 * whoever codes span by span can lose ratio to a parser's doubt, never a byte.
 *
 * A model is what people open: one file, or the shards that an index or a
 * directory names, or a file and the files its data lie in; and its tensors,
 * each of which knows the file and the offset where its bytes are.
 */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"

struct buf;
struct diag;

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
	TENSOR_F8_E4M3FNUZ,
	TENSOR_F8_E5M2FNUZ,
	TENSOR_F16,
	TENSOR_BF16,
	TENSOR_F32,
	TENSOR_F64,
	/* From here on: known by size, and not computed with. */
	TENSOR_F8_E8M0,
	TENSOR_F6_E2M3,
	TENSOR_F6_E3M2,
	TENSOR_F4,
	TENSOR_C64,
	TENSOR_C128,
	TENSOR_OTHER, /* without a name of ours: see tensor_dtype_name() */
	TENSOR_NDTYPE
};

/* One row of facts per dtype. */
struct tensor_dtype_info {
	const char *name; /* "F32", as safetensors spells it */
	uint8_t nbytes;   /* of one element; 0 if we do not compute with it */
	uint8_t nbits;    /* of one element; 0 for opaque and other */
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
	TENSOR_FORMAT_NPZ,
	TENSOR_FORMAT_TORCH, /* .pt, .pth, .bin: a zip, or pickles in a row */
	TENSOR_FORMAT_GGUF,
	TENSOR_FORMAT_ONNX,
	TENSOR_NFORMAT
};

/* What each is called in messages: "NPY", "safetensors", ... */
extern const char *const tensor_format_name[TENSOR_NFORMAT];

/* True if files of FORMAT hold one array, which has no name of its own. */
bool tensor_is_array(enum tensor_format format);

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
	size_t file;      /* the model's file that OFFSET is counted in */
	/*
	 * OTHER: what its format calls it ("Q4_K"), owned by the map; or NULL
	 */
	const char *type;
	unsigned block_nbytes; /* OTHER: so many bytes are coded together */
	/*
	 * OTHER: bytes of a number, of which an element may have several; 0:
	 * it is one
	 */
	unsigned part_nbytes;
};

/*
 * The dtype of S as tables show it: the table's name, or what the file calls
 * it.
 */
const char *tensor_dtype_name(const struct tensor_span *s);

/* Whichever order they are in. */
bool tensor_same_shape(
	const struct tensor_span *a, const struct tensor_span *b);

/* Bytes of each number in an element of S, which has WIDTH. */
size_t tensor_number_nbytes(const struct tensor_span *s, size_t width);

/* A CRC-32 (zip) that the file keeps of bytes of its own. */
struct tensor_seal {
	uint64_t offset, nbytes; /* of the bytes */
	uint64_t at[2];          /* where it stands, 4 bytes little-endian */
};

/* What a file says of itself; both texts are owned by the map. */
struct tensor_note {
	const char *key, *value;
};

struct tensor_map {
	enum tensor_format format;
	struct tensor_span *span; /* by offset, without holes or overlaps */
	size_t nspan;
	/* What must be written anew when bytes change; by offset. */
	struct tensor_seal *seal;
	size_t nseal;
	struct tensor_note *note; /* in the file's order, if they were wanted */
	size_t nnote;
	/* What is odd, though not wrong. */
	const char *dtype_remark; /* NPY: why its dtype is OTHER; or NULL */
	char remark[128];         /* or empty */
	void *owned;              /* names and shapes */
};

/* What the caller knows of a file that does not describe itself. */
struct tensor_hint {
	enum tensor_format format;
	const char *expected; /* "a mask": for messages; NULL: any format */
	/* NPY: what V1 and V2, which ml_dtypes writes, hold; or OPAQUE */
	enum tensor_dtype void_dtype;
	/*
	 * Only what lies in the file as it is: nothing is inflated, converted,
	 * copied or looked for in other files.
	 */
	bool as_stored;
	/*
	 * Of a format that is not written: what is in Fortran order is copied
	 * to C order.
	 */
	bool c_order;
	bool with_notes;         /* maps have them, where a format does */
	uint64_t mem_nbytes;     /* headers may take so much memory; 0: any */
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
 * How many bytes tensor_parse() needs of a file that starts with HEAD[0..n) and
 * is SIZE bytes long, never more than SIZE or TENSOR_HEAD_MAX.  A header that
 * tells its length is asked for whole; of one that does not (GGUF) more is
 * asked for as long as N is not enough.  A claim that cannot be true asks for
 * no more than HEAD: tensor_parse() will refuse it.  N up to TENSOR_PEEK tell
 * the format.
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

/*
 * Makes tensors of M that a coder has no dtype for ones that can be coded:
 * complex numbers become pairs, in one dimension more, blocks rows of bytes,
 * and rare floats bytes.  What has no size that is known stays.  Returns 0, or
 * -1.
 */
int tensor_map_split(struct tensor_map *m, struct diag *d);

void tensor_map_free(struct tensor_map *m);

/* A file of a model. */
struct tensor_file {
	struct input in; /* seekable */
	struct tensor_map map;
	char *path; /* owned, unless the caller's; in.name is either */
	/*
	 * A file of our own, without a name in the world: members that were
	 * inflated, values that lay apart.
	 */
	bool is_spool;
	/*
	 * A spool that is a file of the model's format all the same, with what
	 * the first has: an NPZ whose arrays are stored.
	 */
	bool is_whole;
};

struct tensor_model {
	enum tensor_format format; /* of file[0], and of all shards */
	const char *name;          /* as it was asked for: borrowed */
	struct tensor_file *file;
	size_t nfile;
	/* In the order of the document, which is not that of their bytes. */
	const struct tensor_span **tensor;
	size_t ntensor;
	/*
	 * Tensors that are in no file's map: other views of bytes that a span
	 * there has, as of tied weights.
	 */
	struct tensor_map views;
	bool is_sharded; /* named by an index or a directory */
};

/*
 * Opens PATH (NULL or "-": standard input): a weight file, the index of a
 * sharded model, or a directory that has either.  A pipe is spooled to TMPDIR,
 * where its header tells how long it will be no further than that; what goes
 * on is refused.  PATH and HINT's texts are borrowed until
 * tensor_model_close(), HINT itself, which may be NULL, is not.  Memory depends
 * on what headers say and is bounded by what the file can hold.  Returns 0, or
 * -1 with nothing to be released; the place is the file, or FILE:TENSOR.
 */
int tensor_model_open(struct tensor_model *ret, const char *path,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d);

/*
 * The same of IN, which is open and is the model's now, also if this fails.
 */
int tensor_model_take(struct tensor_model *ret, struct input *in,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d);
void tensor_model_close(struct tensor_model *m);

/* The file that S, a span of M, lies in; for input_pread() at S's offset. */
const struct input *tensor_input(
	const struct tensor_model *m, const struct tensor_span *s);

/*
 * True if the bytes of S may be changed where they lie, in a copy of its file:
 * they are stored as they are, belong to S alone, and what the file keeps of
 * them is in its map's seals.
 */
bool tensor_in_place(const struct tensor_model *m, const struct tensor_span *s);

/*
 * Elements of WIDTH bytes that lie in a file from OFFSET on: that of the
 * indices i, j, ... is number FIRST + i * stride[0] + j * stride[1] + ...
 */
struct tensor_strided {
	uint64_t offset, first;
	unsigned width, ndim;
	uint64_t shape[TENSOR_NDIM_MAX], stride[TENSOR_NDIM_MAX];
};

/*
 * Reads N elements of V in C order, the first of them FIRST, to P.  V lies
 * within the file, and has an element.  Returns 0, or -1 with the name of IN as
 * the place.  May be called from several threads at once.
 */
int tensor_gather(const struct input *in, const struct tensor_strided *v,
	uint64_t first, uint64_t n, void *p, struct diag *d);

/*
 * The same of S, of elements of WIDTH bytes, whichever order it lies in, in C
 * or in FORTRAN order.  Their bytes stay as they are.
 */
int tensor_read(const struct input *in, const struct tensor_span *s,
	unsigned width, bool fortran, uint64_t first, uint64_t n, void *p,
	struct diag *d);

/* --- writing -------------------------------------------------------------- */

/* A safetensors header that is being made in B; all else zero to begin. */
struct tensor_header {
	struct buf *b;
	uint64_t offset; /* of the next tensor */
	bool in_meta, has_tensor;
};

/*
 * To be called in this order; metadata PREFIX KEY (or NULL): VALUE, then
 * tensors, whose bytes follow one another.  Each returns 0, or not 0 for no
 * memory.
 */
int tensor_header_begin(struct tensor_header *h);
int tensor_header_meta(struct tensor_header *h, const char *prefix,
	const char *key, const char *value);
/*
 * Takes over all metadata of IN, a safetensors file that has been read before.
 * Returns 0, or -1 with D.
 */
int tensor_header_keep_meta(
	struct tensor_header *h, const struct input *in, struct diag *d);
int tensor_header_tensor(struct tensor_header *h, const char *name,
	const char *dtype, const uint64_t *shape, unsigned ndim,
	uint64_t nbytes);
int tensor_header_end(struct tensor_header *h);

/*
 * Appends the header of an NPY file to B: DESCR is its dtype as numpy spells
 * it.  Returns 0, or -1 for no memory.
 */
int tensor_npy_header(struct buf *b, const char *descr, bool fortran,
	const uint64_t *shape, unsigned ndim);

/* --- models --------------------------------------------------------------- */

/*
 * Refuses two tensors of one name, for who goes by names: a tree of names
 * ('a.b', and 'b' in 'a') and the branches of an ONNX graph may have them.
 * Returns 0, or -1.
 */
int tensor_model_named(const struct tensor_model *m, struct diag *d);

/* input_unchanged() of all files. */
int tensor_model_unchanged(const struct tensor_model *m, struct diag *d);

/* Bytes of all files, for progress. */
uint64_t tensor_model_nbytes(const struct tensor_model *m);

/*
 * Where tensors lie in IN, which must be seekable and stays the caller's, as
 * they are stored, if it is of a format that is not told from its head
 * (PyTorch, ONNX).  Returns 1; 0 for others and where there is a doubt; or -1
 * for no memory.
 */
int tensor_map_stored(
	struct tensor_map *ret, const struct input *in, struct diag *d);

#endif
