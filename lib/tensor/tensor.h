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

#include "file/input.h"

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
	TENSOR_FORMAT_CHECKPOINT, /* of TensorFlow: an index, and shards */
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

/* The largest header that is accepted, which is safetensors' own limit. */
#define TENSOR_HEAD_MAX (100000000 + 8)

/* SHAPE as every table shows it: 64x100, nothing for a scalar. */
struct tensor_shape_text {
	char text[TENSOR_NDIM_MAX * sizeof("18446744073709551615x")];
};
struct tensor_shape_text tensor_shape_text(
	const uint64_t *shape, unsigned ndim);

/*
 * Makes tensors of M that a coder has no dtype for ones that can be coded:
 * complex numbers become pairs, in one dimension more, blocks rows of bytes,
 * and rare floats bytes.  What has no size that is known stays.  Returns 0, or
 * -1.
 */
int tensor_map_split(struct tensor_map *m, struct diag *d);

void tensor_map_free(struct tensor_map *m);

/* --- maps in the making --------------------------------------------------- */

/*
 * Appends a span; *SPAN's texts and shape are copied, n is computed.  Returns
 * 0, or -1 with DIAG_NOMEM or, if the shape's product overflows, DIAG_DATA.
 */
int tensor_add(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d);

/* Appends an opaque span of NBYTES, nothing for 0. */
int tensor_add_opaque(
	struct tensor_map *m, uint64_t offset, uint64_t nbytes, struct diag *d);

/*
 * Appends a note with copies of KEY[0..nkey) and VALUE[0..nvalue); a NUL in
 * either becomes U+FFFD.  Returns 0, or -1 with DIAG_NOMEM.
 */
int tensor_add_note(struct tensor_map *m, const char *key, size_t nkey,
	const char *value, size_t nvalue, struct diag *d);

/* M gets the names and shapes that FROM owns, and notes, if M has none. */
void tensor_take_texts(struct tensor_map *m, struct tensor_map *from);

/* Appends SEAL.  Returns 0, or -1: no memory. */
int tensor_add_seal(
	struct tensor_map *m, const struct tensor_seal *seal, struct diag *d);

/* The product of SHAPE; 1 for no dimensions.  Returns 0, or -1: overflow. */
int tensor_count(const uint64_t *shape, unsigned ndim, uint64_t *ret);

/* Appends *SPAN as it is: its texts and shape are owned by another. */
int tensor_add_shared(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d);

/* --- models --------------------------------------------------------------- */

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
	bool is_sharded;    /* named by an index or a directory */
	struct input index; /* what it was, closed; of size 0: there is none */
};

/* Ends M, which was opened (lib/model). */
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
 * Refuses two tensors of one name, for who goes by names: a tree of names
 * ('a.b', and 'b' in 'a') and the branches of an ONNX graph may have them.
 * Returns 0, or -1.
 */
int tensor_model_named(const struct tensor_model *m, struct diag *d);

/* For qsort() of pointers to spans: by name; by file, then offset in it. */
int tensor_by_name(const void *a, const void *b);
int tensor_by_place(const void *a, const void *b);

/*
 * The tensors of M, borrowed, by name; the caller frees the array with free().
 * NULL with DIAG_NOMEM.
 */
const struct tensor_span **tensor_model_by_name(
	const struct tensor_model *m, struct diag *d);

/* The one called NAME of the N, as that gives them; NULL: there is none. */
const struct tensor_span *tensor_find(
	const struct tensor_span *const *by, size_t n, const char *name);

/*
 * Whether the output PATH is a file that M is read from: a part, or the index.
 * Returns as output_is_input().
 */
int tensor_model_has(
	const struct tensor_model *m, const char *path, struct diag *d);

/* input_unchanged() of all files. */
int tensor_model_unchanged(const struct tensor_model *m, struct diag *d);

/* Bytes of all files, for progress. */
uint64_t tensor_model_nbytes(const struct tensor_model *m);

/* --- reading -------------------------------------------------------------- */

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
 * tensors, whose bytes follow one another.
 */
void tensor_header_begin(struct tensor_header *h);
void tensor_header_meta(struct tensor_header *h, const char *prefix,
	const char *key, const char *value);
/*
 * Takes over all metadata of IN, a safetensors file that has been read before.
 * Returns 0, or -1 with D.
 */
int tensor_header_keep_meta(
	struct tensor_header *h, const struct input *in, struct diag *d);
void tensor_header_tensor(struct tensor_header *h, const char *name,
	const char *dtype, const uint64_t *shape, unsigned ndim,
	uint64_t nbytes);
void tensor_header_end(struct tensor_header *h);

/*
 * Appends the header of an NPY file to B: DESCR is its dtype as numpy spells
 * it.  Returns 0, or -1 for no memory.
 */
int tensor_npy_header(struct buf *b, const char *descr, bool fortran,
	const uint64_t *shape, unsigned ndim);

#endif
