/* SPDX-License-Identifier: MIT */
/*
 * Tables of LevelDB: keys in their order, each with its value, in blocks with
 * checksums.  TensorFlow keeps the index of a checkpoint so.
 * https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
#include <string.h>

#include "base/buf.h"
#include "base/crc32c.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "base/wire.h"
#include "format/format.h"

/* Two handles, padded, and a magic number. */
#define FOOTER_NBYTES ((size_t)48)
#define MAGIC UINT64_C(0xdb4775248b80fb57)
/* Behind a block: how it is packed, and a checksum of both. */
#define TRAILER_NBYTES ((size_t)5)

struct table {
	const unsigned char *p;
	size_t n;
	size_t at;      /* where the next block may begin */
	struct buf key; /* the last */
	bool has_key;
	size_t nkey; /* bytes of all keys */
	format_table_put *put;
	void *ctx;
};

static int bad(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_DATA, "%s; expected a whole table", what);
}

/* --- blocks --------------------------------------------------------------- */

/* The entries of the block that the handle at W tells of. */
static int find_block(
	const struct table *t, struct wire *w, struct wire *ret, struct diag *d)
{
	uint64_t offset, nbytes, max = t->n - FOOTER_NBYTES - TRAILER_NBYTES;
	const unsigned char *p;
	size_t n, nrestart;

	if (!wire_varint(w, &offset) || !wire_varint(w, &nbytes) ||
		offset > max || nbytes > max - offset || nbytes < 4)
		return bad(d, "a block that is not there");
	p = t->p + offset;
	n = (size_t)nbytes;
	if (p[n] > 1)
		return bad(d, "a block that is packed in an unknown way");
	if (le_load32(p + n + 1) != crc32c_mask(crc32c_add(0, p, n + 1)))
		return bad(d, "a block whose checksum is wrong");
	if (p[n] == 1)
		return diag_set(d, DIAG_DATA,
			"a block that is packed by Snappy; expected one that "
			"is not, as TensorFlow writes them");
	nrestart = le_load32(p + n - 4);
	if (nrestart > (n - 4) / 4)
		return bad(d, "a block that is cut short");
	*ret = wire_of(p, n - 4 - 4 * nrestart);
	return 0;
}

/* --- entries -------------------------------------------------------------- */

/* What comes after the first NSHARED bytes of T's key is less than P[0..N). */
static bool is_after(
	const struct table *t, size_t nshared, const void *p, size_t n)
{
	return !t->has_key || order_of_bytes(t->key.data + nshared,
				      t->key.len - nshared, p, n) < 0;
}

/* Makes T's key that of the next entry of W, the first or another. */
static int take_key(struct table *t, struct wire *w, bool is_first,
	uint64_t *nvalue, struct diag *d)
{
	uint64_t nshared, nown;
	size_t left;

	if (!wire_varint(w, &nshared) || !wire_varint(w, &nown) ||
		!wire_varint(w, nvalue))
		return bad(d, "an entry that is cut short");
	left = (size_t)(w->end - w->p);
	if (nshared > (is_first ? 0 : t->key.len) || nown > left ||
		*nvalue > left - nown)
		return bad(d, "an entry that is longer than its block");
	if (!is_after(t, (size_t)nshared, w->p, (size_t)nown))
		return bad(d, "names out of their order");
	if (nshared + nown > FORMAT_TABLE_KEY_MAX)
		return diag_set(d, DIAG_DATA,
			"a name of %llu bytes; expected at most %zu",
			(unsigned long long)(nshared + nown),
			FORMAT_TABLE_KEY_MAX);
	t->has_key = true;
	t->key.len = (size_t)nshared;
	buf_add(&t->key, w->p, (size_t)nown);
	w->p += nown;
	return buf_end(&t->key, d);
}

/* Hands over the entries of W, a block. */
static int each_entry(struct table *t, struct wire w, struct diag *d)
{
	const unsigned char *begin = w.p;

	while (w.p < w.end) {
		struct format_table_entry e;
		uint64_t nvalue;

		if (take_key(t, &w, w.p == begin, &nvalue, d))
			return -1;
		e = (struct format_table_entry){
			t->key.data, t->key.len, w.p, (size_t)nvalue};
		w.p += nvalue;
		/* Prefixes that are shared could make much of little. */
		t->nkey += e.nkey;
		if (t->nkey > FORMAT_TABLE_KEYS_MAX)
			return diag_set(d, DIAG_DATA,
				"more than %zu bytes of names; expected fewer",
				FORMAT_TABLE_KEYS_MAX);
		if (t->put(t->ctx, &e, d))
			return -1;
	}
	return 0;
}

/* The blocks that W, the index, tells of, which follow each other. */
static int each_block(struct table *t, struct wire w, struct diag *d)
{
	const unsigned char *begin = w.p;
	struct table index = {0};
	int ret = 0;

	while (w.p < w.end && !ret) {
		struct wire handle, block;
		uint64_t nvalue;

		ret = take_key(&index, &w, w.p == begin, &nvalue, d);
		if (ret)
			break;
		handle = wire_of(w.p, (size_t)nvalue);
		w.p += nvalue;
		ret = find_block(t, &handle, &block, d);
		if (!ret && block.p < t->p + t->at)
			ret = bad(d, "a block that comes twice");
		if (ret)
			break;
		ret = each_entry(t, block, d);
		t->at = (size_t)(block.end - t->p);
	}
	buf_free(&index.key);
	return ret;
}

int format_table_each(const unsigned char *p, size_t n, format_table_put *put,
	void *ctx, struct diag *d)
{
	struct table t = {.p = p, .n = n, .put = put, .ctx = ctx};
	struct wire footer, index;
	uint64_t ignored;
	int ret;

	if (n < FOOTER_NBYTES + TRAILER_NBYTES || le_load64(p + n - 8) != MAGIC)
		return bad(d, "not the end of a table");
	footer = wire_of(p + n - FOOTER_NBYTES, FOOTER_NBYTES - 8);
	if (!wire_varint(&footer, &ignored) || !wire_varint(&footer, &ignored))
		return bad(d, "not the end of a table");
	ret = find_block(&t, &footer, &index, d);
	if (!ret)
		ret = each_block(&t, index, d);
	buf_free(&t.key);
	return ret;
}
