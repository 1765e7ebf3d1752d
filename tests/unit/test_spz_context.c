/* SPDX-License-Identifier: MIT */
/* Symbols that those around them tell of. */
#include "spz_chunk.h"

/* Symbols that those around them tell of, at level 9. */
static void test_context_bytes(void)
{
	static uint8_t raw[1 << 16];
	static const struct chunk_elements of[] = {
		{.width = 1, .grid = {256, 0}}, {.width = 1, .grid = {243, 9}},
		{.width = 2, .grid = {512, 0}}};
	struct chunk_head h;
	size_t fast = 0, slow = 0;

	for (size_t k = 0; k < sizeof(of) / sizeof(of[0]); k++) {
		unsigned last = 0;
		bool good;

		make_dense(raw, sizeof(raw), of[k].width);
		for (size_t i = of[k].width - 1; i < sizeof(raw);
			i += of[k].width) {
			last = (3 * last + (unsigned)(tap_random(&seed) % 64)) /
			       4;
			raw[i] = (uint8_t)(last - (k < 2 ? 32 : 0));
		}
		codecs_level(6);
		good = round_trip_of(&of[k], raw, sizeof(raw), &h, &fast);
		codecs_level(9);
		good = good &&
		       round_trip_of(&of[k], raw, sizeof(raw), &h, &slow);
		ok(good && slow < fast * 98 / 100,
			"neighbours that tell, kind %zu: %zu bytes at -6, %zu "
			"at -9",
			k, fast, slow);
	}
	codecs_level(6);
}

int main(void)
{
	plain.kernel = chunk_kernels(CHUNK_CPU_ANY);
	test_context_bytes();
	return codecs_done();
}
