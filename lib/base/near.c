/* SPDX-License-Identifier: MIT */
/*
 * Names that are near: by what other programs call the same thing (one table
 * for all tools), else by edit distance: letters to insert, delete, replace or
 * swap with the next (optimal string alignment).  Case does not count, nor
 * whether words are joined by '-' or '_'.
 */
#include "base/near.h"

#include <stdbool.h>
#include <string.h>

#include "base/array.h"

/* A beginning is near its name from so many letters on. */
#define BEGINNING_MIN 3

/*
 * What others say, and what is meant by it here, if that is among the names on
 * offer; where several are, the first row counts.
 */
static const char *const synonym[][2] = {
	/* lengths, which are no keys: SHAPE:LENGTH */
	{"steps", "LENGTH"},
	{"total", "LENGTH"},
	{"len", "LENGTH"},
	{"length", "LENGTH"},
	{"duration", "LENGTH"},
	{"epochs", "LENGTH"},
	{"T_max", "LENGTH"},
	{"t_initial", "LENGTH"},
	{"total_steps", "LENGTH"},
	{"total_iters", "LENGTH"},
	{"num_steps", "LENGTH"},
	{"max_steps", "LENGTH"},
	{"max_iters", "LENGTH"},
	{"decay_steps", "LENGTH"},
	{"transition_steps", "LENGTH"},
	{"num_training_steps", "LENGTH"},
	{"max_update", "LENGTH"},
	/* where a segment begins and ends */
	{"start", "from"},
	{"init", "from"},
	{"start_lr", "from"},
	{"init_lr", "from"},
	{"initial_lr", "from"},
	{"init_value", "from"},
	{"start_factor", "from"},
	{"warmup_init_lr", "from"},
	{"warmup_lr_init", "from"},
	{"initial_learning_rate", "from"},
	{"end", "to"},
	{"final", "to"},
	{"end_lr", "to"},
	{"final_lr", "to"},
	{"end_value", "to"},
	{"end_factor", "to"},
	{"end_learning_rate", "to"},
	{"alpha", "to"},
	{"base_lr", "min"},
	{"eta_min", "min"},
	{"lr_min", "min"},
	{"min_lr", "min"},
	{"eta_min", "to"},
	{"lr_min", "to"},
	{"min_lr", "to"},
	{"min_lr_ratio", "to"},
	{"min", "to"},
	{"min", "floor"},
	{"min_lr", "floor"},
	{"max_lr", "max"},
	{"lr_max", "max"},
	{"eta_max", "max"},
	{"peak_lr", "max"},
	{"peak_value", "max"},
	{"max", "from"},
	{"max_lr", "from"},
	{"lr_max", "from"},
	{"peak_lr", "from"},
	{"base_lr", "from"},
	{"max", "to"},
	{"max_lr", "to"},
	{"peak_lr", "to"},
	/* steps and factors */
	{"step_size", "every"},
	{"stepsize", "every"},
	{"decay_every", "every"},
	{"period", "every"},
	{"step_size", "step"},
	{"stepsize", "step"},
	{"step_size_up", "step"},
	{"half_cycle", "step"},
	{"milestones", "at"},
	{"boundaries", "at"},
	{"lr_steps", "at"},
	{"decay_epochs", "at"},
	{"gamma", "by"},
	{"factor", "by"},
	{"drop", "by"},
	{"drop_rate", "by"},
	{"decay_rate", "by"},
	{"decay_factor", "by"},
	{"lr_gamma", "by"},
	{"gamma", "k"},
	{"decay_rate", "k"},
	{"decay", "k"},
	{"power", "pow"},
	{"exponent", "pow"},
	{"staircase", "stair"},
	{"decay_steps", "per"},
	{"T_0", "len"},
	{"t_0", "len"},
	{"first_cycle_steps", "len"},
	{"T_mult", "mult"},
	{"t_mul", "mult"},
	{"cycle_mult", "mult"},
	{"m_mul", "decay"},
	{"cycle_decay", "decay"},
	{"gamma", "decay"},
	{"num_cycles", "cycles"},
	{"n_cycles", "cycles"},
	{"cycle_limit", "cycles"},
	{"warmup_steps", "warmup"},
	{"warmup_iters", "warmup"},
	{"warmup_epochs", "warmup"},
	{"num_warmup_steps", "warmup"},
	{"timescale", "s"},
	/* shapes */
	{"cosine_annealing", "cos"},
	{"cosine_decay", "cos"},
	{"annealing", "cos"},
	{"polynomial", "poly"},
	{"linear_warmup", "warmup"},
	{"warm_up", "warmup"},
	{"multistep", "step"},
	{"piecewise", "step"},
	{"staircase", "step"},
	{"inverse_sqrt", "rsqrt"},
	{"inv_sqrt", "rsqrt"},
	{"noam", "rsqrt"},
	{"inverse_time", "time"},
	{"cyclic", "triangular"},
	{"clr", "triangular"},
	{"triangle", "triangular"},
	{"cosine_restarts", "sgdr"},
	{"warm_restarts", "sgdr"},
	{"lr_find", "range"},
	{"lr_finder", "range"},
	{"range_test", "range"},
	{"flat", "const"},
	{"hold", "const"},
	{"repeat", "rep"},
	{"onecycle", "OneCycleLR"},
	{"one_cycle", "OneCycleLR"},
	{"1cycle", "OneCycleLR"},
	/* options */
	{"base_lr", "lr"},
	{"max_lr", "lr"},
	{"learning_rate", "lr"},
	{"length", "steps"},
	{"num_steps", "steps"},
	{"max_steps", "steps"},
	{"total_steps", "steps"},
	{"iterations", "steps"},
	{"max_iters", "steps"},
	{"num_training_steps", "steps"},
	{"epochs", "steps"},
	{"steps_per_epoch", "epoch-steps"},
	{"iters_per_epoch", "epoch-steps"},
	{"batch_size", "batch"},
	{"base_batch", "ref-batch"},
	{"base_batch_size", "ref-batch"},
	{"stride", "every"},
	{"skip", "start"},
	{"gradient_accumulation_steps", "accum"},
	{"accumulate", "accum"},
	{"grad_accum", "accum"},
	{"var", "define"},
	{"schedule", "spec"},
	{"tolerance", "tol"},
	{"rtol", "tol"},
	{"lr", "lr-column"},
	{"step-column", "step"},
	{"run-column", "run"},
	{"loss-column", "loss"},
	{"column", "columns"},
	{"column", "names"},
	{"header", "names"},
	{"delimiter", "sep"},
	{"separator", "sep"},
	{"amount", "sparsity"},
	{"prune", "sparsity"},
	{"ratio", "sparsity"},
	{"fraction", "sparsity"},
	{"prune_ratio", "sparsity"},
	{"global", "scope"},
	{"nm", "structure"},
	{"n_m", "structure"},
	{"keep", "density"},
	{"inplace", "in-place"},
	{"seed", "ties"},
	{"dtype", "raw"},
	{"report_file", "report"},
	{"outfile", "output"},
	{"out_file", "output"},
	{"jobs", "threads"},
	{"workers", "threads"},
	{"processes", "threads"},
	{"num_threads", "threads"},
	{"silent", "quiet"},
	{"json", "format"},
	{"csv", "format"},
	{"uncompress", "decompress"},
	{"extract", "decompress"},
	{"to_stdout", "stdout"},
	{"usage", "help"},
	/* formats and methods */
	{"jsonl", "json"},
	{"ndjson", "json"},
	{"jsonlines", "json"},
	{"yaml", "json"},
	{"json", "csv"},
	{"npy", "csv"},
	{"tsv", "csv"},
	{"excel", "csv"},
	{"xlsx", "csv"},
	{"parquet", "csv"},
	{"numpy", "npy"},
	{"npz", "npy"},
	{"table", "report"},
	{"text", "report"},
	{"txt", "report"},
	{"shell", "env"},
	{"fastai", "valley"},
	{"steep", "valley"},
	{"steepest", "valley"},
	{"lightning", "valley"},
	{"min", "minimum"},
	{"smith", "smith-exp"},
	{"exp", "smith-exp"},
	{"default", "centre"},
	{"auto", "centre"},
	{"super_convergence", "onecycle"},
	{"1cycle", "onecycle"},
	{"constant", "const"},
	{"cyclic", "clr"},
	{"cyclical", "clr"},
	/* dtypes */
	{"float", "F32"},
	{"single", "F32"},
	{"float32", "F32"},
	{"fp32", "F32"},
	{"f4", "F32"},
	{"<f4", "F32"},
	{"double", "F64"},
	{"float64", "F64"},
	{"fp64", "F64"},
	{"f8", "F64"},
	{"<f8", "F64"},
	{"half", "F16"},
	{"float16", "F16"},
	{"fp16", "F16"},
	{"f2", "F16"},
	{"<f2", "F16"},
	{"bfloat16", "BF16"},
	{"bfloat", "BF16"},
	{"fp8", "F8_E4M3"},
	{"e4m3", "F8_E4M3"},
	{"float8_e4m3fn", "F8_E4M3"},
	{"e5m2", "F8_E5M2"},
	{"float8_e5m2", "F8_E5M2"},
	{"char", "I8"},
	{"int8", "I8"},
	{"byte", "U8"},
	{"uint8", "U8"},
	{"int16", "I16"},
	{"uint16", "U16"},
	{"int", "I32"},
	{"int32", "I32"},
	{"uint32", "U32"},
	{"long", "I64"},
	{"int64", "I64"},
	{"uint64", "U64"},
	/* words of options */
	{"zero", "prune"},
	{"ignore", "keep"},
	{"random", "hash"},
	{"layer", "tensor"},
	{"local", "tensor"},
	{"all", "global"},
};

#define NSYNONYM ARRAY_SIZE(synonym)

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A'))
	       : c == '-'           ? '_'
				    : c;
}

static bool is_beginning(const char *a, size_t na, const char *b, size_t nb)
{
	size_t i;

	for (i = 0; i < na && i < nb && fold(a[i]) == fold(b[i]); i++)
		;
	return i == na;
}

static bool is_same(const char *a, size_t na, const char *b, size_t nb)
{
	return na == nb && is_beginning(a, na, b, nb);
}

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	return min2(min2(a, b), c);
}

/* The edits from A to B, or any number above MAX if there are more. */
static size_t edits(
	const char *a, size_t na, const char *b, size_t nb, size_t max)
{
	size_t row[3][NEAR_NAME_MAX + 1], *before = row[0], *last = row[1],
					  *d = row[2], least;

	if ((na > nb ? na - nb : nb - na) > max)
		return max + 1;
	for (size_t j = 0; j <= nb; j++)
		last[j] = j;
	for (size_t i = 1; i <= na; i++) {
		char x = fold(a[i - 1]);

		least = d[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			char y = fold(b[j - 1]);

			d[j] = min3(last[j] + 1, d[j - 1] + 1,
				last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == fold(b[j - 2]) &&
				fold(a[i - 2]) == y)
				d[j] = min2(d[j], before[j - 2] + 1);
			least = min2(least, d[j]);
		}
		/* A swap goes on from the row before. */
		if (least > max + 1)
			return least;
		size_t *free = before;
		before = last;
		last = d;
		d = free;
	}
	return last[nb];
}

/* Ranks: what is meant, the same in other letters, then both, then likeness. */
#define RANK_SAME NSYNONYM
#define RANK_MEANT (RANK_SAME + 1)
#define RANK_ALIKE (RANK_MEANT + NSYNONYM)

/* Whether the row ROW says that WRONG, in letters of any case, means NAME. */
static bool says(const char *const row[2], const struct near *near,
	const char *name, size_t n)
{
	return near->nwrong && n && fold(*near->wrong) == fold(*row[0]) &&
	       fold(*name) == fold(*row[1]) &&
	       is_same(near->wrong, near->nwrong, row[0], strlen(row[0])) &&
	       is_same(name, n, row[1], strlen(row[1]));
}

/* How near NAME is by what others say, or RANK_ALIKE. */
static size_t rank(const struct near *near, const char *name, size_t n)
{
	size_t meant = NSYNONYM;

	for (size_t i = 0; i < NSYNONYM; i++) {
		if (!says(synonym[i], near, name, n))
			continue;
		if (memcmp(near->wrong, synonym[i][0], near->nwrong) == 0)
			return i;
		if (meant == NSYNONYM)
			meant = i;
	}
	return is_same(near->wrong, near->nwrong, name, n) ? RANK_SAME
							   : RANK_MEANT + meant;
}

/* How many edits of a name of N letters are believed to be a mistake. */
static size_t believed_max(size_t n)
{
	return (n + 1) / 3;
}

/* Smaller is nearer; above what is believed, if far. */
static size_t distance(const struct near *near, const char *name, size_t n)
{
	size_t d = edits(
		near->wrong, near->nwrong, name, n, believed_max(near->nwrong));

	if (near->nwrong >= BEGINNING_MIN &&
		is_beginning(near->wrong, near->nwrong, name, n))
		d = min2(d, 1);
	if (n >= BEGINNING_MIN &&
		is_beginning(name, n, near->wrong, near->nwrong))
		d = min2(d, 2);
	return d;
}

void near_try(struct near *near, const char *name, size_t n)
{
	size_t d;

	if (near->nwrong > NEAR_NAME_MAX || n > NEAR_NAME_MAX)
		return;
	d = rank(near, name, n);
	if (d == RANK_ALIKE)
		d += distance(near, name, n);
	if (near->best && d >= near->distance)
		return;
	near->best = name;
	near->nbest = n;
	near->distance = d;
}

bool near_found(const struct near *near)
{
	return near->best && (near->distance < RANK_ALIKE ||
				     near->distance - RANK_ALIKE <=
					     believed_max(near->nwrong));
}

const char *near_phrase(const struct near *near, const char *otherwise,
	char buf[NEAR_PHRASE_MAX])
{
	size_t n = near->nbest;

	if (!near_found(near))
		return otherwise;
	memcpy(buf, "nearest is '", 12);
	memcpy(buf + 12, near->best, n);
	memcpy(buf + 12 + n, "'", 2);
	return buf;
}
