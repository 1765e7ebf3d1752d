/* SPDX-License-Identifier: MIT */
/*
 * A model in the making: its files, the tensors that parsers found in them,
 * and what had to be written apart.  At the end the tensors are laid out in
 * the files, so that spans tile each.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/order.h"
#include "file/fd.h"
#include "file/unnamed.h"
#include "model/model_impl.h"

#define SPOOL_NBYTES ((size_t)1 << 16)

/* --- files ---------------------------------------------------------------- */

static struct tensor_file *add_file(struct model_build *b, struct diag *d)
{
	struct tensor_model *m = b->m;
	const struct tensor_file none = {.in.fd = -1};

	return array_push(&m->file, &m->nfile, &none, sizeof(none), d)
		       ? NULL
		       : &m->file[m->nfile - 1];
}

static int open_regular(struct input *in, const char *path, struct diag *d)
{
	struct stat st;

	/* Opening a FIFO would wait for somebody to write. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		diag_set(d, DIAG_IO, "is not a regular file; expected one");
		return diag_at(d, "%s", path);
	}
	return input_open(in, path, d);
}

int model_build_file(
	struct model_build *b, char *path, size_t *ret, struct diag *d)
{
	struct tensor_file *f = add_file(b, d);

	if (!f) {
		free(path);
		return -1;
	}
	f->path = path;
	*ret = b->m->nfile - 1;
	return open_regular(&f->in, path, d);
}

int model_build_pread(const struct model_build *b, size_t file, void *p,
	size_t n, uint64_t offset, struct diag *d)
{
	if (input_pread(&b->m->file[file].in, p, n, offset, d) == 0)
		return 0;
	*d->place = '\0';
	return -1;
}

/* --- the spool ------------------------------------------------------------ */

static int spool_errno(struct diag *d)
{
	return diag_errno(d, "cannot spool to $TMPDIR");
}

int model_spool_begin(
	struct model_build *b, struct tensor_span *s, struct diag *d)
{
	struct tensor_file *f;

	if (b->spool < 0) {
		b->spool = unnamed_temporary(b->tmpdir);
		if (b->spool < 0)
			return spool_errno(d);
		f = add_file(b, d);
		if (!f)
			return -1;
		f->is_spool = true;
		b->spool_file = b->m->nfile - 1;
	}
	s->file = b->spool_file;
	s->offset = b->spool_nbytes;
	return 0;
}

static int flush(struct model_build *b, struct diag *d)
{
	if (fd_write(b->spool, b->spooled.data, b->spooled.len))
		return spool_errno(d);
	b->spooled.len = 0;
	return 0;
}

int model_spool_put(
	struct model_build *b, const void *p, size_t n, struct diag *d)
{
	buf_add(&b->spooled, p, n);
	if (buf_failed(&b->spooled))
		return diag_nomem(d, n);
	b->spool_nbytes += n;
	return b->spooled.len < SPOOL_NBYTES ? 0 : flush(b, d);
}

int model_spool_end(struct model_build *b, struct diag *d)
{
	int fd = b->spool;

	if (fd < 0)
		return 0;
	if (flush(b, d))
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return spool_errno(d);
	b->spool = -1;
	b->spool_nbytes = 0;
	return input_open_fd(&b->m->file[b->spool_file].in, fd, b->m->name, d);
}

/* --- laying out ----------------------------------------------------------- */

/* Where a tensor that was found has come to lie. */
struct place {
	const struct tensor_span *span;
	size_t found; /* its number there */
	struct tensor_map *map;
	size_t at; /* in map */
};

static int by_found(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return ORDER_OF(x->found, y->found);
}

static int by_offset(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	int order = tensor_by_place(&x->span, &y->span);

	return order ? order : by_found(a, b);
}

static uint64_t end_of(const struct tensor_map *m)
{
	const struct tensor_span *s;

	if (m->nspan == 0)
		return 0;
	s = &m->span[m->nspan - 1];
	return s->offset + s->nbytes;
}

/* What begins after all before it tiles its file; else it is a further view. */
static int put_place(struct model_build *b, struct place *p, struct diag *d)
{
	const struct tensor_span *s = p->span;
	struct tensor_map *map = &b->m->file[s->file].map;
	uint64_t end = end_of(map);

	p->map = map;
	if (s->nbytes == 0 || s->offset < end)
		p->map = &b->m->views;
	else if (tensor_add_opaque(map, end, s->offset - end, d))
		return -1;
	p->at = p->map->nspan;
	return tensor_add_shared(p->map, s, d);
}

static int lay_out(struct model_build *b, struct place *place, struct diag *d)
{
	size_t n = b->found.nspan;

	for (size_t i = 0; i < n; i++)
		place[i] =
			(struct place){.span = &b->found.span[i], .found = i};
	qsort(place, n, sizeof(*place), by_offset);
	for (size_t i = 0; i < n; i++)
		if (put_place(b, &place[i], d))
			return -1;
	for (size_t i = 0; i < b->m->nfile; i++) {
		struct tensor_file *f = &b->m->file[i];
		uint64_t end = end_of(&f->map);

		if (tensor_add_opaque(&f->map, end, f->in.size - end, d))
			return -1;
	}
	qsort(place, n, sizeof(*place), by_found);
	return 0;
}

/* Tensors of files that had a map, then those that were found. */
static int list(struct model_build *b, const struct place *place,
	const bool *mapped, size_t nmapped, struct diag *d)
{
	struct tensor_model *m = b->m;
	size_t n = b->found.nspan;

	for (size_t i = 0; i < nmapped; i++)
		n += mapped[i] ? m->file[i].map.nspan : 0;
	m->tensor = calloc(n + 1, sizeof(struct tensor_span *));
	if (!m->tensor)
		return diag_nomem(d, n * sizeof(struct tensor_span *));
	for (size_t i = 0; i < nmapped; i++)
		for (size_t k = 0; mapped[i] && k < m->file[i].map.nspan; k++) {
			struct tensor_span *s = &m->file[i].map.span[k];

			s->file = i;
			if (s->dtype != TENSOR_OPAQUE)
				m->tensor[m->ntensor++] = s;
		}
	for (size_t i = 0; i < b->found.nspan; i++)
		m->tensor[m->ntensor++] = &place[i].map->span[place[i].at];
	return 0;
}

int model_build_finish(struct model_build *b, struct diag *d)
{
	struct tensor_model *m = b->m;
	struct place *place = calloc(b->found.nspan + 1, sizeof(*place));
	bool *mapped = calloc(m->nfile + 1, sizeof(*mapped));
	int ret = -1;

	if (!place || !mapped) {
		diag_nomem(d, b->found.nspan * sizeof(*place));
		goto out;
	}
	if (model_spool_end(b, d))
		goto out;
	for (size_t i = 0; i < m->nfile; i++)
		mapped[i] = m->file[i].map.nspan > 0;
	/* Names and shapes go with the model. */
	tensor_take_texts(&m->views, &b->found);
	if (!lay_out(b, place, d))
		ret = list(b, place, mapped, m->nfile, d);
out:
	free(mapped);
	free(place);
	return ret;
}

void model_build_free(struct model_build *b)
{
	tensor_map_free(&b->found);
	buf_free(&b->spooled);
	if (b->spool >= 0)
		close(b->spool);
}
