/* SPDX-License-Identifier: MIT */
/*
 * Writes Gaussian f32 weights to standard output, with the share SPARSITY of
 * the smallest magnitudes (in expectation) set to zero.  Usage:
 *   gen_weights --raw NBYTES SPARSITY [SEED]    plain numbers
 *   gen_weights --vgg NBYTES SPARSITY [SEED]    safetensors in the shapes of
 * VGG-16 for CIFAR-10 (Simonyan and Zisserman 2015; 14.7 million weights),
 * channels scaled so that the file has about NBYTES.
 */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/num.h"

#define NLAYER 14
#define BLOCK 4096
static const double pi = 3.14159265358979323846;

static const unsigned channels[NLAYER] = {
	64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512, 10};

struct layer {
	uint64_t out, in, kernel;
};

/* splitmix64 (S. Vigna, 2015). */
static uint64_t next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* In (0, 1]. */
static double uniform(uint64_t *state)
{
	return (double)((next(state) >> 11) + 1) * 0x1p-53;
}

/* Below it, in magnitude, lies the share S of the standard normal. */
static double threshold(double s)
{
	double lo = 0, hi = 10;

	for (int i = 0; i < 80; i++) {
		double mid = (lo + hi) / 2;

		if (erf(mid / sqrt(2)) < s)
			lo = mid;
		else
			hi = mid;
	}
	return s > 0 ? hi : 0;
}

/* N weights of standard deviation SIGMA; Box and Muller 1958. */
static int put_weights(uint64_t n, double sigma, double limit, uint64_t *state)
{
	unsigned char out[BLOCK * 4] = {0};

	while (n > 0) {
		size_t m = n < BLOCK ? (size_t)n : BLOCK;

		for (size_t i = 0; i < m; i += 2) {
			double r = sqrt(-2 * log(uniform(state)));
			double a = 2 * pi * uniform(state);
			double z[2] = {r * cos(a), r * sin(a)};

			for (size_t k = 0; k < 2 && i + k < m; k++) {
				float w = fabs(z[k]) < limit
						  ? 0.0f
						  : (float)(z[k] * sigma);
				uint32_t bits;

				memcpy(&bits, &w, sizeof(bits));
				le_store32(out + (i + k) * 4, bits);
			}
		}
		if (fwrite(out, 4, m, stdout) != m)
			return -1;
		n -= m;
	}
	return 0;
}

static void make_layers(struct layer l[NLAYER], double scale)
{
	uint64_t in = 3;

	for (size_t i = 0; i < NLAYER; i++) {
		double c = channels[i] * (i + 1 < NLAYER ? scale : 1);

		l[i].out = c < 1 ? 1 : (uint64_t)(c + 0.5);
		l[i].in = in;
		l[i].kernel = i + 1 < NLAYER ? 3 : 1;
		in = l[i].out;
	}
}

static uint64_t count(const struct layer *l)
{
	return l->out * l->in * l->kernel * l->kernel;
}

static int put_header(const struct layer l[NLAYER])
{
	struct buf b = {0};
	unsigned char size[8];
	uint64_t at = 0;
	int ret;

	buf_addc(&b, '{');
	for (size_t i = 0; i < NLAYER; i++) {
		buf_printf(&b, "%s\"%s.%zu.weight\":{\"dtype\":\"F32\",",
			i ? "," : "",
			i + 1 < NLAYER ? "features" : "classifier", i);
		buf_printf(&b, "\"shape\":[%" PRIu64 ",%" PRIu64 "%s],",
			l[i].out, l[i].in, i + 1 < NLAYER ? ",3,3" : "");
		buf_printf(&b, "\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}",
			at, at + 4 * count(&l[i]));
		at += 4 * count(&l[i]);
	}
	buf_addc(&b, '}');
	while (!buf_failed(&b) && b.len % 8)
		buf_addc(&b, ' ');
	le_store64(size, b.len);
	ret = buf_failed(&b) || fwrite(size, 8, 1, stdout) != 1 ||
	      fwrite(b.data, b.len, 1, stdout) != 1;
	buf_free(&b);
	return ret ? -1 : 0;
}

static int put_vgg(uint64_t nbytes, double limit, uint64_t *state)
{
	struct layer l[NLAYER];
	double full = 0;

	make_layers(l, 1);
	for (size_t i = 0; i < NLAYER; i++)
		full += 4 * (double)count(&l[i]);
	/* within 5 % of the original, it is the original that is meant */
	if ((double)nbytes < 0.95 * full || (double)nbytes > 1.05 * full)
		make_layers(l, sqrt((double)nbytes / full));
	if (put_header(l))
		return -1;
	for (size_t i = 0; i < NLAYER; i++) {
		double fan = (double)(l[i].in * l[i].kernel * l[i].kernel);

		if (put_weights(count(&l[i]), sqrt(2 / fan), limit, state))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t nbytes, seed = 1;
	double sparsity;
	struct diag d;
	int ret;

	if (argc < 4 || argc > 5 ||
		(strcmp(argv[1], "--raw") && strcmp(argv[1], "--vgg"))) {
		fprintf(stderr,
			"usage: gen_weights --raw|--vgg NBYTES SPARSITY "
			"[SEED]\n");
		return 2;
	}
	if (num_arg_u64("NBYTES", argv[2], 0, UINT64_MAX / 8, &nbytes, &d) ||
		num_arg_double("SPARSITY", argv[3], 0, 1, &sparsity, &d) ||
		(argc == 5 && num_arg_u64("SEED", argv[4], 0, UINT64_MAX, &seed,
				      &d))) {
		fprintf(stderr, "gen_weights: %s\n", d.text);
		return 2;
	}
	if (strcmp(argv[1], "--vgg") == 0)
		ret = put_vgg(nbytes, threshold(sparsity), &seed);
	else
		ret = put_weights(nbytes / 4, 0.02, threshold(sparsity), &seed);
	return ret || fflush(stdout) ? 1 : 0;
}
