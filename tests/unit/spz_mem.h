/* SPDX-License-Identifier: MIT */
/* Sources and sinks in memory, for the tests of lib/spz. */
#ifndef SPZ_MEM_H
#define SPZ_MEM_H

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "spz/spz.h"

struct mem {
	const uint8_t *p;
	size_t n;
	size_t at;
};

static inline ssize_t mem_read(void *ctx, void *p, size_t n, struct diag *d)
{
	struct mem *m = ctx;
	size_t got = 0;

	(void)d;
	while (got < n && m->at < m->n) {
		size_t k = n - got < m->n - m->at ? n - got : m->n - m->at;

		memcpy((uint8_t *)p + got, m->p + m->at, k);
		m->at += k;
		got += k;
	}
	return (ssize_t)got;
}

static inline int mem_write(void *ctx, const void *p, size_t n, struct diag *d)
{
	buf_add(ctx, p, n);
	return buf_end(ctx, d);
}

/* AT counts the bytes that were asked for. */
static inline int mem_pread(
	void *ctx, void *p, size_t n, uint64_t at, struct diag *d)
{
	struct mem *m = ctx;

	if (at > m->n || n > m->n - at)
		return diag_set(d, DIAG_IO, "read behind the end");
	memcpy(p, m->p + at, n);
	m->at += n;
	return 0;
}

/* Compresses P[0..n) into OUT, which is emptied. */
static inline int mem_encode(const void *p, size_t n,
	const struct spz_encode_opts *o, struct buf *out, struct diag *d)
{
	struct mem m = {p, n, 0};
	struct spz_source src = {&m, mem_read, NULL};
	struct spz_sink dst = {out, mem_write};
	struct spz_totals t;

	out->len = 0;
	return spz_encode(&src, &dst, o, &t, d);
}

static inline int mem_decode(const void *p, size_t n, unsigned nthread,
	struct buf *out, struct spz_totals *t, struct diag *d)
{
	struct mem m = {p, n, 0};
	struct spz_source src = {&m, mem_read, NULL};
	struct spz_sink dst = {out, mem_write};
	struct spz_decode_opts o = {
		.nthread = nthread, .raw_max = (uint64_t)1 << 28};

	out->len = 0;
	return spz_decode(&src, &dst, &o, t, d);
}

#endif
