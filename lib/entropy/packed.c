/* SPDX-License-Identifier: MIT */
/*
 * Symbol streams, spzip(5), section 8, coding 3: few symbols, several to a
 * byte, which codes of single ones would round up to whole bits.
 */
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "entropy/entropy_impl.h"

#define PACKED_MAX 16

/* Bits that number K symbols. */
static unsigned packed_nbit(unsigned k)
{
	return k <= 2 ? 1 : k <= 4 ? 2 : 4;
}

static size_t packed_nbytes(size_t n, unsigned nbit)
{
	return n / (8 / nbit) + (n % (8 / nbit) != 0);
}

/* Packs P[0..n) to OUT, places of symbols as PLACE says. */
static void pack(const uint8_t *p, size_t n, unsigned nbit,
	const uint8_t place[ENTROPY_NSYMBOL], uint8_t *out)
{
	const unsigned per = 8 / nbit;

	for (size_t i = 0; i < n; i += per) {
		unsigned x = 0;

		for (unsigned k = 0; k < per && i + k < n; k++)
			x |= (unsigned)place[p[i + k]] << (k * nbit);
		*out++ = (uint8_t)x;
	}
}

/* The reverse; returns -1 if a place is not below K, or unused bits are set. */
static int unpack(const uint8_t *in, size_t n, unsigned nbit,
	const uint8_t *symbol, unsigned k, uint8_t *out)
{
	const unsigned per = 8 / nbit, low = (1u << nbit) - 1;
	uint8_t of[ENTROPY_NSYMBOL][8];
	bool bad[ENTROPY_NSYMBOL], any = false;
	size_t i = 0;

	for (unsigned x = 0; x < ENTROPY_NSYMBOL; x++) {
		bad[x] = false;
		for (unsigned j = 0; j < per; j++) {
			unsigned place = x >> (j * nbit) & low;

			bad[x] = bad[x] || place >= k;
			of[x][j] = symbol[place < k ? place : 0];
		}
	}
	for (; n - i >= per; i += per, in++) {
		any |= bad[*in];
		memcpy(out + i, of[*in], per);
	}
	for (unsigned x = i < n ? *in : 0; x; x >>= nbit, i++) {
		if (i >= n || (x & low) >= k)
			return -1;
		out[i] = symbol[x & low];
	}
	for (; i < n; i++)
		out[i] = symbol[0];
	return any ? -1 : 0;
}

/*
 * Appends the symbols P packed, if they are few and that is smaller than what
 * FLAT plans.  Returns 1, 0 if not, -1 when memory ran out.
 */
static int put_packed(struct entropy_coder *c, const uint8_t *p,
	const struct entropy_symbols *flat, struct buf *out)
{
	uint8_t head[2 + PACKED_MAX], place[ENTROPY_NSYMBOL], *bytes;
	uint32_t count[ENTROPY_NSYMBOL];
	struct entropy_symbols s;
	unsigned k = 0, nbit;
	size_t nbytes;

	for (unsigned i = 0; i < ENTROPY_NSYMBOL; i++) {
		if (!flat->hist[i])
			continue;
		if (k == PACKED_MAX)
			return 0;
		place[i] = (uint8_t)k;
		head[2 + k++] = (uint8_t)i;
	}
	nbit = packed_nbit(k);
	nbytes = packed_nbytes(flat->n, nbit);
	bytes = k ? buf_scratch(&c->packed, nbytes) : NULL;
	if (!bytes)
		return k ? -1 : 0;
	pack(p, flat->n, nbit, place, bytes);
	entropy_symbols_count(bytes, nbytes, count);
	entropy_symbols_plan(&s, count, nbytes);
	if (s.nbytes + 2 + k >= flat->nbytes)
		return 0;
	head[0] = ENTROPY_SYMBOLS_PACKED;
	head[1] = (uint8_t)k;
	buf_add(out, head, 2 + (size_t)k);
	return entropy_symbols_put(&s, bytes, out) ? -1 : 1;
}

/* IN is what follows the coding byte. */
static int get_packed(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d)
{
	unsigned k = nin ? in[0] : 0, nbit = packed_nbit(k);
	size_t nbytes = packed_nbytes(n, nbit);
	uint8_t *bytes;

	if (k == 0 || k > PACKED_MAX || nin - 1 < k)
		return diag_set(d, DIAG_DATA, "packed symbols are malformed");
	for (unsigned i = 2; i <= k; i++)
		if (in[i] <= in[i - 1])
			return diag_set(d, DIAG_DATA,
				"packed symbols are out of order");
	bytes = buf_scratch(&c->packed, nbytes);
	if (!bytes)
		return diag_nomem(d, nbytes);
	if (entropy_symbols_get(c, in + 1 + k, nin - 1 - k, bytes, nbytes, d))
		return -1;
	if (unpack(bytes, n, nbit, in + 1, k, out))
		return diag_set(d, DIAG_DATA, "packed symbols are malformed");
	return 0;
}

int entropy_flat_put(struct entropy_coder *c, const uint8_t *p,
	const struct entropy_symbols *s, struct buf *out)
{
	int done = put_packed(c, p, s, out);

	return done ? (done < 0 ? -1 : 0) : entropy_symbols_put(s, p, out);
}

int entropy_flat_get(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d)
{
	if (n && nin && *in == ENTROPY_SYMBOLS_PACKED)
		return get_packed(c, in + 1, nin - 1, out, n, d);
	return entropy_symbols_get(c, in, nin, out, n, d);
}
