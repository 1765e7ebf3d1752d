/* SPDX-License-Identifier: MIT */
/*
 * Models in several files: the index of Hugging Face's writers
 * (NAME.safetensors.index.json or NAME.bin.index.json, with a weight_map from
 * tensors to files beside it), a directory with the files and without an index,
 * or a checkpoint of TensorFlow (NAME.index and NAME.data-00000-of-00001).
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/wire.h"
#include "file/dir.h"
#include "file/path.h"
#include "model/model_impl.h"
#include "text/json.h"

#define INDEX_NBYTES_MAX ((uint64_t)256 << 20)

bool model_shards_is(const char *path, const unsigned char *p, size_t n)
{
	size_t at = 0;

	if (!path_ends_in(path, ".json"))
		return false;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < n && p[at] && strchr(" \t\r\n", p[at]))
		at++;
	return at < n && p[at] == '{';
}

static int add_name(struct model_shards *s, const char *name, struct diag *d)
{
	return array_push(&s->name, &s->n, &name, sizeof(name), d);
}

static int by_count(const void *a, const void *b)
{
	return dir_compare(*(const char *const *)a, *(const char *const *)b);
}

/* --- the index ------------------------------------------------------------ */

/* An entry of weight_map: names of files come from others, and stay here. */
static int on_weight(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const char *shard = json_text(v);

	if (!shard)
		diag_set(d, DIAG_DATA, "no text; expected the name of a shard");
	else if (!*shard || strcmp(shard, ".") == 0 ||
		 strcmp(shard, "..") == 0 || strpbrk(shard, "/\\"))
		diag_set(d, DIAG_DATA,
			"shard '%.80s'; expected a file beside the index, "
			"without '/'",
			shard);
	else
		return add_name(ctx, shard, d);
	return diag_at(d, "%.100s", name);
}

static void drop_doubles(struct model_shards *s)
{
	size_t n = 0;

	if (s->n)
		qsort(s->name, s->n, sizeof(*s->name), by_count);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || strcmp(s->name[n - 1], s->name[i]) != 0)
			s->name[n++] = s->name[i];
	s->n = n;
}

static int take_index(
	struct model_shards *s, const char *text, size_t n, struct diag *d)
{
	const struct json_value *map;

	if (json_parse(&s->root, text, n, d))
		return -1;
	map = json_member(s->root, "weight_map");
	if (!map)
		return diag_set(d, DIAG_DATA,
			"JSON text; expected NPY or safetensors, or an index "
			"with a weight_map");
	if (json_each(map, on_weight, s, d))
		return -1;
	drop_doubles(s);
	return s->n ? 0
		    : diag_set(d, DIAG_DATA,
			      "a weight_map without tensors; expected some");
}

/* All of IN; caller frees.  NULL with a place. */
static char *read_all(struct input *in, struct diag *d)
{
	size_t n = (size_t)in->size;
	char *p;

	if (in->size > INDEX_NBYTES_MAX) {
		diag_set(d, DIAG_DATA,
			"an index of %llu bytes; expected at most %llu",
			(unsigned long long)in->size,
			(unsigned long long)INDEX_NBYTES_MAX);
		diag_at(d, "%s", in->name);
		return NULL;
	}
	p = malloc(n + 1);
	if (!p) {
		diag_nomem(d, n);
	} else if (input_pread(in, p, n, 0, d)) {
		free(p);
		p = NULL;
	}
	return p;
}

int model_shards_index(
	struct model_shards *ret, struct input *in, struct diag *d)
{
	char *text;
	int bad;

	*ret = (struct model_shards){0};
	text = read_all(in, d);
	bad = !text || take_index(ret, text, (size_t)in->size, d) ? -1 : 0;
	if (bad && text)
		diag_at(d, "%s", in->name);
	free(text);
	return bad;
}

/* --- a directory ---------------------------------------------------------- */

/*
 * What a directory may hold, of several the first: files and their index.  Of
 * PyTorch's an index has to tell, since there are others of that name.
 */
static const struct shard_kind {
	const char *file, *index; /* how they end; NULL: no such */
} kinds[] = {
	{".safetensors", ".safetensors.index.json"},
	{NULL, ".bin.index.json"},
	{".gguf", NULL},
	{NULL, MODEL_CHECKPOINT_END},
};

/* Which part a file is has so many digits in its name. */
#define NPART_DIGIT ((size_t)5)

/* A part of what torch.distributed.checkpoint writes. */
#define PART_END ".distcp"

static int no_shards(const struct dir *dir, const char *path, struct diag *d)
{
	bool is_checkpoint = false;

	for (size_t i = 0; i < dir->n; i++)
		is_checkpoint |= path_ends_in(dir->entry[i].name, PART_END);
	diag_set(d, DIAG_DATA,
		is_checkpoint
			? "a distributed checkpoint of PyTorch; expected "
			  "weights: python3 -m torch.distributed.checkpoint."
			  "format_utils dcp_to_torch DIR OUT.pt"
			: "a directory without *.safetensors, an index or "
			  "*.gguf; expected weights, or name the files");
	return diag_at(d, "%s", path);
}

static int two_indexes(
	const char *path, const char *a, const char *b, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"a directory with two indexes, %.80s and %.80s; name one", a,
		b);
	return diag_at(d, "%s", path);
}

/* Adds the files of kind K to S, and stores their index in *FOUND. */
static int find_kind(struct model_shards *s, const struct shard_kind *k,
	const char *path, const char **found, struct diag *d)
{
	for (size_t i = 0; i < s->dir->n; i++) {
		const struct dir_entry *e = &s->dir->entry[i];

		/* What is no file is refused when it is opened. */
		if (e->is_dir || e->name[0] == '.')
			continue;
		if (k->index && path_ends_in(e->name, k->index)) {
			if (*found)
				return two_indexes(path, *found, e->name, d);
			*found = e->name;
		} else if (k->file && path_ends_in(e->name, k->file) &&
			   add_name(s, e->name, d)) {
			return -1;
		}
	}
	return 0;
}

/*
 * Where in NAME stands which of how many parts it is, as all writers put it:
 * "-00002-of-00005".  NULL: it is none.
 */
static const char *find_part(
	const char *name, unsigned long *i, unsigned long *n)
{
	static const char digits[] = "0123456789", of[] = "-of-";
	const char *p = name;

	while ((p = strchr(p, '-'))) {
		p++;
		if (strspn(p, digits) != NPART_DIGIT ||
			strncmp(p + NPART_DIGIT, of, strlen(of)) != 0 ||
			strspn(p + NPART_DIGIT + strlen(of), digits) !=
				NPART_DIGIT)
			continue;
		*i = strtoul(p, NULL, 10);
		*n = strtoul(p + NPART_DIGIT + strlen(of), NULL, 10);
		return p;
	}
	return NULL;
}

/* Sees that S has the file that is called as NAME but for I at AT. */
static int check_part(const struct model_shards *s, const char *name, size_t at,
	unsigned long i, struct diag *d)
{
	char *other = strdup(name);
	int r = 0;

	if (!other)
		return diag_nomem(d, strlen(name));
	for (size_t k = NPART_DIGIT; k-- > 0; i /= 10)
		other[at + k] = (char)('0' + i % 10);
	if (!bsearch(&other, s->name, s->n, sizeof(*s->name), by_count))
		r = diag_set(d, DIAG_DATA,
			"%.100s is not there; expected all parts, or name the "
			"files",
			other);
	free(other);
	return r;
}

/* Without an index the names tell whether all is there. */
static int check_parts(
	const struct model_shards *s, const char *path, struct diag *d)
{
	for (size_t k = 0; k < s->n; k++) {
		const char *name = s->name[k];
		unsigned long i, n;
		const char *p = find_part(name, &i, &n);
		size_t at = p ? (size_t)(p - name) : 0;

		if (!p)
			continue;
		if ((i > 1 && check_part(s, name, at, i - 1, d)) ||
			(i < n && check_part(s, name, at, i + 1, d)))
			return diag_at(d, "%s", path);
	}
	return 0;
}

/* A SavedModel's variables are in a directory of its own. */
static bool is_saved_model(const struct dir *dir)
{
	unsigned has = 0;

	for (size_t i = 0; i < dir->n; i++) {
		const struct dir_entry *e = &dir->entry[i];

		has |= !e->is_dir && strcmp(e->name, "saved_model.pb") == 0;
		has |= e->is_dir && strcmp(e->name, "variables") == 0 ? 2 : 0;
	}
	return has == 3;
}

int model_shards_dir(struct model_shards *ret, const char *path, char **index,
	struct diag *d)
{
	const char *found = NULL;

	*index = NULL;
	*ret = (struct model_shards){.dir = calloc(1, sizeof(*ret->dir))};
	if (!ret->dir)
		return diag_nomem(d, sizeof(*ret->dir));
	if (dir_list_all(ret->dir, path, d))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !found && !ret->n; i++)
		if (find_kind(ret, &kinds[i], path, &found, d))
			return -1;
	if (!found && ret->n == 0 && is_saved_model(ret->dir))
		found = "variables/variables" MODEL_CHECKPOINT_END;
	if (!found && ret->n == 0)
		return no_shards(ret->dir, path, d);
	if (ret->n)
		qsort(ret->name, ret->n, sizeof(*ret->name), by_count);
	if (!found)
		return check_parts(ret, path, d);
	*index = path_join(path, found);
	return *index ? 0 : diag_nomem(d, strlen(path));
}

void model_shards_free(struct model_shards *s)
{
	if (s->root)
		json_release(s->root);
	if (s->dir)
		dir_free(s->dir);
	free(s->dir);
	free(s->name);
	*s = (struct model_shards){0};
}

/* --- whether they agree --------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct tensor_span *x = *(const struct tensor_span *const *)a;
	const struct tensor_span *y = *(const struct tensor_span *const *)b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x->file > y->file) - (x->file < y->file);
}

struct checking {
	const struct model_shards *s;
	const struct tensor_model *m;
	const struct tensor_span **sorted;
};

static int check_entry(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const struct checking *c = ctx;
	const char *shard = json_text(v);
	const char **at = bsearch(
		&shard, c->s->name, c->s->n, sizeof(*c->s->name), by_count);
	struct tensor_span key = {
		.name = name, .file = (size_t)(at - c->s->name)};
	const struct tensor_span *key_at = &key;

	if (bsearch(&key_at, c->sorted, c->m->ntensor, sizeof(*c->sorted),
		    by_name))
		return 0;
	/* What was copied out of a shard is in the spool, behind all. */
	for (key.file = c->s->n; key.file < c->m->nfile; key.file++)
		if (bsearch(&key_at, c->sorted, c->m->ntensor,
			    sizeof(*c->sorted), by_name))
			return 0;
	diag_set(d, DIAG_DATA,
		"is not there, though the index says so; expected it in %.100s",
		shard);
	return diag_at(d, "%.100s", name);
}

static const char *shard_of(
	const struct checking *c, const struct tensor_span *t)
{
	return t->file < c->s->n ? c->s->name[t->file] : "a shard";
}

/* No name twice, and none that the index has not. */
static int check_names(const struct checking *c, struct diag *d)
{
	const struct json_value *map =
		c->s->root ? json_member(c->s->root, "weight_map") : NULL;

	for (size_t i = 0; i < c->m->ntensor; i++) {
		const struct tensor_span *t = c->sorted[i];

		if (i && strcmp(c->sorted[i - 1]->name, t->name) == 0)
			diag_set(d, DIAG_DATA,
				"is in %.80s and %.80s; "
				"expected it once",
				shard_of(c, c->sorted[i - 1]), shard_of(c, t));
		else if (map && !json_member(map, t->name))
			diag_set(d, DIAG_DATA,
				"is in %.100s and not in the index; expected "
				"it in both",
				shard_of(c, t));
		else
			continue;
		return diag_at(d, "%.100s", t->name);
	}
	return 0;
}

int model_shards_check(const struct model_shards *s,
	const struct tensor_model *m, struct diag *d)
{
	struct checking c = {
		s, m, calloc(m->ntensor + 1, sizeof(struct tensor_span *))};
	int bad;

	if (!c.sorted)
		return diag_nomem(d, m->ntensor * sizeof(*c.sorted));
	if (m->ntensor)
		memcpy(c.sorted, m->tensor, m->ntensor * sizeof(*c.sorted));
	qsort(c.sorted, m->ntensor, sizeof(*c.sorted), by_name);
	bad = check_names(&c, d);
	if (!bad && s->root)
		bad = json_each(
			json_member(s->root, "weight_map"), check_entry, &c, d);
	free(c.sorted);
	return bad ? diag_at(d, "%s", m->name) : 0;
}

/* --- a checkpoint of TensorFlow ------------------------------------------- */

/* tensor_bundle.proto and types.proto: fields, and dtypes by their numbers. */
enum {
	HEADER_NSHARD = 1,
	HEADER_ORDER = 2, /* 1: of bytes, the other way round */
	ENTRY_DTYPE = 1,
	ENTRY_SHAPE = 2,
	ENTRY_SHARD = 3,
	ENTRY_OFFSET = 4,
	ENTRY_NBYTES = 5,
	ENTRY_SLICES = 7,
	SHAPE_DIM = 2,
	DIM_SIZE = 1,
};

static const struct {
	enum tensor_dtype dtype;
	const char *type; /* OTHER: NULL for texts */
} variable_types[] = {
	[1] = {TENSOR_F32, NULL},
	[2] = {TENSOR_F64, NULL},
	[3] = {TENSOR_I32, NULL},
	[4] = {TENSOR_U8, NULL},
	[5] = {TENSOR_I16, NULL},
	[6] = {TENSOR_I8, NULL},
	[7] = {TENSOR_OTHER, NULL},
	[8] = {TENSOR_C64, NULL},
	[9] = {TENSOR_I64, NULL},
	[10] = {TENSOR_BOOL, NULL},
	[11] = {TENSOR_OTHER, "QINT8"},
	[12] = {TENSOR_OTHER, "QUINT8"},
	[13] = {TENSOR_OTHER, "QINT32"},
	[14] = {TENSOR_BF16, NULL},
	[15] = {TENSOR_OTHER, "QINT16"},
	[16] = {TENSOR_OTHER, "QUINT16"},
	[17] = {TENSOR_U16, NULL},
	[18] = {TENSOR_C128, NULL},
	[19] = {TENSOR_F16, NULL},
	[21] = {TENSOR_OTHER, "VARIANT"},
	[22] = {TENSOR_U32, NULL},
	[23] = {TENSOR_U64, NULL},
	[24] = {TENSOR_F8_E5M2, NULL},
	[25] = {TENSOR_F8_E4M3, NULL},
	[26] = {TENSOR_F8_E4M3FNUZ, NULL},
	[28] = {TENSOR_F8_E5M2FNUZ, NULL},
	[29] = {TENSOR_OTHER, "INT4"},
	[30] = {TENSOR_OTHER, "UINT4"},
};

/* The name of a shard has so many of them. */
#define NSHARD_MAX 99999u

struct checkpoint {
	struct model_build *b;
	size_t index;    /* its file */
	size_t *file;    /* per shard; the index: not yet open */
	uint64_t nshard; /* 0: the header is not read yet */
	bool big_endian;
	struct buf name; /* of a variable */
};

/* A variable, as its entry has it. */
struct variable {
	uint64_t dtype, shard, offset, nbytes, shape[TENSOR_NDIM_MAX];
	unsigned ndim;
	bool in_parts;
};

static int bad_entry(struct diag *d)
{
	return diag_set(d, DIAG_DATA,
		"an entry that is none of a checkpoint's; expected type, shape "
		"and place of a variable");
}

static bool checkpoint_is(const unsigned char *p, size_t n)
{
	struct wire_field f;
	struct wire w;

	/* Under no name, the first of all: the header, as a message. */
	if (n < 4 || p[0] || p[1] || p[2] < 2 || p[2] >= 0x80 || n - 3 < p[2])
		return false;
	w = wire_of(p + 3, p[2]);
	if (!wire_next(&w, &f) || f.number != HEADER_NSHARD ||
		f.type != WIRE_VARINT)
		return false;
	while (wire_next(&w, &f))
		if (f.number > 3)
			return false;
	return !w.bad;
}

static int take_header(struct checkpoint *c, const struct format_table_entry *e,
	struct diag *d)
{
	struct wire w = wire_of(e->value, e->nvalue);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.number == HEADER_NSHARD)
			c->nshard = f.value;
		else if (f.number == HEADER_ORDER)
			c->big_endian = f.value == 1;
	}
	if (w.bad || e->nkey || c->nshard == 0 || c->nshard > NSHARD_MAX)
		return diag_set(d, DIAG_DATA,
			"a table without the header of a checkpoint; expected "
			"one");
	c->file = malloc((size_t)c->nshard * sizeof(*c->file));
	for (size_t i = 0; c->file && i < c->nshard; i++)
		c->file[i] = c->index;
	return c->file ? 0 : diag_nomem(d, (size_t)c->nshard);
}

/* Of TensorShapeProto; a dimension of 0 is one without a field. */
static int take_shape(struct variable *v, struct wire w, struct diag *d)
{
	struct wire_field f, size;

	while (wire_next(&w, &f)) {
		struct wire dim = wire_of(f.data, f.n);

		if (f.number != SHAPE_DIM)
			return bad_entry(d);
		if (v->ndim == TENSOR_NDIM_MAX)
			return diag_set(d, DIAG_DATA,
				"a variable of more than %d dimensions",
				TENSOR_NDIM_MAX);
		v->shape[v->ndim] = 0;
		while (wire_next(&dim, &size))
			if (size.number == DIM_SIZE)
				v->shape[v->ndim] = size.value;
		v->ndim++;
		w.bad |= dim.bad;
	}
	return w.bad ? bad_entry(d) : 0;
}

static int take_entry(
	struct variable *v, const struct format_table_entry *e, struct diag *d)
{
	uint64_t *const number[] = {[ENTRY_DTYPE] = &v->dtype,
		[ENTRY_SHARD] = &v->shard,
		[ENTRY_OFFSET] = &v->offset,
		[ENTRY_NBYTES] = &v->nbytes};
	struct wire w = wire_of(e->value, e->nvalue);
	struct wire_field f;

	*v = (struct variable){0};
	while (wire_next(&w, &f)) {
		bool is_number =
			f.number < ARRAY_SIZE(number) && number[f.number];

		if (is_number != (f.type == WIRE_VARINT))
			return bad_entry(d);
		if (is_number)
			*number[f.number] = f.value;
		else if (f.number == ENTRY_SHAPE &&
			 take_shape(v, wire_of(f.data, f.n), d))
			return -1;
		v->in_parts |= f.number == ENTRY_SLICES;
	}
	return w.bad ? bad_entry(d) : 0;
}

/* Opens shard I of C, which is beside the index and called as it is. */
static int open_shard(struct checkpoint *c, size_t i, struct diag *d)
{
	const char *index = c->b->m->file[c->index].in.name;
	size_t n = strlen(index), nend = strlen(MODEL_CHECKPOINT_END);
	struct buf path = {0};

	if (c->file[i] != c->index)
		return 0;
	if (!path_ends_in(index, MODEL_CHECKPOINT_END))
		return diag_set(d, DIAG_DATA,
			"the index of a TensorFlow checkpoint; expected it as "
			"NAME.index beside its shards");
	buf_add(&path, index, n - nend);
	buf_printf(&path, ".data-%05zu-of-%05zu", i, (size_t)c->nshard);
	if (!buf_text(&path)) {
		buf_free(&path);
		return diag_nomem(d, n);
	}
	return model_build_file(c->b, path.data, &c->file[i], d);
}

/* The span of V, whose shard is open. */
static int add_variable(
	struct checkpoint *c, const struct variable *v, struct diag *d)
{
	struct tensor_span s = {.name = c->name.data,
		.file = c->file[v->shard],
		.dtype = variable_types[v->dtype].dtype,
		.type = variable_types[v->dtype].type,
		.offset = v->offset,
		.nbytes = v->nbytes,
		.ndim = v->ndim,
		.shape = v->shape};
	uint64_t size = c->b->m->file[s.file].in.size, n, nbits;
	unsigned of = tensor_dtype_info[s.dtype].nbits;

	s.big_endian = c->big_endian && of > 8;
	s.block_nbytes = of ? 0 : 1;
	if (tensor_count(v->shape, v->ndim, &n) ||
		__builtin_mul_overflow(n, of, &nbits))
		return diag_set(d, DIAG_DATA, "a shape that no file can have");
	if (of && nbits / 8 != v->nbytes)
		return diag_set(d, DIAG_DATA,
			"%llu bytes of data; type and shape need %llu",
			(unsigned long long)v->nbytes,
			(unsigned long long)nbits / 8);
	if (v->offset > size || v->nbytes > size - v->offset)
		return diag_set(d, DIAG_DATA,
			"%llu bytes at byte %llu of shard %llu, which has %llu",
			(unsigned long long)v->nbytes,
			(unsigned long long)v->offset,
			(unsigned long long)v->shard, (unsigned long long)size);
	return tensor_add(&c->b->found, &s, d);
}

static int read_variable(struct checkpoint *c,
	const struct format_table_entry *e, struct diag *d)
{
	/* Parts are kept under a zero, their variable's name, and what part. */
	bool is_part = e->key[0] == 0;
	struct variable v;

	buf_clear(&c->name);
	buf_add(&c->name, e->key + is_part, e->nkey - is_part);
	if (!buf_text(&c->name))
		return diag_nomem(d, e->nkey);
	if (!is_part && memchr(e->key, 0, e->nkey))
		return diag_set(d, DIAG_DATA, "a name with a NUL in it");
	if (take_entry(&v, e, d))
		return -1;
	if (is_part || v.in_parts)
		return diag_set(d, DIAG_DATA,
			"a variable that is kept in parts; expected it whole, "
			"as a program without a partitioner saves it");
	if (v.dtype >= ARRAY_SIZE(variable_types) ||
		!variable_types[v.dtype].dtype || v.shard >= c->nshard)
		return diag_set(d, DIAG_DATA,
			"type %llu in shard %llu; expected a known type, and "
			"one of %llu shards",
			(unsigned long long)v.dtype,
			(unsigned long long)v.shard,
			(unsigned long long)c->nshard);
	return open_shard(c, (size_t)v.shard, d) || add_variable(c, &v, d) ? -1
									   : 0;
}

static int put_entry(
	void *ctx, const struct format_table_entry *e, struct diag *d)
{
	struct checkpoint *c = ctx;

	if (c->nshard == 0)
		return take_header(c, e, d);
	if (read_variable(c, e, d) == 0)
		return 0;
	/* A shard that cannot be opened is a place of its own. */
	return *d->place ? -1 : diag_at(d, "%.200s", c->name.data);
}

static int checkpoint_read(struct model_build *b, size_t file, struct diag *d)
{
	struct checkpoint c = {.b = b, .index = file};
	struct input *in = &b->m->file[file].in;
	size_t n = (size_t)in->size;
	unsigned char *p;
	int ret;

	if (b->hint.as_stored)
		return 0;
	p = (unsigned char *)read_all(in, d);
	ret = p ? format_table_each(p, n, put_entry, &c, d) : -1;
	buf_free(&c.name);
	free(c.file);
	free(p);
	return ret;
}

const struct model_reader model_checkpoint = {
	TENSOR_FORMAT_CHECKPOINT, checkpoint_is, checkpoint_read};
