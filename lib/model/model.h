/* SPDX-License-Identifier: MIT */
/*
 * Models, opened: a file of any format, the shards that an index or a directory
 * names, or a file and the files its data lie in.  Pickles are read as trees,
 * and nothing in them is ever executed.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "tensor/tensor.h"

struct diag;
struct format_hint;
struct input;

/*
 * Opens PATH (NULL or "-": standard input): a weight file, the index of a
 * sharded model, or a directory that has either.  A pipe is spooled to TMPDIR,
 * where its header tells how long it will be no further than that; what goes
 * on is refused.  PATH and HINT's texts are borrowed until
 * tensor_model_close(), HINT itself, which may be NULL, is not.  Memory depends
 * on what headers say and is bounded by what the file can hold.  Returns 0, or
 * -1 with nothing to be released; the place is the file, or FILE:TENSOR.
 */
int model_open(struct tensor_model *ret, const char *path,
	const struct format_hint *hint, const char *tmpdir, struct diag *d);

/*
 * The same of IN, which is open and is the model's now, also if this fails.
 */
int model_take(struct tensor_model *ret, struct input *in,
	const struct format_hint *hint, const char *tmpdir, struct diag *d);

/*
 * Where tensors lie in IN, which must be seekable and stays the caller's, as
 * they are stored, if it is of a format that is not told from its head
 * (PyTorch, ONNX).  Returns 1; 0 for others and where there is a doubt; or -1
 * for no memory.
 */
int model_map_stored(
	struct tensor_map *ret, const struct input *in, struct diag *d);

#endif
