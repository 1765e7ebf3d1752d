/* SPDX-License-Identifier: MIT */
/*
 * What torch.save() keeps: objects whose tensors are views of storages, and the
 * names that a state dict has for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "model/model_impl.h"

/* Containers in containers, and members of containers that are shared. */
#define DEPTH_MAX 64
#define VISIT_MAX ((size_t)1 << 22)
#define NAME_NBYTES_MAX 4096
/* Of a view with strides, so much is put in order at once. */
#define BLOCK_NBYTES ((size_t)16 << 20)

/* --- a tensor ------------------------------------------------------------- */

/* A view of a storage, in elements. */
struct view {
	enum tensor_dtype dtype;
	const char *type;
	unsigned width;
	struct model_storage storage;
	uint64_t first;
	unsigned ndim;
	uint64_t shape[TENSOR_NDIM_MAX], stride[TENSOR_NDIM_MAX];
};

static int odd(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_DATA, "a tensor with %s", what);
}

static bool is_row(const struct pickle *k, const struct pickle_node *x,
	enum pickle_kind kind, enum model_role role)
{
	return x && x->kind == kind && pickle_row(k, x)->role == (int)role;
}

/* A count that is not negative. */
static int take_count(const struct pickle_node *x, uint64_t *ret)
{
	if (!x || x->kind != PICKLE_INT || x->i < 0)
		return -1;
	*ret = (uint64_t)x->i;
	return 0;
}

/* A tuple of counts; a call of torch.Size has it as its argument. */
static int take_counts(const struct model_state *r, const struct pickle_node *x,
	uint64_t ret[TENSOR_NDIM_MAX], unsigned *n)
{
	if (x && x->kind == PICKLE_CALL)
		x = pickle_child(r->k, pickle_child(r->k, x, 0), 0);
	if (!x || (x->kind != PICKLE_TUPLE && x->kind != PICKLE_LIST) ||
		x->n > TENSOR_NDIM_MAX)
		return -1;
	*n = (unsigned)x->n;
	for (size_t i = 0; i < x->n; i++)
		if (take_count(pickle_child(r->k, x, i), &ret[i]))
			return -1;
	return 0;
}

/* Bytes of an element of a storage, or a dtype. */
static unsigned width_of(const struct pickle_global *row)
{
	if (row->type)
		return strstr(row->type, "32") ? 4 : 1;
	return tensor_dtype_info[row->dtype].nbits / 8u;
}

/*
 * The class of the storage X, ('storage', class, name, where, n[, part]), and
 * its NAME; NULL: it is none.
 */
static const struct pickle_global *storage_class(const struct pickle *k,
	const struct pickle_node *x, const struct pickle_node **name)
{
	const struct pickle_node *id = x && x->kind == PICKLE_PERSISTENT
					       ? pickle_child(k, x, 0)
					       : NULL;
	const struct pickle_node *class = pickle_child(k, id, 1);

	*name = pickle_child(k, id, 2);
	return id && id->kind == PICKLE_TUPLE &&
			       pickle_is_text(
				       pickle_child(k, id, 0), "storage") &&
			       is_row(k, class, PICKLE_GLOBAL,
				       MODEL_ROLE_STORAGE) &&
			       *name && (*name)->kind == PICKLE_TEXT
		       ? pickle_row(k, class)
		       : NULL;
}

unsigned model_state_storage(const struct pickle *k,
	const struct pickle_node *x, const struct pickle_node **name)
{
	const struct pickle_global *class = storage_class(k, x, name);

	return class ? width_of(class) : 0;
}

static int take_storage(const struct model_state *r,
	const struct pickle_node *x, struct view *v, struct diag *d)
{
	const struct pickle_node *name, *id, *part;
	const struct pickle_global *class = storage_class(r->k, x, &name);
	uint64_t n;

	if (!class)
		return odd(d, "no storage");
	id = pickle_child(r->k, x, 0);
	part = pickle_child(r->k, id, 5);
	if (part && part->kind != PICKLE_OTHER)
		return odd(d, "a part of a storage");
	v->dtype = (enum tensor_dtype) class->dtype;
	v->type = class->type;
	v->width = width_of(class);
	if (r->find(r->ctx, name->text, (size_t)name->i, &v->storage, d))
		return -1;
	if (take_count(pickle_child(r->k, id, 4), &n) ||
		n > v->storage.nbytes / v->width)
		return odd(d, "a storage that is cut short");
	v->storage.nbytes = n * v->width;
	return 0;
}

/* The last element of V lies in its storage. */
static int check_extent(const struct view *v, uint64_t n, struct diag *d)
{
	uint64_t last = v->first, step, end;

	if (n == 0)
		return 0;
	for (unsigned i = 0; i < v->ndim; i++)
		if (__builtin_mul_overflow(
			    v->shape[i] - 1, v->stride[i], &step) ||
			__builtin_add_overflow(last, step, &last))
			return odd(d, "strides that no file can have");
	if (__builtin_add_overflow(last, 1, &end) ||
		end > v->storage.nbytes / v->width)
		return diag_set(d, DIAG_DATA,
			"a tensor that ends %llu elements into its storage of "
			"%llu",
			(unsigned long long)end,
			(unsigned long long)(v->storage.nbytes / v->width));
	return 0;
}

/* Whether elements follow each other, the last index first or the first. */
static bool is_dense(const struct view *v, bool fortran)
{
	uint64_t want = 1;

	for (unsigned i = 0; i < v->ndim; i++) {
		unsigned k = fortran ? i : v->ndim - 1 - i;

		if (v->shape[k] != 1 && v->stride[k] != want)
			return false;
		want *= v->shape[k];
	}
	return true;
}

/* The N elements of V in C order, to the spool. */
static int copy_elements(const struct model_state *r, const struct view *v,
	uint64_t n, struct diag *d)
{
	struct tensor_strided x = {.offset = v->storage.offset,
		.first = v->first,
		.width = v->width,
		.ndim = v->ndim};
	uint64_t row = n, part = BLOCK_NBYTES / v->width;
	size_t nbytes = (size_t)(n < part ? n : part) * v->width;
	unsigned char *p = malloc(nbytes);
	int ret = p ? 0 : diag_nomem(d, nbytes);

	memcpy(x.shape, v->shape, sizeof(x.shape));
	memcpy(x.stride, v->stride, sizeof(x.stride));
	/* Whole rows of the first axis whose rows a block has room for. */
	for (unsigned i = 0; i < v->ndim && row * v->width > BLOCK_NBYTES; i++)
		row /= v->shape[i];
	part -= part % row;
	for (uint64_t at = 0; at < n && !ret; at += part) {
		part = part < n - at ? part : n - at;
		ret = tensor_gather(
			&r->b->m->file[r->file].in, &x, at, part, p, d);
		if (ret)
			*d->place = '\0';
		else
			ret = model_spool_put(
				r->b, p, (size_t)part * v->width, d);
	}
	free(p);
	return ret;
}

static int spool_view(struct model_state *r, const struct view *v,
	struct tensor_span *s, uint64_t n, struct diag *d)
{
	if (s->nbytes > v->storage.nbytes)
		r->nexpanded += s->nbytes;
	if (r->nexpanded > MODEL_EXPANDED_MAX ||
		s->nbytes > MODEL_EXPANDED_MAX + v->storage.nbytes)
		return odd(d, "more repeated elements than are copied (1 GiB)");
	if (model_spool_begin(r->b, s, d))
		return -1;
	return copy_elements(r, v, n, d);
}

/* Where only stored bytes are wanted, a view with strides is its storage. */
static void take_whole(const struct view *v, struct tensor_span *s, uint64_t *n)
{
	*n = v->storage.nbytes / v->width;
	s->offset = v->storage.offset;
	s->nbytes = *n * v->width;
	s->ndim = 1;
	s->shape = n;
}

static int add_view(struct model_state *r, const struct view *v, struct diag *d)
{
	struct tensor_span s = {.name = r->name.len ? r->name.data : "data",
		.file = r->file,
		.dtype = v->dtype,
		.type = v->type,
		.block_nbytes = v->type ? v->width : 0,
		.big_endian = r->big_endian && v->width > 1,
		.ndim = v->ndim,
		.shape = v->shape};
	uint64_t n;

	if (tensor_count(v->shape, v->ndim, &n) ||
		__builtin_mul_overflow(n, v->width, &s.nbytes))
		return odd(d, "a shape that no file can have");
	if (check_extent(v, n, d))
		return -1;
	s.offset = v->storage.offset + (n ? v->first * v->width : 0);
	if (n && !is_dense(v, false)) {
		s.fortran = !r->b->hint.c_order && is_dense(v, true);
		if (!s.fortran && r->b->hint.as_stored)
			take_whole(v, &s, &n);
		else if (!s.fortran && spool_view(r, v, &s, n, d))
			return -1;
	}
	r->ntensor++;
	return tensor_add(&r->b->found, &s, d);
}

/* (storage, offset, size, stride, grad, hooks[, dtype][, bits]) */
static int add_tensor(struct model_state *r, const struct pickle_node *args,
	bool has_dtype, struct diag *d)
{
	const struct pickle_node *bits;
	struct view v = {0};
	unsigned nstride;

	if (take_storage(r, pickle_child(r->k, args, 0), &v, d))
		return -1;
	if (has_dtype) {
		const struct pickle_node *dtype = pickle_child(r->k, args, 6);
		const struct pickle_global *row;

		if (!is_row(r->k, dtype, PICKLE_GLOBAL, MODEL_ROLE_DTYPE))
			return odd(d, "no dtype");
		row = pickle_row(r->k, dtype);
		v.dtype = (enum tensor_dtype)row->dtype;
		v.type = row->type;
		v.width = width_of(row);
	}
	if (v.width == 0)
		return odd(d, "an unknown dtype");
	if (take_count(pickle_child(r->k, args, 1), &v.first) ||
		take_counts(r, pickle_child(r->k, args, 2), v.shape, &v.ndim) ||
		take_counts(
			r, pickle_child(r->k, args, 3), v.stride, &nstride) ||
		nstride != v.ndim)
		return odd(d, "no shape and strides");
	bits = pickle_child(r->k, args, has_dtype ? 7 : 6);
	if (bits && bits->kind == PICKLE_DICT && bits->n)
		return odd(d,
			"a conjugate or negative bit; expected it saved after "
			"resolve_conj() and resolve_neg()");
	return add_view(r, &v, d);
}

static int visit(
	struct model_state *r, const struct pickle_node *x, struct diag *d);

/* --- an array of numpy ---------------------------------------------------- */

/* What an array is made of; its elements are in the pickle. */
struct array {
	const struct pickle_node *dtype, *shape, *bytes;
	bool fortran;
};

/* Bytes as a text has them, a character each.  Returns how many, or -1. */
static int64_t decode(const struct pickle_node *text, unsigned char *to)
{
	const unsigned char *p = (const unsigned char *)text->text,
			    *end = p + text->i;
	int64_t n = 0;

	for (; p < end; p++, n++) {
		unsigned char c = *p;

		if (c >= 0x80) {
			if (c < 0xc2 || c > 0xc3 || ++p == end)
				return -1;
			c = (unsigned char)(c << 6 | (*p & 0x3f));
		}
		to[n] = c;
	}
	return n;
}

/* The N bytes that X is; caller frees.  NULL: it is none, or other than N. */
static unsigned char *take_bytes(const struct model_state *r,
	const struct pickle_node *x, uint64_t n, struct diag *d)
{
	bool is_encoded = is_row(r->k, x, PICKLE_CALL, MODEL_ROLE_BYTES);
	const struct pickle_node *text =
		is_encoded ? pickle_child(r->k, pickle_child(r->k, x, 0), 0)
			   : x;
	bool is_text = text && text->kind == PICKLE_TEXT;
	int64_t got =
		is_text || (text && text->kind == PICKLE_BYTES) ? text->i : 0;
	unsigned char *p = malloc((size_t)got + 1);

	if (!p) {
		diag_nomem(d, (size_t)got);
		return NULL;
	}
	if (is_text && is_encoded)
		got = decode(text, p);
	else if (got)
		memcpy(p, text->text, (size_t)got);
	if (got >= 0 && (uint64_t)got == n)
		return p;
	free(p);
	odd(d, "more bytes or fewer than its shape says");
	return NULL;
}

/* Elements of WIDTH bytes with the first index first, in C order. */
static int put_turned(struct model_state *r, const struct tensor_span *s,
	size_t width, const unsigned char *p, struct diag *d)
{
	uint64_t index[TENSOR_NDIM_MAX] = {0};
	unsigned char *to = malloc((size_t)s->nbytes + 1);
	int ret;

	if (!to)
		return diag_nomem(d, (size_t)s->nbytes);
	for (uint64_t i = 0; i < s->n; i++) {
		uint64_t at = 0;

		for (unsigned k = s->ndim; k-- > 0;)
			at = at * s->shape[k] + index[k];
		memcpy(to + i * width, p + at * width, width);
		for (unsigned k = s->ndim; k-- > 0;) {
			if (++index[k] < s->shape[k])
				break;
			index[k] = 0;
		}
	}
	ret = model_spool_put(r->b, to, (size_t)s->nbytes, d);
	free(to);
	return ret;
}

/* A dtype that is not numpy's own: of ml_dtypes, or of so many bytes. */
static bool take_class(const struct model_state *r,
	const struct pickle_node *class, const struct pickle_node *state,
	struct format_npy_type *ret)
{
	uint64_t width;

	*ret = (struct format_npy_type){.dtype = TENSOR_OTHER};
	if (is_row(r->k, class, PICKLE_GLOBAL, MODEL_ROLE_DTYPE)) {
		const struct pickle_global *row = pickle_row(r->k, class);

		ret->dtype = (enum tensor_dtype)row->dtype;
		ret->width = width_of(row);
		ret->has_order = ret->width > 1;
		return true;
	}
	if (take_count(pickle_child(r->k, state, 5), &width) || width == 0)
		return false;
	ret->width = width;
	return true;
}

/*
 * What X is, numpy.dtype("f4", ...) with the order of bytes in its state; false
 * if it is none, or of objects.
 */
static bool take_dtype(const struct model_state *r, const struct pickle_node *x,
	struct format_npy_type *ret, bool *big_endian)
{
	const struct pickle_node *code, *state;

	if (!is_row(r->k, x, PICKLE_CALL, MODEL_ROLE_NUMPY))
		return false;
	code = pickle_child(r->k, pickle_child(r->k, x, 0), 0);
	state = pickle_child(r->k, x, 1);
	if (code && code->kind == PICKLE_TEXT
			? !format_npy_type(code->text, (size_t)code->i, ret)
			: !take_class(r, code, state, ret))
		return false;
	*big_endian = ret->has_order &&
		      pickle_is_text(pickle_child(r->k, state, 1), ">");
	return true;
}

static int add_array(
	struct model_state *r, const struct array *a, struct diag *d)
{
	uint64_t shape[TENSOR_NDIM_MAX];
	struct tensor_span s = {
		.name = r->name.len ? r->name.data : "data", .shape = shape};
	struct format_npy_type type;
	unsigned char *p;
	int ret;

	if (r->b->hint.as_stored || (a->bytes && a->bytes->kind == PICKLE_LIST))
		return a->bytes ? visit(r, a->bytes, d) : 0;
	if (!take_dtype(r, a->dtype, &type, &s.big_endian))
		return odd(d, "a dtype of numpy that is not known");
	s.dtype = type.dtype;
	s.part_nbytes = type.part;
	if (take_counts(r, a->shape, shape, &s.ndim) ||
		tensor_count(shape, s.ndim, &s.n) ||
		__builtin_mul_overflow(s.n, type.width, &s.nbytes))
		return odd(d, "a shape that no file can have");
	if (s.nbytes > MODEL_EXPANDED_MAX - r->nexpanded)
		return odd(d, "more repeated elements than are copied (1 GiB)");
	r->nexpanded += s.nbytes;
	p = take_bytes(r, a->bytes, s.nbytes, d);
	if (!p)
		return -1;
	ret = model_spool_begin(r->b, &s, d);
	if (!ret)
		ret = a->fortran && s.ndim > 1
			      ? put_turned(r, &s, (size_t)type.width, p, d)
			      : model_spool_put(r->b, p, (size_t)s.nbytes, d);
	free(p);
	r->ntensor++;
	return ret ? ret : tensor_add(&r->b->found, &s, d);
}

static int visit_array(
	struct model_state *r, const struct pickle_node *x, struct diag *d)
{
	const struct pickle_node *state = pickle_child(r->k, x, 1), *order;
	size_t at = state && state->n == 5; /* behind the version */
	struct array a = {.shape = pickle_child(r->k, state, at),
		.dtype = pickle_child(r->k, state, at + 1),
		.bytes = pickle_child(r->k, state, at + 3)};

	order = pickle_child(r->k, state, at + 2);
	a.fortran = order && order->kind == PICKLE_INT && order->i;
	return add_array(r, &a, d);
}

static int visit_buffer(
	struct model_state *r, const struct pickle_node *args, struct diag *d)
{
	const struct array a = {.bytes = pickle_child(r->k, args, 0),
		.dtype = pickle_child(r->k, args, 1),
		.shape = pickle_child(r->k, args, 2),
		.fortran = pickle_is_text(pickle_child(r->k, args, 3), "F")};

	return add_array(r, &a, d);
}

/* --- the tree ------------------------------------------------------------- */

/* Adds KEY, or NUMBER, to the name; what it was is its first bytes. */
static int add_name(struct model_state *r, const struct pickle_node *key,
	size_t number, struct diag *d)
{
	buf_adds(&r->name, r->name.len ? "." : "");
	if (key && key->kind == PICKLE_TEXT) {
		if (memchr(key->text, 0, (size_t)key->i))
			return odd(d, "a name with a NUL in it");
		buf_add(&r->name, key->text, (size_t)key->i);
	} else
		buf_printf(&r->name, "%lld",
			key ? (long long)key->i : (long long)number);
	if (buf_end(&r->name, d))
		return -1;
	if (r->name.len > NAME_NBYTES_MAX)
		return odd(d, "a name of more than 4096 bytes");
	return 0;
}

static void cut_name(struct model_state *r, size_t len)
{
	r->name.len = len;
	r->name.data[len] = '\0';
}

/* X as the member KEY of what has the name so far. */
static int visit_member(struct model_state *r, const struct pickle_node *key,
	size_t number, const struct pickle_node *x, struct diag *d)
{
	size_t len = r->name.len;

	if (add_name(r, key, number, d) || visit(r, x, d))
		return -1;
	cut_name(r, len);
	return 0;
}

static int visit_list(
	struct model_state *r, const struct pickle_node *x, struct diag *d)
{
	for (size_t i = 0; i < x->n; i++)
		if (visit_member(r, NULL, i, pickle_child(r->k, x, i), d))
			return -1;
	return 0;
}

/* What has another key than these is named by its number. */
static const struct pickle_node *named(const struct pickle_node *key)
{
	bool is = key->kind == PICKLE_TEXT || key->kind == PICKLE_INT;

	return is ? key : NULL;
}

/* X but its keys in the list BUT, if there is one. */
static int visit_dict(struct model_state *r, const struct pickle_node *x,
	const struct pickle_node *but, struct diag *d)
{
	for (size_t i = 0; i + 1 < x->n; i += 2) {
		const struct pickle_node *key = pickle_child(r->k, x, i);

		r->nvisit += but ? but->n : 0;
		if (but && r->nvisit <= VISIT_MAX &&
			pickle_lists(r->k, but, key))
			continue;
		if (visit_member(r, named(key), i / 2,
			    pickle_child(r->k, x, i + 1), d))
			return -1;
	}
	return 0;
}

static int visit_call(
	struct model_state *r, const struct pickle_node *x, struct diag *d)
{
	const struct pickle_node *args = pickle_child(r->k, x, 0), *f;

	switch (pickle_row(r->k, x)->role) {
	case MODEL_ROLE_TENSOR: return add_tensor(r, args, false, d);
	case MODEL_ROLE_TENSOR3: return add_tensor(r, args, true, d);
	case MODEL_ROLE_WRAPPED:
		return args->n ? visit(r, pickle_child(r->k, args, 0), d) : 0;
	case MODEL_ROLE_PARTS: return visit_list(r, args, d);
	case MODEL_ROLE_ARRAY: return visit_array(r, x, d);
	case MODEL_ROLE_BUFFER: return visit_buffer(r, args, d);
	case MODEL_ROLE_TYPED:
		f = pickle_child(r->k, args, 0);
		args = pickle_child(r->k, args, 2);
		if (!args || args->kind != PICKLE_TUPLE)
			return odd(d, "no arguments");
		if (is_row(r->k, f, PICKLE_GLOBAL, MODEL_ROLE_TENSOR))
			return add_tensor(r, args, false, d);
		if (is_row(r->k, f, PICKLE_GLOBAL, MODEL_ROLE_TENSOR3))
			return add_tensor(r, args, true, d);
		return visit_list(r, args, d);
	default: return x->n > 1 ? visit(r, pickle_child(r->k, x, 1), d) : 0;
	}
}

/* --- optimizers ----------------------------------------------------------- */

/* Parameters, which are a model's, by the numbers that an optimizer has. */
struct parameters {
	const struct pickle_node **p;
	size_t n, next;
};

static int list_parameters(const struct model_state *r, struct parameters *ret,
	const struct pickle_node *groups, struct diag *d)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct pickle_node *x = pickle_item(
			r->k, pickle_child(r->k, groups, i), "params");

		for (size_t j = 0; x && j < x->n && ret->n < VISIT_MAX; j++) {
			const struct pickle_node *p = pickle_child(r->k, x, j);

			if (array_push(&ret->p, &ret->n, &p, sizeof(p), d))
				return -1;
		}
	}
	return 0;
}

/* The number of X, most often the next; or OTHER. */
static size_t number_of(struct model_state *r, struct parameters *c,
	const struct pickle_node *x, size_t other)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t at =
			c->next + i < c->n ? c->next + i : c->next + i - c->n;

		r->nvisit++;
		if (c->p[at] == x) {
			c->next = at + 1 < c->n ? at + 1 : 0;
			return at;
		}
	}
	return other;
}

static int visit_states(struct model_state *r, const struct pickle_node *x,
	struct parameters *c, struct diag *d)
{
	for (size_t i = 0; i + 1 < x->n && r->nvisit <= VISIT_MAX; i += 2) {
		const struct pickle_node *key = pickle_child(r->k, x, i);

		if (visit_member(r, named(key), number_of(r, c, key, i / 2),
			    pickle_child(r->k, x, i + 1), d))
			return -1;
	}
	return 0;
}

/* Groups of settings, without the parameters that they are for. */
static int visit_groups(
	struct model_state *r, const struct pickle_node *groups, struct diag *d)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct pickle_node *x = pickle_child(r->k, groups, i);
		size_t len = r->name.len;

		if (add_name(r, NULL, i, d))
			return -1;
		for (size_t k = 0; k + 1 < x->n; k += 2) {
			const struct pickle_node *key =
				pickle_child(r->k, x, k);

			if (!pickle_is_text(key, "params") &&
				visit_member(r, named(key), k / 2,
					pickle_child(r->k, x, k + 1), d))
				return -1;
		}
		cut_name(r, len);
	}
	return 0;
}

/* What its state_dict() has, by the same names; X is a dict. */
static int visit_optimizer(struct model_state *r, const struct pickle_node *x,
	const struct pickle_node *groups, struct diag *d)
{
	struct parameters c = {0};
	size_t len = r->name.len;
	int ret = list_parameters(r, &c, groups, d);

	for (size_t i = 0; i + 1 < x->n && !ret; i += 2) {
		const struct pickle_node *key = pickle_child(r->k, x, i);
		const struct pickle_node *own = pickle_child(r->k, x, i + 1);

		ret = add_name(r, named(key), i / 2, d);
		if (!ret && own == groups)
			ret = visit_groups(r, own, d);
		else if (!ret && pickle_is_text(key, "state") &&
			 own->kind == PICKLE_DICT)
			ret = visit_states(r, own, &c, d);
		else if (!ret)
			ret = visit(r, own, d);
		if (!ret)
			cut_name(r, len);
	}
	free(c.p);
	return ret;
}

/* --- objects -------------------------------------------------------------- */

/*
 * What an object was given, and became, once: objects may hold each other.  Of
 * a module just what its state_dict() has, by the same names.
 */
static int visit_object(
	struct model_state *r, const struct pickle_node *x, struct diag *d)
{
	static const struct {
		const char *name, *but; /* the keys that it lists */
	} of_module[] = {{"_parameters", ""},
		{"_buffers", "_non_persistent_buffers_set"}, {"_modules", ""}};
	const struct pickle_node *state = pickle_child(r->k, x, x->n - 1),
				 *part, *but;
	const struct pickle_node *groups =
		pickle_item(r->k, state, "param_groups");
	bool is_new = pickle_is_new(r->k, x);
	int ret = 0;

	r->nvisit += state->n;
	if (groups && groups->kind == PICKLE_LIST)
		return is_new ? visit_optimizer(r, state, groups, d) : 0;
	if (!pickle_item(r->k, state, of_module[0].name)) {
		for (size_t i = 0; i < x->n && is_new && !ret; i++)
			ret = visit(r, pickle_child(r->k, x, i), d);
		return ret;
	}
	for (size_t i = 0; i < ARRAY_SIZE(of_module) && !ret; i++) {
		part = pickle_item(r->k, state, of_module[i].name);
		but = pickle_item(r->k, state, of_module[i].but);
		ret = !part                       ? 0
		      : part->kind == PICKLE_DICT ? visit_dict(r, part, but, d)
						  : visit(r, part, d);
	}
	return ret;
}

static int visit(
	struct model_state *r, const struct pickle_node *x, struct diag *d)
{
	int ret = 0;

	if (++r->nvisit > VISIT_MAX)
		return diag_set(d, DIAG_DATA,
			"a pickle with more than %zu members in all",
			VISIT_MAX);
	if (r->depth == DEPTH_MAX)
		return diag_set(d, DIAG_DATA,
			"a pickle with containers in containers; expected at "
			"most %d deep",
			DEPTH_MAX);
	r->depth++;
	switch (x->kind) {
	case PICKLE_DICT: ret = visit_dict(r, x, NULL, d); break;
	case PICKLE_LIST:
	case PICKLE_TUPLE: ret = visit_list(r, x, d); break;
	case PICKLE_CALL: ret = visit_call(r, x, d); break;
	case PICKLE_OBJECT: ret = visit_object(r, x, d); break;
	default: break;
	}
	r->depth--;
	return ret;
}

int model_state_read(
	struct model_state *r, const struct pickle_end *end, struct diag *d)
{
	int ret = visit(r, end->root, d);
	struct tensor_map *m = &r->b->m->file[r->file].map;

	if (ret && r->name.len && !*d->place)
		diag_at(d, "%.*s", r->name.len < 200 ? (int)r->name.len : 200,
			r->name.data);
	buf_free(&r->name);
	snprintf(m->remark, sizeof(m->remark), "%s",
		*end->remark || r->ntensor ? end->remark
					   : "no tensor is in it");
	return ret;
}
