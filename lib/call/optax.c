/* SPDX-License-Identifier: MIT */
/* The constructors of optax. */
#include "call/call.h"

const struct call_row call_optax[] = {
	{0},
};
