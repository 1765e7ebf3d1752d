/* SPDX-License-Identifier: MIT */
/*
 * wprune --target-bytes: the sparsity whose result takes so many bytes as
 * .spzip, found by trials with the encoder itself.  The more is pruned the less
 * it takes, nearly in a straight line, so that a guess on the line between the
 * nearest trials is good; every other one halves what is left, in case it is
 * not.
 */

#include "base/diag.h"
#include "base/num.h"
#include "cli.h"
#include "packed.h"
#include "wprune.h"

/* Sparsities are tried in steps of one in so many. */
#define FIT_STEPS UINT64_C(1000000000)
/* So near below what is wanted is enough: one in a thousand. */
#define FIT_NEAR 1000

struct trial {
	uint64_t at;      /* of FIT_STEPS */
	uint64_t npruned; /* that it asks for */
	uint64_t nbytes;
};

/* What R takes as it is decided: its files, or the one it is converted to. */
static int measure(struct wprune_run *r, uint64_t *ret, struct diag *d)
{
	struct packed p = {
		.file = &r->file,
		.convert = r->convert,
		.name = r->model.name,
		.progress = r->o->progress,
	};
	struct spz_encode_opts how = {
		.level = SPZ_LEVEL_DEFAULT,
		.nthread = (unsigned)r->o->nthread,
		.raw_size = SPZ_RAW_UNKNOWN,
	};
	size_t n = r->convert ? 1 : r->model.nfile - r->at;
	struct spz_totals t;

	if (r->o->hint.format == TENSOR_FORMAT_RAW)
		how.hint = &r->o->hint;
	*ret = 0;
	for (size_t i = 0; i < n; i++) {
		p.at = r->at + i;
		if (!r->convert)
			how.raw_size = r->model.file[p.at].in.size;
		if (packed_measure(&p, &how, &t, d))
			return -1;
		*ret += t.packed;
	}
	return 0;
}

/* What T takes; that is known if A or B, if there are any, prunes as many. */
static int try(struct wprune_run *r, struct trial *t, const struct trial *a,
	const struct trial *b, struct diag *d)
{
	r->target = r->o->target;
	r->target.ratio = (struct num_ratio){t->at, FIT_STEPS};
	prune_file_free(&r->file);
	if (prune_file_decide(
		    &r->file, &r->target, r->o->scope == WPRUNE_GLOBAL, d))
		return -1;
	t->npruned = 0;
	for (size_t i = 0; i < r->file.njob; i++)
		t->npruned += r->file.job[i].k;
	if ((a && a->npruned == t->npruned) ||
		(b && b->npruned == t->npruned)) {
		t->nbytes =
			a && a->npruned == t->npruned ? a->nbytes : b->nbytes;
		return 0;
	}
	return measure(r, &t->nbytes, d);
}

/* Between LO, which takes too much, and HI, which does not. */
static uint64_t guess(const struct trial *lo, const struct trial *hi,
	uint64_t want, bool halve)
{
	uint64_t width = hi->at - lo->at, at;

	if (halve || lo->nbytes <= hi->nbytes)
		return lo->at + width / 2;
	/* The middle of what is near enough. */
	want -= want / (2 * FIT_NEAR);
	at = lo->at + (uint64_t)((double)width * (double)(lo->nbytes - want) /
				 (double)(lo->nbytes - hi->nbytes));
	if (at <= lo->at)
		return lo->at + 1;
	return at >= hi->at ? hi->at - 1 : at;
}

static bool is_near(const struct trial *t, uint64_t want)
{
	return t->nbytes <= want && want - t->nbytes <= want / FIT_NEAR;
}

static void remark(const struct wprune_run *r, const struct trial *t)
{
	char text[NUM_DOUBLE_MAX + 1];

	text[num_from_double(text, (double)t->at / (double)FIT_STEPS)] = '\0';
	cli_note("%s: sparsity %s takes %llu bytes as .spzip%s", r->model.name,
		text, (unsigned long long)t->nbytes,
		is_near(t, r->o->target_nbytes) ? ""
		: t->at == 0                    ? ", less than the target"
						: ", as near as there is");
}

static int search(struct wprune_run *r, struct trial *lo, struct trial *hi,
	struct diag *d)
{
	uint64_t want = r->o->target_nbytes;
	bool halve = false;

	while (!is_near(hi, want) && hi->at - lo->at > 1 &&
		hi->npruned > lo->npruned + 1) {
		struct trial t = {.at = guess(lo, hi, want, halve)};

		if (try(r, &t, lo, hi, d))
			return -1;
		*(t.nbytes <= want ? hi : lo) = t;
		halve = !halve;
	}
	return 0;
}

int wprune_fit(struct wprune_run *r, struct diag *d)
{
	struct trial lo = {.at = 0}, hi = {.at = FIT_STEPS};
	uint64_t want = r->o->target_nbytes;

	if (try(r, &lo, NULL, NULL, d))
		return -1;
	if (lo.nbytes <= want) {
		hi = lo;
	} else if (try(r, &hi, &lo, NULL, d)) {
		return -1;
	} else if (hi.nbytes > want) {
		diag_set(d, DIAG_DATA,
			"takes %llu bytes as .spzip with all of its weights "
			"pruned that may be; expected a larger target than "
			"%llu",
			(unsigned long long)hi.nbytes,
			(unsigned long long)want);
		return diag_at(d, "%s", r->model.name);
	}
	if (search(r, &lo, &hi, d))
		return -1;
	remark(r, &hi);
	r->target.ratio = (struct num_ratio){hi.at, FIT_STEPS};
	prune_file_free(&r->file);
	return 0;
}
