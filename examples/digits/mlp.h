/* SPDX-License-Identifier: MIT */
/*
 * A multilayer perceptron with ReLU and softmax, small enough to read in one
 * sitting.  Every parameter lives in one flat array, so that updating,
 * masking, saving and loading are loops over it; layers[] says where each
 * matrix and bias begins.  Sums run in a fixed order on one thread: the same
 * binary gives the same bytes on every run.
 */
#ifndef MLP_H
#define MLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MLP_INPUTS = 64, /* 8x8 pixels */
	MLP_HIDDEN1 = 256,
	MLP_HIDDEN2 = 128,
	MLP_CLASSES = 10,
	MLP_LAYERS = 3,
	MLP_TENSORS = 2 * MLP_LAYERS,
	MLP_NPARAMS = (MLP_INPUTS + 1) * MLP_HIDDEN1 +
		      (MLP_HIDDEN1 + 1) * MLP_HIDDEN2 +
		      (MLP_HIDDEN2 + 1) * MLP_CLASSES,
};

/* y = W x + b; W is row-major [out][in], weight and bias are offsets. */
struct mlp_layer {
	int in, out;
	size_t weight, bias;
};

/* A named part of the parameters, in file order. */
struct mlp_tensor {
	const char *name;
	int rows, cols; /* cols is 0 for a vector */
	size_t offset, count;
};

struct mlp {
	float weight[MLP_NPARAMS];
	float velocity[MLP_NPARAMS];
	float gradient[MLP_NPARAMS];
	unsigned char
		keep[MLP_NPARAMS]; /* 0: stays zero, and so its velocity */
	bool masked;               /* some keep[] is 0 */
};

struct image {
	float pixel[MLP_INPUTS]; /* 0 to 1 */
	int label;
};

/* What a pass over labelled images found; add up, divide by count. */
struct mlp_score {
	double loss; /* sum of the cross-entropies, in nats */
	/* Images of each class, images taken for it, and those in both. */
	int count[MLP_CLASSES], taken[MLP_CLASSES], right[MLP_CLASSES];
};

extern const struct mlp_layer mlp_layers[MLP_LAYERS];
extern const struct mlp_tensor mlp_tensors[MLP_TENSORS];

/* One draw of splitmix64 (Steele, Lea, Flood, OOPSLA 2014); moves *STATE. */
uint64_t splitmix64(uint64_t *state);

/* He's uniform start for ReLU layers, biases and velocity 0, nothing masked. */
void mlp_init(struct mlp *net, uint64_t seed);

/*
 * One update on N images: velocity = momentum * velocity + gradient of the
 * mean loss, weight -= lr * velocity.  Returns the mean loss before it.
 */
float mlp_step(struct mlp *net, const struct image *const *batch, int n,
	float lr, float momentum);

/* Classifies N images, adding to *SCORE. */
void mlp_score(const struct mlp *net, const struct image *const *images, int n,
	struct mlp_score *score);

/* Zeroes masked weights and their velocity. */
void mlp_apply_mask(struct mlp *net);

/*
 * Weight files are safetensors with the tensors of mlp_tensors in that order;
 * the header is therefore always the same text, and loading demands it.  All
 * three return 0, or -1 with a message without a newline in ERR.
 */
struct store_error {
	char text[256];
};

int store_load(
	const char *path, float values[MLP_NPARAMS], struct store_error *err);
int store_save(const char *path, const float values[MLP_NPARAMS],
	struct store_error *err);

/*
 * Reads a bit mask as wprune --mask-out writes it: per tensor U8 bytes, least
 * significant bit first, 1 = keep.  Tensors absent from PATH keep all weights.
 */
int store_load_mask(const char *path, unsigned char keep[MLP_NPARAMS],
	struct store_error *err);

#endif
