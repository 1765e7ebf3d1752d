/* SPDX-License-Identifier: MIT */
/*
 * Every bit of the files of tests/spzip/version-1, which have every mode and
 * coding, is turned, one at a time: decoding must fail and say where, and what
 * is left of the file must be right.  FULL=1 turns all, else a sample.
 */
#include <dirent.h>
#include <stdlib.h>

#include "spz/spz_impl.h"
#include "spz_mem.h"
#include "tap.h"

/* Bits between those that are turned in a sample: a prime. */
#define STRIDE 293

struct flips {
	size_t n, nwrong, nplace, nrest;
	unsigned long nfound; /* runs of damage in the file at hand */
	struct buf want;
	bool *bad;
};

static int discard(void *ctx, const void *p, size_t n, struct diag *d)
{
	buf_add(ctx, p, n);
	return buf_end(ctx, d);
}

/* The base of the file at hand, if it has one. */
static uint8_t base_bytes[1 << 17];
static struct mem base_mem = {base_bytes, 0, 0};
static struct spz_base base = {.ctx = &base_mem, .pread = mem_pread};

static int find_base(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d)
{
	(void)ctx;
	base.id = *want;
	*ret = &base;
	return base_mem.n && want->size == base_mem.n
		       ? 0
		       : spz_base_missing(want, d);
}

static int decode(const uint8_t *p, size_t n, struct buf *out,
	struct spz_totals *t, struct diag *d)
{
	struct mem m = {p, n, 0};
	const struct spz_source src = {&m, mem_read, NULL};
	const struct spz_sink dst = {out, discard};
	const struct spz_decode_opts o = {
		.nthread = 1, .raw_max = 1 << 28, .bases = {find_base, NULL}};

	return spz_decode(&src, &dst, &o, t, d);
}

/* Whether decoding fails, and what came before is right. */
static bool is_refused(
	const uint8_t *p, size_t n, struct flips *f, struct diag *d)
{
	struct buf out = {0};
	struct spz_totals t;
	int ret = decode(p, n, &out, &t, d);
	bool good =
		(ret || t.garbage) && out.len <= f->want.len &&
		(out.len == 0 || memcmp(out.data, f->want.data, out.len) == 0);

	buf_free(&out);
	return good;
}

static int on_damage(void *ctx, const struct spz_damage *w, struct diag *d)
{
	struct flips *f = ctx;

	(void)d;
	f->nfound++;
	for (uint64_t i = w->from; i < w->to && i < f->want.len; i++)
		f->bad[i] = true;
	return 0;
}

/* Whether what is not said to be damaged is right. */
static bool rest_is_right(const uint8_t *p, size_t n, struct flips *f)
{
	struct mem m = {p, n, 0};
	const struct spz_file file = {&m, n, mem_pread};
	struct buf out = {0};
	const struct spz_sink dst = {&out, discard};
	const struct spz_part_opts o = {.nthread = 1,
		.bases = {find_base, NULL},
		.on_damage = on_damage,
		.ctx = f};
	struct spz_map *map;
	struct diag d;
	bool good = true;

	memset(f->bad, 0, f->want.len);
	f->nfound = 0;
	if (spz_map_open(&map, &file, &d))
		return true; /* refused */
	if (spz_map_decode(map, 0, spz_map_raw(map), &dst, &o, &d))
		good = false;
	for (size_t i = 0; good && i < out.len && i < f->want.len; i++)
		good = f->bad[i] || out.data[i] == f->want.data[i];
	spz_map_close(map);
	buf_free(&out);
	return good && out.len <= f->want.len + ((size_t)1 << 24);
}

static void flip(uint8_t *p, size_t n, size_t stride, struct flips *f)
{
	struct diag d;

	for (size_t bit = 0; bit < 8 * n; bit += stride) {
		p[bit / 8] ^= (uint8_t)(1u << (bit & 7));
		f->n++;
		if (is_refused(p, n, f, &d))
			f->nplace += d.place[0] != 0;
		else if (f->nwrong++ < 5)
			printf("# bit %zu of byte %zu of %zu\n", bit & 7,
				bit / 8, n);
		f->nrest += !rest_is_right(p, n, f);
		p[bit / 8] ^= (uint8_t)(1u << (bit & 7));
	}
}

/* Reads the file of NAME, a .spzip, with another suffix. */
static size_t load(const char *name, const char *suffix, uint8_t *p, size_t n)
{
	char path[512];
	FILE *in;

	snprintf(path, sizeof(path), "tests/spzip/version-1/%.*s%s",
		(int)(strlen(name) - strlen(".spzip")), name, suffix);
	in = fopen(path, "rb");
	n = in ? fread(p, 1, n, in) : 0;
	if (in)
		fclose(in);
	return n;
}

static void test_file(const char *name, size_t stride)
{
	static uint8_t file[1 << 17];
	struct flips f = {0};
	struct spz_totals t;
	struct diag d;
	size_t n = load(name, ".spzip", file, sizeof(file));

	base_mem.n = load(name, ".base", base_bytes, sizeof(base_bytes));
	if (!ok(n && decode(file, n, &f.want, &t, &d) == 0, "%s decodes", name))
		return;
	f.bad = calloc(1, f.want.len + 1);
	flip(file, n, stride, &f);
	ok(f.nwrong == 0 && f.nrest == 0,
		"%s: %zu bits, %zu with a place; %zu unnoticed, %zu spoil more",
		name, f.n, f.nplace, f.nwrong, f.nrest);
	free(f.bad);
	buf_free(&f.want);
}

int main(void)
{
	size_t stride = getenv("FULL") ? 1 : STRIDE, n = 0;
	DIR *dir = opendir("tests/spzip/version-1");
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strlen(e->d_name) > 6 &&
			!strcmp(e->d_name + strlen(e->d_name) - 6, ".spzip")) {
			test_file(e->d_name, stride);
			n++;
		}
	if (dir)
		closedir(dir);
	ok(n >= 20, "%zu files", n);
	return tap_done();
}
