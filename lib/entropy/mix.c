/* SPDX-License-Identifier: MIT */
/* The tables by which guesses are mixed: spzip(5), section 7.4. */
#include "entropy/entropy_impl.h"

const uint16_t entropy_logistic[33] = {22, 36, 60, 98, 162, 267, 439, 720, 1179,
	1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
	57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
	65476, 65500, 65514};

void entropy_make_stretch(int16_t of[1 << ENTROPY_STRETCH_NBIT])
{
	int32_t x = -ENTROPY_STRETCH_MAX;

	for (uint32_t i = 0; i < 1 << ENTROPY_STRETCH_NBIT; i++) {
		while (x < ENTROPY_STRETCH_MAX &&
			entropy_squash(x) < i << (16 - ENTROPY_STRETCH_NBIT))
			x++;
		of[i] = (int16_t)x;
	}
}
