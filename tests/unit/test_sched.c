/* SPDX-License-Identifier: MIT */
/*
 * Schedules against closed forms written down here, any order of asking, the
 * builders without words, and cycle tables against iteration.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "sched/sched_impl.h"
#include "tap.h"
#include "words/words.h"

#define PI 3.14159265358979323846
#define STEPS 1000
#define BASE 0.1
#define EPOCH 50

static double cosine(double from, double to, double x)
{
	return to + (from - to) * 0.5 * (1 + cos(PI * x));
}

static double tri(double t, double s)
{
	double m = fmod(t, 2 * s);

	return m < s ? m / s : 2 - m / s;
}

static double want_cos(double t)
{
	return t < 100 ? BASE * t / 100 : cosine(BASE, 0, (t - 100) / 900);
}

static double want_lead(double t)
{
	return t < 10 ? BASE * (t + 1) / 10 : BASE;
}

static double want_open(double t)
{
	return t < 10 ? BASE * (t + 1) / 11 : BASE;
}

static double want_incl(double t)
{
	return t < 9 ? BASE * t / 9 : BASE;
}

static double want_onecycle(double t)
{
	if (t <= 299)
		return cosine(BASE / 25, BASE, t / 299);
	return cosine(BASE, BASE / 25 / 1e4, (t - 299) / 700);
}

static double want_triangular2(double t)
{
	return 0.001 + 0.005 * tri(t, 100) / pow(2, floor(t / 200));
}

static double want_exp_range(double t)
{
	return 0.001 + 0.005 * tri(t, 100) * pow(0.999, t);
}

static double want_sgdr(double t)
{
	double len = 3, start = 0, top = BASE, e = t / EPOCH;

	while (e >= start + len) {
		start += len;
		len = ceil(len * 1.5);
		top *= 0.9;
	}
	return cosine(top, 0.001, (e - start) / len);
}

static double want_tmul(double t)
{
	double len = 10, start = 0;

	while (t >= start + len) {
		start += len;
		len *= 3;
	}
	return cosine(BASE, 1e-3, (t - start) / len);
}

static double want_multistep(double t)
{
	return BASE * pow(0.1, (t >= 300) + (t >= 600));
}

static double want_over(double t)
{
	return t < 50 ? BASE * t / 50 : cosine(BASE, 0, t / 1000);
}

static double want_top(double t)
{
	double i = floor(t / 30), u = t - 30 * i;

	return 0.01 + (BASE * pow(0.5, i) - 0.01) * (1 - u / 30);
}

static double want_all(double t)
{
	double i = floor(t / 30), u = t - 30 * i;

	return pow(0.5, i) * (0.01 + (BASE - 0.01) * (1 - u / 30));
}

static double want_nested(double t)
{
	double u = fmod(t, 50);

	if (u >= 40)
		return 0.3;
	return 1 - fmod(u, 20) / 20 * 0.5;
}

/* The lowest end stays. */
static double want_values(double t)
{
	return fmod(t, 500) >= 100 ? 0.25 : t < 500 ? 0.5 : 0.25;
}

static double want_product(double t)
{
	return cosine(BASE, 0, t / STEPS) * pow(0.99, floor(t / 7));
}

/* 1/2 * 2/3 * ... * t/(t+1) */
static double want_telescope(double t)
{
	return BASE / (t + 1);
}

/* The formula at 0, the end value from 100 on. */
static double want_tanh(double t)
{
	double x = t / 100;

	return x >= 1 ? 0 : BASE * 0.5 * (1 - tanh(-2 * (1 - x) + 3 * x));
}

/* From 0 at 0 to what the other one begins with. */
static double want_flipped_tanh(double t)
{
	return want_tanh(t < 100 ? 100 - t : 0);
}

static const struct {
	const char *words;
	double (*want)(double t);
} closed[] = {
	{"warmup:10% cos", want_cos},
	{"warmup:2ep cos:18ep", want_cos},
	{"warmup:10,lead const", want_lead},
	{"warmup:10,open const", want_open},
	{"warmup:10,incl const", want_incl},
	{"cos:30%-1,from=.04x,to=1x cos::4e-6x,incl", want_onecycle},
	{"triangular2,min=.001,max=.006,step=2ep", want_triangular2},
	{"rep,vmul=.5,scale=span linear:100,from=.001,to=.006 "
	 "linear:100:.001 end",
		want_triangular2},
	{"exp_range,min=.001,max=.006,step=100,gamma=.999", want_exp_range},
	{"rep,gamma=.999,scale=span linear:100,from=.001,to=.006 "
	 "linear:100:.001 end",
		want_exp_range},
	{"sgdr,min=.001,max=1x,len=3ep,mult=1.5,decay=.9", want_sgdr},
	{"sgdr:20,min=.001,max=1x,len=3ep,mult=1.5,decay=.9,past=cont",
		want_sgdr},
	{"part:20,past=cont sgdr,min=.001,max=1x,len=3ep,mult=1.5,decay=.9 end",
		want_sgdr},
	{"cos:10:.001,cycles=inf,tmul=3", want_tmul},
	{"rep,tmul=3 cos:10:.001 end", want_tmul},
	{"step,at=300/600,by=.1", want_multistep},
	{"step,at=6ep/60%,values=1x/.1x/.01x", want_multistep},
	{"warmup:50,over cos", want_over},
	{"linear:30:.01,cycles=inf,vmul=.5", want_top},
	{"rep,vmul=.5,scale=all linear:30:.01 end", want_all},
	{"rep rep:2 linear:20:.5,from=1 end const:10,from=.3 end", want_nested},
	{"rep,vmul=.5,scale=span triangular:200,min=.001,max=.006,step=100 end",
		want_triangular2},
	{"rep,vmul=.5 step:500,at=100,values=.5/.25 end", want_values},
	{"cos times decay,by=.99,per=7,stair", want_product},
	{"prod:10,of=(lambda t:t/(t+1)),past=cont", want_telescope},
	{"part:10,past=cont prod,of=(lambda t:t/(t+1)) end", want_telescope},
	{"tanh:100,lb=-2,ub=3", want_tanh},
	{"tanh:100:1x,from=0,lb=-2,ub=3,flip", want_flipped_tanh},
};

static int build(struct sched_table *t, const char *words)
{
	struct sched_env env = {.base = BASE,
		.steps = STEPS,
		.epoch_steps = EPOCH,
		.horizon = STEPS};
	char *word = (char *)(uintptr_t)words;
	struct sched_where where;
	struct diag d = {0};
	int r = words_parse(t, &word, 1, &env, &where, &d);

	if (r)
		printf("# %s: %s\n", d.place, d.text);
	return r;
}

static void test_closed_forms(void)
{
	struct sched_table table;
	double worst, diff;
	uint64_t t;

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		if (!ok(!build(&table, closed[i].words), "read %s",
			    closed[i].words))
			continue;
		worst = 0;
		for (t = 0; t < STEPS; t++) {
			diff = fabs(sched_at(table.column[0].node, t) -
				    closed[i].want((double)t));
			worst = diff > worst || isnan(diff) ? diff : worst;
		}
		ok(worst <= 1e-12, "%s: within %g", closed[i].words, worst);
		sched_table_free(&table);
	}
}

static void test_any_order(void)
{
	double forward[STEPS];
	struct sched_table table;
	uint64_t seed = 7, t;
	bool same;

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		if (build(&table, closed[i].words))
			continue;
		for (t = 0; t < STEPS; t++)
			forward[t] = sched_at(table.column[0].node, t);
		same = true;
		for (int k = 0; k < 3 * STEPS; k++) {
			t = tap_random(&seed) % STEPS;
			same &= sched_at(table.column[0].node, t) == forward[t];
		}
		ok(same, "any order: %s", closed[i].words);
		sched_table_free(&table);
	}
}

static struct sched *seg(const char *shape, double len, double from, double to)
{
	struct sched *s = sched_new_seg(sched_shape_find(shape, strlen(shape)));
	struct diag d;
	struct sched_fault f = {.d = &d};

	if (!s || sched_set(s, SCHED_LEN, len) ||
		sched_set(s, SCHED_FROM, from) || sched_set(s, SCHED_TO, to) ||
		sched_prepare(s, STEPS, &f))
		abort();
	return s;
}

/* Whether S has the values of WORDS. */
static bool says(const struct sched *s, const char *words)
{
	struct sched_table table;
	bool same = build(&table, words) == 0;

	for (uint64_t t = 0; t < STEPS && same; t++)
		same = sched_at(s, t) == sched_at(table.column[0].node, t);
	sched_table_free(&table);
	return same;
}

/* What a front end other than words does. */
static void test_builders(void)
{
	struct sched *seq = sched_new_seq(), *rep, *cosine;
	struct diag d = {0};
	struct sched_fault f = {.d = &d};

	cosine = seg("cos", 300, BASE, 0.01);
	ok(!sched_seq_add(seq, seg("linear", 100, 0, BASE), 0, false) &&
			!sched_seq_add(seq, cosine, 0, false) &&
			!sched_prepare(seq, STEPS, &f),
		"two segments");
	is_double(seq->len, 400, "their length");
	rep = sched_new_rep();
	rep->u.rep.body = seq;
	ok(!sched_set(rep, SCHED_GROW, 1.5) && !sched_set(rep, SCHED_BY, 0.5) &&
			!sched_prepare(rep, STEPS, &f),
		"repeated");
	ok(says(rep, "rep,tmul=1.5,vmul=.5 linear:100,from=0,to=1x "
		     "cos:300:.01 end"),
		"the same values as in words");
	is_double(sched_cycle_end(rep, 2), 1000, "the second cycle's end");
	ok(sched_cycles_until(rep, 399) == 0 &&
			sched_cycles_until(rep, 400) == 1 &&
			sched_cycles_until(rep, 999) == 1 &&
			sched_cycles_until(rep, 1000) == 2 &&
			sched_cycles_until(seq, 1000) == 0,
		"how many have ended");

	/* Numbers change, and what follows from them. */
	ok(!sched_set(cosine, SCHED_LEN, 50) &&
			!sched_set(cosine, SCHED_TO, 0.02) &&
			!sched_set(rep, SCHED_GROW, 2) &&
			!sched_prepare_all(rep, STEPS, &f),
		"other numbers");
	ok(says(rep, "rep,tmul=2,vmul=.5 linear:100,from=0,to=1x "
		     "cos:50:.02 end"),
		"the values of those");
	is_double(sched_cycle_end(rep, 2), 450, "the second cycle's new end");
	sched_free(rep);
}

/* A part of length 0 or below leaves the next one more, and comes back. */
static void test_negative_lengths(void)
{
	struct sched *seq = sched_new_seq();
	struct sched *first = seg("linear", -10, 1, 0);
	struct diag d = {0};
	struct sched_fault f = {.d = &d};

	ok(sched_prepare(seq, STEPS, &f) == -1 && f.field == SCHED_BODY, "%s",
		d.text);
	ok(!sched_seq_add(seq, seg("const", 5, 1, 1), 0, false) &&
			!sched_seq_add(seq, first, 0, false) &&
			!sched_seq_add(
				seq, seg("linear", 100, 1, 0), 0, false) &&
			!sched_prepare(seq, STEPS, &f),
		"a part of -10 steps");
	is_double(seq->len, 95, "its length");
	is_double(sched_at(seq, 0), 0.95, "begun before step 0");
	ok(!sched_seq_shows(&seq->u.seq, 0) && !sched_seq_shows(&seq->u.seq, 1),
		"what is hidden is not seen");
	ok(!sched_set(first, SCHED_LEN, 10) &&
			!sched_prepare_all(seq, STEPS, &f),
		"a part of 10 steps");
	ok(sched_seq_shows(&seq->u.seq, 0) && sched_at(seq, 4) == 1 &&
			sched_at(seq, 10) == 0.5 && sched_at(seq, 15) == 1,
		"all of it is seen");
	sched_free(seq);
}

/* What numbers and fields may be is said where they are set. */
static void test_checks(void)
{
	static const struct {
		const char *shape;
		int field;
		double v;
		const char *expected;
	} rows[] = {
		{"decay", 0, -1, "0 or more"},
		{"decay", 0, 0, NULL},
		{"decay", 1, 0, "a number above 0"},
		{"decay", 0, NAN, "a number"},
		{"poly", 0, 0, NULL},
		{"step", 0, 0.5, NULL},
		{"step", 0, 0, "a step or more"},
		{"cos", SCHED_LEN, -2.5, NULL},
		{"cos", SCHED_LEN, INFINITY, NULL},
		{"cos", SCHED_LEN, -INFINITY, "at most 2^53 steps"},
		{"cos", SCHED_LEN, 1e17, "at most 2^53 steps"},
		{"cos", SCHED_FROM, -1, "0 or more"},
		{"cos", SCHED_TO, INFINITY, "a finite number"},
	};
	static const struct {
		const char *shape;
		double len, from, to;
		int field;
	} whole[] = {
		{"cos", 10, NAN, 0, SCHED_FROM},
		{"exp", 10, 1, 0, SCHED_TO},
		{"exp", 10, 0, 1, SCHED_FROM},
		{"exp", 10, 1, NAN, SCHED_TO},
		{"decay", 10, 1, 0, 0},
		{"step", 10, 1, 0, SCHED_WHOLE},
	};
	struct diag d = {0};
	struct sched_fault f = {.d = &d};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sched *s = sched_new_seg(
			sched_shape_find(rows[i].shape, strlen(rows[i].shape)));
		const char *got = sched_set(s, rows[i].field, rows[i].v);

		ok(got == rows[i].expected ||
				(got && rows[i].expected &&
					strcmp(got, rows[i].expected) == 0),
			"%s field %d = %g: %s", rows[i].shape, rows[i].field,
			rows[i].v, got ? got : "is one");
		sched_free(s);
	}
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		struct sched *s = sched_new_seg(sched_shape_find(
			whole[i].shape, strlen(whole[i].shape)));

		s->len = whole[i].len;
		s->u.seg.from = whole[i].from;
		s->u.seg.to = whole[i].to;
		ok(sched_prepare(s, STEPS, &f) == -1 &&
				f.field == whole[i].field &&
				d.class == DIAG_USAGE,
			"%s: field %d: %s", whole[i].shape, f.field, d.text);
		sched_free(s);
	}
}

static const struct {
	double len, grow, unit;
} cycles[] = {
	{10, 1, 0},
	{10, 2, 0},
	{5, 3, 0},
	{1, 10, 0},
	{7.5, 1, 0},
	{7.5, 1.25, 0},
	{3, 1.5, 1},
	{492, 1.5, 164},
	{1000, 0.5, 1},
};

/* Against walking from cycle to cycle. */
static bool walk(const struct sched_cycles *c, size_t i)
{
	double len = cycles[i].len, start = 0, unit = cycles[i].unit;
	struct sched_cycle got;
	uint64_t index = 0;

	for (double u = 0; u < 1000; u++) {
		while (u >= start + len) {
			start = cycles[i].grow == 1 ? len * (double)++index
						    : start + len;
			index += cycles[i].grow != 1;
			if (cycles[i].grow != 1)
				len = unit > 0 ? ceil(len / unit *
							 cycles[i].grow) *
							 unit
					       : len * cycles[i].grow;
		}
		got = sched_cycles_find(c, u);
		if (got.index != index || got.start != start ||
			fabs(got.len - len) > 1e-9) {
			printf("# u=%g: cycle %llu at %g, not %llu at %g\n", u,
				(unsigned long long)got.index, got.start,
				(unsigned long long)index, start);
			return false;
		}
	}
	return true;
}

static void test_cycles(void)
{
	struct sched_cycles c;
	struct diag d;

	for (size_t i = 0; i < sizeof(cycles) / sizeof(cycles[0]); i++) {
		ok(!sched_cycles_init(&c, cycles[i].len, cycles[i].grow,
			   cycles[i].unit, INFINITY, 1000, &d) &&
				walk(&c, i),
			"cycles of %g times %g", cycles[i].len, cycles[i].grow);
		sched_cycles_free(&c);
	}
	ok(sched_cycles_init(&c, 1, 1.0000001, 0, INFINITY, 1e15, &d) == -1 &&
			d.class == DIAG_USAGE,
		"too many cycles are an error");
	ok(sched_cycles_init(&c, 100, 0.5, 0, INFINITY, 1000, &d) == -1 &&
			d.class == DIAG_USAGE,
		"cycles below one step are an error");
	ok(!sched_cycles_init(&c, 100, 0.5, 0, INFINITY, 190, &d) &&
			sched_cycles_find(&c, 189).index == 4,
		"but not where nobody asks for them");
	sched_cycles_free(&c);
	ok(!sched_cycles_init(&c, 4, 2, 0, 5, 10, &d) && c.n == 5 &&
			c.start[5] == 124,
		"a count of cycles is whole, also beyond the horizon");
	sched_cycles_free(&c);
	/* Restart points where logarithms miss: 10*(1+3+...+3^4) = 1210 */
	ok(!sched_cycles_init(&c, 10, 3, 0, INFINITY, 1e6, &d), "threefold");
	is_u64(sched_cycles_find(&c, 1209).index, 4, "before the restart");
	is_u64(sched_cycles_find(&c, 1210).index, 5, "at the restart");
	is_double(sched_cycles_find(&c, 295240).start, 295240, "a later one");
	sched_cycles_free(&c);
}

static void test_ends(void)
{
	struct sched_table t;

	ok(!build(&t, "cos:10:.02"), "a finite cosine");
	is_double(sched_at(t.column[0].node, 0), BASE, "starts as typed");
	is_double(sched_at(t.column[0].node, 10), 0.02, "ends as typed");
	is_double(sched_at(t.column[0].node, SCHED_STEPS_MAX - 1), 0.02,
		"holds for ever");
	is_double(t.len, 10, "has its length");
	ok(t.column[0].uses_base, "starts from the base");
	sched_table_free(&t);

	ok(!build(&t, "linear:10:.02,from=.5 +m const"), "two columns");
	ok(!t.column[0].uses_base, "no base in the first");
	ok(!t.column[1].uses_base, "nor in the second");
	is_text(t.column[1].name, "m", "the second's name");
	is_double(sched_at(t.column[1].node, 3), 1, "which starts from 1");
	sched_table_free(&t);
}

int main(void)
{
	test_closed_forms();
	test_any_order();
	test_builders();
	test_negative_lengths();
	test_checks();
	test_cycles();
	test_ends();
	return tap_done();
}
