/* SPDX-License-Identifier: MIT */
/* The constructors of darknet. */
#include "call/call.h"

const struct call_row call_darknet[] = {
	{0},
};
