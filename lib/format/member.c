/* SPDX-License-Identifier: MIT */
/*
 * Zip files as they come, member by member, without their directory, for what
 * cannot be sought in.  PKWARE's APPNOTE.TXT, sections 4.3.7 (local headers),
 * 4.3.9 (data descriptors) and 4.5.3 (ZIP64).
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "format/format_impl.h"

#define LOCAL_NBYTES 30
#define METHOD_STORED 0
#define SIZES_FOLLOW 8 /* of the flags */
#define EXTRA_ZIP64 1

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

bool format_zip_is(const void *p, size_t n)
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

	if (n < LOCAL_NBYTES || !format_zip_is(p, n))
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

size_t format_zip_nbytes(const void *head, size_t n)
{
	const unsigned char *p = head;
	size_t local;

	if (n < LOCAL_NBYTES || !format_zip_is(p, n))
		return n;
	local = LOCAL_NBYTES + le_load16(p + 26) + (size_t)le_load16(p + 28);
	if (n < local + FORMAT_PEEK)
		return local + FORMAT_PEEK;
	if (!format_npy.is(p + local, n - local))
		return n;
	return local + format_npy.nbytes(p + local, n - local, UINT64_MAX);
}

const char *format_member_name(
	const void *name, size_t n, char out[FORMAT_MEMBER_NAME_MAX])
{
	if (n > 4 && memcmp((const char *)name + n - 4, ".npy", 4) == 0)
		n -= 4;
	if (n >= FORMAT_MEMBER_NAME_MAX || memchr(name, 0, n))
		n = 0;
	memcpy(out, name, n);
	out[n] = '\0';
	return out;
}

/* The spans of an array in a member that is stored, at P. */
static int add_array(struct tensor_map *m, const struct local *l,
	const unsigned char *p, size_t n, struct diag *d)
{
	struct format_head h = {p + l->nbytes, n - l->nbytes, l->packed, NULL};
	struct tensor_map npy = {0};
	char name[FORMAT_MEMBER_NAME_MAX];
	int ret = -1;

	if (h.n > l->packed)
		h.n = (size_t)l->packed;
	if (!format_npy.parse(&npy, &h, NULL, d)) {
		ret = 0;
		for (size_t i = 0; i < npy.nspan && !ret; i++) {
			struct tensor_span s = npy.span[i];

			s.offset += l->nbytes;
			s.name = format_member_name(l->name, l->name_len, name);
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

int format_zip_member(
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
	if (l.stored && format_npy.is(p + l.nbytes, n - l.nbytes)) {
		if (!tensor_add_opaque(ret, 0, l.nbytes, d) &&
			!add_array(ret, &l, p, n, d))
			return 1;
		tensor_map_free(ret);
		/* what is no array is opaque; what was not looked at is not */
		if (d->class == DIAG_NOMEM)
			return -1;
	}
	if (!tensor_add_opaque(ret, 0, l.nbytes, d) &&
		!tensor_add_opaque(ret, l.nbytes, l.packed, d))
		return 1;
	tensor_map_free(ret);
	return -1;
}
