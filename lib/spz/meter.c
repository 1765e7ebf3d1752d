/* SPDX-License-Identifier: MIT */
/*
 * What a tensor cannot be coded in fewer bits than, as long as nothing is known
 * of one element by another: for floats the entropy of the mask, and of every
 * element kept a sign, the entropy of its exponent with the three highest bits
 * of the mantissa, and the other bits; for numbers of one byte their entropy.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "spz/spz_impl.h"

/* Bits of the mantissa that are not as good as random. */
#define TOP_NBIT 3

/* By dtype code of section 5: bits of the mantissa, or 255 for whole bytes. */
#define WHOLE 255
static const uint8_t mantissa[] = {
	[1] = WHOLE,  /* BOOL */
	[2] = WHOLE,  /* U8 */
	[3] = WHOLE,  /* I8 */
	[10] = WHOLE, /* F8_E4M3 */
	[11] = WHOLE, /* F8_E5M2 */
	[12] = 10,    /* F16 */
	[13] = 7,     /* BF16 */
	[14] = 23,    /* F32 */
	[15] = 52,    /* F64 */
};

void spz_meter_begin(struct spz_meter *m, const struct spz_segment *s)
{
	struct buf count = m->count;

	*m = (struct spz_meter){.count = count};
	m->mantissa = s->dtype < sizeof(mantissa) ? mantissa[s->dtype] : 0;
	m->width = s->width;
	m->big_endian = s->flags & SPZ_SEGMENT_BIG_ENDIAN;
}

void spz_meter_free(struct spz_meter *m)
{
	buf_free(&m->count);
}

/* Element at P. */
static uint64_t element(const struct spz_meter *m, const uint8_t *p)
{
	uint64_t x = 0;

	for (unsigned i = 0; i < m->width; i++)
		x = x << 8 | p[m->big_endian ? i : m->width - 1 - i];
	return x;
}

int spz_meter_add(struct spz_meter *m, const uint8_t *p, size_t n)
{
	unsigned top = 8u * m->width - 1, down;
	size_t size;
	uint64_t *count;

	if (m->mantissa == 0)
		return 0;
	down = m->mantissa == WHOLE ? 0 : m->mantissa - TOP_NBIT;
	size = sizeof(*count) << (m->mantissa == WHOLE ? 8 : top - down);
	if (m->nelem == 0 && buf_reserve(&m->count, size))
		return -1;
	count = (uint64_t *)(void *)m->count.data;
	if (m->nelem == 0)
		memset(count, 0, size);
	m->ncount = size / sizeof(*count);
	for (size_t i = 0; i + m->width <= n; i += m->width) {
		uint64_t x = element(m, p + i);

		m->nelem++;
		if (m->mantissa != WHOLE)
			x &= ((uint64_t)1 << top) - 1;
		m->nkept += x != 0;
		if (x || m->mantissa == WHOLE)
			count[x >> down]++;
	}
	return 0;
}

/* Bits of N things of which COUNT are of one kind, as far as these go. */
static double part(double n, double count)
{
	return count > 0 ? count * log2(n / count) : 0;
}

double spz_meter_nbyte(const struct spz_meter *m)
{
	const uint64_t *count = (const void *)m->count.data;
	double n = (double)m->nelem, kept = (double)m->nkept, bits = 0;

	if (m->mantissa == 0 || m->nelem == 0)
		return NAN;
	if (m->mantissa == WHOLE)
		kept = n;
	else
		bits = part(n, kept) + part(n, n - kept) +
		       kept * (1 + m->mantissa - TOP_NBIT);
	for (size_t i = 0; i < m->ncount; i++)
		bits += part(kept, (double)count[i]);
	return bits / 8;
}
