/* SPDX-License-Identifier: MIT */
/*
 * The files of tests/spzip/version-1, which have every mode and coding: each
 * bit of every chunk is flipped behind the CRC of its frame, which no accident
 * gets past, and either the chunk is refused or it decodes to the same bytes.
 * FULL=1 flips all bits of small chunks, else those of heads and a sample.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/le.h"
#include "chunk/chunk_impl.h"
#include "spz/spz_impl.h"
#include "tap.h"

/* Behind the heads every so many bits are flipped, of larger payloads and of
 * files that are slow everywhere. */
#define HEADS_NBYTES 64
#define ALL_MAX 1500
#define STRIDE 53

static bool is_full;

static struct chunk_codec codec[CHUNK_NCPU];

/* What the file at hand is a difference from. */
static uint8_t base[1 << 17];
static size_t nbase;

struct flips {
	size_t nchunk, nflip, nsame, nother;
	bool is_slow;
};

/*
 * True if the fastest loops, and now and then those of every set, find P
 * damaged, or make RAW of it.
 */
static bool is_noticed(const uint8_t *p, size_t n, const uint8_t *raw,
	size_t nraw, uint8_t *back, struct flips *f)
{
	struct chunk_head h;
	struct diag d;
	bool same = true;

	if (chunk_head_parse(&h, p, n, &d) || h.raw > nraw)
		return true;
	for (size_t k = 0; k < (f->nflip % 8 ? 1 : CHUNK_NCPU); k++) {
		if (chunk_decode(&codec[k], &h, p, n, back, &d))
			continue;
		f->nsame++;
		same = same && h.raw == nraw && memcmp(raw, back, nraw) == 0;
	}
	return same;
}

/* Gives all codecs what corresponds to a chunk: BASE from AT on. */
static void set_base(uint64_t at)
{
	for (size_t k = 0; k < CHUNK_NCPU; k++)
		codec[k].delta.base = at < nbase ? base + at : NULL;
}

/* How far the bit behind BIT that is flipped is, in a chunk of N bytes. */
static size_t stride(const struct flips *f, size_t bit, size_t n)
{
	if (n > ALL_MAX || f->is_slow)
		return STRIDE;
	return is_full || bit < 8 * (size_t)HEADS_NBYTES ? 1 : STRIDE;
}

static void flip_chunk(const uint8_t *payload, size_t n, struct flips *f)
{
	uint8_t *p = malloc(n), *raw, *back;
	struct chunk_head h;
	struct diag d;

	f->nchunk++;
	memcpy(p, payload, n);
	if (chunk_head_parse(&h, p, n, &d))
		h.raw = 0;
	raw = malloc(h.raw + CHUNK_SLACK);
	back = malloc(h.raw + CHUNK_SLACK);
	if (!h.raw || chunk_decode(&codec[0], &h, p, n, raw, &d))
		f->nother++;
	for (size_t bit = 0; bit < 8 * n; bit += stride(f, bit, n)) {
		p[bit / 8] ^= (uint8_t)(1u << (bit & 7));
		f->nflip++;
		f->nother += !is_noticed(p, n, raw, h.raw, back, f);
		p[bit / 8] ^= (uint8_t)(1u << (bit & 7));
	}
	free(p);
	free(raw);
	free(back);
}

/* The chunks of all members in FILE[0..n). */
static void flip_file(const uint8_t *file, size_t n, struct flips *f)
{
	struct spz_segment seg = {0};
	uint64_t base_at = 0;
	size_t at = 0;
	struct diag d;

	while (at + SPZ_HEADER_NBYTES <= n) {
		bool ends = false;

		for (at += SPZ_HEADER_NBYTES; !ends;) {
			const uint8_t *frame = file + at;
			uint32_t len = le_load32(frame + 4);

			if (frame[0] == SPZ_SEGMENT &&
				spz_segment_parse(&seg,
					frame + SPZ_FRAME_HEAD_NBYTES, len,
					&d) == 0)
				base_at = seg.flags & SPZ_SEGMENT_HAS_BASE
						  ? seg.base_offset
						  : SIZE_MAX / 2;
			if (frame[0] == SPZ_CHUNK) {
				set_base(base_at);
				flip_chunk(
					frame + SPZ_FRAME_HEAD_NBYTES, len, f);
				base_at += le_load32(
					frame + SPZ_FRAME_HEAD_NBYTES);
			}
			ends = frame[0] == SPZ_END;
			at += len + (size_t)SPZ_FRAME_NBYTES;
		}
		while (at < n && file[at] == 0)
			at++;
	}
}

static size_t slurp(const char *path, uint8_t *p, size_t n)
{
	FILE *in = fopen(path, "rb");

	n = in ? fread(p, 1, n, in) : 0;
	if (in)
		fclose(in);
	return n;
}

static void test_file(const char *name)
{
	static uint8_t file[1 << 17];
	struct flips f = {.is_slow = strstr(name, "contexts")};
	char path[512];
	size_t n;

	n = (size_t)snprintf(
		path, sizeof(path), "tests/spzip/version-1/%s", name);
	memcpy(path + n - 5, "base", 5);
	nbase = slurp(path, base, sizeof(base));
	memcpy(path + n - 5, "spzip", 6);
	n = slurp(path, file, sizeof(file));
	if (n)
		flip_file(file, n, &f);
	ok(n && f.nother == 0, "%s: %zu bits of %zu chunks, %zu of no effect",
		name, f.nflip, f.nchunk, f.nsame);
}

int main(void)
{
	DIR *dir = opendir("tests/spzip/version-1");
	const struct dirent *e;
	size_t n = 0;

	is_full = getenv("FULL");

	for (size_t k = 0; k < CHUNK_NCPU; k++)
		codec[k].kernel =
			chunk_kernels((enum chunk_cpu)(CHUNK_NCPU - 1 - k));
	while (dir && (e = readdir(dir)))
		if (strlen(e->d_name) > 6 &&
			!strcmp(e->d_name + strlen(e->d_name) - 6, ".spzip")) {
			test_file(e->d_name);
			n++;
		}
	if (dir)
		closedir(dir);
	ok(n >= 19, "%zu files", n);
	for (size_t k = 0; k < CHUNK_NCPU; k++)
		chunk_codec_free(&codec[k]);
	return tap_done();
}
