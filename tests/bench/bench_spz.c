/* SPDX-License-Identifier: MIT */
/*
 * Speed of lib/chunk in memory on one thread, without input and output: chunks
 * of Gaussian weights to payloads and back, CRC included.  A line for each
 * kind: ratio, and GB of weights a second in and out; and one of zstd -1 on the
 * same bytes, where there is a libzstd.  With FOLDER, which must exist, those
 * are written to FOLDER/KIND.  Usage:
 *   bench_spz [LEVEL [RUNS [FOLDER]]]
 */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/le.h"
#include "bench_chunks.h"

/* Weights of WIDTH bytes, f32, bf16 or int8; magnitudes below LIMIT are 0. */
static void make(uint8_t *p, unsigned width, double limit)
{
	uint64_t state = 1;

	for (size_t i = 0; i < BENCH_NBYTES / width; i++) {
		double z = bench_gauss(&state);
		float w = fabs(z) < limit ? 0.0f : (float)(z * 0.02);
		uint32_t u;

		memcpy(&u, &w, sizeof(u));
		if (width == 1)
			p[i] = (uint8_t)(int8_t)lrint(
				fmax(-127, fmin(127, (double)w * 1600)));
		else if (width == 4)
			le_store32(p + 4 * i, u);
		else
			le_store16(p + 2 * i, (uint16_t)(u >> 16));
	}
}

struct kind {
	const char *name;
	unsigned width;
	double limit; /* a quantile of a normal variable's magnitude */
};

static void print(
	const char *name, const char *codec, const struct bench_figures *f)
{
	printf("  %-10s %-8s %8.4f : 1  in %6.3f  out %6.3f GB/s, "
	       "%5.3f and %5.3f of memcpy\n",
		name, codec, (double)BENCH_NBYTES / (double)f->packed, f->in,
		f->out, f->in / f->copy, f->out / f->copy);
}

/* Of libzstd, which nothing here is built with. */
struct zstd {
	size_t (*bound)(size_t);
	size_t (*compress)(void *, size_t, const void *, size_t, int);
	size_t (*decompress)(void *, size_t, const void *, size_t);
};

static bool open_zstd(struct zstd *z)
{
	void *lib = dlopen("libzstd.so.1", RTLD_NOW);

	if (!lib)
		return false;
	*(void **)&z->bound = dlsym(lib, "ZSTD_compressBound");
	*(void **)&z->compress = dlsym(lib, "ZSTD_compress");
	*(void **)&z->decompress = dlsym(lib, "ZSTD_decompress");
	return z->bound && z->compress && z->decompress;
}

/* Level 1 of it, given what the same run has of memcpy(). */
static int bench_zstd(const struct zstd *z, const struct bench_chunks *t,
	struct bench_figures *f)
{
	size_t room = z->bound(BENCH_NBYTES), n = 0;
	uint8_t *packed = malloc(room), *back = malloc(BENCH_NBYTES);
	double in = 1e9, out = 1e9;
	int bad = !packed || !back;

	for (int i = 0; i <= t->runs && !bad; i++) {
		double start = bench_now(), mid;

		n = z->compress(packed, room, t->raw, BENCH_NBYTES, 1);
		mid = bench_now();
		bad = n > room || z->decompress(back, BENCH_NBYTES, packed,
					  n) != BENCH_NBYTES;
		out = i ? fmin(out, bench_now() - mid) : out;
		in = i ? fmin(in, mid - start) : in;
		bad = bad || memcmp(back, t->raw, BENCH_NBYTES) != 0;
	}
	f->packed = n;
	f->in = (double)BENCH_NBYTES / 1e9 / in;
	f->out = (double)BENCH_NBYTES / 1e9 / out;
	free(packed);
	free(back);
	return bad;
}

static int write_to(const char *folder, const char *name, const uint8_t *raw)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = n < (int)sizeof(path) ? fopen(path, "wb") : NULL;
	int bad = !f || fwrite(raw, 1, BENCH_NBYTES, f) != BENCH_NBYTES;

	return (f && fclose(f)) || bad;
}

static int bench(const struct kind *k, struct bench_chunks *t,
	const struct zstd *z, const char *folder)
{
	struct bench_figures f;
	uint8_t *raw = malloc(BENCH_NBYTES);
	char codec[] = {'s', 'p', 'z', 'i', 'p', ' ', '-',
		(char)('0' + t->level), '\0'};
	int bad = !raw;

	t->raw = raw;
	/* rows as a large layer has them */
	t->e = (struct chunk_elements){
		.width = k->width, .grid = {.row = 4096}};
	if (!bad)
		make(raw, k->width, k->limit);
	bad = bad || bench_chunks(t, &f);
	if (!bad)
		print(k->name, codec, &f);
	if (!bad && z && !(bad = bench_zstd(z, t, &f)))
		print(k->name, "zstd -1", &f);
	bad = bad || (folder && write_to(folder, k->name, raw));
	free(raw);
	return bad;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{"f32-90", 4, 1.644854},
		{"f32-50", 4, 0.674490},
		{"f32-0", 4, 0},
		{"bf16-0", 2, 0},
		{"i8-90", 1, 1.644854},
		{"i8-0", 1, 0},
	};
	struct bench_chunks t = {
		.level = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6,
		.runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5,
	};
	struct zstd z;
	bool has_zstd = open_zstd(&z);
	int bad = t.level < 1 || t.level > 9;

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !bad; i++)
		bad = bench(&kinds[i], &t, has_zstd ? &z : NULL,
			argc > 3 ? argv[3] : NULL);
	return bad;
}
