/* SPDX-License-Identifier: MIT */
/*
 * Questions about small models that are written here number by number: the
 * answers are counted by hand.
 */
#include "check/check.h"
#include "model_file.h"
#include "tap.h"

#define N 8

/* "a.weight", 2x4, and "b.weight", 2x4. */
static struct tensor_model two(const float a[N], const float b[N])
{
	float both[2 * N];

	memcpy(both, a, 4 * N);
	memcpy(both + N, b, 4 * N);
	return model_of("{\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,4],"
			"\"data_offsets\":[0,32]},"
			"\"b.weight\":{\"dtype\":\"F32\",\"shape\":[2,4],"
			"\"data_offsets\":[32,64]}}",
		both, 2 * N);
}

/* What was told: each "TENSOR found/expected first" and a blank. */
struct told {
	char text[512];
	size_t n;
};

static void tell(void *ctx, const struct check_failure *f)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof(t->text) - t->n,
		"%s %llu/%llu %s ", f->tensor ? f->tensor : "-",
		(unsigned long long)f->found, (unsigned long long)f->expected,
		f->first ? f->first : "-");
}

/* Asks EXPR of M, or of M and OTHER; what is told has to be WANT. */
static struct check_answer asks(const char *expr, struct tensor_model *m,
	const struct tensor_model *other, bool each, const char *want)
{
	struct stat_summary stat[2];
	const struct choice all = {.zero = 0};
	struct told told = {{0}, 0};
	struct check_answer a = {0};
	struct check c;
	struct diag d;
	const struct check_subject s = {.model = m,
		.choice = &all,
		.stat = stat,
		.other = other,
		.how = {1, NULL},
		.each = each,
		.fail = tell,
		.ctx = &told};

	if (check_parse(&c, expr, "asked", &d) ||
		stat_summarize(stat, m, 0, &s.how, &d) ||
		check_ask(&a, &c, &s, &d)) {
		ok(false, "%s: %s", expr, d.text);
		return a;
	}
	if (!ok(strcmp(told.text, want) == 0, "%s%s: '%s'", expr,
		    each ? " of each" : "", want))
		printf("# got '%s'\n", told.text);
	return a;
}

static void refuses(const char *expr, const char *text)
{
	struct check c;
	struct diag d;

	if (!ok(check_parse(&c, expr, "asked", &d) < 0 &&
			    d.class == DIAG_USAGE && strcmp(d.text, text) == 0,
		    "'%s' is refused", expr))
		printf("# got '%s'\n", d.text);
}

static void test_words(void)
{
	struct check c;
	struct diag d;

	refuses("finite?", "asked: 'finite?'; expected finite and no more");
	refuses("same=", "asked: 'same='; expected a file after '='");
	refuses("nm=4:8:2",
		"asked: '4:8:2'; expected nm=keep:N:M with N below M, and M at "
		"most 64");
	refuses("nm=1:4",
		"asked: '1:4' may keep or zero 1 of 4; expected keep:1:4 or "
		"zero:1:4");
	refuses("sparsity=1",
		"asked: unknown 'sparsity=1'; expected 'sparsity>=X', "
		"'nm=N:M', 'mask=M', 'zeros=FILE', 'finite' or 'same=FILE'");
	ok(!check_parse(&c, "mask=@f", "asked", &d) && c.values &&
			strcmp(c.file, "f") == 0 &&
			check_from(&c) == CHECK_FROM_MASK,
		"zeros of a file for a mask");
}

static void test_zeros(void)
{
	const float a[N] = {0, 0, 0, 1, 0, 0, 0, -0.0f}, /* 7 of 8 */
		b[N] = {1, 2, 3, 0, 0, 5, 0, 6};         /* 3 of 8 */
	struct tensor_model m = two(a, b);
	struct check_answer is;

	is = asks("sparsity>=5/8", &m, NULL, false, "");
	ok(is.nfail == 0 && is.found == 10 && is.expected == 10,
		"10 of 16 are zero, and so they should be");
	asks("sparsity>=5/8", &m, NULL, true, "b.weight 3/5 - ");
	is = asks("sparsity>=11/16", &m, NULL, false, "- 10/11 - ");
	ok(is.nfail == 1 && !is.nothing, "it does not hold");
	is = asks("nm=keep:2:4", &m, NULL, false, "b.weight 1/0 [0,0] ");
	is_u64(is.nfail, 1, "one tensor has a group of three");
	is = asks("nm=keep:1:3", &m, NULL, false, "");
	ok(is.nothing && is.nunasked == 2 && is.unasked == m.tensor[0] &&
			strcmp(is.why, "its inputs are no whole groups") == 0,
		"no groups of three in rows of four");
	tensor_model_close(&m);
}

static void test_finite(void)
{
	const float a[N] = {0, 1, 2, 3, 4, 5, 6, 7},
		    b[N] = {0, 0, 0, 0, 0, 0, INFINITY, NAN};
	struct tensor_model m = two(a, b);

	asks("finite", &m, NULL, false, "b.weight 2/0 [1,2] ");
	tensor_model_close(&m);
}

static void test_same(void)
{
	const float a[N] = {0, 1, 2, 3, 4, 5, 6, 7}, b[N] = {0},
		    c[N] = {0, 1, 2, 3, 4, 5, 6, 8}, zero[N] = {0, -0.0f};
	struct tensor_model m = two(a, b), same = two(a, b),
			    other = two(c, zero);

	asks("same=x", &m, &same, false, "");
	asks("same=x", &m, &other, false,
		"a.weight 1/0 [1,3] b.weight 1/0 [0,1] ");
	tensor_model_close(&m);
	tensor_model_close(&same);
	tensor_model_close(&other);
}

int main(void)
{
	test_words();
	test_zeros();
	test_finite();
	test_same();
	return tap_done();
}
