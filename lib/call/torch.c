/* SPDX-License-Identifier: MIT */
/* The constructors of torch. */
#include "call/call.h"

const struct call_row call_torch[] = {
	{0},
};
