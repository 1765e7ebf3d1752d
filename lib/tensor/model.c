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

#include "base/diag.h"
#include "base/path.h"
#include "tensor/parse.h"

static size_t least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
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
static int spool(struct tensor_build *b, struct input *in, struct diag *d)
{
	struct buf head = {0};
	struct tensor_map map;
	uint64_t end = INPUT_SIZE_UNKNOWN;
	const struct tensor_kind *k;
	int r;

	if (in->seekable)
		return 0;
	r = tensor_peek(in, &head, d);
	k = r ? NULL
	      : tensor_kind_of(
			(const unsigned char *)head.data, head.len, &b->hint);
	if (!r && !(k && k->read)) {
		r = tensor_map_head(&map, in, &head, &b->hint, d);
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
	unsigned char p[TENSOR_PEEK];
	size_t n = least(s->nbytes, sizeof(p));

	if (m->format != TENSOR_FORMAT_NPY || m->nspan < 3)
		return 0;
	if (input_pread(in, p, n, s->offset, d))
		return -1;
	snprintf(m->remark, sizeof(m->remark),
		"%llu bytes follow the array%s; they are left as they are",
		(unsigned long long)s->nbytes,
		tensor_npy.is(p, n) ? ", and are a second one" : "");
	return 0;
}

static int map_input(struct tensor_map *ret, struct input *in,
	const struct tensor_hint *hint, struct diag *d)
{
	struct buf head = {0};
	int r = tensor_map_head(ret, in, &head, hint, d);

	buf_free(&head);
	if (r == 0 && remark_rest(ret, in, d)) {
		tensor_map_free(ret);
		return -1;
	}
	return r;
}

/* The tensors of one file, which is not itself a list of others. */
static int read_file(struct tensor_build *b, size_t file, struct diag *d)
{
	struct input *in = &b->m->file[file].in;
	const struct tensor_kind *k;
	unsigned char p[TENSOR_PEEK];
	size_t n;

	if (spool(b, in, d))
		return -1;
	n = least(in->size, sizeof(p));
	if (input_pread(in, p, n, 0, d))
		return -1;
	k = tensor_kind_of(p, n, &b->hint);
	if (!k || !k->read)
		return map_input(&b->m->file[file].map, in, &b->hint, d);
	b->m->file[file].map.format = k->format;
	if (k->read(b, file, d))
		return diag_at(d, "%s", b->m->file[file].in.name);
	return 0;
}

/* --- shards --------------------------------------------------------------- */

static int open_shard(struct tensor_build *b, const char *dir, size_t ndir,
	const char *name, struct diag *d)
{
	struct buf path = {0};
	size_t file;

	if (buf_add(&path, dir, ndir) || buf_adds(&path, name) ||
		buf_terminate(&path)) {
		buf_free(&path);
		return diag_nomem(d, ndir);
	}
	return tensor_build_file(b, path.data, &file, d);
}

/* The shards of S, in a directory whose name with its slash is DIR[0..n). */
static int read_shards(struct tensor_build *b, const struct tensor_shards *s,
	const char *dir, size_t ndir, struct diag *d)
{
	b->m->is_sharded = true;
	for (size_t i = 0; i < s->n; i++)
		if (open_shard(b, dir, ndir, s->name[i], d))
			return -1;
	for (size_t i = 0; i < s->n; i++)
		if (read_file(b, i, d))
			return -1;
	return tensor_build_finish(b, d) || tensor_shards_check(s, b->m, d) ? -1
									    : 0;
}

static int read_index(struct tensor_build *b, struct input *in, struct diag *d)
{
	const char *slash = strrchr(in->name, '/');
	size_t ndir = slash ? (size_t)(slash - in->name) + 1 : 0;
	struct tensor_shards s;
	int r = tensor_shards_index(&s, in, d);

	if (!r)
		r = read_shards(b, &s, in->name, ndir, d);
	tensor_shards_free(&s);
	return r;
}

static int read_dir(struct tensor_build *b, const char *path, struct diag *d)
{
	struct tensor_shards s;
	struct input in = {.fd = -1};
	char *index, *dir = path_join(path, "");
	int r = tensor_shards_dir(&s, path, &index, d);

	if (!dir && !r)
		r = diag_nomem(d, strlen(path));
	if (!r && index) {
		r = input_open(&in, index, d) || read_index(b, &in, d) ? -1 : 0;
		input_close(&in);
	} else if (!r) {
		r = read_shards(b, &s, dir, strlen(dir), d);
	}
	free(dir);
	free(index);
	tensor_shards_free(&s);
	return r;
}

/* --- a model -------------------------------------------------------------- */

static bool is_index(const struct tensor_build *b, const struct input *in)
{
	unsigned char p[TENSOR_PEEK];
	size_t n = least(in->size, sizeof(p));
	struct diag d;

	return in->seekable && !b->hint.as_stored &&
	       b->hint.format == TENSOR_FORMAT_AUTO &&
	       input_pread(in, p, n, 0, &d) == 0 &&
	       tensor_shards_is(in->name, p, n);
}

/* IN is the model's, or closed. */
static int read_one(struct tensor_build *b, struct input *in, struct diag *d)
{
	struct tensor_model *m = b->m;
	int r;

	if (is_index(b, in)) {
		r = read_index(b, in, d);
		input_close(in);
		return r;
	}
	m->file = tensor_grow(NULL, 0, sizeof(*m->file), d);
	if (!m->file) {
		input_close(in);
		return -1;
	}
	m->file[m->nfile++] = (struct tensor_file){.in = *in};
	return read_file(b, 0, d) || tensor_build_finish(b, d) ? -1 : 0;
}

static struct tensor_build begin(struct tensor_model *ret, const char *name,
	const struct tensor_hint *hint, const char *tmpdir)
{
	*ret = (struct tensor_model){.name = name};
	return (struct tensor_build){
		.m = ret,
		.hint = hint ? *hint : (struct tensor_hint){0},
		.tmpdir = tmpdir,
		.spool = -1,
	};
}

static int end(struct tensor_build *b, int r)
{
	tensor_build_free(b);
	if (r)
		tensor_model_close(b->m);
	else
		b->m->format = b->m->file[0].map.format;
	return r;
}

int tensor_model_take(struct tensor_model *ret, struct input *in,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d)
{
	struct tensor_build b = begin(ret, in->name, hint, tmpdir);

	return end(&b, read_one(&b, in, d));
}

int tensor_model_open(struct tensor_model *ret, const char *path,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d)
{
	struct tensor_build b = begin(ret, path, hint, tmpdir);
	struct input in;
	struct stat st;
	bool is_named = path && strcmp(path, "-") != 0;

	if (is_named && stat(path, &st)) {
		if (errno != ENOENT) {
			diag_errno(d, "cannot open");
			return diag_at(d, "%s", path);
		}
	} else if (is_named && S_ISDIR(st.st_mode)) {
		return end(&b, read_dir(&b, path, d));
	}
	if (input_open(&in, path, d))
		return -1;
	ret->name = in.name;
	return end(&b, read_one(&b, &in, d));
}

int tensor_map_stored(
	struct tensor_map *ret, const struct input *in, struct diag *d)
{
	static const struct tensor_hint hint = {.as_stored = true};
	struct tensor_model m;
	struct input own;
	int fd = dup(in->fd);
	bool apart;

	if (fd < 0 || input_open_fd(&own, fd, in->name, d))
		return 0;
	own.base = in->base;
	own.size = in->size;
	if (tensor_model_take(&m, &own, &hint, NULL, d))
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

void tensor_model_close(struct tensor_model *m)
{
	for (size_t i = 0; i < m->nfile; i++) {
		tensor_map_free(&m->file[i].map);
		input_close(&m->file[i].in);
		free(m->file[i].path);
	}
	tensor_map_free(&m->views);
	free(m->file);
	free(m->tensor);
	*m = (struct tensor_model){0};
}

const struct input *tensor_input(
	const struct tensor_model *m, const struct tensor_span *s)
{
	return &m->file[s->file].in;
}

bool tensor_in_place(const struct tensor_model *m, const struct tensor_span *s)
{
	static const bool can[TENSOR_NFORMAT] = {
		[TENSOR_FORMAT_RAW] = true,
		[TENSOR_FORMAT_NPY] = true,
		[TENSOR_FORMAT_SAFETENSORS] = true,
		[TENSOR_FORMAT_NPZ] = true,
		[TENSOR_FORMAT_GGUF] = true,
	};
	const struct tensor_file *f = &m->file[s->file];
	bool tiles = f->map.nspan && s >= f->map.span &&
		     s < f->map.span + f->map.nspan;

	return !f->is_spool && tiles && can[f->map.format];
}

static int by_name(const void *a, const void *b)
{
	const struct tensor_span *x = *(const struct tensor_span *const *)a;
	const struct tensor_span *y = *(const struct tensor_span *const *)b;

	return strcmp(x->name, y->name);
}

int tensor_model_named(const struct tensor_model *m, struct diag *d)
{
	const struct tensor_span **s =
		calloc(m->ntensor + 1, sizeof(struct tensor_span *));
	int ret = 0;

	if (!s)
		return diag_nomem(d, m->ntensor * sizeof(*s));
	if (m->ntensor)
		memcpy(s, m->tensor, m->ntensor * sizeof(*s));
	qsort(s, m->ntensor, sizeof(*s), by_name);
	for (size_t i = 1; i < m->ntensor && !ret; i++)
		if (strcmp(s[i - 1]->name, s[i]->name) == 0) {
			diag_set(d, DIAG_DATA,
				"two tensors of this name; expected each name "
				"once");
			diag_at(d, "%.200s", s[i]->name);
			ret = diag_at(d, "%s", m->name);
		}
	free(s);
	return ret;
}

int tensor_model_unchanged(const struct tensor_model *m, struct diag *d)
{
	for (size_t i = 0; i < m->nfile; i++)
		if (input_unchanged(&m->file[i].in, d))
			return -1;
	return 0;
}

uint64_t tensor_model_nbytes(const struct tensor_model *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->nfile; i++)
		n += m->file[i].in.size;
	return n;
}
