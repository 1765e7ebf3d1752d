/* SPDX-License-Identifier: MIT */
/* Any bytes as a GGUF file, from its head, and whole. */
#include "fuzz_model.h"
#include "fuzz_tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	check_parse(data, n, TENSOR_FORMAT_GGUF);
	check_model(data, n);
	return 0;
}
