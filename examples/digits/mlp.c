/* SPDX-License-Identifier: MIT */
/*
 * Forward pass, backpropagation and momentum SGD.  Activations of up to LANES
 * images are kept side by side, [unit][lane], so that the three products of a
 * layer are the same loop over independent sums: it vectorises without
 * reassociating a single addition.
 */
#include <math.h>
#include <string.h>

#include "mlp.h"

enum {
	LANES = 32,
	TILE = 32, /* sums held in registers; divides every inner dimension */
	WIDEST = MLP_HIDDEN1,
};

#define FC1 0
#define FC2 (FC1 + (MLP_INPUTS + 1) * MLP_HIDDEN1)
#define FC3 (FC2 + (MLP_HIDDEN1 + 1) * MLP_HIDDEN2)

const struct mlp_layer mlp_layers[MLP_LAYERS] = {
	{MLP_INPUTS, MLP_HIDDEN1, FC1, FC1 + MLP_INPUTS *MLP_HIDDEN1},
	{MLP_HIDDEN1, MLP_HIDDEN2, FC2, FC2 + MLP_HIDDEN1 *MLP_HIDDEN2},
	{MLP_HIDDEN2, MLP_CLASSES, FC3, FC3 + MLP_HIDDEN2 *MLP_CLASSES},
};

const struct mlp_tensor mlp_tensors[MLP_TENSORS] = {
	{"fc1.weight", MLP_HIDDEN1, MLP_INPUTS, FC1, MLP_INPUTS *MLP_HIDDEN1},
	{"fc1.bias", MLP_HIDDEN1, 0, FC1 + MLP_INPUTS *MLP_HIDDEN1,
		MLP_HIDDEN1},
	{"fc2.weight", MLP_HIDDEN2, MLP_HIDDEN1, FC2, MLP_HIDDEN1 *MLP_HIDDEN2},
	{"fc2.bias", MLP_HIDDEN2, 0, FC2 + MLP_HIDDEN1 *MLP_HIDDEN2,
		MLP_HIDDEN2},
	{"fc3.weight", MLP_CLASSES, MLP_HIDDEN2, FC3, MLP_HIDDEN2 *MLP_CLASSES},
	{"fc3.bias", MLP_CLASSES, 0, FC3 + MLP_HIDDEN2 *MLP_CLASSES,
		MLP_CLASSES},
};

_Static_assert(MLP_INPUTS % TILE == 0 && MLP_HIDDEN1 % TILE == 0 &&
		       MLP_HIDDEN2 % TILE == 0 && LANES % TILE == 0,
	"TILE divides the inner dimensions");

/* Activations and errors of one group of lanes; act[0] is the input. */
struct lanes {
	float act[MLP_LAYERS + 1][WIDEST * LANES];
	float err[MLP_LAYERS + 1][WIDEST * LANES];
	int label[LANES];
	int n;
};

uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void mlp_init(struct mlp *net, uint64_t seed)
{
	memset(net, 0, sizeof(*net));
	memset(net->keep, 1, sizeof(net->keep));
	for (int l = 0; l < MLP_LAYERS; l++) {
		const struct mlp_layer *layer = &mlp_layers[l];
		float bound = sqrtf(6.0f / (float)layer->in);
		float *w = net->weight + layer->weight;

		for (int i = 0; i < layer->in * layer->out; i++) {
			uint64_t r = splitmix64(&seed) >> 40;

			w[i] = bound * ((float)r / 8388608.0f - 1.0f);
		}
	}
}

/*
 * product() once more for processors with AVX2: the loader chooses, the sums
 * are the same.  Clang and sanitizers link it otherwise.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
	!defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CLONES __attribute__((target_clones("default", "avx2")))
#else
#define CLONES
#endif

/*
 * C[m][n] += A[m][k] * B[k][n], where A[i][j] is a[i * a_row + j * a_col] and
 * the rows of B and C are contiguous; n is a multiple of TILE.
 */
CLONES static void product(int m, int n, int k, const float *a, int a_row,
	int a_col, const float *restrict b, float *restrict c)
{
	for (int t = 0; t < n; t += TILE) {
		for (int i = 0; i < m; i++) {
			float sum[TILE];
			float *row = c + (size_t)i * (size_t)n + t;

			memcpy(sum, row, sizeof(sum));
			for (int j = 0; j < k; j++) {
				float x = a[i * a_row + j * a_col];
				const float *y = b + j * n + t;

				for (int u = 0; u < TILE; u++)
					sum[u] += x * y[u];
			}
			memcpy(row, sum, sizeof(sum));
		}
	}
}

/* Fills the input; lanes past N are blank and their errors stay zero. */
static void load(struct lanes *ws, const struct image *const *images, int n)
{
	memset(ws->act[0], 0, sizeof(ws->act[0]));
	for (int b = 0; b < n; b++) {
		for (int i = 0; i < MLP_INPUTS; i++)
			ws->act[0][i * LANES + b] = images[b]->pixel[i];
		ws->label[b] = images[b]->label;
	}
	ws->n = n;
}

static void forward(const struct mlp *net, struct lanes *ws)
{
	for (int l = 0; l < MLP_LAYERS; l++) {
		const struct mlp_layer *layer = &mlp_layers[l];
		const float *bias = net->weight + layer->bias;
		float *out = ws->act[l + 1];

		for (int o = 0; o < layer->out; o++)
			for (int b = 0; b < LANES; b++)
				out[o * LANES + b] = bias[o];
		product(layer->out, LANES, layer->in,
			net->weight + layer->weight, layer->in, 1, ws->act[l],
			out);
		if (l + 1 == MLP_LAYERS)
			break;
		for (int i = 0; i < layer->out * LANES; i++)
			out[i] = out[i] > 0.0f ? out[i] : 0.0f;
	}
}

/* By way of double, whose last bits, which differ between CPUs, round away. */
static float exp_float(float x)
{
	return (float)exp((double)x);
}

static float log_float(float x)
{
	return (float)log((double)x);
}

/* Softmax, cross-entropy and its derivative times SCALE, lane by lane. */
static void classify(struct lanes *ws, float scale, struct mlp_score *score)
{
	const float *z = ws->act[MLP_LAYERS];
	float *err = ws->err[MLP_LAYERS];

	memset(err, 0, sizeof(ws->err[MLP_LAYERS]));
	for (int b = 0; b < ws->n; b++) {
		int label = ws->label[b], best = 0;
		float p[MLP_CLASSES], sum = 0.0f;

		for (int c = 1; c < MLP_CLASSES; c++)
			if (z[c * LANES + b] > z[best * LANES + b])
				best = c;
		for (int c = 0; c < MLP_CLASSES; c++) {
			p[c] = exp_float(
				z[c * LANES + b] - z[best * LANES + b]);
			sum += p[c];
		}
		for (int c = 0; c < MLP_CLASSES; c++)
			err[c * LANES + b] =
				scale * (p[c] / sum - (c == label ? 1 : 0));
		score->loss += (double)(log_float(sum) + z[best * LANES + b] -
					z[label * LANES + b]);
		score->count[label]++;
		score->taken[best]++;
		score->right[label] += best == label;
	}
}

static void transpose(int rows, const float *in, float *out)
{
	for (int i = 0; i < rows; i++)
		for (int b = 0; b < LANES; b++)
			out[b * rows + i] = in[i * LANES + b];
}

static void backward(struct mlp *net, struct lanes *ws)
{
	static float rows[WIDEST * LANES];

	for (int l = MLP_LAYERS - 1; l >= 0; l--) {
		const struct mlp_layer *layer = &mlp_layers[l];
		const float *err = ws->err[l + 1];
		float *bias = net->gradient + layer->bias;

		for (int o = 0; o < layer->out; o++)
			for (int b = 0; b < LANES; b++)
				bias[o] += err[o * LANES + b];
		transpose(layer->in, ws->act[l], rows);
		product(layer->out, layer->in, LANES, err, LANES, 1, rows,
			net->gradient + layer->weight);
		if (l == 0)
			break;
		memset(ws->err[l], 0, sizeof(ws->err[l]));
		product(layer->in, LANES, layer->out,
			net->weight + layer->weight, 1, layer->in, err,
			ws->err[l]);
		for (int i = 0; i < layer->in * LANES; i++)
			ws->err[l][i] =
				ws->act[l][i] > 0.0f ? ws->err[l][i] : 0.0f;
	}
}

void mlp_apply_mask(struct mlp *net)
{
	for (size_t i = 0; net->masked && i < MLP_NPARAMS; i++) {
		net->weight[i] = net->keep[i] ? net->weight[i] : 0.0f;
		net->velocity[i] = net->keep[i] ? net->velocity[i] : 0.0f;
	}
}

float mlp_step(struct mlp *net, const struct image *const *batch, int n,
	float lr, float momentum)
{
	static struct lanes ws;
	struct mlp_score score = {0};

	memset(net->gradient, 0, sizeof(net->gradient));
	for (int at = 0; at < n; at += LANES) {
		load(&ws, batch + at, n - at < LANES ? n - at : LANES);
		forward(net, &ws);
		classify(&ws, 1.0f / (float)n, &score);
		backward(net, &ws);
	}
	for (size_t i = 0; i < MLP_NPARAMS; i++) {
		net->velocity[i] =
			momentum * net->velocity[i] + net->gradient[i];
		net->weight[i] -= lr * net->velocity[i];
	}
	mlp_apply_mask(net);
	return (float)(score.loss / n);
}

void mlp_score(const struct mlp *net, const struct image *const *images, int n,
	struct mlp_score *score)
{
	static struct lanes ws;

	for (int at = 0; at < n; at += LANES) {
		load(&ws, images + at, n - at < LANES ? n - at : LANES);
		forward(net, &ws);
		classify(&ws, 0.0f, score);
	}
}
