/* SPDX-License-Identifier: MIT */
/*
 * spzip --tensor: some tensors of a compressed file, or some of their rows, as
 * NPY arrays or plain numbers.  Only the chunks that hold them are read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/pattern.h"
#include "base/str.h"
#include "cli.h"
#include "model/model.h"
#include "spzip.h"
#include "suffix.h"

/* What is asked for: a name or pattern, and rows. */
struct wanted {
	char *name;              /* as given, then without rows */
	struct pattern *pattern; /* NULL: of one tensor */
	bool has_rows, has_end;
	uint64_t from, to;
};

/* A tensor of the original. */
struct tensor {
	const char *name;
	size_t nname;
	enum tensor_dtype dtype;
	bool fortran, big_endian;
	unsigned ndim;
	const uint64_t *shape;
	uint64_t at, nbytes;
	size_t file; /* of the model that AT is counted in; 0: the original */
};

struct part {
	struct spzip *z;
	struct input in;
	struct spz_file file;
	struct spz_map *map;
	/*
	 * The original as readers of weights see it, who read it as it is
	 * decoded: all tensors, also those that are too small to be told apart
	 * in the compressed file.
	 */
	struct input_bytes bytes;
	struct tensor_model model;   /* no tensors: bytes, or plain numbers */
	struct spz_piece_info piece; /* the last that was asked for */
	bool is_damaged;             /* where the original says what it has */
	struct output own, *out;
};

/* --- which --------------------------------------------------------------- */

/* Digits at *S, to *RET; returns whether there are any. */
static bool number(const char **s, uint64_t *ret)
{
	const char *p = *s;

	for (*ret = 0; str_is_digit(*p); p++)
		if (__builtin_mul_overflow(*ret, 10, ret) ||
			__builtin_add_overflow(*ret, (unsigned)(*p - '0'), ret))
			*ret = UINT64_MAX;
	if (p == *s)
		return false;
	*s = p;
	return true;
}

/* Takes "[A:B]" off the end of W's name, if that is what it ends in. */
static void split_rows(struct wanted *w)
{
	char *rows = strrchr(w->name, '[');
	const char *p = rows;

	if (!p)
		return;
	p++;
	number(&p, &w->from);
	if (*p++ != ':')
		return;
	w->has_end = number(&p, &w->to);
	w->has_rows = strcmp(p, "]") == 0;
	if (w->has_rows)
		*rows = '\0';
}

static size_t count(const struct part *p)
{
	return p->model.ntensor ? p->model.ntensor : spz_map_count(p->map);
}

/* dtype codes of segments have the names of enum tensor_dtype. */
static enum tensor_dtype dtype_named(uint8_t code)
{
	char name[16];
	const char *s = spz_dtype_name(code, name);

	return code ? tensor_dtype_named(s, strlen(s)) : TENSOR_OPAQUE;
}

/* The Ith; its shape and name are valid until the next call. */
static struct tensor tensor_at(struct part *p, size_t i)
{
	const struct spz_segment *g = &p->piece.segment;
	const struct tensor_span *s;

	if (p->model.ntensor) {
		s = p->model.tensor[i];
		return (struct tensor){s->name, strlen(s->name), s->dtype,
			s->fortran, s->big_endian, s->ndim, s->shape, s->offset,
			s->nbytes, s->file};
	}
	spz_map_get(p->map, i, &p->piece);
	return (struct tensor){g->name, g->name_len, dtype_named(g->dtype),
		g->flags & SPZ_SEGMENT_FORTRAN,
		g->flags & SPZ_SEGMENT_BIG_ENDIAN, g->ndim, g->shape,
		p->piece.raw_at, p->piece.raw, 0};
}

static bool is_called(const struct tensor *t, const struct wanted *w)
{
	return t->dtype != TENSOR_OPAQUE && strcmp(t->name, w->name) == 0;
}

static bool matches(const struct tensor *t, const struct wanted *w)
{
	if (t->dtype == TENSOR_OPAQUE)
		return false;
	return w->pattern ? pattern_matches(w->pattern, t->name)
			  : strcmp(t->name, w->name) == 0;
}

/* Says that W is none of P's tensors, and what there are. */
static int no_such(struct part *p, const struct wanted *w, struct diag *d)
{
	char names[400] = "", phrase[NEAR_PHRASE_MAX];
	struct near near = {.wrong = w->name, .nwrong = strlen(w->name)};
	size_t len = 0, shown = 0, all = 0;

	for (size_t i = 0; i < count(p); i++) {
		struct tensor t = tensor_at(p, i);

		if (t.dtype == TENSOR_OPAQUE)
			continue;
		all++;
		near_try(&near, t.name, t.nname);
		if (t.nname < sizeof(names) / 4 &&
			len + t.nname + 3 < sizeof(names)) {
			len += (size_t)snprintf(names + len,
				sizeof(names) - len, "%s%.*s",
				shown ? ", " : "", (int)t.nname, t.name);
			shown++;
		}
	}
	if (all == 0)
		return diag_set(d, DIAG_DATA,
			"no tensor '%s': the file has none, only bytes",
			w->name);
	return diag_set(d, DIAG_DATA, "no tensor '%s'; %s%sthere %s %s%s",
		w->name, near_phrase(&near, "", phrase),
		near_found(&near) ? "; " : "", all == 1 ? "is" : "are", names,
		shown < all ? ", ..." : "");
}

/* Bytes of an element; 0 if elements are not whole bytes, or not known. */
static unsigned width_of(const struct tensor *t)
{
	unsigned nbits = tensor_dtype_info[t->dtype].nbits;

	return nbits % 8 ? 0 : nbits / 8;
}

/* Bytes of one index of the first dimension, or of a scalar; 0: none. */
static uint64_t row_nbytes(const struct tensor *t)
{
	uint64_t row = width_of(t);

	for (unsigned i = 1; i < t->ndim; i++)
		if (__builtin_mul_overflow(row, t->shape[i], &row))
			return 0;
	return row;
}

/* What W wants of T: bytes FROM to TO, and so many rows. */
struct extent {
	uint64_t from, to, rows;
};

/* Why rows of T cannot be taken, or NULL. */
static const char *without_rows(const struct tensor *t)
{
	if (t->ndim == 0)
		return "has no rows";
	if (t->fortran)
		return "is in Fortran order, its rows are not together";
	if (width_of(t) == 0)
		return "has elements that are no whole bytes";
	return NULL;
}

static int bounds(const struct wanted *w, const struct tensor *t, bool plain,
	struct extent *ret, struct diag *d)
{
	uint64_t n = t->ndim ? t->shape[0] : 1, end = w->has_end ? w->to : n;
	uint64_t row = row_nbytes(t);

	*ret = (struct extent){0, t->nbytes, n};
	if (width_of(t) == 0 && !plain)
		return diag_set(d, DIAG_USAGE,
			"%s has a dtype that NPY files cannot have; expected "
			"--raw",
			t->name);
	if (width_of(t) && (row ? t->nbytes % row || t->nbytes / row != n
				: t->nbytes != 0))
		return diag_set(d, DIAG_DATA,
			"%s was cut short when it was packed; expected all of "
			"its rows: decompress the file as it is",
			t->name);
	if (!w->has_rows)
		return 0;
	if (without_rows(t))
		return diag_set(d, DIAG_USAGE,
			"%s %s; expected its name without rows", t->name,
			without_rows(t));
	if (w->from > end || end > n)
		return diag_set(d, DIAG_USAGE,
			"%s has %llu rows; expected some within [0:%llu]",
			t->name, (unsigned long long)n, (unsigned long long)n);
	*ret = (struct extent){w->from * row, end * row, end - w->from};
	return 0;
}

/* --- as NPY -------------------------------------------------------------- */

/* The kind and width of NumPy's dtype; what it does not know is V. */
static char npy_kind(enum tensor_dtype dtype)
{
	switch (dtype) {
	case TENSOR_BOOL: return 'b';
	case TENSOR_U8:
	case TENSOR_U16:
	case TENSOR_U32:
	case TENSOR_U64: return 'u';
	case TENSOR_I8:
	case TENSOR_I16:
	case TENSOR_I32:
	case TENSOR_I64: return 'i';
	case TENSOR_F16:
	case TENSOR_F32:
	case TENSOR_F64: return 'f';
	case TENSOR_C64:
	case TENSOR_C128: return 'c';
	default: return 'V';
	}
}

/* Appends the header of an NPY file of T with its first dimension ROWS. */
static int npy_header(struct buf *b, const struct tensor *t, uint64_t rows)
{
	unsigned width = width_of(t);
	char order = width == 1 ? '|' : t->big_endian ? '>' : '<';
	uint64_t shape[TENSOR_NDIM_MAX];
	char descr[16];

	for (unsigned i = 0; i < t->ndim; i++)
		shape[i] = i ? t->shape[i] : rows;
	snprintf(descr, sizeof(descr), "%c%c%u", order, npy_kind(t->dtype),
		width);
	return tensor_npy_header(b, descr, t->fortran, shape, t->ndim);
}

static int write_header(
	struct part *p, const struct tensor *t, uint64_t rows, struct diag *d)
{
	struct buf b = {0};
	int ret;

	if (npy_kind(t->dtype) == 'V')
		cli_note("note: %.*s: NumPy has no %s; the array's dtype is "
			 "V%u",
			(int)t->nname, t->name,
			tensor_dtype_info[t->dtype].name,
			tensor_dtype_info[t->dtype].nbytes);
	ret = npy_header(&b, t, rows) ? diag_nomem(d, b.len)
				      : output_write(p->out, b.data, b.len, d);
	buf_free(&b);
	return ret;
}

/* --- the file ------------------------------------------------------------ */

static int read_at(void *ctx, void *p, size_t n, uint64_t at, struct diag *d)
{
	return input_pread(ctx, p, n, at, d);
}

struct spz_file spzip_file_of(struct input *in)
{
	return (struct spz_file){in, in->size, read_at};
}

/* Where decoded bytes go that are asked for. */
struct place_in {
	uint8_t *p;
};

static int put_in(void *ctx, const void *p, size_t n, struct diag *d)
{
	struct place_in *to = ctx;

	(void)d;
	memcpy(to->p, p, n);
	to->p += n;
	return 0;
}

static int read_original(
	void *ctx, void *p, size_t n, uint64_t at, struct diag *d)
{
	struct part *part = ctx;
	const struct spz_part_opts o = {
		.nthread = 1, .bases = spzip_bases_finder(part->z->bases)};
	struct place_in to = {p};
	const struct spz_sink sink = {&to, put_in};
	int ret = spz_map_decode(part->map, at, at + n, &sink, &o, d);

	part->is_damaged = part->is_damaged || (ret && d->class == DIAG_DATA);
	return ret;
}

/*
 * Opens the original as the weight file that it may be.  Damage there leaves
 * the names that the compressed file has.
 */
static int open_original(struct part *p, struct diag *d)
{
	struct input in;

	p->bytes = (struct input_bytes){spz_map_raw(p->map), read_original, p};
	input_open_bytes(&in, &p->bytes, p->in.name);
	if (model_take(&p->model, &in, NULL, cli_tmpdir(), d) == 0)
		return 0;
	p->model = (struct tensor_model){0};
	return d->class == DIAG_DATA ? 0 : -1;
}

static int open_file(struct part *p, const char *path, struct diag *d)
{
	if (input_open(&p->in, path, d))
		return -1;
	/* a pipe is read to its end, whatever is wanted of it */
	if (input_spool(&p->in, "", 0, INPUT_SIZE_UNKNOWN, cli_tmpdir(), d))
		return -1;
	p->file = spzip_file_of(&p->in);
	if (spz_map_open(&p->map, &p->file, d))
		return diag_at(d, "%s", p->in.name);
	if (spz_map_count(p->map) == 0)
		return diag_set(d, DIAG_DATA, "not in spzip format");
	return open_original(p, d);
}

static int open_out(struct part *p, struct diag *d)
{
	const struct spzip_opts *o = p->z->opts;
	const struct output_how how = {
		.is_new = !o->force, .sparse = spzip_makes_holes(o)};
	int is = o->out ? output_is_input(o->out, &p->in, d) : 0;

	if (is > 0)
		return diag_set(d, DIAG_USAGE, "is input and output at once");
	if (is < 0 || suffix_check(o->out, o->plain ? "raw" : "npy", d))
		return -1;
	p->out = o->out ? &p->own : &p->z->out;
	if (!o->out)
		return spzip_stdout(p->z, d);
	return cli_output_open_as(&p->own, o->out, &how, d);
}

/* Bytes of a file that a reader of weights made: what was inflated. */
static int copy(struct part *p, const struct tensor *t, const struct extent *e,
	struct diag *d)
{
	const struct input *in = &p->model.file[t->file].in;
	uint64_t from = e->from;
	char block[65536];

	while (from < e->to) {
		size_t n = e->to - from < sizeof(block) ? (size_t)(e->to - from)
							: sizeof(block);

		if (input_pread(in, block, n, t->at + from, d) ||
			output_write(p->out, block, n, d))
			return -1;
		from += n;
	}
	return 0;
}

/* Writes what W asks for of T. */
static int write_tensor(struct part *p, const struct wanted *w,
	const struct tensor *t, struct diag *d)
{
	const struct spzip_opts *opts = p->z->opts;
	const struct spz_part_opts o = {.nthread = (unsigned)opts->nthread,
		.bases = spzip_bases_finder(p->z->bases)};
	const struct spz_sink sink = spzip_sink(p->out);
	struct extent e;

	if (bounds(w, t, opts->plain, &e, d))
		return -1;
	if (e.to - e.from > opts->raw_max)
		return diag_set(d, DIAG_DATA,
			"decodes to more than %llu bytes, the limit",
			(unsigned long long)opts->raw_max);
	if (!opts->plain && write_header(p, t, e.rows, d))
		return -1;
	if (t->file)
		return copy(p, t, &e, d);
	return spz_map_decode(
		p->map, t->at + e.from, t->at + e.to, &sink, &o, d);
}

/* All that match; before anything is written, that all can be. */
static int write_all(struct part *p, const struct wanted *w, struct diag *d)
{
	size_t found = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count(p); i++) {
			struct tensor t = tensor_at(p, i);
			struct extent e;

			if (!matches(&t, w))
				continue;
			found++;
			if (pass == 0 ? bounds(w, &t, p->z->opts->plain, &e, d)
				      : write_tensor(p, w, &t, d))
				return -1;
		}
		if (found == 0)
			return no_such(p, w, d);
		if (pass == 0 && open_out(p, d))
			return -1;
		if (pass == 0 && p->z->is_last)
			spzip_sandbox_shut(p->z->opts);
	}
	return p->out == &p->own ? cli_output_commit(&p->own, d) : 0;
}

/*
 * A tensor may have a name that ends as rows do, or looks like a pattern.  Of
 * a pattern all must be known that there is.
 */
static int choose_meaning(struct part *p, struct wanted *w, struct diag *d)
{
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < count(p); k++) {
			struct tensor t = tensor_at(p, k);

			if (is_called(&t, w))
				return 0;
		}
		if (i == 0)
			split_rows(w);
	}
	if (p->is_damaged)
		return diag_set(d, DIAG_DATA,
			"the header that names the tensors is damaged; "
			"expected the whole name of one that -lv shows");
	return pattern_compile(&w->pattern, w->name, d);
}

static int take_part(struct part *p, const char *path, struct diag *d)
{
	char *name = strdup(p->z->opts->tensor);
	struct wanted w = {.name = name};
	int ret;

	if (!name)
		return diag_nomem(d, strlen(p->z->opts->tensor));
	ret = open_file(p, path, d) || choose_meaning(p, &w, d) ||
	      write_all(p, &w, d);
	if (ret && d->class != DIAG_IO && p->map)
		diag_at(d, "%s", p->in.name);
	pattern_free(w.pattern);
	free(name);
	return ret ? -1 : 0;
}

int spzip_part(struct spzip *z, const char *name)
{
	struct part p = {.z = z, .in.fd = -1};
	struct diag d;
	int bad = take_part(&p, name, &d);

	cli_output_abort(&p.own);
	tensor_model_close(&p.model);
	spz_map_close(p.map);
	input_close(&p.in);
	return bad ? cli_fail(&d) : SPZIP_DONE;
}
