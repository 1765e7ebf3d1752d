/* SPDX-License-Identifier: MIT */
/* The constructors of caffe. */
#include "call/call.h"

const struct call_row call_caffe[] = {
	{0},
};
