/* SPDX-License-Identifier: MIT */
/* The tables by which guesses are mixed: spzip(5), section 7.4. */
#include <pthread.h>

#include "entropy/entropy_impl.h"

/* 2^16 / (1 + exp(-x)), for x from -8 to 8 by halves. */
static const uint16_t logistic[33] = {22, 36, 60, 98, 162, 267, 439, 720, 1179,
	1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
	57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
	65476, 65500, 65514};

const uint8_t entropy_rate[ENTROPY_SEEN_MAX + 1] = {2, 3, 3, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
	5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7};

/* For T from -2048 on, in 1/256. */
static uint32_t squash(int32_t t)
{
	uint32_t u = (uint32_t)(t + 2048), k = u >> 7, f = u & 127;

	return (logistic[k] * (128 - f) + logistic[k + 1] * f) >> 7;
}

static struct entropy_mixer mixer;

/* stretch() is the least x whose squash() is P at least. */
static void make_mixer(void)
{
	struct entropy_mixer *m = &mixer;
	int32_t x = -ENTROPY_STRETCH_MAX;

	for (int32_t t = -2048; t < 2048; t++)
		m->squash[t + 2048] = (uint16_t)squash(t);
	for (uint32_t i = 0; i < 1 << ENTROPY_STRETCH_NBIT; i++) {
		while (x < ENTROPY_STRETCH_MAX &&
			squash(x) < i << (16 - ENTROPY_STRETCH_NBIT))
			x++;
		m->stretch[i] = (int16_t)x;
	}
}

const struct entropy_mixer *entropy_mixer(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_mixer);
	return &mixer;
}
