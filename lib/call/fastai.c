/* SPDX-License-Identifier: MIT */
/* The constructors of fastai. */
#include "call/call.h"

const struct call_row call_fastai[] = {
	{0},
};
