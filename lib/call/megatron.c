/* SPDX-License-Identifier: MIT */
/* The constructors of megatron. */
#include "call/call.h"

const struct call_row call_megatron[] = {
	{0},
};
