/* SPDX-License-Identifier: MIT */
/*
 * What a SPEC is relative to, from lengths, epochs and batches as they are
 * given to rows; and samples by steps against sums made one by one.
 */
#include <stdlib.h>

#include "sched/sched.h"
#include "spec/spec.h"
#include "tap.h"

static const struct sched_names names = {
	.steps = "LENGTH",
	.epoch_steps = "EPOCH",
	.batch = "BATCH",
	.ref_batch = "REFERENCE",
	.scale = "SCALE",
	.define = "NAME",
	.count = "COUNT",
	.batch_spec = "SIZES",
};

static struct spec_opts opts(void)
{
	return (struct spec_opts){
		.names = &names, .scale = SPEC_SCALE_NOT_GIVEN};
}

/* Resolves and reads WORDS; the rows are in S's environment. */
static int made(struct spec *s, const struct spec_opts *o, const char *words,
	struct diag *d)
{
	static char *word[1];
	int r;

	word[0] = (char *)words;
	r = spec_resolve(s, o, word, 1, d);
	return r || spec_share_length(s, NAN, d) || spec_read(s, o, 1e6, d);
}

static void is_length(struct spec_opts o, const char *words, double want)
{
	struct spec s;
	struct diag d;
	char what[128];

	snprintf(what, sizeof(what), "%s of %s",
		o.steps ? o.steps : "own length", words);
	if (made(&s, &o, words, &d))
		ok(false, "%s: %s", what, d.text);
	else
		is_double(s.env.steps, want, what);
	spec_free(&s);
}

static void fails(struct spec_opts o, const char *words, const char *want)
{
	struct spec s;
	struct diag d = {0};
	int r = made(&s, &o, words, &d);

	ok(r && d.class == DIAG_USAGE && strstr(d.text, want) &&
			!strstr(d.text, " -") && d.text[0] != '-',
		"%s: '%s'", want, d.text);
	spec_free(&s);
}

static void test_lengths(void)
{
	struct spec_opts o = opts();

	is_length(o, "cos:100", 100);
	is_length(o, "warmup:10 cos:90.5", 101);
	is_length(o, "triangular,min=0,max=1,step=5", NAN);
	o.steps = "32";
	is_length(o, "cos", 32);
	o.steps = "3c";
	is_length(o, "triangular,min=0,max=1,step=5", 30);
	is_length(o, "rep,tmul=2 cos:4 end", 28);
	fails(o, "cos:9", "LENGTH: no segment has 3 cycles");
	o.steps = "0c";
	fails(o, "rep cos:4 end", "LENGTH: '0c' is not a whole number");
	o.steps = "50%";
	fails(o, "cos", "LENGTH: 50% is relative to LENGTH");
	o.steps = NULL;
	fails(o, "cos", "expected LENGTH or a length");
	o.steps = "inf";
	is_length(o, "cos:9", NAN);
	fails(o, "cos", "takes its length from LENGTH, which is inf");
	o.steps = "9007199254740992";
	fails(o, "const", "LENGTH: 9007199254740992 is out of range");
	o.steps = "4ep";
	o.epoch_steps = "7.5";
	is_length(o, "cos", 30);
	o.count = SPEC_EPOCHS;
	o.steps = "4";
	is_length(o, "cos", 30);
	o.steps = NULL;
	is_length(o, "cos:4", 30);
	o.epoch_steps = NULL;
	is_length(o, "cos:4", 4);
}

static void test_shared(void)
{
	struct spec_opts o = opts();
	char *word[] = {(char *)"warmup:10 cos"};
	struct spec s;
	struct diag d;

	ok(spec_resolve(&s, &o, word, 1, &d) == 0, "a length is not yet asked");
	ok(isnan(s.env.steps), "and not there");
	ok(spec_share_length(&s, NAN, &d) < 0, "then it is");
	ok(spec_share_length(&s, 40, &d) == 0, "another schedule has it");
	ok(spec_read(&s, &o, 40, &d) == 0, "the words take it");
	is_double(s.table.column[0].node->len, 40, "all of it");
	spec_free(&s);
}

static void is_epoch(const char *text, double want)
{
	struct spec_opts o = opts();
	struct spec s;
	struct diag d;

	o.epoch_steps = text;
	if (made(&s, &o, "cos:9", &d))
		ok(false, "%s: %s", text, d.text);
	else
		is_double(s.env.epoch_steps, want, text);
	spec_free(&s);
}

static void test_epochs(void)
{
	struct spec_opts o = opts();

	is_epoch("5232/32", 164);
	is_epoch("5232//32", 163);
	is_epoch("5248/32", 164);
	is_epoch("5248//32", 164);
	is_epoch("163.5", 163.5);
	is_epoch("1/32", 1);
	o.epoch_steps = "1//32";
	fails(o, "cos:9", "EPOCH: 1//32 is no whole batch");
	o.epoch_steps = "5232,32";
	fails(o, "cos:9", "expected SAMPLES/BATCH, 5232/32");
	o.epoch_steps = "0";
	fails(o, "cos:9", "EPOCH: 0 is out of range");
	o.epoch_steps = "x/3";
	fails(o, "cos:9", "EPOCH SAMPLES: 'x'");
}

static void test_base(void)
{
	struct spec_opts o = opts();
	struct spec s;
	struct diag d;

	o.lr = .1;
	o.batch = 1024;
	o.ref_batch = 256;
	ok(made(&s, &o, "cos:9", &d) == 0 && s.has_base, "linear scaling");
	is_double(s.env.base, .4, "is by B/B0");
	spec_free(&s);
	o.scale = SPEC_SQRT;
	ok(made(&s, &o, "cos:9", &d) == 0, "square root scaling");
	is_double(s.env.base, .2, "is by its root");
	spec_free(&s);
	fails(o, "cos:9:.1,from=.2", "BATCH scales the base rate, and nothing");
	o.ref_batch = 0;
	fails(o, "cos:9", "BATCH without REFERENCE");
	o.batch = 0;
	fails(o, "cos:9", "SCALE without BATCH");
	o.scale = SPEC_SCALE_NOT_GIVEN;
	o.define[o.ndefine++] = "a=1/0";
	fails(o, "cos:9", "NAME 'a=1/0': division by zero");
}

/* A clock of random runs, against sums; and the way back. */
static void test_clock(void)
{
	struct sched_clock c = {0};
	struct diag d;
	uint64_t state = 8, sum = 0, batch = 1, wrong = 0;

	for (uint64_t t = 0; t < 20000; t++) {
		if (t % 7 == 0)
			batch = 1 + tap_random(&state) % 5;
		wrong += sched_clock_add(&c, t, batch, &d) != 0;
		wrong += sched_clock_run(&c, t)->batch != batch;
		wrong += sched_clock_at(&c, (double)t) != (double)sum;
		wrong += sched_clock_step(&c, (double)sum) != (double)t;
		wrong +=
			sched_clock_step(&c, (double)sum + .5) != (double)t + 1;
		sum += batch;
		wrong += sched_clock_step(&c, (double)sum) != (double)t + 1;
	}
	is_u64(wrong, 0, "samples by steps and steps by samples are exact");
	is_double(sched_clock_at(&c, 0x1p53), 0x1p53, "none above 2^53");
	is_double(sched_clock_step(&c, INFINITY), INFINITY, "never");
	is_double(sched_clock_step(&c, NAN), NAN, "of nothing");
	is_double(sched_clock_step(&c, -1), 0, "before all");
	sched_clock_free(&c);
}

static void test_batches(void)
{
	struct spec_opts o = opts();
	struct spec s;
	struct diag d;
	double steps;

	o.batch_spec = "step,at=10/20,values=2/4/8";
	o.steps = "200s";
	o.epoch_steps = "50s";
	ok(made(&s, &o, "warmup:20s linear:80%", &d) == 0, "samples");
	ok(s.by_samples, "the words count them");
	is_double(s.env.steps, 38, "200 samples are 10*2 + 10*4 + 18*8");
	is_double(sched_at(s.table.column[0].node, 5), .5, "half a warmup");
	is_double(sched_at(s.table.column[0].node, 20), 1 - 40. / 160,
		"60 samples are 40 of the 160 after it");
	is_double(spec_epochs_before(&s, 20), 1.2, "and 1.2 epochs");
	ok(spec_arg_steps("AT", "61s", &s, &steps, &d) == 0, "an argument");
	is_double(steps, 21, "is the first step with so many");
	ok(spec_arg_steps("AT", "1ep", &s, &steps, &d) == 0, "in epochs");
	is_double(steps, 18, "is one, too");
	spec_free(&s);
	o.steps = "30";
	ok(made(&s, &o, "linear", &d) == 0 && !s.by_samples, "steps");
	is_double(sched_at(s.table.column[0].node, 15), .5, "are not samples");
	spec_free(&s);
	fails(o, "warmup:20s linear:9", "a length in steps");
	o.epoch_steps = "50/2";
	fails(o, "linear", "EPOCH: 50/2 beside SIZES");
	o.epoch_steps = NULL;
	o.batch_spec = NULL;
	o.count = SPEC_SAMPLES;
	fails(o, "linear", "COUNT sample without SIZES");
}

int main(void)
{
	test_lengths();
	test_shared();
	test_epochs();
	test_base();
	test_clock();
	test_batches();
	return tap_done();
}
