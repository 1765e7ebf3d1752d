/* SPDX-License-Identifier: MIT */
/* The constructors of fairseq. */
#include "call/call.h"

const struct call_row call_fairseq[] = {
	{0},
};
