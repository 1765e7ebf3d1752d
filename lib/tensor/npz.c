/* SPDX-License-Identifier: MIT */
/*
 * NPZ, the arrays of a zip file; and zip files as they come, member by member,
 * without their directory, for what cannot be sought in.  PKWARE's APPNOTE.TXT,
 * sections 4.3.7 (local headers), 4.3.9 (data descriptors) and 4.5.3 (ZIP64).
 */
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/zip_write.h"
#include "tensor/parse.h"

#define LOCAL_NBYTES 30
#define METHOD_STORED 0
#define SIZES_FOLLOW 8 /* of the flags */
#define EXTRA_ZIP64 1
#define NAME_MAX_NBYTES 1024

/* What a local header says. */
struct local {
	size_t nbytes; /* of the header */
	uint64_t packed;
	bool stored;
	const unsigned char *name;
	size_t name_len;
};

static bool begins(const unsigned char *p, size_t n, const char *magic)
{
	return n >= 4 && memcmp(p, magic, 4) == 0;
}

bool tensor_zip_is(const void *p, size_t n)
{
	return begins(p, n, "PK\3\4");
}

/* The packed size in the extra field P[0..n) of a ZIP64 member; -1: none. */
static int zip64_size(const unsigned char *p, size_t n, uint64_t *ret)
{
	while (n >= 4) {
		size_t len = le_load16(p + 2);

		if (len > n - 4)
			return -1;
		if (le_load16(p) == EXTRA_ZIP64 && len >= 16) {
			/* after the size of the original */
			*ret = le_load64(p + 4 + 8);
			return 0;
		}
		p += 4 + len;
		n -= 4 + len;
	}
	return -1;
}

/* Parses the header in P[0..n); -1 if it is none that tells its size. */
static int parse_local(struct local *l, const unsigned char *p, size_t n)
{
	size_t name_len, extra_len;

	if (n < LOCAL_NBYTES || !tensor_zip_is(p, n))
		return -1;
	name_len = le_load16(p + 26);
	extra_len = le_load16(p + 28);
	l->nbytes = LOCAL_NBYTES + name_len + extra_len;
	if (l->nbytes > n)
		return -1;
	l->stored = le_load16(p + 8) == METHOD_STORED;
	l->packed = le_load32(p + 18);
	l->name = p + LOCAL_NBYTES;
	l->name_len = name_len;
	if (l->packed == UINT32_MAX)
		return zip64_size(l->name + name_len, extra_len, &l->packed);
	return l->packed == 0 && le_load16(p + 6) & SIZES_FOLLOW ? -1 : 0;
}

size_t tensor_zip_nbytes(const void *head, size_t n)
{
	const unsigned char *p = head;
	size_t local;

	if (n < LOCAL_NBYTES || !tensor_zip_is(p, n))
		return n;
	local = LOCAL_NBYTES + le_load16(p + 26) + (size_t)le_load16(p + 28);
	if (n < local + TENSOR_PEEK)
		return local + TENSOR_PEEK;
	if (!tensor_npy.is(p + local, n - local))
		return n;
	return local + tensor_npy.nbytes(p + local, n - local, UINT64_MAX);
}

/* The name without the suffix that numpy gave it. */
static const char *member_name(
	const void *name, size_t n, char out[NAME_MAX_NBYTES])
{
	if (n > 4 && memcmp((const char *)name + n - 4, ".npy", 4) == 0)
		n -= 4;
	if (n >= NAME_MAX_NBYTES || memchr(name, 0, n))
		n = 0;
	memcpy(out, name, n);
	out[n] = '\0';
	return out;
}

/* The spans of an array in a member that is stored, at P. */
static int add_array(struct tensor_map *m, const struct local *l,
	const unsigned char *p, size_t n, struct diag *d)
{
	struct tensor_head h = {p + l->nbytes, n - l->nbytes, l->packed};
	struct tensor_map npy = {0};
	char name[NAME_MAX_NBYTES];
	int ret = -1;

	if (h.n > l->packed)
		h.n = (size_t)l->packed;
	if (!tensor_npy.parse(&npy, &h, NULL, d)) {
		ret = 0;
		for (size_t i = 0; i < npy.nspan && !ret; i++) {
			struct tensor_span s = npy.span[i];

			s.offset += l->nbytes;
			s.name = member_name(l->name, l->name_len, name);
			ret = s.dtype == TENSOR_OPAQUE
				      ? tensor_add_opaque(
						m, s.offset, s.nbytes, d)
				      : tensor_add(m, &s, d);
		}
	}
	tensor_map_free(&npy);
	return ret;
}

/* Behind a member whose sizes follow it: 16 bytes, or 24 with ZIP64. */
static uint64_t descriptor_nbytes(const unsigned char *p, size_t n)
{
	const size_t small = 16, large = 24;

	if (!begins(p, n, "PK\7\10"))
		return 0;
	if (n >= small + 2 && memcmp(p + small, "PK", 2) == 0)
		return small;
	return n >= large + 2 && memcmp(p + large, "PK", 2) == 0 ? large : 0;
}

int tensor_zip_member(
	struct tensor_map *ret, const void *head, size_t n, struct diag *d)
{
	const unsigned char *p = head;
	uint64_t descriptor = descriptor_nbytes(p, n), end;
	struct local l;

	*ret = (struct tensor_map){0};
	if (descriptor)
		return tensor_add_opaque(ret, 0, descriptor, d) ? -1 : 1;
	if (parse_local(&l, p, n) ||
		__builtin_add_overflow(l.nbytes, l.packed, &end))
		return 0;
	if (l.stored && tensor_npy.is(p + l.nbytes, n - l.nbytes) &&
		!tensor_add_opaque(ret, 0, l.nbytes, d) &&
		!add_array(ret, &l, p, n, d))
		return 1;
	tensor_map_free(ret);
	if (!tensor_add_opaque(ret, 0, l.nbytes, d) &&
		!tensor_add_opaque(ret, l.nbytes, l.packed, d))
		return 1;
	tensor_map_free(ret);
	return -1;
}

/* --- by the directory ----------------------------------------------------- */

static bool is_array(const struct tensor_member *e)
{
	return e->name_len > 4 &&
	       memcmp(e->name + e->name_len - 4, ".npy", 4) == 0;
}

/* Names E, unless it is named. */
static int at_member(const struct tensor_member *e, struct diag *d)
{
	int n = e->name_len < 200 ? (int)e->name_len : 200;

	return *d->place ? -1 : diag_at(d, "%.*s", n, e->name);
}

/* The map of the member E, as of a file of its own. */
static int map_member(const struct tensor_build *b, size_t file,
	const struct tensor_member *e, struct tensor_map *ret, struct diag *d)
{
	struct buf head = {0};
	size_t want = TENSOR_PEEK, had;
	int r;

	/* A header's length is known from its first bytes. */
	do {
		had = want;
		r = tensor_zip_load(b, file, e, want, &head, d);
		if (!r)
			want = tensor_npy.nbytes((unsigned char *)head.data,
				head.len, e->nbytes);
	} while (!r && want > had);
	if (!r)
		r = tensor_npy.parse(ret,
			&(struct tensor_head){(unsigned char *)head.data,
				head.len, e->nbytes},
			&b->hint, d);
	buf_free(&head);
	return r;
}

static int add_member(struct tensor_build *b, size_t file,
	const struct tensor_member *e, const struct tensor_map *m,
	struct diag *d)
{
	char name[NAME_MAX_NBYTES];

	for (size_t i = 0; i < m->nspan; i++) {
		struct tensor_span s = m->span[i];

		if (s.dtype == TENSOR_OPAQUE)
			continue;
		s.name = member_name(e->name, e->name_len, name);
		s.file = file;
		s.offset += e->offset;
		if (tensor_add(&b->found, &s, d))
			return -1;
	}
	return 0;
}

/* A member may go on, as an NPY file may. */
static void remark_rest(struct tensor_map *own, const struct tensor_map *m,
	const struct tensor_member *e)
{
	int n = e->name_len < 60 ? (int)e->name_len : 60;

	if (m->nspan > 2 && !*own->remark)
		snprintf(own->remark, sizeof(own->remark),
			"%llu bytes follow the array of %.*s; they are no part "
			"of it",
			(unsigned long long)m->span[m->nspan - 1].nbytes, n,
			e->name);
}

static int read_member(struct tensor_build *b, size_t file,
	const struct tensor_member *e, struct diag *d)
{
	struct tensor_map *own, m = {0};
	int r = map_member(b, file, e, &m, d);

	own = &b->m->file[file].map;
	if (!r && e->method == METHOD_STORED)
		r = add_member(b, file, e, &m, d) ||
				    tensor_zip_seal(own, b, file, e, d)
			    ? -1
			    : 0;
	if (!r && m.dtype_remark)
		own->dtype_remark = m.dtype_remark;
	if (!r)
		remark_rest(own, &m, e);
	tensor_map_free(&m);
	return r ? at_member(e, d) : 0;
}

static int read_members(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d)
{
	for (size_t i = 0; i < z->n; i++)
		if (is_array(&z->member[i]) &&
			read_member(b, file, &z->member[i], d))
			return -1;
	return 0;
}

/* --- with its arrays inflated --------------------------------------------- */

static int put(void *ctx, const void *p, size_t n, struct diag *d)
{
	return tensor_spool_put(ctx, p, n, d);
}

/* The bytes of E as they lie in its file. */
static int put_packed(struct tensor_build *b, size_t file,
	const struct tensor_member *e, struct diag *d)
{
	unsigned char p[4096];
	size_t n;

	for (uint64_t at = 0; at < e->packed; at += n) {
		n = e->packed - at < sizeof(p) ? (size_t)(e->packed - at)
					       : sizeof(p);
		if (tensor_build_pread(b, file, p, n, e->offset + at, d) ||
			tensor_spool_put(b, p, n, d))
			return -1;
	}
	return 0;
}

/* Of an array whose header is bad, nothing is inflated. */
static int put_inflated(struct tensor_build *b, size_t file,
	const struct tensor_member *e, struct diag *d)
{
	struct tensor_map m = {0};
	int r = map_member(b, file, e, &m, d);

	tensor_map_free(&m);
	if (r)
		return at_member(e, d);
	return tensor_zip_read(b, file, e, &(struct tensor_sink){put, b}, d);
}

static bool is_deflated(const struct tensor_member *e)
{
	return is_array(e) && e->method != METHOD_STORED;
}

/* What is no deflated array stays as it is, packed however it may be. */
static int put_member(struct tensor_build *b, size_t file,
	const struct tensor_member *e, struct buf *directory, struct diag *d)
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
	int r = zip_add_local(&head, &x) || zip_add_central(directory, &x)
			? diag_nomem(d, head.len)
			: tensor_spool_put(b, head.data, head.len, d);

	buf_free(&head);
	if (r)
		return -1;
	return inflate ? put_inflated(b, file, e, d)
		       : put_packed(b, file, e, d);
}

/* Z once more, as a file of its own in the spool, with its arrays stored. */
static int unpack(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d)
{
	struct buf directory = {0};
	struct tensor_span unused;
	int r = tensor_spool_begin(b, &unused, d);
	uint64_t at;

	for (size_t i = 0; i < z->n && !r; i++)
		r = put_member(b, file, &z->member[i], &directory, d);
	at = b->spool_nbytes;
	if (!r && zip_add_end(&directory, z->n, directory.len, at))
		r = diag_nomem(d, directory.len);
	if (!r)
		r = tensor_spool_put(b, directory.data, directory.len, d);
	buf_free(&directory);
	return r ? -1 : tensor_spool_end(b, d);
}

static int read_unpacked(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d)
{
	struct tensor_zip stored;
	int r;

	if (unpack(b, file, z, d))
		return -1;
	r = tensor_zip_open(&stored, b, b->spool_file, d);
	b->m->file[b->spool_file].map.format = TENSOR_FORMAT_NPZ;
	b->m->file[b->spool_file].is_whole = true;
	if (!r)
		r = read_members(b, b->spool_file, &stored, d);
	tensor_zip_close(&stored);
	return r;
}

/* --- all ------------------------------------------------------------------ */

int tensor_npz_read(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d)
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
