/* SPDX-License-Identifier: MIT */
/* The constructors of inc. */
#include "call/call.h"

const struct call_row call_inc[] = {
	{0},
};
