/* SPDX-License-Identifier: MIT */
/*
 * What is searched: names that are near, names in the order in which people
 * count, and places by halving.
 */
#include "base/array.h"
#include "base/bisect.h"
#include "base/near.h"
#include "file/dir.h"
#include "tap.h"

/* What the callers' tables are like; a later row counts less. */
static const struct near_synonym synonyms[] = {
	{"T_max", "LENGTH"},
	{"min_lr", "min"},
	{"min_lr", "to"},
	{"cosine", "cos"},
	{NULL, NULL},
};

/* What is meant by WRONG among the names; NULL: none of them. */
static const struct {
	const char *wrong, *offered[4], *meant;
} nears[] = {
	{"cosin", {"cos", "cosine", "linear"}, "cosine"},
	{"lniear", {"cos", "cosine", "linear"}, "linear"},
	{"linera", {"cos", "cosine", "linear"}, "linear"},
	{"lnear", {"cos", "cosine", "linear"}, "linear"},
	{"llinear", {"cos", "cosine", "linear"}, "linear"},
	{"linead", {"cos", "cosine", "linear"}, "linear"},
	{"Linear", {"linead", "linear"}, "linear"},
	{"batch-size", {"batch", "batch_size"}, "batch_size"},
	{"T_max", {"cos", "LENGTH"}, "LENGTH"},
	{"t-max", {"cos", "LENGTH"}, "LENGTH"},
	{"T_max", {"cos", "T_maxx"}, "T_maxx"},
	{"min_lr", {"to", "min"}, "min"},
	{"min_lr", {"MIN_LR", "to"}, "to"},
	{"Min-lr", {"to", "MIN_LR", "min"}, "MIN_LR"},
	{"Min-lr", {"to", "min", "min_lx"}, "min"},
	{"cosine", {"cosin", "cos"}, "cos"},
	{"nad", {"and"}, "and"},
	{"xyz", {"cos", "linear"}, NULL},
	{"xyzzy", {"abcde"}, NULL},
	{"kitten", {"sitting"}, NULL},
	{"kitten", {"sitting", "mitten"}, "mitten"},
	{"ca", {"abc"}, NULL},
};

static void test_near(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(nears); i++) {
		struct near near = {.wrong = nears[i].wrong,
			.nwrong = strlen(nears[i].wrong),
			.synonym = synonyms};
		char phrase[NEAR_PHRASE_MAX], want[NEAR_PHRASE_MAX] = "none";

		for (size_t k = 0; k < 4 && nears[i].offered[k]; k++)
			near_try(&near, nears[i].offered[k],
				strlen(nears[i].offered[k]));
		if (nears[i].meant)
			snprintf(want, sizeof(want), "nearest is '%s'",
				nears[i].meant);
		is_text(near_phrase(&near, "none", phrase), want,
			nears[i].wrong);
	}
}

/* Each before the next. */
static const char *const ascending[] = {"", "1", "2", "10", "A", "a", "a01",
	"a1", "a01b", "a1b", "a02", "a2", "a10", "ab", "run", "run1", "run1.1",
	"run1.2", "run1.10", "run2", "run10", "run10b",
	"run99999999999999999998", "run99999999999999999999"};

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_order(void)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ascending); i++)
		for (size_t k = 0; k < ARRAY_SIZE(ascending); k++) {
			int want = (i > k) - (i < k);

			if (sign(dir_compare(ascending[i], ascending[k])) ==
				want)
				continue;
			wrong++;
			printf("# '%s' and '%s'\n", ascending[i], ascending[k]);
		}
	ok(wrong == 0, "names are in the order in which people count");
}

static void test_bisect(void)
{
	unsigned wrong = 0;

	for (uint64_t n = 0; n < 20; n++)
		for (uint64_t yes = 0; yes <= n; yes++)
			for (uint64_t lo = 0; lo <= yes; lo++) {
				struct bisect b = bisect(lo, n);

				while (bisect_next(&b)) {
					wrong += b.mid < lo || b.mid >= n;
					bisect_answer(&b, b.mid < yes);
				}
				wrong += b.lo != yes;
			}
	ok(wrong == 0, "the first no is found, wherever it is");

	struct bisect all = bisect(0, UINT64_MAX);

	while (bisect_next(&all))
		bisect_answer(&all, all.mid < UINT64_MAX - 1);
	ok(all.lo == UINT64_MAX - 1, "also among all numbers");
}

int main(void)
{
	test_near();
	test_order();
	test_bisect();
	return tap_done();
}
