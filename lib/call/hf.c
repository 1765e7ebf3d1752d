/* SPDX-License-Identifier: MIT */
/* The constructors of hf. */
#include "call/call.h"

const struct call_row call_hf[] = {
	{0},
};
