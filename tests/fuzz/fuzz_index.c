/* SPDX-License-Identifier: MIT */
/* Any bytes as the index of a sharded model: it leads to files beside it. */
#include "fuzz_input.h"
#include "model/model_impl.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input in = fuzz_input(0, data, n);
	struct model_shards s;
	struct diag d;

	if (model_shards_index(&s, &in, &d) == 0) {
		if (s.n == 0)
			abort();
		for (size_t i = 0; i < s.n; i++) {
			const char *name = s.name[i];

			if (!*name || strchr(name, '/') ||
				strcmp(name, "..") == 0 ||
				strcmp(name, ".") == 0)
				abort();
			if (i && strcmp(s.name[i - 1], name) == 0)
				abort();
		}
	} else if (d.class == DIAG_NONE || !*d.text) {
		abort();
	}
	model_shards_free(&s);
	model_shards_is("x.json", data, n);
	input_close(&in);
	return 0;
}
