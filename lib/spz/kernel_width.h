/* SPDX-License-Identifier: MIT */
/*
 * The body of kernel.c for one element width; included once for each with U
 * (the integer type), BITS, LOAD and STORE defined.
 */
#define CAT2(a, b) a##b
#define CAT(a, b) CAT2(a, b)
#define FN(name) CAT(name, BITS)
#define WIDTH (BITS / 8)
#define SIGN ((U)((U)1 << (BITS - 1)))
#define MAG ((U)(SIGN - 1))
#define HIST_SHIFT (BITS - 1 > SPZ_HIST_LOG2 ? BITS - 1 - SPZ_HIST_LOG2 : 0)

static size_t FN(split)(const uint8_t *raw, size_t count, uint8_t *mask,
	uint8_t *kept, size_t *nneg)
{
	size_t k = 0;
	size_t nzero_sign = 0;

	for (size_t i = 0; i < count; i += 64) {
		size_t n = count - i < 64 ? count - i : 64;
		uint64_t word = 0;

		for (size_t j = 0; j < n; j++) {
			U u = LOAD(raw + (i + j) * WIDTH);
			unsigned nz = (u & MAG) != 0;

			STORE(kept + k * WIDTH, u);
			k += nz;
			word |= (uint64_t)nz << j;
			nzero_sign += u == SIGN;
		}
		le_store64(mask + i / 8, word);
	}
	*nneg = nzero_sign;
	return k;
}

static uint64_t FN(survey)(
	const uint8_t *kept, size_t n, uint32_t hist[SPZ_HIST_NBIN])
{
	U any = 0;

	memset(hist, 0, SPZ_HIST_NBIN * sizeof(hist[0]));
	for (size_t i = 0; i < n; i++) {
		U v = LOAD(kept + i * WIDTH) & MAG;

		any |= v;
		hist[v >> HIST_SHIFT]++;
	}
	return any;
}

static void FN(extent)(
	const uint8_t *kept, size_t n, uint64_t *lo, uint64_t *hi)
{
	U from = (U)*lo, to = (U)*hi;
	U least = (U) ~(U)0, most = 0;

	for (size_t i = 0; i < n; i++) {
		U v = LOAD(kept + i * WIDTH) & MAG;
		unsigned in = v >= from && v <= to;

		least = in && v < least ? v : least;
		most = in && v > most ? v : most;
	}
	*lo = least;
	*hi = most;
}

static size_t FN(window)(const uint8_t *kept, size_t n,
	const struct spz_window *w, uint8_t *sym, uint8_t *fields,
	uint8_t *except)
{
	const U lo = (U)w->lo;
	const U span = (U)(w->hi - w->lo);
	const unsigned shift = w->shift;
	const U low_mask = (U)(((uint64_t)1 << shift) - 1);
	uint64_t acc = 0;
	unsigned nbit = 0;
	size_t nexcept = 0;

	for (size_t i = 0; i < n; i++) {
		U u = LOAD(kept + i * WIDTH);
		U x = (U)((U)((u & MAG) >> w->drop) - lo);
		unsigned in = x <= span;
		uint64_t field = (uint64_t)(x & low_mask) |
				 (uint64_t)(u >> (BITS - 1)) << shift;

		sym[i] = (uint8_t)(in ? x >> shift : SPZ_SYMBOL_EXCEPT);
		STORE(except + nexcept * WIDTH, u);
		nexcept += !in;
		acc |= (in ? field : 0) << nbit;
		le_store64(fields, acc);
		nbit += shift + 1;
		fields += nbit >> 3;
		acc >>= nbit & 0x38;
		nbit &= 7;
	}
	return nexcept;
}

static int FN(unwindow)(uint8_t *kept, size_t n, const struct spz_window *w,
	const uint8_t *sym, const uint8_t *fields, size_t nfields,
	const uint8_t *except, size_t nexcept)
{
	const U lo = (U)w->lo;
	const unsigned shift = w->shift, nbit = shift + 1;
	const uint64_t low_mask = ((uint64_t)1 << shift) - 1;
	size_t safe = nfields < 8 ? 0 : (nfields - 8) * 8 / nbit + 1;
	size_t e = 0;
	U over = 0;
	uint64_t stray = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t at = (uint64_t)i * nbit;
		uint64_t f = i < safe ? le_load64(fields + at / 8)
				      : load_tail(fields, nfields, at / 8);
		U x, v;

		f = f >> (at & 7) & (low_mask << 1 | 1);
		if (__builtin_expect(sym[i] == SPZ_SYMBOL_EXCEPT, 0)) {
			stray |= f;
			if (e == nexcept)
				return -1;
			STORE(kept + i * WIDTH, LOAD(except + e * WIDTH));
			e++;
			continue;
		}
		x = (U)((uint64_t)sym[i] << shift | (f & low_mask));
		v = (U)(x + lo);
		over |= x | v;
		STORE(kept + i * WIDTH,
			(U)(v << w->drop | (U)((f >> shift) << (BITS - 1))));
	}
	return stray || over >> (BITS - 1 - w->drop) || e != nexcept ? -1 : 0;
}

static void FN(merge)(
	uint8_t *raw, size_t count, const uint8_t *mask, const uint8_t *kept)
{
	memset(raw, 0, count * WIDTH);
	for (size_t i = 0; i < count; i += 64) {
		uint64_t word = load_tail(mask, (count + 7) / 8, i / 8);

		for (; word; word &= word - 1) {
			size_t j = i + (size_t)__builtin_ctzll(word);

			memcpy(raw + j * WIDTH, kept, WIDTH);
			kept += WIDTH;
		}
	}
}

static void FN(zsign_get)(
	const uint8_t *raw, size_t count, const uint8_t *mask, uint8_t *zsign)
{
	size_t k = 0;

	for (size_t i = 0; i < count; i++) {
		if (mask[i / 8] >> (i & 7) & 1)
			continue;
		if ((k & 7) == 0)
			zsign[k / 8] = 0;
		zsign[k / 8] |= (uint8_t)((LOAD(raw + i * WIDTH) >> (BITS - 1))
					  << (k & 7));
		k++;
	}
}

static void FN(zsign_put)(
	uint8_t *raw, size_t count, const uint8_t *mask, const uint8_t *zsign)
{
	size_t k = 0;

	for (size_t i = 0; i < count; i++) {
		if (mask[i / 8] >> (i & 7) & 1)
			continue;
		raw[i * WIDTH + WIDTH - 1] |=
			(uint8_t)((zsign[k / 8] >> (k & 7) & 1) << 7);
		k++;
	}
}

#undef CAT2
#undef CAT
#undef FN
#undef WIDTH
#undef SIGN
#undef MAG
#undef HIST_SHIFT
#undef U
#undef BITS
#undef LOAD
#undef STORE
