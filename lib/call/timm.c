/* SPDX-License-Identifier: MIT */
/* The constructors of timm. */
#include "call/call.h"

const struct call_row call_timm[] = {
	{0},
};
