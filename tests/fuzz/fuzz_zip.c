/* SPDX-License-Identifier: MIT */
/* Any bytes as a zip file, and as one that is a directory's. */
#include "format/format.h"
#include "fuzz_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static uint8_t file[1 << 16] = "PK\3\4";
	struct tensor_map m;
	struct diag d;

	if (n + 4 > sizeof(file))
		return 0;
	if (n >= 4 && memcmp(data, file, 4) == 0) {
		check_model(data, n);
	} else {
		memcpy(file + 4, data, n);
		check_model(file, n + 4);
	}
	if (format_zip_member(&m, data, n, &d) > 0)
		tensor_map_free(&m);
	return 0;
}
