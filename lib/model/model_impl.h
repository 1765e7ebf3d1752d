/* SPDX-License-Identifier: MIT */
/* Inside of lib/model: what its files share, under the name of each. */
#ifndef MODEL_MODEL_IMPL_H
#define MODEL_MODEL_IMPL_H

#include "base/buf.h"
#include "format/format.h"
#include "model/model.h"
#include "pickle/pickle.h"

/* --- build.c: a model in the making -------------------------------------- */

struct model_build {
	struct tensor_model *m;
	struct format_hint hint;
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
int model_build_file(
	struct model_build *b, char *path, size_t *ret, struct diag *d);

/* input_pread() of file FILE, without a place in D. */
int model_build_pread(const struct model_build *b, size_t file, void *p,
	size_t n, uint64_t offset, struct diag *d);

/* Bytes that views which repeat elements may be copied to. */
#ifndef MODEL_EXPANDED_MAX /* a fuzzer wants fewer */
#define MODEL_EXPANDED_MAX ((uint64_t)1 << 30)
#endif

/* Begins a tensor in the spool: *S's file and offset.  Returns 0, or -1. */
int model_spool_begin(
	struct model_build *b, struct tensor_span *s, struct diag *d);

/* Appends to the spool. */
int model_spool_put(
	struct model_build *b, const void *p, size_t n, struct diag *d);

/* Makes a file of the model of the spool; the next begins anew. */
int model_spool_end(struct model_build *b, struct diag *d);

/* Tiles the files and lists the tensors.  Returns 0, or -1. */
int model_build_finish(struct model_build *b, struct diag *d);
void model_build_free(struct model_build *b);

/* A format that is read from a file at hand. */
struct model_reader {
	enum tensor_format format;
	/* True if P[0..n) begins as a file of the format does. */
	bool (*is)(const unsigned char *p, size_t n);
	/* Adds the tensors of B's file FILE.  Returns 0, or -1. */
	int (*read)(struct model_build *b, size_t file, struct diag *d);
};

/* --- zip.c: members of a zip file ---------------------------------------- */

struct model_member {
	const char *name; /* not terminated; owned by the directory */
	size_t name_len;
	uint64_t offset, packed; /* its bytes, as they lie in the file */
	uint64_t nbytes;         /* what they unpack to */
	uint64_t local, central; /* its header, and the directory's */
	uint32_t crc, time;
	unsigned flags, method; /* 0: stored, 8: deflated */
};

struct model_zip {
	struct model_member *member; /* in the directory's order */
	size_t n;
	struct model_member **by_name;
	struct buf directory;
};

/* Takes what comes.  Returns 0 to go on, 1 for enough, or -1. */
struct model_sink {
	int (*put)(void *ctx, const void *p, size_t n, struct diag *d);
	void *ctx;
};

/*
 * Reads the directory of B's file FILE, and sees that members are where it
 * says, have its names, and share no bytes.  Release with model_zip_close()
 * also after a failure.
 */
int model_zip_open(struct model_zip *z, const struct model_build *b,
	size_t file, struct diag *d);
void model_zip_close(struct model_zip *z);

/* The member called NAME[0..N), or NULL. */
const struct model_member *model_zip_find(
	const struct model_zip *z, const char *name, size_t n);

/*
 * Hands the bytes of E, unpacked, to TO until it has enough.  If it wants all,
 * they have the length and the CRC that the directory gives.
 */
int model_zip_read(const struct model_build *b, size_t file,
	const struct model_member *e, const struct model_sink *to,
	struct diag *d);

/* The same to the buffer TO, at most MAX bytes. */
int model_zip_load(const struct model_build *b, size_t file,
	const struct model_member *e, size_t max, struct buf *to,
	struct diag *d);

/* Appends E's CRC to M's seals. */
int model_zip_seal(struct tensor_map *m, const struct model_build *b,
	size_t file, const struct model_member *e, struct diag *d);

/* --- state.c: what torch.save() keeps ------------------------------------- */

/* What it is that a pickle calls: the roles of its globals. */
enum model_role {
	MODEL_ROLE_NOTHING, /* no tensor is in it */
	MODEL_ROLE_STORAGE,
	MODEL_ROLE_DTYPE,
	MODEL_ROLE_TENSOR,  /* (storage, offset, size, stride, ...) */
	MODEL_ROLE_TENSOR3, /* the same, with a dtype behind hooks */
	MODEL_ROLE_WRAPPED, /* (tensor, ...) */
	MODEL_ROLE_TYPED,   /* (function, type, arguments, state) */
	MODEL_ROLE_PARTS,   /* tensors are among its arguments */
	MODEL_ROLE_OBJECT,  /* its attributes are its state */
	MODEL_ROLE_NUMPY,   /* a dtype of numpy */
	MODEL_ROLE_BYTES,   /* (text of bytes, "latin1"), or none */
	MODEL_ROLE_ARRAY,   /* its state is ([version,] shape, dtype, order,
			       bytes) */
	MODEL_ROLE_BUFFER,  /* (bytes, dtype, shape, "C" or "F") */
};

/* Bytes of a storage. */
struct model_storage {
	uint64_t offset, nbytes;
};

/* What is known of the file, and, from 0, where its pickle is looked at. */
struct model_state {
	struct model_build *b;
	size_t file;
	struct pickle *k;
	bool big_endian;
	/* Where the storage called NAME[0..N) is.  Returns 0, or -1. */
	int (*find)(const void *ctx, const char *name, size_t n,
		struct model_storage *ret, struct diag *d);
	const void *ctx;
	struct buf name; /* of what is being looked at */
	unsigned depth;
	size_t nvisit, ntensor;
	uint64_t nexpanded;
};

/*
 * Whether X is a storage in K: the bytes of an element, and its *NAME, a text;
 * 0: it is none.
 */
unsigned model_state_storage(const struct pickle *k,
	const struct pickle_node *x, const struct pickle_node **name);

/* Adds the tensors of S's pickle, which came to END, to S's file. */
int model_state_read(
	struct model_state *s, const struct pickle_end *end, struct diag *d);

/* --- npz.c, torch.c, onnx.c: readers of whole files ---------------------- */

/*
 * Adds the arrays of Z, which is FILE's, to B: of another file of the model,
 * which is_whole, where some are deflated.  Returns 0, 1 if no member is an
 * array, or -1.
 */
int model_npz_read(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d);

/* The pickle of a PyTorch file; NULL if Z has none. */
const struct model_member *model_torch_pickle(const struct model_zip *z);
int model_torch_read(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d);

/* PyTorch files of before 1.6, without a zip. */
extern const struct model_reader model_torch_old;

extern const struct model_reader model_onnx;

/* --- shards.c: models in several files ----------------------------------- */

/* Checkpoints of TensorFlow, by their index. */
extern const struct model_reader model_checkpoint;

/* How an index is called, of what people name without that. */
#define MODEL_CHECKPOINT_END ".index"

struct model_shards {
	struct json_value *root; /* of the index; NULL: a directory */
	const char **name;       /* of shards, in the order people count */
	size_t n;
	struct dir *dir; /* owns the names, without an index */
};

/* True if a file called PATH that begins with P[0..n) may be an index. */
bool model_shards_is(const char *path, const unsigned char *p, size_t n);

/*
 * Takes the index in IN apart; it must name files beside it and no others.
 * Release with model_shards_free(), also after a failure.
 */
int model_shards_index(
	struct model_shards *ret, struct input *in, struct diag *d);

/*
 * The weight files in the directory PATH: if it has an index, *INDEX is its
 * path for the caller to free, else the shards are listed and it is NULL.
 */
int model_shards_dir(struct model_shards *ret, const char *path, char **index,
	struct diag *d);
void model_shards_free(struct model_shards *s);

/*
 * Sees that M, whose first files are the shards, has each name once, and just
 * what the index says, where it says so.
 */
int model_shards_check(const struct model_shards *s,
	const struct tensor_model *m, struct diag *d);

#endif
