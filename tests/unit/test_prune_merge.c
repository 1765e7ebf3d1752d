/* SPDX-License-Identifier: MIT */
/*
 * Pairs of torch.nn.utils.prune: which are merged, which left, which refused.
 */
#include "base/buf.h"
#include "model_file.h"
#include "prune/prune.h"
#include "tap.h"

/* A tensor of two floats, number AT of them. */
#define TENSOR(name, shape, at)                                \
	"\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape "," \
	"\"data_offsets\":[" at "]}"
#define A "0,8"
#define B "8,16"
#define C "16,24"

/* Names of tensors, with those of their masks, and what is lone. */
static void spell(
	struct buf *b, const struct tensor_map *m, const struct prune_merge *g)
{
	for (size_t i = 0; i < m->nspan; i++) {
		const struct tensor_span *s = &m->span[i];
		const struct tensor_span *mask = prune_merge_mask(g, s);

		if (s->dtype != TENSOR_OPAQUE)
			buf_printf(b, "%s%s%s ", s->name, mask ? " by " : "",
				mask ? mask->name : "");
	}
	buf_printf(b, "%zu %s", g->nlone, g->lone ? g->lone : "-");
}

/* Merges in a model with this head and numbers; says which, and what is left.
 */
static void merges(const char *head, const float p[6], size_t n,
	const struct choice *choice, const char *want)
{
	struct tensor_model m = model_of(head, p, n);
	struct prune_merge g = {.choice = choice, .leave = "LEAVE"};
	struct buf got = {0};
	struct diag d;

	if (prune_merge(&g, &m, &d))
		buf_printf(&got, "%s: %s", d.place, d.text);
	else
		spell(&got, &m.file[0].map, &g);
	if (!ok(buf_text(&got) && strcmp(got.data, want) == 0, "%s", want))
		printf("# got %s\n", got.data);
	buf_free(&got);
	prune_merge_free(&g);
	tensor_model_close(&m);
}

int main(void)
{
	static const char pair[] = "{" TENSOR("w_orig", "[2]", A) "," TENSOR(
		"w_mask", "[2]", B) "," TENSOR("x", "[2]", C) "}";
	static const char taken[] = "{" TENSOR("w_orig", "[2]", A) "," TENSOR(
		"w_mask", "[2]", B) "," TENSOR("w", "[2]", C) "}";
	static const char lone[] = "{" TENSOR("v_orig", "[2]", A) "," TENSOR(
		"w_mask", "[2]", B) "," TENSOR("_orig", "[2]", C) "}";
	static const char shape[] = "{" TENSOR("w_orig", "[2]", A) "," TENSOR(
		"w_mask", "[1,2]", B) "}";
	const float p[6] = {1, 2, 0, 1, 3, 4}, half[6] = {1, 2, 0.5f, 1, 3, 4};
	struct choice all = {.zero = 0}, but = {.zero = 0};
	struct diag d;

	merges(pair, p, 6, &all, "w by w_mask x 0 -");
	merges(lone, p, 6, &all, "v_orig w_mask _orig 2 v_orig");
	merges(taken, p, 6, &all,
		"m:w_orig: cannot be merged: there is a tensor of the plain "
		"name; expected a pair of torch (LEAVE 'w' leaves it as it "
		"is)");
	merges(pair, half, 6, &all,
		"m:w_orig: has a mask that is not all 0 and 1; expected a pair "
		"of torch (LEAVE 'w' leaves it as it is)");
	merges(shape, p, 4, &all,
		"m:w_orig: has a mask of another shape; expected a pair of "
		"torch (LEAVE 'w' leaves it as it is)");
	if (choice_patterns_add(&but.exclude, "w", &d))
		return 2;
	merges(shape, p, 4, &but, "w_orig w_mask 0 -");
	choice_free(&but);
	return tap_done();
}
