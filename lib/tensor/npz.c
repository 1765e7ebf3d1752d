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

bool tensor_npz_is(const struct tensor_member *e)
{
	return e->name_len > 4 &&
	       memcmp(e->name + e->name_len - 4, ".npy", 4) == 0;
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

/* Into the spool goes what is between the bytes FROM and TO of a member. */
struct cutting {
	struct tensor_build *b;
	uint64_t at, from, to;
};

static int cut(void *ctx, const void *p, size_t n, struct diag *d)
{
	struct cutting *c = ctx;
	uint64_t begin = c->from > c->at ? c->from - c->at : 0;
	uint64_t end = c->to > c->at ? c->to - c->at : 0;

	c->at += n;
	if (begin > n)
		begin = n;
	if (end > n)
		end = n;
	if (begin == end)
		return 0;
	return tensor_spool_put(
		c->b, (const char *)p + begin, (size_t)(end - begin), d);
}

static int spool(struct tensor_build *b, size_t file,
	const struct tensor_member *e, struct tensor_span *s, struct diag *d)
{
	struct cutting c = {
		.b = b, .from = s->offset, .to = s->offset + s->nbytes};

	return tensor_spool_begin(b, s, d) ||
			       tensor_zip_read(b, file, e,
				       &(struct tensor_sink){cut, &c}, d)
		       ? -1
		       : 0;
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
		if (e->method == METHOD_STORED)
			s.offset += e->offset;
		else if (b->hint.as_stored)
			continue;
		else if (spool(b, file, e, &s, d))
			return -1;
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

	if (!r)
		r = add_member(b, file, e, &m, d);
	/* Files have moved where the spool has come to them. */
	own = &b->m->file[file].map;
	if (!r && e->method == METHOD_STORED)
		r = tensor_zip_seal(own, b, file, e, d);
	if (!r && m.dtype_remark)
		own->dtype_remark = m.dtype_remark;
	if (!r)
		remark_rest(own, &m, e);
	tensor_map_free(&m);
	return r && !*d->place
		       ? diag_at(d, "%.*s",
				 (int)(e->name_len > 200 ? 200 : e->name_len),
				 e->name)
		       : r;
}

int tensor_npz_read(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d)
{
	for (size_t i = 0; i < z->n; i++)
		if (tensor_npz_is(&z->member[i]) &&
			read_member(b, file, &z->member[i], d))
			return -1;
	return 0;
}
