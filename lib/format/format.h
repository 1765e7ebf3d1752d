/* SPDX-License-Identifier: MIT */
/*
 * Files whose header stands in front: raw, NPY, safetensors, GGUF and, member
 * by member, zip; parsed from their first bytes, whether they are files or
 * pipes, to the spans that tile them.  And what others are called.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file/input.h"
#include "tensor/tensor.h"

struct buf;
struct diag;

/* What the caller knows of a file that does not describe itself. */
struct format_hint {
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
int format_hint_raw(struct format_hint *hint, const char *spec, struct diag *d);

/* First bytes that format_head_nbytes() wants to see: a tar's magic is far. */
#define FORMAT_PEEK 512
/* ... of what is no format's: HDF5 may begin at 1024 behind others' bytes. */
#define FORMAT_FAR 1032
/* The largest header of NPY that is accepted. */
#define FORMAT_NPY_HEAD_MAX 65536

/*
 * How many bytes format_parse() needs of a file that starts with HEAD[0..n) and
 * is SIZE bytes long, never more than SIZE or TENSOR_HEAD_MAX.  A header that
 * tells its length is asked for whole; of one that does not (GGUF) more is
 * asked for as long as N is not enough.  A claim that cannot be true asks for
 * no more than HEAD: format_parse() will refuse it.  N up to FORMAT_PEEK tell
 * the format.
 */
size_t format_head_nbytes(const void *head, size_t n, uint64_t size,
	const struct format_hint *hint);

/*
 * Parses a file of SIZE bytes (or INPUT_SIZE_UNKNOWN) from its first NHEAD
 * bytes.  HINT may be NULL: the format is then told from the bytes.  Release
 * *RET with tensor_map_free().  Returns 0, or -1 with DIAG_DATA; the file's
 * name is the caller's to add.  A span of zero bytes appears only for a tensor
 * of zero elements.  With an unknown size the last span may promise more than
 * the pipe will yield; a reader finds out.  A raw file without a shape and
 * without a size promises as many elements as a size can count.
 */
int format_parse(struct tensor_map *ret, const void *head, size_t nhead,
	uint64_t size, const struct format_hint *hint, struct diag *d);

/* --- zip files, member by member ------------------------------------------ */

/*
 * A zip file is walked from the front, so that a pipe is as good as a file:
 * whether P[0..n) begins a member; how many bytes format_zip_member() wants to
 * see of one that begins so; and its spans, offsets counted from its beginning
 * (also those of what stands between members): header, array if it is a stored
 * NPY file, and rest.  Returns 1, or 0 if what comes is no member or does not
 * tell its size, or -1 with DIAG_NOMEM.
 */
bool format_zip_is(const void *p, size_t n);
size_t format_zip_nbytes(const void *p, size_t n);
int format_zip_member(
	struct tensor_map *ret, const void *p, size_t n, struct diag *d);

/*
 * The name of the array in a member called NAME[0..N), without the suffix that
 * numpy gave it, in OUT; "" where it is too long or no text.  Returns OUT.
 */
#define FORMAT_MEMBER_NAME_MAX 1024
const char *format_member_name(
	const void *name, size_t n, char out[FORMAT_MEMBER_NAME_MAX]);

/* --- formats -------------------------------------------------------------- */

/* A whole header in memory and the size of the file it begins. */
struct format_head {
	const unsigned char *p;
	size_t n;
	uint64_t size;
	const char *name; /* of the file; or NULL */
};

/*
 * A format whose header stands in front, which is parsed from memory, so that
 * a pipe is as good as a file.
 */
struct format_kind {
	enum tensor_format format;

	/* True if P[0..n) begins as a file of the format does. */
	bool (*is)(const unsigned char *p, size_t n);

	/* As format_head_nbytes(). */
	size_t (*nbytes)(const unsigned char *p, size_t n, uint64_t size);

	/* Bytes of memory that the head P[0..n) takes; NULL: about its own. */
	uint64_t (*memory)(const unsigned char *p, size_t n);

	/* As format_parse(). M is empty; the caller frees it on failure too. */
	int (*parse)(struct tensor_map *m, const struct format_head *h,
		const struct format_hint *hint, struct diag *d);

	/* The last tensor need not be the end of the file. */
	bool may_go_on;
};

extern const struct format_kind format_npy;

/* An element of numpy's. */
struct format_npy_type {
	enum tensor_dtype dtype; /* OTHER: texts, times, structures */
	uint64_t width;
	unsigned part;  /* as a span's part_nbytes */
	bool has_order; /* of its bytes */
};

/* What numpy calls CODE[0..N), as "f4" or "U3"; false: no such dtype. */
bool format_npy_type(const char *code, size_t n, struct format_npy_type *ret);

/* An entry of a table of LevelDB, valid while it is put. */
struct format_table_entry {
	const char *key;
	size_t nkey;
	const unsigned char *value;
	size_t nvalue;
};

/* Takes one.  Returns 0, or -1. */
typedef int format_table_put(
	void *ctx, const struct format_table_entry *e, struct diag *d);

/* Bytes of a key, and of all. */
#define FORMAT_TABLE_KEY_MAX ((size_t)4096)
#define FORMAT_TABLE_KEYS_MAX ((size_t)64 << 20)

/*
 * Hands the entries of the table P[0..N) to PUT, in the order of their keys,
 * which are different.  Returns 0, or -1 with DIAG_DATA or what PUT says.
 */
int format_table_each(const unsigned char *p, size_t n, format_table_put *put,
	void *ctx, struct diag *d);

/*
 * The kind of a file that begins with P[0..n), NULL if it is none of ours;
 * what HINT says comes first, but does not make NPY of what is none.
 */
const struct format_kind *format_kind_of(
	const unsigned char *p, size_t n, const struct format_hint *hint);

/* Reads what tells the format of IN, a file or a pipe, into HEAD. */
int format_peek(struct input *in, struct buf *head, struct diag *d);

/*
 * Reads the header of IN as far as it is needed, from where HEAD ends, and
 * parses it.  As format_parse(), with the name of IN.
 */
int format_map_head(struct tensor_map *ret, struct input *in, struct buf *head,
	const struct format_hint *hint, struct diag *d);

/*
 * Refuses a file that begins as H does, which is of none of our formats, or not
 * of the one that is EXPECTED (NULL: any): says what it is, as far as that can
 * be told, and the way out.  Returns -1 with DIAG_DATA.
 */
int format_refuse(
	const struct format_head *h, const char *expected, struct diag *d);

/* True if P[0..n) begins as ONNX's protobuf does. */
bool format_is_onnx(const unsigned char *p, size_t n);

#endif
