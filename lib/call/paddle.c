/* SPDX-License-Identifier: MIT */
/* The constructors of paddle. */
#include "call/call.h"

const struct call_row call_paddle[] = {
	{0},
};
