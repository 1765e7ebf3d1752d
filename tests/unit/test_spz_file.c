/* SPDX-License-Identifier: MIT */
/*
 * Whole files: round trips of everything, damage of every bit, truncation at
 * every byte, members after members, frames that lie.
 */
#include <stdlib.h>

#include "base/le.h"
#include "base/zip.h"
#include "chunk/chunk_impl.h"
#include "format/format.h"
#include "spz/spz_impl.h"
#include "spz_mem.h"
#include "tap.h"
#include "tensor/tensor.h"

static uint64_t seed = 11;

static struct spz_encode_opts opts(size_t n)
{
	return (struct spz_encode_opts){
		.level = 6, .nthread = 1, .raw_size = n};
}

static bool decodes_to(const struct buf *packed, const void *p, size_t n,
	struct spz_totals *t, struct diag *d)
{
	struct buf out = {0};
	uint8_t *exact = malloc(packed->len ? packed->len : 1);
	bool same;

	memcpy(exact, packed->data, packed->len);
	same = mem_decode(exact, packed->len, 1, &out, t, d) == 0 &&
	       out.len == n && (n == 0 || memcmp(out.data, p, n) == 0);
	free(exact);
	buf_free(&out);
	return same;
}

static bool fails(const void *p, size_t n, struct diag *d)
{
	struct spz_totals t;
	struct buf out = {0};
	bool failed = mem_decode(p, n, 1, &out, &t, d) != 0;

	buf_free(&out);
	return failed;
}

/* Appends N f32 weights, every second zero. */
static void add_weights(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t r = tap_random(&seed);
		uint32_t u = r & 1 ? 0 : 0x3c000000u | (uint32_t)(r >> 40);
		uint8_t le[4];

		le_store32(le, u | (r & 2 && u ? 0x80000000u : 0));
		buf_add(b, le, 4);
	}
}

/* An NPY file of rows x 16 floats, built as format.py describes it. */
static void make_npy(struct buf *b, size_t rows)
{
	char dict[118];
	int n = snprintf(dict, sizeof(dict),
		"{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, 16), "
		"}",
		rows);

	memset(dict + n, ' ', sizeof(dict) - (size_t)n);
	dict[117] = '\n';
	b->len = 0;
	buf_add(b, "\x93NUMPY\x01\x00\x76\x00", 10);
	buf_add(b, dict, sizeof(dict));
	add_weights(b, rows * 16);
}

/* A safetensors file: one large tensor, and small ones after it. */
static void make_safetensors(struct buf *b, size_t large, size_t small)
{
	struct buf json = {0};
	uint8_t n[8];
	size_t at = large * 4;

	buf_printf(&json,
		"{\"big\":{\"dtype\":\"F32\",\"shape\":[%zu],"
		"\"data_offsets\":[0,%zu]}",
		large, at);
	for (size_t i = 0; i < small; i++, at += 400)
		buf_printf(&json,
			",\"s%zu\":{\"dtype\":\"F32\",\"shape\":[4,25],"
			"\"data_offsets\":[%zu,%zu]}",
			i, at, at + 400);
	buf_addc(&json, '}');
	le_store64(n, json.len);
	b->len = 0;
	buf_add(b, n, 8);
	buf_add(b, json.data, json.len);
	add_weights(b, large + small * 100);
	buf_free(&json);
}

static void test_sizes(void)
{
	static const size_t sizes[] = {
		0, 1, 2, 7, 8, 9, 1000, 65536, 1 << 20, (1 << 20) + 1, 3000001};
	struct spz_totals t;
	struct buf raw = {0}, packed = {0};
	struct diag d;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct spz_encode_opts o = opts(sizes[i]);

		raw.len = 0;
		while (raw.len < sizes[i])
			buf_addc(&raw, (char)tap_random(&seed));
		ok(mem_encode(raw.data, raw.len, &o, &packed, &d) == 0 &&
				decodes_to(&packed, raw.data, raw.len, &t, &d),
			"%zu random bytes", sizes[i]);
		ok(packed.len <= sizes[i] + sizes[i] / 2000 + 100,
			"grow to no more than %zu", packed.len);
		is_u64(t.packed, packed.len, "packed size is told");
	}
	buf_free(&raw);
	buf_free(&packed);
}

/* The bytes are the same for any number of threads and without a size. */
static void test_threads(void)
{
	struct spz_totals t;
	struct buf raw = {0}, one = {0}, four = {0}, out = {0};
	struct spz_encode_opts o;
	struct diag d;

	make_safetensors(&raw, 1500000, 300);
	o = opts(raw.len);
	ok(mem_encode(raw.data, raw.len, &o, &one, &d) == 0, "one thread");
	o.nthread = 4;
	ok(mem_encode(raw.data, raw.len, &o, &four, &d) == 0, "four threads");
	ok(one.len == four.len && !memcmp(one.data, four.data, one.len),
		"give the same bytes");
	ok(one.len < raw.len * 52 / 100, "half the size: %zu of %zu", one.len,
		raw.len);
	ok(mem_decode(one.data, one.len, 4, &out, &t, &d) == 0 &&
			out.len == raw.len &&
			!memcmp(out.data, raw.data, raw.len),
		"which four threads decode");
	is_u64(t.crc, zip_crc32(0, raw.data, raw.len), "with the CRC of all");
	buf_free(&raw);
	buf_free(&one);
	buf_free(&four);
	buf_free(&out);
}

/* A container cut anywhere is coded all the same, and still by element. */
static void test_cut_container(void)
{
	struct spz_totals t;
	struct buf raw = {0}, packed = {0};
	size_t bad = 0;
	struct diag d;

	make_npy(&raw, 100);
	for (size_t n = 0; n <= raw.len; n += n < 200 ? 1 : 97) {
		struct spz_encode_opts o = opts(n);

		if (mem_encode(raw.data, n, &o, &packed, &d) ||
			!decodes_to(&packed, raw.data, n, &t, &d))
			bad++;
		o.raw_size = SPZ_RAW_UNKNOWN;
		if (mem_encode(raw.data, n, &o, &packed, &d) ||
			!decodes_to(&packed, raw.data, n, &t, &d))
			bad++;
	}
	is_u64(bad, 0, "NPY files cut anywhere come back");
	ok(packed.len < raw.len * 6 / 10, "%zu of %zu bytes", packed.len,
		raw.len);
	buf_free(&raw);
	buf_free(&packed);
}

/* About 2 KiB with every kind of frame. */
static void make_sample(struct buf *raw, struct buf *packed)
{
	struct spz_encode_opts o;
	struct diag d;

	bool made;

	make_safetensors(raw, 1100, 0);
	o = opts(raw->len);
	made = mem_encode(raw->data, raw->len, &o, packed, &d) == 0;
	ok(made, "a file of %zu bytes", packed->len);
}

static void test_damage(void)
{
	struct buf raw = {0}, packed = {0};
	size_t bad = 0;
	struct diag d;

	make_sample(&raw, &packed);
	for (size_t n = 0; n < packed.len; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, packed.data, n);
		bad += !fails(exact, n, &d);
		free(exact);
	}
	is_u64(bad, 0, "cut at any byte it is an error");
	for (size_t bit = 0; bit < packed.len * 8; bit++) {
		packed.data[bit / 8] ^= (char)(1 << (bit & 7));
		bad += !fails(packed.data, packed.len, &d);
		packed.data[bit / 8] ^= (char)(1 << (bit & 7));
	}
	is_u64(bad, 0, "any flipped bit is an error");
	buf_free(&raw);
	buf_free(&packed);
}

static void test_members(void)
{
	static const char zeros[1000];
	struct buf raw = {0}, packed = {0}, file = {0}, out = {0};
	struct spz_totals t;
	struct diag d;
	size_t bad = 0;

	make_sample(&raw, &packed);
	for (int i = 0; i < 3; i++) {
		buf_add(&file, packed.data, packed.len);
		buf_add(&file, zeros, i == 1 ? 0 : sizeof(zeros));
	}
	ok(mem_decode(file.data, file.len, 1, &out, &t, &d) == 0 &&
			out.len == 3 * raw.len && !t.garbage,
		"three members, zeros between and after");
	is_u64(t.nmember, 3, "are counted");
	for (int i = 0; i < 3; i++)
		bad += memcmp(out.data + (size_t)i * raw.len, raw.data,
			       raw.len) != 0;
	is_u64(bad, 0, "each comes back");
	buf_adds(&file, "garbage!");
	ok(mem_decode(file.data, file.len, 1, &out, &t, &d) == 0 &&
			out.len == 3 * raw.len && t.garbage,
		"garbage after them is told of");
	file.len = 0;
	buf_add(&file, packed.data, packed.len);
	buf_add(&file, packed.data, packed.len);
	file.data[packed.len + 3] ^= 4;
	ok(fails(file.data, file.len, &d), "a damaged second magic is not "
					   "garbage");
	ok(fails(file.data, packed.len + 5, &d) == false,
		"five bytes that are not the start of one are");
	file.data[packed.len + 3] ^= 4;
	ok(fails(file.data, packed.len + 5, &d),
		"a member cut within its magic is not");
	buf_free(&raw);
	buf_free(&packed);
	buf_free(&file);
	buf_free(&out);
}

/* Puts the header's CRC right after a change. */
static void mend_header(struct buf *b)
{
	le_store32(b->data + 24, zip_crc32(0, b->data, 24));
}

static bool refused(struct buf *b, size_t at, uint8_t value, const char *word)
{
	uint8_t old = (uint8_t)b->data[at];
	struct diag d = {0};
	bool good;

	b->data[at] = (char)value;
	mend_header(b);
	good = fails(b->data, b->len, &d) && strstr(d.text, word);
	if (!good)
		printf("# %s: %s\n", d.place, d.text);
	b->data[at] = (char)old;
	mend_header(b);
	return good;
}

/* The same where it makes no difference. */
static bool accepted(struct buf *b, size_t at, uint8_t value)
{
	uint8_t old = (uint8_t)b->data[at];
	struct diag d;
	bool good;

	b->data[at] = (char)value;
	mend_header(b);
	good = !fails(b->data, b->len, &d);
	b->data[at] = (char)old;
	mend_header(b);
	return good;
}

static void test_header(void)
{
	struct buf raw = {0}, packed = {0};
	struct diag d;

	make_sample(&raw, &packed);
	ok(refused(&packed, 8, SPZ_MAJOR + 1, "newer"),
		"a newer major version");
	ok(refused(&packed, 10, 1, "newer"), "a flag");
	ok(refused(&packed, 12, 25, "2^25"), "chunks too large");
	ok(refused(&packed, 12, 9, "2^9"), "chunks too small");
	ok(refused(&packed, 12, 10, "at most"), "chunk larger than promised");
	ok(refused(&packed, 16, 1, "promises"), "size smaller than promised");
	ok(refused(&packed, 23, 1, "agree"), "size larger than promised");
	ok(fails("", 0, &d), "an empty file");
	ok(fails("PK\003\004 and more", 13, &d) &&
			strstr(d.text, "not in spzip format"),
		"another format");
	ok(accepted(&packed, 9, 7), "a later minor version");
	packed.data[8] = 0;
	packed.data[9] = 2;
	mend_header(&packed);
	ok(fails(packed.data, packed.len, &d) &&
			strstr(d.text, "draft 2 of the spzip format, which was "
				       "given up; unpack it with the spzip "
				       "that wrote it"),
		"a draft");
	buf_free(&raw);
	buf_free(&packed);
}

static void add_frame(struct buf *b, uint8_t type, const void *p, size_t n)
{
	size_t start;

	spz_frame_begin(b, SPZ_CHUNK, &start);
	b->data[start] = (char)type;
	buf_add(b, p, n);
	spz_frame_end(b, start);
}

static void begin_member(struct buf *b)
{
	uint8_t head[SPZ_HEADER_NBYTES];
	struct spz_header h = {SPZ_MAJOR, SPZ_MINOR, 10, SPZ_RAW_UNKNOWN};

	spz_header_store(head, &h);
	b->len = 0;
	buf_add(b, head, sizeof(head));
}

static void end_member(struct buf *b, uint64_t raw, uint32_t crc)
{
	struct spz_end e = {.raw = raw, .packed = b->len + 44, .crc = crc};

	spz_end_store(b, &e);
}

static void add_stored(struct buf *b, const char *text)
{
	uint8_t chunk[CHUNK_HEAD_NBYTES + 64];
	size_t n = strlen(text);
	struct chunk_head h = {.raw = (uint32_t)n,
		.crc = zip_crc32(0, text, n),
		.mode = CHUNK_STORED,
		.width = 1};

	chunk_head_store(chunk, &h);
	memcpy(chunk + CHUNK_HEAD_NBYTES, text, n);
	add_frame(b, SPZ_CHUNK, chunk, CHUNK_HEAD_NBYTES + n);
}

/* Members made by hand from the page. */
static void test_frames(void)
{
	struct buf b = {0};
	struct spz_totals t;
	struct diag d;
	struct spz_segment s = {
		.dtype = 2, .width = 1, .ndim = 1, .shape = {5}, .name = ""};

	begin_member(&b);
	add_stored(&b, "hello ");
	add_frame(&b, 0x80, "comment", 7);
	spz_segment_store(&b, &s);
	add_stored(&b, "world");
	end_member(&b, 11, zip_crc32(0, "hello world", 11));
	ok(decodes_to(&b, "hello world", 11, &t, &d),
		"unknown ancillary frames are passed over");
	b.data[SPZ_HEADER_NBYTES + SPZ_FRAME_NBYTES + 16 + 10] ^= 1;
	ok(fails(b.data, b.len, &d), "unless damaged");

	begin_member(&b);
	add_frame(&b, 6, "", 0);
	end_member(&b, 0, 0);
	ok(fails(b.data, b.len, &d) && strstr(d.text, "newer"),
		"unknown critical frames are refused");

	begin_member(&b);
	spz_segment_store(&b, &s);
	add_stored(&b, "worlds");
	end_member(&b, 6, zip_crc32(0, "worlds", 6));
	ok(fails(b.data, b.len, &d) && strstr(d.text, "shape"),
		"more bytes than the shape holds");

	begin_member(&b);
	add_stored(&b, "hello");
	end_member(&b, 5, zip_crc32(0, "hellO", 5));
	ok(fails(b.data, b.len, &d) && strstr(d.text, "agree"),
		"a wrong CRC of all");

	begin_member(&b);
	add_stored(&b, "hello");
	add_frame(&b, SPZ_INDEX, "0123456789abcdef", 16);
	end_member(&b, 5, zip_crc32(0, "hello", 5));
	ok(fails(b.data, b.len, &d) && strstr(d.text, "index"),
		"a wrong index");

	begin_member(&b);
	add_frame(&b, SPZ_CHUNK, "", 0);
	le_store32(b.data + SPZ_HEADER_NBYTES + 4, UINT32_MAX);
	ok(fails(b.data, b.len, &d), "a frame of 4 GiB in a file of 40 bytes");
	buf_free(&b);
}

static int count_segment(void *ctx, const struct spz_listed *l, struct diag *d)
{
	struct spz_listed *sum = ctx;

	(void)d;
	sum->raw += l->raw;
	sum->packed += l->packed;
	sum->nelem += l->nelem;
	sum->nzero += l->nzero;
	if (l->segment.dtype)
		snprintf((char *)sum->segment.shape, 64, "%s", l->segment.name);
	return 0;
}

static void test_list(void)
{
	struct buf raw = {0}, packed = {0};
	struct spz_listed sum = {0};
	struct spz_totals t;
	struct diag d;
	struct mem m;
	struct spz_source src = {&m, mem_read, NULL};

	make_sample(&raw, &packed);
	m = (struct mem){(uint8_t *)packed.data, packed.len, 0};
	ok(spz_list(&src,
		   &(struct spz_listener){
			   .ctx = &sum, .segment = count_segment},
		   &t, &d) == 0,
		"lists");
	is_u64(sum.raw, raw.len, "all raw bytes");
	ok(sum.packed < packed.len, "fewer packed bytes than there are");
	is_u64(sum.nelem, 1100, "the elements of the tensor");
	ok(sum.nzero > 450 && sum.nzero < 650, "and the zeros");
	is_text((char *)sum.segment.shape, "big", "by name");
	for (size_t n = 0; n < packed.len; n++) {
		m = (struct mem){(uint8_t *)packed.data, n, 0};
		if (spz_list(&src, &(struct spz_listener){0}, &t, &d) == 0)
			ok(false, "listed though cut at %zu", n);
	}
	buf_free(&raw);
	buf_free(&packed);
}

static void test_raw_hint(void)
{
	struct buf raw = {0}, packed = {0};
	struct spz_totals t;
	struct spz_encode_opts o;
	struct format_hint hint;
	struct diag d;

	add_weights(&raw, 5000);
	ok(format_hint_raw(&hint, "f32,50,100", &d) == 0, "a hint");
	o = opts(raw.len);
	o.hint = &hint;
	ok(mem_encode(raw.data, raw.len, &o, &packed, &d) == 0 &&
			decodes_to(&packed, raw.data, raw.len, &t, &d),
		"raw with a shape");
	o.raw_size = raw.len - 4;
	ok(mem_encode(raw.data, raw.len - 4, &o, &packed, &d) != 0,
		"a shape that does not fit is an error");
	ok(format_hint_raw(&hint, "f32", &d) == 0, "a hint without");
	o.raw_size = raw.len - 1;
	ok(mem_encode(raw.data, raw.len - 1, &o, &packed, &d) == 0 &&
			decodes_to(&packed, raw.data, raw.len - 1, &t, &d),
		"fits any length");
	o.raw_size = SPZ_RAW_UNKNOWN;
	ok(mem_encode(raw.data, raw.len, &o, &packed, &d) == 0 &&
			decodes_to(&packed, raw.data, raw.len, &t, &d),
		"and a pipe");
	o.raw_size = raw.len + 1;
	ok(mem_encode(raw.data, raw.len, &o, &packed, &d) != 0,
		"a source that lost a byte is an error");
	buf_free(&raw);
	buf_free(&packed);
}

int main(void)
{
	test_sizes();
	test_threads();
	test_cut_container();
	test_damage();
	test_members();
	test_header();
	test_frames();
	test_list();
	test_raw_hint();
	return tap_done();
}
