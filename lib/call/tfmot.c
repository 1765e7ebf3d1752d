/* SPDX-License-Identifier: MIT */
/* The constructors of tfmot. */
#include "call/call.h"

const struct call_row call_tfmot[] = {
	{0},
};
