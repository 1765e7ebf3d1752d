/* SPDX-License-Identifier: MIT */
/*
 * What a path leads to: one weight file, or the shards that an index or a
 * directory names; opened, read and checked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/order.h"
#include "file/path.h"
#include "model/model_impl.h"

/* --- zip files ------------------------------------------------------------ */

/*
 * What its members make it: arrays (NPZ) or a pickle and what it refers to
 * (PyTorch).  Without members it is an NPZ of no arrays, as numpy.load has it:
 * so is the mask of a file of which nothing is pruned.
 */

static bool archive_is(const unsigned char *p, size_t n)
{
	static const char empty[] = "PK\5\6";

	return format_zip_is(p, n) || (n >= 4 && memcmp(p, empty, 4) == 0);
}

static int refuse(const struct model_build *b, size_t file, struct diag *d)
{
	const struct input *in = &b->m->file[file].in;
	unsigned char p[FORMAT_PEEK];
	size_t n = in->size < sizeof(p) ? (size_t)in->size : sizeof(p);
	const struct format_head h = {p, n, in->size, in->name};

	if (model_build_pread(b, file, p, n, 0, d))
		return -1;
	return format_refuse(&h, b->hint.expected, d);
}

static int read_members(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d)
{
	struct tensor_map *m = &b->m->file[file].map;
	int r;

	if (model_torch_pickle(z)) {
		m->format = TENSOR_FORMAT_TORCH;
		return model_torch_read(b, file, z, d);
	}
	m->format = TENSOR_FORMAT_NPZ;
	r = model_npz_read(b, file, z, d);
	return r > 0 ? refuse(b, file, d) : r;
}

static int archive_read(struct model_build *b, size_t file, struct diag *d)
{
	struct model_zip z;
	int r = model_zip_open(&z, b, file, d);

	if (!r)
		r = read_members(b, file, &z, d);
	model_zip_close(&z);
	return r;
}

/* --- one file ------------------------------------------------------------- */

static const struct model_reader archive = {
	TENSOR_FORMAT_NPZ, archive_is, archive_read};

static const struct model_reader *const readers[] = {
	&archive, &model_torch_old, &model_onnx, &model_checkpoint};

/*
 * The reader of a file that begins with P[0..n); NULL if its header stands in
 * front, or it is none of ours.
 */
static const struct model_reader *reader_of(
	const unsigned char *p, size_t n, const struct format_hint *hint)
{
	if (format_kind_of(p, n, hint))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if ((hint->format == TENSOR_FORMAT_AUTO ||
			    hint->format == readers[i]->format) &&
			readers[i]->is(p, n))
			return readers[i];
	return NULL;
}

/* Where a map ends; what the spans of a pipe add up to. */
static uint64_t map_end(const struct tensor_map *m)
{
	const struct tensor_span *s = &m->span[m->nspan - 1];

	return s->offset + s->nbytes;
}

/*
 * Makes a pipe a file.  It is spooled once its header is known to be good, and
 * no further than that announces.
 */
static int spool(struct model_build *b, struct input *in, struct diag *d)
{
	struct buf head = {0};
	struct tensor_map map;
	uint64_t end = INPUT_SIZE_UNKNOWN;
	const unsigned char *p;
	int r;

	if (in->seekable)
		return 0;
	r = format_peek(in, &head, d);
	p = (const unsigned char *)head.data;
	if (!r && !reader_of(p, head.len, &b->hint)) {
		const struct format_kind *k =
			format_kind_of(p, head.len, &b->hint);

		r = format_map_head(&map, in, &head, &b->hint, d);
		if (!r) {
			end = k && k->may_go_on ? end : map_end(&map);
			tensor_map_free(&map);
		}
	}
	if (!r)
		r = input_spool(in, head.data, head.len, end, b->tmpdir, d);
	buf_free(&head);
	return r;
}

/* NPY files may go on: numpy reads array after array from one. */
static int remark_rest(struct tensor_map *m, struct input *in, struct diag *d)
{
	const struct tensor_span *s = &m->span[m->nspan - 1];
	unsigned char p[FORMAT_PEEK];
	size_t n = (size_t)order_least(s->nbytes, sizeof(p));

	if (m->format != TENSOR_FORMAT_NPY || m->nspan < 3)
		return 0;
	if (input_pread(in, p, n, s->offset, d))
		return -1;
	snprintf(m->remark, sizeof(m->remark),
		"%llu bytes follow the array%s; they are left as they are",
		(unsigned long long)s->nbytes,
		format_npy.is(p, n) ? ", and are a second one" : "");
	return 0;
}

static int map_input(struct tensor_map *ret, struct input *in,
	const struct format_hint *hint, struct diag *d)
{
	struct buf head = {0};
	int r = format_map_head(ret, in, &head, hint, d);

	buf_free(&head);
	if (r == 0 && remark_rest(ret, in, d)) {
		tensor_map_free(ret);
		return -1;
	}
	return r;
}

/* The tensors of one file, which is not itself a list of others. */
static int read_file(struct model_build *b, size_t file, struct diag *d)
{
	struct input *in = &b->m->file[file].in;
	const struct model_reader *reader;
	unsigned char p[FORMAT_PEEK];
	size_t n;

	if (spool(b, in, d))
		return -1;
	n = (size_t)order_least(in->size, sizeof(p));
	if (input_pread(in, p, n, 0, d))
		return -1;
	reader = reader_of(p, n, &b->hint);
	if (!reader)
		return map_input(&b->m->file[file].map, in, &b->hint, d);
	b->m->file[file].map.format = reader->format;
	if (reader->read(b, file, d))
		return diag_at(d, "%s", b->m->file[file].in.name);
	return 0;
}

/* --- shards --------------------------------------------------------------- */

static int open_shard(struct model_build *b, const char *dir, size_t ndir,
	const char *name, struct diag *d)
{
	struct buf path = {0};
	size_t file;

	buf_add(&path, dir, ndir);
	buf_adds(&path, name);
	if (!buf_text(&path)) {
		buf_free(&path);
		return diag_nomem(d, ndir);
	}
	return model_build_file(b, path.data, &file, d);
}

/* The shards of S, in a directory whose name with its slash is DIR[0..n). */
static int read_shards(struct model_build *b, const struct model_shards *s,
	const char *dir, size_t ndir, struct diag *d)
{
	b->m->is_sharded = true;
	for (size_t i = 0; i < s->n; i++)
		if (open_shard(b, dir, ndir, s->name[i], d))
			return -1;
	for (size_t i = 0; i < s->n; i++)
		if (read_file(b, i, d))
			return -1;
	return model_build_finish(b, d) || model_shards_check(s, b->m, d) ? -1
									  : 0;
}

static int read_index(struct model_build *b, struct input *in, struct diag *d)
{
	const char *slash = strrchr(in->name, '/');
	size_t ndir = slash ? (size_t)(slash - in->name) + 1 : 0;
	struct model_shards s;
	int r = model_shards_index(&s, in, d);

	b->m->index = (struct input){
		.fd = -1, .dev = in->dev, .ino = in->ino, .size = in->size};
	if (!r)
		r = read_shards(b, &s, in->name, ndir, d);
	model_shards_free(&s);
	return r;
}

/* The file PATH, which is the model's now, and what it refers to. */
static int read_named(struct model_build *b, char *path, struct diag *d)
{
	size_t file;

	return model_build_file(b, path, &file, d) || read_file(b, file, d) ||
			       model_build_finish(b, d)
		       ? -1
		       : 0;
}

static int read_dir(struct model_build *b, const char *path, struct diag *d)
{
	struct model_shards s;
	struct input in = {.fd = -1};
	char *index, *dir = path_join(path, "");
	int r = model_shards_dir(&s, path, &index, d);

	if (!dir && !r)
		r = diag_nomem(d, strlen(path));
	if (!r && index && path_ends_in(index, MODEL_CHECKPOINT_END)) {
		r = read_named(b, index, d);
		index = NULL;
	} else if (!r && index) {
		r = input_open(&in, index, d) || read_index(b, &in, d) ? -1 : 0;
		input_close(&in);
	} else if (!r) {
		r = read_shards(b, &s, dir, strlen(dir), d);
	}
	free(dir);
	free(index);
	model_shards_free(&s);
	return r;
}

/* --- a model -------------------------------------------------------------- */

static bool is_index(const struct model_build *b, const struct input *in)
{
	unsigned char p[FORMAT_PEEK];
	size_t n = (size_t)order_least(in->size, sizeof(p));
	struct diag d;

	return in->seekable && !b->hint.as_stored &&
	       b->hint.format == TENSOR_FORMAT_AUTO &&
	       input_pread(in, p, n, 0, &d) == 0 &&
	       model_shards_is(in->name, p, n);
}

/* IN is the model's, or closed. */
static int read_one(struct model_build *b, struct input *in, struct diag *d)
{
	struct tensor_model *m = b->m;
	int r;

	if (is_index(b, in)) {
		r = read_index(b, in, d);
		input_close(in);
		return r;
	}
	if (array_push(&m->file, &m->nfile, &(struct tensor_file){.in = *in},
		    sizeof(*m->file), d)) {
		input_close(in);
		return -1;
	}
	return read_file(b, 0, d) || model_build_finish(b, d) ? -1 : 0;
}

static struct model_build begin(struct tensor_model *ret, const char *name,
	const struct format_hint *hint, const char *tmpdir)
{
	*ret = (struct tensor_model){.name = name};
	return (struct model_build){
		.m = ret,
		.hint = hint ? *hint : (struct format_hint){0},
		.tmpdir = tmpdir,
		.spool = -1,
	};
}

static int end(struct model_build *b, int r)
{
	model_build_free(b);
	if (r)
		tensor_model_close(b->m);
	else
		b->m->format = b->m->file[0].map.format;
	return r;
}

int model_take(struct tensor_model *ret, struct input *in,
	const struct format_hint *hint, const char *tmpdir, struct diag *d)
{
	struct model_build b = begin(ret, in->name, hint, tmpdir);

	return end(&b, read_one(&b, in, d));
}

/* What TensorFlow names without its end; caller frees.  NULL: there is none. */
static char *find_checkpoint(const char *path)
{
	struct buf name = {0};
	struct stat st;

	buf_adds(&name, path);
	buf_adds(&name, MODEL_CHECKPOINT_END);
	if (buf_text(&name) && stat(name.data, &st) == 0)
		return buf_take(&name);
	buf_free(&name);
	return NULL;
}

int model_open(struct tensor_model *ret, const char *path,
	const struct format_hint *hint, const char *tmpdir, struct diag *d)
{
	struct model_build b = begin(ret, path, hint, tmpdir);
	struct input in;
	struct stat st;
	bool is_named = path && strcmp(path, "-") != 0;

	if (is_named && stat(path, &st)) {
		char *index;

		if (errno != ENOENT) {
			diag_errno(d, "cannot open");
			return diag_at(d, "%s", path);
		}
		index = find_checkpoint(path);
		if (index)
			return end(&b, read_named(&b, index, d));
	} else if (is_named && S_ISDIR(st.st_mode)) {
		return end(&b, read_dir(&b, path, d));
	}
	if (input_open(&in, path, d))
		return -1;
	ret->name = in.name;
	return end(&b, read_one(&b, &in, d));
}

int model_map_stored(
	struct tensor_map *ret, const struct input *in, struct diag *d)
{
	static const struct format_hint hint = {.as_stored = true};
	struct tensor_model m;
	struct input own;
	int fd = dup(in->fd);
	bool apart;

	if (fd < 0 || input_open_fd(&own, fd, in->name, d))
		return 0;
	own.base = in->base;
	own.size = in->size;
	if (model_take(&m, &own, &hint, NULL, d))
		return d->class == DIAG_NOMEM ? -1 : 0;
	apart = m.format == TENSOR_FORMAT_TORCH ||
		m.format == TENSOR_FORMAT_ONNX;
	if (apart) {
		*ret = m.file[0].map;
		m.file[0].map = (struct tensor_map){0};
		tensor_take_texts(ret, &m.views);
	}
	tensor_model_close(&m);
	return apart;
}
