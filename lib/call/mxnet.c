/* SPDX-License-Identifier: MIT */
/* The constructors of mxnet. */
#include "call/call.h"

const struct call_row call_mxnet[] = {
	{0},
};
