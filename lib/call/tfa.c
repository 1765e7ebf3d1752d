/* SPDX-License-Identifier: MIT */
/* The constructors of tfa. */
#include "call/call.h"

const struct call_row call_tfa[] = {
	{0},
};
