/* SPDX-License-Identifier: MIT */
/* NPZ, the arrays of a zip file, stored or deflated. */
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/zip_write.h"
#include "model/model_impl.h"

#define METHOD_STORED 0
#define SIZES_FOLLOW 8 /* of the flags */

static bool is_array(const struct model_member *e)
{
	return e->name_len > 4 &&
	       memcmp(e->name + e->name_len - 4, ".npy", 4) == 0;
}

/* Names E, unless it is named. */
static int at_member(const struct model_member *e, struct diag *d)
{
	int n = e->name_len < 200 ? (int)e->name_len : 200;

	return *d->place ? -1 : diag_at(d, "%.*s", n, e->name);
}

/* The map of the member E, as of a file of its own. */
static int map_member(const struct model_build *b, size_t file,
	const struct model_member *e, struct tensor_map *ret, struct diag *d)
{
	struct buf head = {0};
	size_t want = FORMAT_PEEK, had;
	int r;

	/* A header's length is known from its first bytes. */
	do {
		had = want;
		r = model_zip_load(b, file, e, want, &head, d);
		if (!r)
			want = format_npy.nbytes((unsigned char *)head.data,
				head.len, e->nbytes);
	} while (!r && want > had);
	if (!r)
		r = format_npy.parse(ret,
			&(struct format_head){(unsigned char *)head.data,
				head.len, e->nbytes, NULL},
			&b->hint, d);
	buf_free(&head);
	return r;
}

static int add_member(struct model_build *b, size_t file,
	const struct model_member *e, const struct tensor_map *m,
	struct diag *d)
{
	char name[FORMAT_MEMBER_NAME_MAX];

	for (size_t i = 0; i < m->nspan; i++) {
		struct tensor_span s = m->span[i];

		if (s.dtype == TENSOR_OPAQUE)
			continue;
		s.name = format_member_name(e->name, e->name_len, name);
		s.file = file;
		s.offset += e->offset;
		if (tensor_add(&b->found, &s, d))
			return -1;
	}
	return 0;
}

/* A member may go on, as an NPY file may. */
static void remark_rest(struct tensor_map *own, const struct tensor_map *m,
	const struct model_member *e)
{
	int n = e->name_len < 60 ? (int)e->name_len : 60;

	if (m->nspan > 2 && !*own->remark)
		snprintf(own->remark, sizeof(own->remark),
			"%llu bytes follow the array of %.*s; they are no part "
			"of it",
			(unsigned long long)m->span[m->nspan - 1].nbytes, n,
			e->name);
}

/* Numpy has the bytes of those by their names, too. */
static void remark_other(struct tensor_map *own, const struct model_member *e)
{
	int n = e->name_len < 60 ? (int)e->name_len : 60;
	bool is_dir = e->name_len && e->name[e->name_len - 1] == '/';

	if (!is_dir && !*own->remark)
		snprintf(own->remark, sizeof(own->remark),
			"%.*s is left out: it is not an array", n, e->name);
}

static int read_member(struct model_build *b, size_t file,
	const struct model_member *e, struct diag *d)
{
	struct tensor_map *own, m = {0};
	int r = map_member(b, file, e, &m, d);

	own = &b->m->file[file].map;
	if (!r && e->method == METHOD_STORED)
		r = add_member(b, file, e, &m, d) ||
				    model_zip_seal(own, b, file, e, d)
			    ? -1
			    : 0;
	if (!r && m.dtype_remark)
		own->dtype_remark = m.dtype_remark;
	if (!r)
		remark_rest(own, &m, e);
	tensor_map_free(&m);
	return r ? at_member(e, d) : 0;
}

static int read_members(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d)
{
	struct tensor_map *own = &b->m->file[file].map;

	for (size_t i = 0; i < z->n; i++) {
		const struct model_member *e = &z->member[i];

		if (!is_array(e))
			remark_other(own, e);
		else if (read_member(b, file, e, d))
			return -1;
	}
	return 0;
}

/* --- with its arrays inflated --------------------------------------------- */

static int put(void *ctx, const void *p, size_t n, struct diag *d)
{
	return model_spool_put(ctx, p, n, d);
}

/* The bytes of E as they lie in its file. */
static int put_packed(struct model_build *b, size_t file,
	const struct model_member *e, struct diag *d)
{
	unsigned char p[4096];
	size_t n;

	for (uint64_t at = 0; at < e->packed; at += n) {
		n = e->packed - at < sizeof(p) ? (size_t)(e->packed - at)
					       : sizeof(p);
		if (model_build_pread(b, file, p, n, e->offset + at, d) ||
			model_spool_put(b, p, n, d))
			return -1;
	}
	return 0;
}

/* Of an array whose header is bad, nothing is inflated. */
static int put_inflated(struct model_build *b, size_t file,
	const struct model_member *e, struct diag *d)
{
	struct tensor_map m = {0};
	int r = map_member(b, file, e, &m, d);

	tensor_map_free(&m);
	if (r)
		return at_member(e, d);
	return model_zip_read(b, file, e, &(struct model_sink){put, b}, d);
}

static bool is_deflated(const struct model_member *e)
{
	return is_array(e) && e->method != METHOD_STORED;
}

/* What is no deflated array stays as it is, packed however it may be. */
static int put_member(struct model_build *b, size_t file,
	const struct model_member *e, struct buf *directory, struct diag *d)
{
	bool inflate = is_deflated(e);
	struct zip_entry x = {.name = e->name,
		.name_len = e->name_len,
		.flags = e->flags & ~(unsigned)SIZES_FOLLOW,
		.method = inflate ? METHOD_STORED : e->method,
		.time = e->time,
		.crc = e->crc,
		.packed = inflate ? e->nbytes : e->packed,
		.nbytes = e->nbytes,
		.at = b->spool_nbytes};
	struct buf head = {0};
	int r;

	zip_add_local(&head, &x);
	zip_add_central(directory, &x);
	r = buf_end(&head, d) || buf_end(directory, d) ||
	    model_spool_put(b, head.data, head.len, d);
	buf_free(&head);
	if (r)
		return -1;
	return inflate ? put_inflated(b, file, e, d)
		       : put_packed(b, file, e, d);
}

/* Z once more, as a file of its own in the spool, with its arrays stored. */
static int unpack(struct model_build *b, size_t file, const struct model_zip *z,
	struct diag *d)
{
	struct buf directory = {0};
	struct tensor_span unused;
	int r = model_spool_begin(b, &unused, d);
	uint64_t at;

	for (size_t i = 0; i < z->n && !r; i++)
		r = put_member(b, file, &z->member[i], &directory, d);
	at = b->spool_nbytes;
	if (!r)
		zip_add_end(&directory, z->n, directory.len, at);
	if (buf_failed(&directory))
		r = diag_nomem(d, directory.len);
	if (!r)
		r = model_spool_put(b, directory.data, directory.len, d);
	buf_free(&directory);
	return r ? -1 : model_spool_end(b, d);
}

static int read_unpacked(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d)
{
	struct model_zip stored;
	int r;

	if (unpack(b, file, z, d))
		return -1;
	r = model_zip_open(&stored, b, b->spool_file, d);
	b->m->file[b->spool_file].map.format = TENSOR_FORMAT_NPZ;
	b->m->file[b->spool_file].is_whole = true;
	if (!r)
		r = read_members(b, b->spool_file, &stored, d);
	model_zip_close(&stored);
	return r;
}

/* --- all ------------------------------------------------------------------ */

int model_npz_read(struct model_build *b, size_t file,
	const struct model_zip *z, struct diag *d)
{
	bool has_array = false, unpacks = false;

	for (size_t i = 0; i < z->n; i++) {
		has_array |= is_array(&z->member[i]);
		unpacks |= is_deflated(&z->member[i]);
	}
	if (z->n > 0 && !has_array)
		return 1;
	return unpacks && !b->hint.as_stored ? read_unpacked(b, file, z, d)
					     : read_members(b, file, z, d);
}
