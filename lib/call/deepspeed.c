/* SPDX-License-Identifier: MIT */
/* The constructors of deepspeed. */
#include "call/call.h"

const struct call_row call_deepspeed[] = {
	{0},
};
