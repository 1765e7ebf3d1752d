/* SPDX-License-Identifier: MIT */
/*
 * llm.c, or any trainer in C: the table becomes an array of the program.
 *
 *	lrsched -n 60 -l 3e-4 warmup:10 cos >lr.csv
 *	awk -F, 'NR > 1 { print $2 "," }' lr.csv >lr_table.h
 *	cc -I. -o llmc llmc.c -lm && ./llmc >run.csv
 *
 * In llm.c itself, get_learning_rate() below takes the place of the function
 * of that name in llmc/schedulers.h, whose result goes to gpt2_update().
 */
#include <math.h>
#include <stdio.h>

static const double lr_table[] = {
#include "lr_table.h"
};

#define STEPS ((int)(sizeof(lr_table) / sizeof(lr_table[0])))

static float get_learning_rate(int step)
{
	return (float)lr_table[step < STEPS ? step : STEPS - 1];
}

/* One weight under AdamW, as gpt2_update() treats each of its own. */
static void update(float *w, float grad, float *m, float *v, float lr, int t)
{
	const float beta1 = 0.9f, beta2 = 0.95f, eps = 1e-8f, decay = 0.1f;

	*m = beta1 * *m + (1 - beta1) * grad;
	*v = beta2 * *v + (1 - beta2) * grad * grad;
	float m_hat = *m / (1 - powf(beta1, (float)t));
	float v_hat = *v / (1 - powf(beta2, (float)t));
	*w -= lr * (m_hat / (sqrtf(v_hat) + eps) + decay * *w);
}

int main(void)
{
	float w = 0, m = 0, v = 0;

	puts("step,lr,loss");
	for (int step = 0; step < STEPS; step++) {
		float lr = get_learning_rate(step);
		float loss = (w - 3) * (w - 3);
		update(&w, 2 * (w - 3), &m, &v, lr, step + 1);
		printf("%d,%.9g,%.9g\n", step, (double)lr, (double)loss);
	}
	return 0;
}
