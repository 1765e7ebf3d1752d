/* SPDX-License-Identifier: MIT */
/*
 * What fails on the way: packing, unpacking, listing and reading parts of files
 * of every kind, each allocation, read and write failing in turn.  Each time
 * the result is the right one, or a failure of that class after bytes that are
 * right, and nothing is left allocated.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/le.h"
#include "base/zip.h"
#include "format/format.h"
#include "spz/spz_impl.h"
#include "spz_mem.h"
#include "tap.h"
#include "tensor/tensor.h"

/* What is larger is not packed again: each call is a run. */
#define RAW_MAX 16384
/* And what takes more calls only by every so many. */
#define POINTS_MAX 400

enum kind { ALLOC, READ, WRITE, PREAD, NKIND };

static const struct {
	const char *name;
	enum diag_class class;
} kinds[NKIND] = {
	[ALLOC] = {"allocations", DIAG_NOMEM},
	[READ] = {"reads", DIAG_IO},
	[WRITE] = {"writes", DIAG_IO},
	[PREAD] = {"reads of parts", DIAG_IO},
};

static struct {
	bool is_armed, struck;
	enum kind kind;
	unsigned long at, n; /* call N is struck of those counted in AT */
} fault;

static bool strikes(enum kind kind)
{
	if (!fault.is_armed || fault.kind != kind || fault.at++ != fault.n)
		return false;
	fault.struck = true;
	return true;
}

/* --- allocations: the linker has their names stand for these ---------------
 */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static long nlive;

static void *counted(void *p)
{
	nlive += p != NULL;
	return p;
}

void *__wrap_malloc(size_t n)
{
	return strikes(ALLOC) ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return strikes(ALLOC) ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
	if (strikes(ALLOC))
		return NULL;
	return p ? __real_realloc(p, n) : counted(__real_realloc(p, n));
}

void __wrap_free(void *p)
{
	nlive -= p != NULL;
	__real_free(p);
}

/* --- sources and sinks ------------------------------------------------------
 */

static int broken(struct diag *d)
{
	return diag_set(d, DIAG_IO, "broken");
}

static ssize_t try_read(void *ctx, void *p, size_t n, struct diag *d)
{
	return strikes(READ) ? broken(d) : mem_read(ctx, p, n, d);
}

static int try_write(void *ctx, const void *p, size_t n, struct diag *d)
{
	return strikes(WRITE) ? broken(d) : mem_write(ctx, p, n, d);
}

static int try_pread(void *ctx, void *p, size_t n, uint64_t at, struct diag *d)
{
	return strikes(PREAD) ? broken(d) : mem_pread(ctx, p, n, at, d);
}

/* --- what is done ------------------------------------------------------------
 */

struct job {
	const struct buf *in;
	const struct buf *base; /* NULL: none */
	int level;
	const struct format_hint *hint;
	struct buf *out;
};

/* The base of J, in B, with its tensors in MAP if those are asked for. */
static struct spz_base base_of(const struct job *j, struct mem *m)
{
	*m = (struct mem){(uint8_t *)j->base->data, j->base->len, 0};
	return (struct spz_base){
		.id = {.size = j->base->len,
			.crc = zip_crc32(0, j->base->data, j->base->len),
			.name = "base"},
		.has_crc = true,
		.ctx = m,
		.pread = try_pread};
}

static int find(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d)
{
	struct spz_base *b = ctx;

	if (!b->ctx || b->id.size != want->size)
		return spz_base_missing(want, d);
	b->has_crc = false;
	*ret = b;
	return 0;
}

static int pack(const struct job *j, struct diag *d)
{
	struct mem m = {(uint8_t *)j->in->data, j->in->len, 0}, of_base;
	const struct spz_source src = {&m, try_read, NULL};
	const struct spz_sink dst = {j->out, try_write};
	struct tensor_map map;
	struct spz_base base;
	struct spz_encode_opts o = {.level = j->level,
		.nthread = 1,
		.raw_size = j->in->len,
		.hint = j->hint};
	struct spz_totals t;
	int ret;

	if (!j->base)
		return spz_encode(&src, &dst, &o, &t, d);
	base = base_of(j, &of_base);
	if (format_parse(
		    &map, j->base->data, j->base->len, j->base->len, NULL, d))
		return -1;
	base.has_crc = false;
	base.map = &map;
	o.base = &base;
	o.nbase = 1;
	ret = spz_encode(&src, &dst, &o, &t, d);
	tensor_map_free(&map);
	return ret;
}

static int unpack(const struct job *j, struct diag *d)
{
	struct mem m = {(uint8_t *)j->in->data, j->in->len, 0}, of_base;
	struct spz_base base = {.ctx = NULL};
	const struct spz_source src = {&m, try_read, NULL};
	const struct spz_sink dst = {j->out, try_write};
	const struct spz_decode_opts o = {.nthread = 1,
		.raw_max = (uint64_t)1 << 28,
		.bases = {find, &base}};
	struct spz_totals t;

	if (j->base)
		base = base_of(j, &of_base);
	return spz_decode(&src, &dst, &o, &t, d);
}

static int tell(void *ctx, const struct spz_listed *l, struct diag *d)
{
	char name[16];
	const char *dtype = spz_dtype_name(l->segment.dtype, name);

	if (try_write(ctx, dtype, strlen(dtype), d))
		return -1;
	return l->segment.name_len
		       ? mem_write(ctx, l->segment.name, l->segment.name_len, d)
		       : 0;
}

static int tell_base(void *ctx, const struct spz_base_id *id, struct diag *d)
{
	return try_write(ctx, id->name, strlen(id->name), d);
}

static int list(const struct job *j, struct diag *d)
{
	struct mem m = {(uint8_t *)j->in->data, j->in->len, 0};
	const struct spz_source src = {&m, try_read, NULL};
	const struct spz_listener l = {.ctx = j->out,
		.limits = !j->base,
		.segment = tell,
		.base = tell_base};
	struct spz_totals t;

	return spz_list(&src, &l, &t, d);
}

/* All of it, as a part, by the index. */
static int read_part(const struct job *j, struct diag *d)
{
	struct mem m = {(uint8_t *)j->in->data, j->in->len, 0}, of_base;
	struct spz_base base = {.ctx = NULL};
	const struct spz_file file = {&m, j->in->len, try_pread};
	const struct spz_sink dst = {j->out, try_write};
	const struct spz_part_opts o = {.nthread = 1, .bases = {find, &base}};
	struct spz_map *map;
	int ret;

	if (j->base)
		base = base_of(j, &of_base);
	if (spz_map_open(&map, &file, d))
		return -1;
	ret = spz_map_decode(map, 0, spz_map_raw(map), &dst, &o, d);
	spz_map_close(map);
	return ret;
}

/* --- sweeping
 * ----------------------------------------------------------------- */

static struct buf out;

/* Whether J is done right, or not at all, where FAULT strikes. */
static bool holds(int (*run)(const struct job *j, struct diag *d),
	const struct job *j, const struct buf *want)
{
	const long before = nlive;
	struct diag d = {.class = DIAG_NONE};
	int ret;

	out.len = 0;
	fault.at = 0;
	fault.struck = false;
	fault.is_armed = true;
	ret = run(j, &d);
	fault.is_armed = false;
	if (nlive != before || out.len > want->len ||
		(out.len && memcmp(out.data, want->data, out.len) != 0))
		return false;
	if (ret == 0)
		return out.len == want->len;
	return fault.struck && d.class == kinds[fault.kind].class && d.text[0];
}

/* Each call of KIND that J makes, or of many some. */
static size_t sweep_kind(int (*run)(const struct job *j, struct diag *d),
	const struct job *j, const struct buf *want, size_t *nrun)
{
	unsigned long step = 1;
	size_t bad = 0;

	for (fault.n = 0;; fault.n += step) {
		bad += !holds(run, j, want);
		if (!fault.struck)
			return bad;
		++*nrun;
		step = 1 + fault.n / POINTS_MAX;
	}
}

static void sweep(int (*run)(const struct job *j, struct diag *d),
	struct job *j, const char *what, const char *name)
{
	struct buf want = {0};
	struct diag d = {.text = ""};

	out.len = 0;
	j->out = &out;
	if (!ok(run(j, &d) == 0, "%s: %s", name, what))
		printf("# %s\n", d.text);
	buf_add(&want, out.data, out.len);
	for (fault.kind = 0; fault.kind < NKIND; fault.kind++) {
		size_t nrun = 0, bad = sweep_kind(run, j, &want, &nrun);

		if (nrun)
			ok(bad == 0, "%s: %s, %zu %s fail", name, what, nrun,
				kinds[fault.kind].name);
	}
	buf_free(&want);
}

/* Both ways, and looked into. */
static void sweep_packed(const struct buf *packed, const struct buf *base,
	const char *name, struct buf *raw)
{
	struct job j = {.in = packed, .base = base};

	sweep(list, &j, "listed", name);
	sweep(read_part, &j, "read by parts", name);
	sweep(unpack, &j, "unpacked", name);
	/* the last run is one without a fault */
	raw->len = 0;
	buf_add(raw, out.data, out.len);
}

static void sweep_raw(const struct buf *raw, const struct buf *base, int level,
	const struct format_hint *hint, const char *name)
{
	struct job j = {.in = raw, .base = base, .level = level, .hint = hint};
	struct buf packed = {0}, back = {0};

	sweep(pack, &j, "packed", name);
	buf_add(&packed, out.data, out.len);
	sweep_packed(&packed, base, name, &back);
	ok(back.len == raw->len &&
			(raw->len == 0 ||
				memcmp(back.data, raw->data, raw->len) == 0),
		"%s: comes back", name);
	buf_free(&packed);
	buf_free(&back);
}

/* --- files
 * ---------------------------------------------------------------------- */

static void slurp(struct buf *b, const char *path)
{
	static uint8_t p[1 << 17];
	FILE *in = fopen(path, "rb");

	b->len = 0;
	if (!in)
		return;
	buf_add(b, p, fread(p, 1, sizeof(p), in));
	fclose(in);
}

/* One that was packed once, and what it holds packed again. */
static void sweep_golden(const char *name)
{
	struct buf packed = {0}, base = {0}, raw = {0};
	char path[512];
	size_t n = (size_t)snprintf(
		path, sizeof(path), "tests/spzip/version-1/%s", name);

	slurp(&packed, path);
	memcpy(path + n - 5, "base", 5);
	slurp(&base, path);
	sweep_packed(&packed, base.len ? &base : NULL, name, &raw);
	if (raw.len <= RAW_MAX) {
		struct job j = {.in = &raw, .level = ENTROPY_LEVEL_SLOW};

		sweep(pack, &j, "packed again", name);
	}
	buf_free(&packed);
	buf_free(&base);
	buf_free(&raw);
}

static void test_golden(void)
{
	DIR *dir = opendir("tests/spzip/version-1");
	const struct dirent *e;
	size_t n = 0;

	while (dir && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len < 6 || strcmp(e->d_name + len - 6, ".spzip") != 0)
			continue;
		sweep_golden(e->d_name);
		n++;
	}
	if (dir)
		closedir(dir);
	ok(n >= 19, "%zu files", n);
}

/* Tensors of some dtypes; of those that a SEED changes one weight in eight. */
static void make_safetensors(struct buf *b, uint64_t seed)
{
	static const char head[] =
		"{\"bias\":{\"dtype\":\"F32\",\"shape\":[900],"
		"\"data_offsets\":[0,3600]},"
		"\"count\":{\"dtype\":\"I16\",\"shape\":[500],"
		"\"data_offsets\":[3600,4600]},"
		"\"weight\":{\"dtype\":\"BF16\",\"shape\":[80,100],"
		"\"data_offsets\":[4600,20600]}}";
	uint64_t same = 1;
	uint8_t le[8];

	b->len = 0;
	le_store64(le, sizeof(head) - 1);
	buf_add(b, le, 8);
	buf_add(b, head, sizeof(head) - 1);
	for (size_t i = 0; i < 20600 / 2; i++) {
		uint64_t r = tap_random(&same);
		unsigned moves = seed && tap_random(&seed) % 8 == 0;

		le_store16(le, (uint16_t)(0x3c00 + (r & 0x80ff) + moves));
		buf_add(b, le, 2);
	}
}

/* A zip file of two arrays, stored. */
static void make_npz(struct buf *b)
{
	struct buf npy = {0};
	uint8_t head[30] = "PK\3\4\24";
	uint64_t seed = 5;
	char dict[118];

	memset(dict, ' ', sizeof(dict));
	memcpy(dict,
		"{'descr': '>f4', 'fortran_order': False, 'shape': "
		"(40, 50), }",
		61);
	dict[117] = '\n';
	buf_add(&npy, "\x93NUMPY\x01\x00\x76\x00", 10);
	buf_add(&npy, dict, sizeof(dict));
	for (size_t i = 0; i < 2000; i++) {
		uint64_t r = tap_random(&seed);
		uint8_t be[4] = {0};

		if (r % 3)
			memcpy(be, "\x3c", 1), le_store16(be + 2, (uint16_t)r);
		buf_add(&npy, be, 4);
	}
	le_store32(head + 14, zip_crc32(0, npy.data, npy.len));
	le_store32(head + 18, (uint32_t)npy.len);
	le_store32(head + 22, (uint32_t)npy.len);
	le_store16(head + 26, 5);
	b->len = 0;
	for (char c = 'a'; c <= 'b'; c++) {
		buf_add(b, head, sizeof(head));
		buf_addc(b, c);
		buf_add(b, ".npy", 4);
		buf_add(b, npy.data, npy.len);
	}
	buf_free(&npy);
}

static void test_made(void)
{
	struct format_hint hint = {.format = TENSOR_FORMAT_RAW,
		.dtype = TENSOR_F16,
		.ndim = 2,
		.shape = {100, 103}};
	struct buf old = {0}, new = {0}, npz = {0};

	make_safetensors(&old, 0);
	make_safetensors(&new, 1);
	make_npz(&npz);
	for (int level = 1; level <= ENTROPY_LEVEL_SLOW; level += 7) {
		sweep_raw(&new, &old, level, NULL, "difference");
		sweep_raw(&new, NULL, level, NULL, "safetensors");
		sweep_raw(&npz, NULL, level, NULL, "npz");
	}
	new.len = 2 * 100 * 103;
	sweep_raw(&new, NULL, 6, &hint, "raw");
	buf_free(&old);
	buf_free(&new);
	buf_free(&npz);
}

int main(void)
{
	/* so that what takes the output never is what fails */
	if (buf_reserve(&out, 1 << 20))
		return 1;
	test_made();
	test_golden();
	buf_free(&out);
	return tap_done();
}
