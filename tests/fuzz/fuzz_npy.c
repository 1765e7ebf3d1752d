/* SPDX-License-Identifier: MIT */
/* Any bytes as the head of a file of this format, of any, or of none. */
#include "fuzz_tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	check_parse(data, n, TENSOR_FORMAT_NPY);
	check_parse(data, n, TENSOR_FORMAT_AUTO);
	check_parse(data, n, TENSOR_FORMAT_RAW);
	return 0;
}
