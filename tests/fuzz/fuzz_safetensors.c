/* SPDX-License-Identifier: MIT */
/* Any bytes as the head of a file of this format. */
#include "fuzz_tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	check_parse(data, n, TENSOR_FORMAT_SAFETENSORS);
	check_parse(data, n, TENSOR_FORMAT_AUTO);
	return 0;
}
