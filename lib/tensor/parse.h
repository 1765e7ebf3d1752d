/* SPDX-License-Identifier: MIT */
/*
 * The seam between tensor.c and one file per format.  Nothing outside
 * lib/tensor includes this.
 */
#ifndef TENSOR_PARSE_H
#define TENSOR_PARSE_H

#include "base/buf.h"
#include "tensor/tensor.h"

struct tensor_build;

/* A whole header in memory and the size of the file it begins. */
struct tensor_head {
	const unsigned char *p;
	size_t n;
	uint64_t size;
};

/*
 * A format.  One whose header stands in front is parsed from memory, so that
 * a pipe is as good as a file; others are read from a file at hand.
 */
struct tensor_kind {
	enum tensor_format format;

	/* True if P[0..n) begins as a file of the format does. */
	bool (*is)(const unsigned char *p, size_t n);

	/* As tensor_head_nbytes(). */
	size_t (*nbytes)(const unsigned char *p, size_t n, uint64_t size);

	/* Bytes of memory that the head P[0..n) takes; NULL: about its own. */
	uint64_t (*memory)(const unsigned char *p, size_t n);

	/* As tensor_parse(). M is empty; the caller frees it on failure too. */
	int (*parse)(struct tensor_map *m, const struct tensor_head *h,
		const struct tensor_hint *hint, struct diag *d);

	/* The last tensor need not be the end of the file. */
	bool may_go_on;

	/*
	 * Adds the tensors of B's file FILE.  Either this or the other two are
	 * NULL.
	 */
	int (*read)(struct tensor_build *b, size_t file, struct diag *d);
};

extern const struct tensor_kind tensor_npy, tensor_st, tensor_gguf,
	tensor_archive, tensor_torch_old, tensor_onnx;

/*
 * The kind of a file that begins with P[0..n), NULL if it is none of ours;
 * what HINT says comes first, but does not make NPY of what is none.
 */
const struct tensor_kind *tensor_kind_of(
	const unsigned char *p, size_t n, const struct tensor_hint *hint);

/* Reads what tells the format of IN, a file or a pipe, into HEAD. */
int tensor_peek(struct input *in, struct buf *head, struct diag *d);

/*
 * Reads the header of IN as far as it is needed, from where HEAD ends, and
 * parses it.  As tensor_parse(), with the name of IN.
 */
int tensor_map_head(struct tensor_map *ret, struct input *in, struct buf *head,
	const struct tensor_hint *hint, struct diag *d);

/*
 * Refuses a file that begins with P[0..n), which is of none of our formats,
 * or not of the one that is EXPECTED (NULL: any): says what it is, as far as
 * that can be told, and the way out.  Returns -1 with DIAG_DATA.
 */
int tensor_refuse(
	const unsigned char *p, size_t n, const char *expected, struct diag *d);

/* True if P[0..n) begins with a magic number that is too long for chance. */
bool tensor_is_foreign(const unsigned char *p, size_t n);

/* True if P[0..n) begins as ONNX's protobuf does. */
bool tensor_is_onnx(const unsigned char *p, size_t n);

/* A file without a header, as HINT says it is. */
int tensor_raw_map(struct tensor_map *m, uint64_t size,
	const struct tensor_hint *hint, struct diag *d);

/* --- map.c: lists of spans ----------------------------------------------- */

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

/*
 * ARRAY of N members of SIZE with room for one more, or NULL for no memory and
 * ARRAY as it was.  Its capacity is the power of two at or above N.
 */
void *tensor_grow(void *array, size_t n, size_t size, struct diag *d);

/* Appends *SPAN as it is: its texts and shape are owned by another. */
int tensor_add_shared(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d);

/* --- build.c: a model in the making -------------------------------------- */

struct tensor_build {
	struct tensor_model *m;
	struct tensor_hint hint;
	const char *tmpdir;
	/*
	 * Tensors of files that have no map yet, in the order of the document.
	 */
	struct tensor_map found;
	int spool;         /* a descriptor; -1: nothing was spooled */
	size_t spool_file; /* its number in the model */
	uint64_t spool_nbytes;
	struct buf spooled; /* of these, what is not yet written */
};

/*
 * Adds PATH, which is the model's now, to its files: *RET is its number.  Only
 * a regular file will do.  Returns 0, or -1 with PATH as the place.
 */
int tensor_build_file(
	struct tensor_build *b, char *path, size_t *ret, struct diag *d);

/* input_pread() of file FILE, without a place in D. */
int tensor_build_pread(const struct tensor_build *b, size_t file, void *p,
	size_t n, uint64_t offset, struct diag *d);

/* Bytes that views which repeat elements may be copied to. */
#ifndef TENSOR_EXPANDED_MAX /* a fuzzer wants fewer */
#define TENSOR_EXPANDED_MAX ((uint64_t)1 << 30)
#endif

/* Begins a tensor in the spool: *S's file and offset.  Returns 0, or -1. */
int tensor_spool_begin(
	struct tensor_build *b, struct tensor_span *s, struct diag *d);

/* Appends to the spool. */
int tensor_spool_put(
	struct tensor_build *b, const void *p, size_t n, struct diag *d);

/* Makes a file of the model of the spool; the next begins anew. */
int tensor_spool_end(struct tensor_build *b, struct diag *d);

/* Tiles the files and lists the tensors.  Returns 0, or -1. */
int tensor_build_finish(struct tensor_build *b, struct diag *d);
void tensor_build_free(struct tensor_build *b);

/* --- zip.c: members of a zip file ---------------------------------------- */

struct tensor_member {
	const char *name; /* not terminated; owned by the directory */
	size_t name_len;
	uint64_t offset, packed; /* its bytes, as they lie in the file */
	uint64_t nbytes;         /* what they unpack to */
	uint64_t local, central; /* its header, and the directory's */
	uint32_t crc, time;
	unsigned flags, method; /* 0: stored, 8: deflated */
};

struct tensor_zip {
	struct tensor_member *member; /* in the directory's order */
	size_t n;
	struct tensor_member **by_name;
	struct buf directory;
};

/* Takes what comes.  Returns 0 to go on, 1 for enough, or -1. */
struct tensor_sink {
	int (*put)(void *ctx, const void *p, size_t n, struct diag *d);
	void *ctx;
};

/*
 * Reads the directory of B's file FILE, and sees that members are where it
 * says, have its names, and share no bytes.  Release with tensor_zip_close()
 * also after a failure.
 */
int tensor_zip_open(struct tensor_zip *z, const struct tensor_build *b,
	size_t file, struct diag *d);
void tensor_zip_close(struct tensor_zip *z);

/* The member called NAME[0..N), or NULL. */
const struct tensor_member *tensor_zip_find(
	const struct tensor_zip *z, const char *name, size_t n);

/*
 * Hands the bytes of E, unpacked, to TO until it has enough.  If it wants all,
 * they have the length and the CRC that the directory gives.
 */
int tensor_zip_read(const struct tensor_build *b, size_t file,
	const struct tensor_member *e, const struct tensor_sink *to,
	struct diag *d);

/* The same to the buffer TO, at most MAX bytes. */
int tensor_zip_load(const struct tensor_build *b, size_t file,
	const struct tensor_member *e, size_t max, struct buf *to,
	struct diag *d);

/* Appends E's CRC to M's seals. */
int tensor_zip_seal(struct tensor_map *m, const struct tensor_build *b,
	size_t file, const struct tensor_member *e, struct diag *d);

/* --- pickle.c: pickles as trees ------------------------------------------ */

enum pickle_kind {
	PICKLE_OTHER, /* None, a float, bytes, an integer that is too long */
	PICKLE_INT,
	PICKLE_TEXT,
	PICKLE_TUPLE,
	PICKLE_LIST,   /* or set */
	PICKLE_DICT,   /* key, value, key, ... */
	PICKLE_GLOBAL, /* i is its row */
	PICKLE_CALL,   /* of the row i: arguments, then the state, if any */
	PICKLE_PERSISTENT,
	PICKLE_MARK, /* not seen outside */
};

#define PICKLE_NONE_AT UINT32_MAX

struct pickle_node {
	enum pickle_kind kind;
	int64_t i;        /* TEXT: its length */
	const char *text; /* in the pickle, not terminated */
	uint32_t *child;
	size_t n;
};

/* A global that may be named; no row does anything. */
struct tensor_global {
	const char *module, *name; /* NAME NULL: all of MODULE and below */
	int makes;                 /* DICT or LIST for what is just one */
	int role;                  /* for whoever lists them */
	enum tensor_dtype dtype;
	const char *type; /* OTHER */
};

struct tensor_globals {
	const struct tensor_global *row;
	size_t n;
	const char *advice; /* where another is named */
};

struct tensor_pickle;

/*
 * Reads the pickle that P[0..N) begins with; it needs *USED of them.  Nothing
 * is executed.  P, which texts point into, and GLOBALS are borrowed.  Returns
 * NULL with DIAG_DATA or DIAG_NOMEM; *IS_CUT: more bytes would have helped.
 */
struct tensor_pickle *tensor_pickle_read(const void *p, size_t n,
	const struct tensor_globals *globals, size_t *used, bool *is_cut,
	struct diag *d);
void tensor_pickle_free(struct tensor_pickle *k);
const struct pickle_node *tensor_pickle_root(const struct tensor_pickle *k);

/* Child I of X; NULL if there is none. */
const struct pickle_node *tensor_pickle_child(
	const struct tensor_pickle *k, const struct pickle_node *x, size_t i);

/* Node I of all, as they were made; NULL behind the last. */
const struct pickle_node *tensor_pickle_at(
	const struct tensor_pickle *k, size_t i);

/* --- npz.c, torch.c: what a zip file may be ------------------------------ */

/*
 * Adds the arrays of Z, which is FILE's, to B: of another file of the model,
 * which is_whole, where some are deflated.  Returns 0, 1 if no member is an
 * array, or -1.
 */
int tensor_npz_read(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d);

/* The pickle of a PyTorch file; NULL if Z has none. */
const struct tensor_member *tensor_torch_pickle(const struct tensor_zip *z);
int tensor_torch_read(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d);

/* --- shards.c: models in several files ----------------------------------- */

struct tensor_shards {
	struct json_value *root; /* of the index; NULL: a directory */
	const char **name;       /* of shards, in the order people count */
	size_t n;
	struct dir *dir; /* owns the names, without an index */
};

/* True if a file called PATH that begins with P[0..n) may be an index. */
bool tensor_shards_is(const char *path, const unsigned char *p, size_t n);

/*
 * Takes the index in IN apart; it must name files beside it and no others.
 * Release with tensor_shards_free(), also after a failure.
 */
int tensor_shards_index(
	struct tensor_shards *ret, struct input *in, struct diag *d);

/*
 * The weight files in the directory PATH: if it has an index, *INDEX is its
 * path for the caller to free, else the shards are listed and it is NULL.
 */
int tensor_shards_dir(struct tensor_shards *ret, const char *path, char **index,
	struct diag *d);
void tensor_shards_free(struct tensor_shards *s);

/*
 * Sees that M, whose first files are the shards, has each name once, and just
 * what the index says, where it says so.
 */
int tensor_shards_check(const struct tensor_shards *s,
	const struct tensor_model *m, struct diag *d);

#endif
