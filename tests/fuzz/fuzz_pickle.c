/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the pickle of a PyTorch file with two storages, in a zip and as
 * before 1.6.
 */
#include "base/le.h"
#include "base/zip.h"
#include "fuzz_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PICKLE_MAX ((size_t)1 << 16)

struct out {
	uint8_t p[PICKLE_MAX + 1024];
	size_t n;
};

static void put(struct out *o, const void *p, size_t n)
{
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

/*
 * The head of a member as it stands, or with CENTRAL as the directory has it.
 */
static void put_head(struct out *o, const char *name, const void *p, size_t n,
	const uint32_t *central)
{
	uint8_t h[46] = "PK\3\4\x14";
	uint8_t *x = h + 4;

	if (central) {
		memcpy(h, "PK\1\2\x14\0\x14", 8);
		le_store32(h + 42, *central);
		x += 2;
	}
	le_store32(x + 10, zip_crc32(0, p, n));
	le_store32(x + 14, (uint32_t)n);
	le_store32(x + 18, (uint32_t)n);
	le_store16(x + 22, (uint16_t)strlen(name));
	put(o, h, central ? 46 : 30);
	put(o, name, strlen(name));
}

static void as_zip(struct out *o, const uint8_t *data, size_t n)
{
	static const uint8_t storage[16];
	static const char *const name[] = {
		"x/data.pkl", "x/data/0", "x/data/1"};
	const uint8_t *const body[] = {data, storage, storage};
	const size_t nbytes[] = {n, 16, 16};
	uint8_t end[22] = "PK\5\6";
	uint32_t at[3];
	size_t begin;

	o->n = 0;
	for (int i = 0; i < 3; i++) {
		at[i] = (uint32_t)o->n;
		put_head(o, name[i], body[i], nbytes[i], NULL);
		put(o, body[i], nbytes[i]);
	}
	begin = o->n;
	for (int i = 0; i < 3; i++)
		put_head(o, name[i], body[i], nbytes[i], &at[i]);
	le_store32(end + 12, (uint32_t)(o->n - begin));
	le_store32(end + 16, (uint32_t)begin);
	put(o, end, sizeof(end));
}

static void as_row(struct out *o, const uint8_t *data, size_t n)
{
	static const uint8_t before[] =
		"\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\2M\xe9\3."
		"\x80\2}U\rlittle_endian\x88s.";
	static const uint8_t names[] = "\x80\2](U\0010U\0011e.";
	static const uint8_t storage[24] = {4};

	o->n = 0;
	put(o, before, sizeof(before) - 1);
	put(o, data, n);
	put(o, names, sizeof(names) - 1);
	put(o, storage, sizeof(storage));
	put(o, storage, sizeof(storage));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct out o;

	if (n > PICKLE_MAX)
		return 0;
	as_zip(&o, data, n);
	check_model(o.p, o.n);
	as_row(&o, data, n);
	check_model_as(o.p, o.n, false);
	return 0;
}
