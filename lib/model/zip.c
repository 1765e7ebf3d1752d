/* SPDX-License-Identifier: MIT */
/*
 * The directory at the end of a zip file, and its members' bytes.  PKWARE's
 * APPNOTE.TXT, sections 4.3.7 (local headers), 4.3.12 (the directory), 4.3.14
 * to 4.3.16 (its end) and 4.5.3 (ZIP64).  What the directory and the members
 * themselves do not agree on is refused: two readers would see two files.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "base/zip.h"
#include "model/model_impl.h"

#define LOCAL_NBYTES 30
#define CENTRAL_NBYTES 46
#define END_NBYTES 22
#define LOCATOR_NBYTES 20
#define END64_NBYTES 56
#define EXTRA_ZIP64 1
#define FLAG_ENCRYPTED 1
#define FLAG_SIZES_FOLLOW 8
#define DIRECTORY_NBYTES_MAX ((uint64_t)64 << 20)
#define STEP_NBYTES ((size_t)1 << 16)
#define ABSENT32 UINT32_MAX

/* --- the directory -------------------------------------------------------- */

/* Where the directory is. */
struct extent {
	uint64_t offset, nbytes;
};

static int bad(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_DATA, "zip file: %s", what);
}

static int read_end64(const struct model_build *b, size_t file, uint64_t at,
	struct extent *ret, struct diag *d)
{
	unsigned char p[END64_NBYTES];
	uint64_t size;

	if (at < LOCATOR_NBYTES)
		return bad(d, "its end is cut short");
	if (model_build_pread(
		    b, file, p, LOCATOR_NBYTES, at - LOCATOR_NBYTES, d))
		return -1;
	if (memcmp(p, "PK\6\7", 4) != 0)
		return bad(d, "no end of a ZIP64 directory; expected one");
	at = le_load64(p + 8);
	size = b->m->file[file].in.size;
	if (size < END64_NBYTES || at > size - END64_NBYTES)
		return bad(d, "no end of a ZIP64 directory; expected one");
	if (model_build_pread(b, file, p, END64_NBYTES, at, d))
		return -1;
	if (memcmp(p, "PK\6\6", 4) != 0)
		return bad(d, "no end of a ZIP64 directory; expected one");
	*ret = (struct extent){le_load64(p + 48), le_load64(p + 40)};
	return 0;
}

/* The end is the last 22 bytes, but for a comment. */
static int find_directory(const struct model_build *b, size_t file,
	struct extent *ret, struct diag *d)
{
	static unsigned char const magic[] = "PK\5\6";
	uint64_t size = b->m->file[file].in.size, at;
	size_t n = size < END_NBYTES + 65535 ? (size_t)size
					     : (size_t)END_NBYTES + 65535;
	unsigned char *p = malloc(n + 1);
	int r = -1;

	if (!p)
		return diag_nomem(d, n);
	bad(d, "no directory at its end; expected one: it was cut short");
	if (model_build_pread(b, file, p, n, size - n, d))
		goto out;
	for (size_t i = n < END_NBYTES ? 0 : n - END_NBYTES + 1; i-- > 0;) {
		if (memcmp(p + i, magic, 4) != 0 ||
			le_load16(p + i + 20) != n - i - END_NBYTES)
			continue;
		at = size - n + i;
		*ret = (struct extent){
			le_load32(p + i + 16), le_load32(p + i + 12)};
		r = 0;
		if (ret->offset == ABSENT32 || ret->nbytes == ABSENT32)
			r = read_end64(b, file, at, ret, d);
		break;
	}
out:
	free(p);
	return r;
}

/* The ZIP64 values of an entry, those that its fixed fields leave out. */
static int take_zip64(struct model_member *e, const unsigned char *p, size_t n)
{
	while (n >= 4) {
		size_t len = le_load16(p + 2), at = 4;
		uint64_t *const left_out[] = {
			&e->nbytes, &e->packed, &e->local};

		if (len > n - 4)
			return -1;
		if (le_load16(p) == EXTRA_ZIP64) {
			for (size_t i = 0; i < 3; i++) {
				if (*left_out[i] != ABSENT32)
					continue;
				if (at + 8 > len + 4)
					return -1;
				*left_out[i] = le_load64(p + at);
				at += 8;
			}
			return 0;
		}
		p += 4 + len;
		n -= 4 + len;
	}
	return e->nbytes == ABSENT32 || e->packed == ABSENT32 ||
			       e->local == ABSENT32
		       ? -1
		       : 0;
}

/* The entry at P, of which N bytes are left; *USED of them are its. */
static int take_entry(struct model_zip *z, const unsigned char *p, size_t n,
	uint64_t at, size_t *used, struct diag *d)
{
	struct model_member e = {.central = at};
	size_t name_len, extra_len;

	if (n < CENTRAL_NBYTES || memcmp(p, "PK\1\2", 4) != 0)
		return bad(d, "the directory is damaged");
	name_len = le_load16(p + 28);
	extra_len = le_load16(p + 30);
	*used = CENTRAL_NBYTES + name_len + extra_len + le_load16(p + 32);
	if (*used > n)
		return bad(d, "the directory is damaged");
	e.flags = le_load16(p + 8);
	e.method = le_load16(p + 10);
	e.time = le_load32(p + 12);
	e.crc = le_load32(p + 16);
	e.packed = le_load32(p + 20);
	e.nbytes = le_load32(p + 24);
	e.local = le_load32(p + 42);
	if (take_zip64(&e, p + CENTRAL_NBYTES + name_len, extra_len))
		return bad(d, "the directory lacks sizes; expected ZIP64's");
	if (memchr(p + CENTRAL_NBYTES, 0, name_len))
		return bad(d, "a member's name with a NUL in it");
	e.name = (const char *)p + CENTRAL_NBYTES;
	e.name_len = name_len;
	return array_push(&z->member, &z->n, &e, sizeof(e), d);
}

/* --- members -------------------------------------------------------------- */

static int bad_member(
	const struct model_member *e, struct diag *d, const char *what)
{
	bad(d, what);
	return diag_at(d, "%.*s", (int)(e->name_len > 200 ? 200 : e->name_len),
		e->name);
}

/* Finds E's bytes behind its own header, which must agree. */
static int find_bytes(const struct model_build *b, size_t file,
	struct model_member *e, uint64_t end, struct diag *d)
{
	unsigned char p[LOCAL_NBYTES];
	uint64_t data_end;
	char *name;
	size_t n;
	int ret;

	if (e->local > end || end - e->local < LOCAL_NBYTES)
		return bad_member(e, d, "begins behind the end");
	if (model_build_pread(b, file, p, sizeof(p), e->local, d))
		return -1;
	n = le_load16(p + 26);
	if (memcmp(p, "PK\3\4", 4) != 0 || n != e->name_len ||
		le_load16(p + 8) != e->method)
		return bad_member(e, d, "is not what the directory says");
	if (n > end - e->local - LOCAL_NBYTES)
		return bad_member(e, d, "ends behind the end");
	name = malloc(n + 1);
	if (!name)
		return diag_nomem(d, n);
	ret = model_build_pread(b, file, name, n, e->local + LOCAL_NBYTES, d);
	if (!ret && memcmp(name, e->name, n) != 0)
		ret = bad_member(e, d, "has another name in the directory");
	free(name);
	if (ret)
		return ret;
	e->offset = e->local + LOCAL_NBYTES + n + le_load16(p + 28);
	if (__builtin_add_overflow(e->offset, e->packed, &data_end) ||
		data_end > end)
		return bad_member(e, d, "ends behind the end");
	if (e->method == 0 && e->packed != e->nbytes)
		return bad_member(e, d, "is stored and has two sizes");
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct model_member *const *x = a, *const *y = b;

	return (*x)->local < (*y)->local ? -1 : (*x)->local > (*y)->local;
}

static int by_name(const void *a, const void *b)
{
	const struct model_member *x = *(const struct model_member *const *)a;
	const struct model_member *y = *(const struct model_member *const *)b;

	return order_of_bytes(x->name, x->name_len, y->name, y->name_len);
}

/* No two members share bytes, or a name. */
static int check_members(struct model_zip *z, struct diag *d)
{
	struct model_member **e = calloc(z->n + 1, sizeof(*e));

	if (!e)
		return diag_nomem(d, z->n * sizeof(*e));
	z->by_name = e;
	for (size_t i = 0; i < z->n; i++)
		e[i] = &z->member[i];
	qsort(e, z->n, sizeof(*e), by_offset);
	for (size_t i = 1; i < z->n; i++)
		if (e[i - 1]->offset + e[i - 1]->packed > e[i]->local)
			return bad_member(e[i], d, "shares bytes with another");
	qsort(e, z->n, sizeof(*e), by_name);
	for (size_t i = 1; i < z->n; i++)
		if (by_name(&e[i - 1], &e[i]) == 0)
			return bad_member(e[i], d, "is there twice");
	return 0;
}

const struct model_member *model_zip_find(
	const struct model_zip *z, const char *name, size_t n)
{
	const struct model_member key = {.name = name, .name_len = n};
	const struct model_member *at = &key;
	struct model_member **e =
		z->n ? bsearch(&at, z->by_name, z->n, sizeof(*e), by_name)
		     : NULL;

	return e ? *e : NULL;
}

static int take_directory(struct model_zip *z, const struct model_build *b,
	size_t file, const struct extent *x, struct diag *d)
{
	size_t used = 0;

	for (size_t at = 0; at < z->directory.len; at += used)
		if (take_entry(z, (unsigned char *)z->directory.data + at,
			    z->directory.len - at, x->offset + at, &used, d))
			return -1;
	for (size_t i = 0; i < z->n; i++)
		if (find_bytes(b, file, &z->member[i], x->offset, d))
			return -1;
	return check_members(z, d);
}

int model_zip_open(struct model_zip *z, const struct model_build *b,
	size_t file, struct diag *d)
{
	uint64_t size = b->m->file[file].in.size;
	struct extent x = {0};

	*z = (struct model_zip){0};
	if (find_directory(b, file, &x, d))
		return -1;
	if (x.offset > size || x.nbytes > size - x.offset)
		return bad(d, "the directory is not in it");
	if (x.nbytes > DIRECTORY_NBYTES_MAX)
		return bad(d, "a directory of more than 64 MiB");
	if (buf_reserve(&z->directory, (size_t)x.nbytes + 1))
		return diag_nomem(d, x.nbytes);
	if (model_build_pread(
		    b, file, z->directory.data, (size_t)x.nbytes, x.offset, d))
		return -1;
	z->directory.len = (size_t)x.nbytes;
	return take_directory(z, b, file, &x, d);
}

void model_zip_close(struct model_zip *z)
{
	free(z->by_name);
	free(z->member);
	buf_free(&z->directory);
}

/* --- bytes of members ----------------------------------------------------- */

/* A member on its way out. */
struct unpacking {
	const struct model_build *b;
	size_t file;
	const struct model_member *e;
	struct zip_inflate *z; /* NULL: stored */
	uint64_t left;         /* packed bytes not yet read */
	uint64_t made;
	uint32_t crc;
	unsigned char *in, *out;
	size_t have, used; /* of in */
};

static int refill(struct unpacking *u, struct diag *d)
{
	if (u->used < u->have)
		return 0;
	u->used = 0;
	u->have = u->left < STEP_NBYTES ? (size_t)u->left : STEP_NBYTES;
	u->left -= u->have;
	return model_build_pread(u->b, u->file, u->in, u->have,
		u->e->offset + u->e->packed - u->left - u->have, d);
}

/* Some bytes to *P and *N.  Returns 1, 0 with the last of them, or -1. */
static int unpack(
	struct unpacking *u, const unsigned char **p, size_t *n, struct diag *d)
{
	size_t nin;
	enum zip_inflated s;

	if (refill(u, d))
		return -1;
	nin = u->have - u->used;
	if (!u->z) {
		*p = u->in;
		*n = nin;
		u->used = u->have;
		return u->left > 0;
	}
	*p = u->out;
	*n = STEP_NBYTES;
	s = zip_inflate(u->z, u->in + u->used, &nin, u->out, n);
	u->used += nin;
	if (s == ZIP_INFLATE_BAD || (s == ZIP_INFLATE_MORE && !nin && !*n))
		return bad_member(u->e, d, "is damaged");
	return s == ZIP_INFLATE_MORE;
}

static int put_all(
	struct unpacking *u, const struct model_sink *to, struct diag *d)
{
	const unsigned char *p;
	size_t n;
	int more, r;

	do {
		more = unpack(u, &p, &n, d);
		if (more < 0)
			return -1;
		if (n > u->e->nbytes - u->made)
			return bad_member(
				u->e, d, "is longer than the directory says");
		u->crc = zip_crc32(u->crc, p, n);
		u->made += n;
		r = n ? to->put(to->ctx, p, n, d) : 0;
	} while (more && !r);
	if (r)
		return r < 0 ? -1 : 0;
	if (u->made != u->e->nbytes || u->crc != u->e->crc)
		return bad_member(u->e, d, "is damaged: wrong length or CRC");
	return 0;
}

int model_zip_read(const struct model_build *b, size_t file,
	const struct model_member *e, const struct model_sink *to,
	struct diag *d)
{
	struct unpacking u = {.b = b, .file = file, .e = e, .left = e->packed};
	int r = -1;

	if (e->flags & FLAG_ENCRYPTED || (e->method != 0 && e->method != 8))
		return bad_member(e, d,
			"is encrypted, or packed by another method than "
			"deflate");
	u.z = e->method ? zip_inflate_new() : NULL;
	u.in = malloc(2 * STEP_NBYTES);
	if (!u.in || (e->method && !u.z)) {
		diag_nomem(d, 2 * STEP_NBYTES);
	} else {
		u.out = u.in + STEP_NBYTES;
		r = put_all(&u, to, d);
	}
	zip_inflate_free(u.z);
	free(u.in);
	return r;
}

struct loading {
	struct buf *to;
	size_t max;
};

static int load(void *ctx, const void *p, size_t n, struct diag *d)
{
	struct loading *l = ctx;
	size_t room = l->max - l->to->len;

	buf_add(l->to, p, n < room ? n : room);
	if (buf_failed(l->to))
		return diag_nomem(d, n);
	return l->to->len == l->max;
}

int model_zip_load(const struct model_build *b, size_t file,
	const struct model_member *e, size_t max, struct buf *to,
	struct diag *d)
{
	struct loading l = {to, max};

	to->len = 0;
	return model_zip_read(b, file, e, &(struct model_sink){load, &l}, d);
}

int model_zip_seal(struct tensor_map *m, const struct model_build *b,
	size_t file, const struct model_member *e, struct diag *d)
{
	struct tensor_seal seal = {
		e->offset, e->packed, {e->local + 14, e->central + 16}};
	unsigned char p[4];

	/* Sizes and CRC behind the bytes: with or without a signature. */
	if (e->flags & FLAG_SIZES_FOLLOW) {
		seal.at[0] = e->offset + e->packed;
		if (model_build_pread(b, file, p, 4, seal.at[0], d))
			return -1;
		if (memcmp(p, "PK\7\10", 4) == 0)
			seal.at[0] += 4;
	}
	return tensor_add_seal(m, &seal, d);
}
