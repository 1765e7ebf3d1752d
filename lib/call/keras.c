/* SPDX-License-Identifier: MIT */
/* The constructors of keras. */
#include "call/call.h"

const struct call_row call_keras[] = {
	{0},
};
