/* SPDX-License-Identifier: MIT */
/*
 * Trains a small network by Adam and writes its weights, in bf16, after every
 * step: what checkpoints of a reinforcement learner or a finetune are like.
 *
 *	train DIRECTORY STEPS RATE [WARMUP]
 *
 * A student, two hidden layers, learns what a random teacher does.  Master
 * copies, moments and sums are f32; step 0 is after WARMUP steps, 300, at
 * a rate of 1e-3.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN = 128, H1 = 768, H2 = 512, OUT = 64, BATCH = 16 };

/* y = W x + b, and what Adam keeps of it. */
struct layer {
	const char *name;
	int in, out;
	float *w, *b; /* w is row-major [out][in], b follows it */
	float *grad, *m, *v;
};

static struct layer student[3] = {{"0", IN, H1, 0, 0, 0, 0, 0},
	{"1", H1, H2, 0, 0, 0, 0, 0}, {"2", H2, OUT, 0, 0, 0, 0, 0}};
static struct layer teacher[2] = {
	{"t0", IN, H2, 0, 0, 0, 0, 0}, {"t1", H2, OUT, 0, 0, 0, 0, 0}};

static double uniform(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return ((double)(state >> 11) + 0.5) * 0x1p-53;
}

static float gauss(void)
{
	return (float)(sqrt(-2 * log(uniform())) *
		       cos(6.283185307179586 * uniform()));
}

static size_t nparam(const struct layer *l)
{
	return (size_t)l->out * (size_t)(l->in + 1);
}

static void make(struct layer *l)
{
	size_t n = nparam(l);

	l->w = calloc(4 * n, sizeof(float));
	if (!l->w) {
		perror("train");
		exit(1);
	}
	l->b = l->w + (size_t)l->out * (size_t)l->in;
	l->grad = l->w + n;
	l->m = l->grad + n;
	l->v = l->m + n;
	for (float *p = l->w; p < l->b; p++)
		*p = gauss() * sqrtf(2.0f / (float)l->in);
}

static void forward(
	const struct layer *l, const float *x, float *y, int is_last)
{
	for (int o = 0; o < l->out; o++) {
		const float *w = l->w + (size_t)o * (size_t)l->in;
		float sum = l->b[o];

		for (int i = 0; i < l->in; i++)
			sum += w[i] * x[i];
		y[o] = is_last || sum > 0 ? sum : 0;
	}
}

/* Adds the gradient of DY, and stores that of X where it is not 0 in DX. */
static void backward(
	struct layer *l, const float *x, const float *dy, float *dx)
{
	float *db = l->grad + (l->b - l->w);

	if (dx)
		memset(dx, 0, (size_t)l->in * sizeof(*dx));
	for (int o = 0; o < l->out; o++) {
		const float *w = l->w + (size_t)o * (size_t)l->in;
		float *dw = l->grad + (size_t)o * (size_t)l->in;

		if (dy[o] == 0)
			continue;
		db[o] += dy[o];
		for (int i = 0; i < l->in; i++)
			dw[i] += dy[o] * x[i];
		for (int i = 0; dx && i < l->in; i++)
			dx[i] += x[i] > 0 ? dy[o] * w[i] : 0;
	}
}

/* One update of Adam (Kingma and Ba, 2014), the T-th. */
static void adam(struct layer *l, double rate, int t)
{
	const float b1 = 0.9f, b2 = 0.999f, eps = 1e-8f;
	float step = (float)(rate * sqrt(1 - pow(b2, t)) / (1 - pow(b1, t)));

	for (size_t i = 0; i < nparam(l); i++) {
		float g = l->grad[i];

		l->m[i] += (1 - b1) * (g - l->m[i]);
		l->v[i] += (1 - b2) * (g * g - l->v[i]);
		l->w[i] -= step * l->m[i] / (sqrtf(l->v[i]) + eps);
		l->grad[i] = 0;
	}
}

/* One batch; returns the mean squared error. */
static double learn(double rate, int t)
{
	static float x[IN], h[H2], want[OUT], y1[H1], y2[H2], y[OUT];
	static float d2[H2], d1[H1];
	double loss = 0;

	for (int k = 0; k < BATCH; k++) {
		for (int i = 0; i < IN; i++)
			x[i] = gauss();
		forward(&teacher[0], x, h, 0);
		forward(&teacher[1], h, want, 1);
		forward(&student[0], x, y1, 0);
		forward(&student[1], y1, y2, 0);
		forward(&student[2], y2, y, 1);
		for (int o = 0; o < OUT; o++) {
			y[o] -= want[o];
			loss += y[o] * y[o] / (OUT * BATCH);
			y[o] *= 2.0f / (OUT * BATCH);
		}
		backward(&student[2], y2, y, d2);
		backward(&student[1], y1, d2, d1);
		backward(&student[0], x, d1, NULL);
	}
	for (int k = 0; k < 3; k++)
		adam(&student[k], rate, t);
	return loss;
}

/* Rounded to nearest, even; written least byte first. */
static void put_bf16(FILE *f, const float *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t u;

		memcpy(&u, &p[i], sizeof(u));
		u = (u + 0x7fff + (u >> 16 & 1)) >> 16;
		putc((int)(u & 255), f);
		putc((int)(u >> 8), f);
	}
}

/* DIRECTORY/stepNN.safetensors */
static void save(const char *directory, int step)
{
	char path[4096], head[2048];
	size_t at = 0;
	int n = 0;
	FILE *f;

	for (int k = 0; k < 3; k++) {
		const struct layer *l = &student[k];
		size_t w = (size_t)l->in * (size_t)l->out * 2;
		size_t b = (size_t)l->out * 2;

		n += snprintf(head + n, sizeof(head) - (size_t)n,
			"%c\"%s.weight\":{\"dtype\":\"BF16\",\"shape\":[%d,%d],"
			"\"data_offsets\":[%zu,%zu]},\"%s.bias\":{\"dtype\":"
			"\"BF16\",\"shape\":[%d],\"data_offsets\":[%zu,%zu]}",
			k ? ',' : '{', l->name, l->out, l->in, at, at + w,
			l->name, l->out, at + w, at + w + b);
		at += w + b;
	}
	n += snprintf(head + n, sizeof(head) - (size_t)n, "}");
	snprintf(
		path, sizeof(path), "%s/step%02d.safetensors", directory, step);
	f = fopen(path, "wb");
	for (int i = 0; f && i < 8; i++)
		putc((int)((uint64_t)n >> (8 * i) & 255), f);
	if (f)
		fputs(head, f);
	for (int k = 0; f && k < 3; k++)
		put_bf16(f, student[k].w, nparam(&student[k]));
	if (!f || fclose(f)) {
		perror(path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int steps = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0;
	double rate = argc > 3 ? strtod(argv[3], NULL) : 0;
	int warmup = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 300;
	double loss = 0;

	if (steps < 1 || steps > 99 || !(rate > 0) || warmup < 0) {
		fprintf(stderr, "usage: train DIRECTORY STEPS RATE [WARMUP]\n");
		return 2;
	}
	for (int k = 0; k < 2; k++)
		make(&teacher[k]);
	for (int k = 0; k < 3; k++)
		make(&student[k]);
	for (int t = 1; t <= warmup; t++)
		loss = learn(1e-3, t);
	save(argv[1], 0);
	for (int t = 1; t <= steps; t++) {
		loss = learn(rate, warmup + t);
		save(argv[1], t);
	}
	printf("loss %.4f\n", loss);
	return 0;
}
