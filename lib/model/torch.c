/* SPDX-License-Identifier: MIT */
/*
 * Files of torch.save(): a pickle and the storages that its tensors are views
 * of, in a zip (since 1.6) or one after the other (before), and TorchScript's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "base/str.h"
#include "model/model_impl.h"

#define PICKLE_NBYTES_MAX ((size_t)64 << 20)
#define PATH_NBYTES_MAX 8192

/* --- what a pickle may call ----------------------------------------------- */

/*
 * What torch's own weights_only loader takes (_weights_only_unpickler.py
 * there), and classes: settings and whole models are objects of them.
 */

#define ROW(module, name, role, dtype, type)       \
	{                                          \
		module, name, 0, role, dtype, type \
	}
#define NAMED(module, name, role) ROW(module, name, role, TENSOR_OPAQUE, NULL)
#define STORAGE(module, name, dtype) \
	ROW(module, name "Storage", MODEL_ROLE_STORAGE, dtype, NULL)
#define STORAGES(module)                                     \
	STORAGE(module, "Double", TENSOR_F64),               \
		STORAGE(module, "Float", TENSOR_F32),        \
		STORAGE(module, "Half", TENSOR_F16),         \
		STORAGE(module, "BFloat16", TENSOR_BF16),    \
		STORAGE(module, "Long", TENSOR_I64),         \
		STORAGE(module, "Int", TENSOR_I32),          \
		STORAGE(module, "Short", TENSOR_I16),        \
		STORAGE(module, "Char", TENSOR_I8),          \
		STORAGE(module, "Byte", TENSOR_U8),          \
		STORAGE(module, "Bool", TENSOR_BOOL),        \
		STORAGE(module, "ComplexFloat", TENSOR_C64), \
		STORAGE(module, "ComplexDouble", TENSOR_C128)
#define QUANTISED(name, type) \
	ROW("torch", name "Storage", MODEL_ROLE_STORAGE, TENSOR_OTHER, type)
#define DTYPE(name, dtype) ROW("torch", name, MODEL_ROLE_DTYPE, dtype, NULL)
#define OF_ML(name, dtype) ROW("ml_dtypes", name, MODEL_ROLE_DTYPE, dtype, NULL)
#define CODED(name, type) \
	ROW("torch", name, MODEL_ROLE_DTYPE, TENSOR_OTHER, type)

static const struct pickle_global rows[] = {
	{"collections", "OrderedDict", PICKLE_DICT, 0, TENSOR_OPAQUE, NULL},
	{"collections", "defaultdict", PICKLE_DICT, 0, TENSOR_OPAQUE, NULL},
	{"collections", "Counter", PICKLE_DICT, 0, TENSOR_OPAQUE, NULL},
	{"builtins", "dict", PICKLE_DICT, 0, TENSOR_OPAQUE, NULL},
	{"builtins", "list", PICKLE_LIST, 0, TENSOR_OPAQUE, NULL},
	{"builtins", "set", PICKLE_LIST, 0, TENSOR_OPAQUE, NULL},
	{"builtins", "frozenset", PICKLE_LIST, 0, TENSOR_OPAQUE, NULL},
	{"collections", "deque", PICKLE_LIST, 0, TENSOR_OPAQUE, NULL},
	NAMED("builtins", "getattr",
		MODEL_ROLE_PARTS), /* of enumerations, methods */
	NAMED("builtins", "complex", MODEL_ROLE_NOTHING),
	NAMED("builtins", "slice", MODEL_ROLE_NOTHING),
	NAMED("builtins", "bytearray", MODEL_ROLE_NOTHING),
	NAMED("builtins", "bytes", MODEL_ROLE_BYTES),
	NAMED("_codecs", "encode", MODEL_ROLE_BYTES),
	NAMED("functools", "partial", MODEL_ROLE_OBJECT),
	NAMED("datetime", NULL, MODEL_ROLE_NOTHING),
	NAMED("torch", "Size", MODEL_ROLE_NOTHING),
	NAMED("torch", "device", MODEL_ROLE_NOTHING),
	NAMED("torch.serialization", "_get_layout", MODEL_ROLE_NOTHING),
	NAMED("numpy.core.multiarray", "scalar", MODEL_ROLE_NOTHING),
	NAMED("numpy._core.multiarray", "scalar", MODEL_ROLE_NOTHING),
	NAMED("numpy", "dtype", MODEL_ROLE_NUMPY),
	NAMED("numpy.core.multiarray", "_reconstruct", MODEL_ROLE_ARRAY),
	NAMED("numpy._core.multiarray", "_reconstruct", MODEL_ROLE_ARRAY),
	NAMED("numpy.core.numeric", "_frombuffer", MODEL_ROLE_BUFFER),
	NAMED("numpy._core.numeric", "_frombuffer", MODEL_ROLE_BUFFER),
	NAMED("numpy.random._pickle", NULL, MODEL_ROLE_OBJECT),
	NAMED("torch._utils", "_rebuild_tensor", MODEL_ROLE_TENSOR),
	NAMED("torch._utils", "_rebuild_tensor_v2", MODEL_ROLE_TENSOR),
	NAMED("torch._utils", "_rebuild_tensor_v3", MODEL_ROLE_TENSOR3),
	NAMED("torch._utils", "_rebuild_qtensor", MODEL_ROLE_TENSOR),
	NAMED("torch._utils", "_rebuild_parameter", MODEL_ROLE_WRAPPED),
	NAMED("torch._utils", "_rebuild_parameter_with_state",
		MODEL_ROLE_WRAPPED),
	NAMED("torch._utils", "_rebuild_sparse_tensor", MODEL_ROLE_PARTS),
	NAMED("torch._utils", "_rebuild_sparse_csr_tensor", MODEL_ROLE_PARTS),
	NAMED("torch._tensor", "_rebuild_from_type_v2", MODEL_ROLE_TYPED),
	NAMED("torch.nn.parameter", "Parameter", MODEL_ROLE_WRAPPED),
	NAMED("torch.jit._pickle", "build_intlist", MODEL_ROLE_NOTHING),
	NAMED("torch.jit._pickle", "build_doublelist", MODEL_ROLE_NOTHING),
	NAMED("torch.jit._pickle", "build_boollist", MODEL_ROLE_NOTHING),
	NAMED("torch.jit._pickle", "build_tensorlist", MODEL_ROLE_WRAPPED),
	NAMED("torch.jit._pickle", "restore_type_tag", MODEL_ROLE_WRAPPED),
	/* TorchScript's classes, which are no Python. */
	NAMED("__torch__", NULL, MODEL_ROLE_OBJECT),
	STORAGES("torch"),
	STORAGES("torch.cuda"),
	STORAGE("torch", "Untyped", TENSOR_U8),
	STORAGE("torch.storage", "Untyped", TENSOR_U8),
	QUANTISED("QInt8", "QINT8"),
	QUANTISED("QUInt8", "QUINT8"),
	QUANTISED("QInt32", "QINT32"),
	DTYPE("float64", TENSOR_F64),
	DTYPE("float32", TENSOR_F32),
	DTYPE("float16", TENSOR_F16),
	DTYPE("bfloat16", TENSOR_BF16),
	DTYPE("int64", TENSOR_I64),
	DTYPE("int32", TENSOR_I32),
	DTYPE("int16", TENSOR_I16),
	DTYPE("int8", TENSOR_I8),
	DTYPE("uint64", TENSOR_U64),
	DTYPE("uint32", TENSOR_U32),
	DTYPE("uint16", TENSOR_U16),
	DTYPE("uint8", TENSOR_U8),
	DTYPE("bool", TENSOR_BOOL),
	DTYPE("complex64", TENSOR_C64),
	DTYPE("complex128", TENSOR_C128),
	DTYPE("float8_e4m3fn", TENSOR_F8_E4M3),
	DTYPE("float8_e5m2", TENSOR_F8_E5M2),
	DTYPE("float8_e4m3fnuz", TENSOR_F8_E4M3FNUZ),
	DTYPE("float8_e5m2fnuz", TENSOR_F8_E5M2FNUZ),
	DTYPE("float8_e8m0fnu", TENSOR_F8_E8M0),
	OF_ML("bfloat16", TENSOR_BF16),
	OF_ML("float8_e4m3fn", TENSOR_F8_E4M3),
	OF_ML("float8_e5m2", TENSOR_F8_E5M2),
	OF_ML("float8_e4m3fnuz", TENSOR_F8_E4M3FNUZ),
	OF_ML("float8_e5m2fnuz", TENSOR_F8_E5M2FNUZ),
	OF_ML("float8_e8m0fnu", TENSOR_F8_E8M0),
	CODED("complex32", "COMPLEX32"),
	CODED("float4_e2m1fn_x2", "FLOAT4_E2M1FN_X2"),
	CODED("bits8", "BITS8"),
};

static const struct pickle_globals globals = {rows, ARRAY_SIZE(rows),
	"save model.state_dict() where it was made, or as safetensors "
	"(trimtab(7))"};

/* --- in a zip ------------------------------------------------------------- */

/* The path of E is NAME, or ends in it. */
static bool ends_in(const struct model_member *e, const char *name)
{
	size_t n = strlen(name);

	return str_ends_in(e->name, e->name_len, name) &&
	       (e->name_len == n || e->name[e->name_len - n - 1] == '/');
}

const struct model_member *model_torch_pickle(const struct model_zip *z)
{
	for (size_t i = 0; i < z->n; i++)
		if (ends_in(&z->member[i], "data.pkl"))
			return &z->member[i];
	return NULL;
}

struct zipped {
	const struct model_build *b;
	size_t file;
	const struct model_zip *zip;
	const char *root; /* names of members begin with this */
	size_t nroot;
};

/* The member called ROOT, then DIR, then NAME. */
static const struct model_member *find_member(
	const struct zipped *z, const char *dir, const char *name, size_t n)
{
	char path[PATH_NBYTES_MAX];
	size_t ndir = strlen(dir);

	if (z->nroot + ndir + n > sizeof(path))
		return NULL;
	memcpy(path, z->root, z->nroot);
	memcpy(path + z->nroot, dir, ndir);
	memcpy(path + z->nroot + ndir, name, n);
	return model_zip_find(z->zip, path, z->nroot + ndir + n);
}

static int find_in_zip(const void *ctx, const char *name, size_t n,
	struct model_storage *ret, struct diag *d)
{
	const struct model_member *e = find_member(ctx, "data/", name, n);

	if (!e || e->method || e->flags & 1)
		return diag_set(d, DIAG_DATA,
			"a tensor whose storage data/%.*s is %s",
			(int)(n > 100 ? 100 : n), name,
			e ? "packed; expected it stored: unzip and zip -0 it"
			  : "not there");
	*ret = (struct model_storage){e->offset, e->nbytes};
	return 0;
}

/* "little" or "big"; older files have no such member and are little. */
static int take_byteorder(
	const struct zipped *z, bool *is_big_endian, struct diag *d)
{
	const struct model_member *e = find_member(z, "", "byteorder", 9);
	struct buf text = {0};
	int ret;

	if (!e)
		return 0;
	ret = model_zip_load(z->b, z->file, e, 8, &text, d);
	if (!ret) {
		*is_big_endian = str_is(text.data, text.len, "big");
		if (!*is_big_endian && !str_is(text.data, text.len, "little"))
			ret = diag_set(d, DIAG_DATA,
				"a byteorder that is neither little nor big");
	}
	buf_free(&text);
	return ret;
}

int model_torch_read(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d)
{
	const struct model_member *e = model_torch_pickle(z);
	const struct zipped in = {
		b, file, z, e->name, e->name_len - strlen("data.pkl")};
	struct model_state s = {
		.b = b, .file = file, .find = find_in_zip, .ctx = &in};
	struct pickle_end end;
	struct buf text = {0};
	int ret = -1;

	if (e->nbytes > PICKLE_NBYTES_MAX)
		return diag_set(d, DIAG_DATA, "a pickle of more than 64 MiB");
	if (take_byteorder(&in, &s.big_endian, d) ||
		model_zip_load(b, file, e, PICKLE_NBYTES_MAX, &text, d))
		goto out;
	s.k = pickle_read(text.data, text.len, &globals, &end, d);
	if (s.k)
		ret = model_state_read(&s, &end, d);
out:
	pickle_free(s.k);
	buf_free(&text);
	return ret;
}

/* --- one after the other -------------------------------------------------- */

/*
 * A magic number, a protocol number, facts of the machine, the object, the
 * names of storages: a pickle each; then each storage: how many elements it
 * has, in 8 bytes, and the elements.
 */

#define MAGIC_NBYTES 10
static const unsigned char magic[MAGIC_NBYTES] = {
	0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

/* A storage and its name. */
struct kept {
	const char *name;
	size_t n;
	struct model_storage at;
	unsigned width;
};

static bool old_is(const unsigned char *p, size_t n)
{
	/* From protocol 4 on, a length in 8 bytes comes first. */
	size_t at = n > 11 && p[2] == 0x95 ? 11 : 2;

	return n >= at + 2 + MAGIC_NBYTES && p[0] == 0x80 && p[at] == 0x8a &&
	       p[at + 1] == MAGIC_NBYTES &&
	       memcmp(p + at + 2, magic, MAGIC_NBYTES) == 0;
}

enum { OLD_MAGIC, OLD_PROTOCOL, OLD_MACHINE, OLD_OBJECT, OLD_NAMES, OLD_N };

struct old {
	struct buf head;
	struct pickle *k[OLD_N];
	struct pickle_end end[OLD_N];
	size_t used;       /* of head, by all pickles */
	struct kept *kept; /* by name */
	size_t nkept;
};

static void old_free(struct old *o)
{
	for (int i = 0; i < OLD_N; i++)
		pickle_free(o->k[i]);
	free(o->kept);
	buf_free(&o->head);
}

/* Reads pickles from what there is.  Returns 1, 0 for too little, or -1. */
static int read_pickles(struct old *o, struct diag *d)
{
	o->used = 0;
	for (int i = 0; i < OLD_N; i++) {
		pickle_free(o->k[i]);
		o->k[i] = pickle_read(o->head.data + o->used,
			o->head.len - o->used, &globals, &o->end[i], d);
		if (!o->k[i])
			return o->end[i].is_cut ? 0 : -1;
		o->used += o->end[i].used;
	}
	return 1;
}

static int read_old_head(
	const struct model_build *b, size_t file, struct old *o, struct diag *d)
{
	uint64_t size = b->m->file[file].in.size;
	size_t want = 1 << 16;
	int r;

	do {
		if (want > size)
			want = (size_t)size;
		if (buf_reserve(&o->head, want))
			return diag_nomem(d, want);
		if (model_build_pread(b, file, o->head.data + o->head.len,
			    want - o->head.len, o->head.len, d))
			return -1;
		o->head.len = want;
		r = read_pickles(o, d);
		want *= 4;
	} while (r == 0 && o->head.len < size && want <= PICKLE_NBYTES_MAX);
	return r > 0 ? 0 : -1;
}

static int by_kept_name(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return order_of_bytes(x->name, x->n, y->name, y->n);
}

static struct kept *find_kept(const struct old *o, const char *name, size_t n)
{
	const struct kept key = {.name = name, .n = n};

	return o->nkept ? bsearch(&key, o->kept, o->nkept, sizeof(key),
				  by_kept_name)
			: NULL;
}

static int find_in_row(const void *ctx, const char *name, size_t n,
	struct model_storage *ret, struct diag *d)
{
	const struct kept *x = find_kept(ctx, name, n);

	if (!x)
		return diag_set(d, DIAG_DATA,
			"a tensor whose storage %.*s is not there",
			(int)(n > 100 ? 100 : n), name);
	*ret = x->at;
	return 0;
}

static int bad_row(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_DATA, "PyTorch file of before 1.6: %s", what);
}

/* The names of O's storages, sorted. */
static int take_names(struct old *o, struct diag *d)
{
	const struct pickle *k = o->k[OLD_NAMES];
	const struct pickle_node *x = o->end[OLD_NAMES].root, *name;

	if (x->kind != PICKLE_LIST)
		return bad_row(d, "no list of storages");
	o->kept = calloc(x->n + 1, sizeof(*o->kept));
	if (!o->kept)
		return diag_nomem(d, x->n * sizeof(*o->kept));
	for (size_t i = 0; i < x->n; i++) {
		name = pickle_child(k, x, i);
		if (name->kind != PICKLE_TEXT)
			return bad_row(d, "a storage without a name");
		o->kept[i].name = name->text;
		o->kept[i].n = (size_t)name->i;
	}
	qsort(o->kept, x->n, sizeof(*o->kept), by_kept_name);
	for (size_t i = 1; i < x->n; i++)
		if (by_kept_name(&o->kept[i - 1], &o->kept[i]) == 0)
			return bad_row(d, "a storage that is there twice");
	o->nkept = x->n;
	return 0;
}

/* What the object says of storages: the width of their elements. */
static int take_widths(struct old *o, struct diag *d)
{
	const struct pickle *k = o->k[OLD_OBJECT];
	const struct pickle_node *x, *name;

	for (size_t i = 0; (x = pickle_at(k, i)); i++) {
		unsigned width = model_state_storage(k, x, &name);
		struct kept *kept =
			width ? find_kept(o, name->text, (size_t)name->i)
			      : NULL;

		if (kept && kept->width && kept->width != width)
			return bad_row(d, "a storage of two types");
		if (kept)
			kept->width = width;
	}
	return 0;
}

/* Where storages lie, in the order of their names in the file. */
static int take_places(const struct old *o, const struct model_build *b,
	size_t file, struct diag *d)
{
	const struct pickle *k = o->k[OLD_NAMES];
	const struct pickle_node *x = o->end[OLD_NAMES].root;
	uint64_t at = o->used, size = b->m->file[file].in.size;

	for (size_t i = 0; i < x->n; i++) {
		const struct pickle_node *name = pickle_child(k, x, i);
		struct kept *s = find_kept(o, name->text, (size_t)name->i);
		unsigned char p[8];

		if (size - at < 8)
			return bad_row(d, "a storage that is cut short");
		if (model_build_pread(b, file, p, 8, at, d))
			return -1;
		if (s->width == 0)
			return bad_row(d, "a storage that no tensor is in");
		s->at.offset = at + 8;
		if (__builtin_mul_overflow(
			    le_load64(p), s->width, &s->at.nbytes) ||
			s->at.nbytes > size - s->at.offset)
			return bad_row(d, "a storage that is cut short");
		at = s->at.offset + s->at.nbytes;
	}
	return 0;
}

static bool is_big_endian(const struct old *o)
{
	const struct pickle_node *x = pickle_item(
		o->k[OLD_MACHINE], o->end[OLD_MACHINE].root, "little_endian");

	return x && x->i == 0;
}

static int old_read(struct model_build *b, size_t file, struct diag *d)
{
	struct old o = {0};
	struct model_state s = {
		.b = b, .file = file, .find = find_in_row, .ctx = &o};
	int ret = -1;

	if (!read_old_head(b, file, &o, d) && !take_names(&o, d) &&
		!take_widths(&o, d) && !take_places(&o, b, file, d)) {
		s.k = o.k[OLD_OBJECT];
		s.big_endian = is_big_endian(&o);
		ret = model_state_read(&s, &o.end[OLD_OBJECT], d);
	}
	old_free(&o);
	return ret;
}

const struct model_reader model_torch_old = {
	TENSOR_FORMAT_TORCH, old_is, old_read};
