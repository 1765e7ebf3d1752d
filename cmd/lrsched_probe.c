/* SPDX-License-Identifier: MIT */
/*
 * probe:RUNSxSTEPS,lr=RATE: short runs at constant rates around RATE, as
 * lrfind reads them.  The steps of each run begin at 0, so it is a table of
 * its own and no function of the step.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "cli.h"
#include "file/output.h"
#include "lrsched.h"

#define WORD "probe"
#define NRUN_MAX 100
#define TEXT_MAX 32             /* of a number */
#define BLOCK ((size_t)1 << 16) /* bytes that are written at once */

struct probe {
	uint64_t nrun, nstep;
	double lr;
	double ratio; /* NAN: half a decade */
};

bool lrsched_is_probe(const struct lrsched_opts *o)
{
	size_t n = strlen(WORD);

	for (size_t i = 0; i < o->nword; i++)
		if (strncmp(o->word[i], WORD, n) == 0 &&
			(o->word[i][n] == ':' || !o->word[i][n]))
			return true;
	return false;
}

/* What is given that says which steps, or which other columns. */
static const char *unfit_option(const struct lrsched_opts *o)
{
	const struct spec_opts *s = &o->sched;
	const struct {
		bool given;
		const char *name;
	} option[] = {
		{s->steps, "-n"},
		{s->lr > 0, "-l"},
		{s->epoch_steps, "-e"},
		{s->batch > 0, "--batch"},
		{s->ref_batch > 0, "--ref-batch"},
		{s->scale != SPEC_SCALE_NOT_GIVEN, "--scale"},
		{s->batch_spec, "--batch-spec"},
		{s->count != SPEC_STEPS, "--count"},
		{s->ndefine > 0, "-D"},
		{o->start, "-s"},
		{o->every, "-k"},
		{o->rows != LRSCHED_ALL_ROWS, "--rows"},
		{o->at, "--at"},
		{o->accum > 0, "--accum"},
		{o->columns, "-c"},
		{o->format == LRSCHED_NPY, "-f npy"},
		{o->plot.wanted, "--plot"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(option); i++)
		if (option[i].given)
			return option[i].name;
	return NULL;
}

static int bad_word(const char *text, struct diag *d)
{
	return diag_set(d, DIAG_USAGE,
		"'%s': expected " WORD
		":RUNSxSTEPS,lr=RATE[,ratio=R], as in " WORD ":4x200,lr=0.01",
		text);
}

/* Copies the N characters at S.  Returns 0, or -1: they are no number. */
static int take_text(char out[TEXT_MAX], const char *s, size_t n)
{
	if (n == 0 || n >= TEXT_MAX)
		return -1;
	memcpy(out, s, n);
	out[n] = '\0';
	return 0;
}

static int read_size(struct probe *p, const char *word, struct diag *d)
{
	const char *s = word + strlen(WORD ":");
	size_t all = strcspn(s, ","), runs = strcspn(s, "xX");
	char text[TEXT_MAX];

	if (runs >= all || take_text(text, s, runs))
		return bad_word(word, d);
	if (num_arg_u64(WORD ": RUNS", text, 1, NRUN_MAX, &p->nrun, d))
		return -1;
	if (take_text(text, s + runs + 1, all - runs - 1))
		return bad_word(word, d);
	return num_arg_u64(
		WORD ": STEPS", text, 1, SCHED_STEPS_MAX, &p->nstep, d);
}

static int read_key(struct probe *p, const char *key, size_t n,
	const char *word, struct diag *d)
{
	const struct {
		const char *name;
		double *at, lo;
	} keys[] = {
		{"lr", &p->lr, DBL_MIN},
		{"ratio", &p->ratio, 1 + 1e-2},
	};
	size_t name = strcspn(key, "=");
	char text[TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (name >= n || strlen(keys[i].name) != name ||
			strncmp(key, keys[i].name, name) != 0)
			continue;
		if (!isnan(*keys[i].at))
			return diag_set(d, DIAG_USAGE,
				WORD ": %s= is there twice; expected it once",
				keys[i].name);
		if (take_text(text, key + name + 1, n - name - 1))
			return diag_set(d, DIAG_USAGE,
				WORD ": %s='%.*s' is not a number; expected "
				     "one, as in lr=0.01",
				keys[i].name, (int)(n - name - 1),
				key + name + 1);
		return num_arg_double(
			keys[i].name, text, keys[i].lo, DBL_MAX, keys[i].at, d);
	}
	return bad_word(word, d);
}

/* S/ratio, S, S*ratio, ...; a run alone is at S. */
static double rate_of(const struct probe *p, uint64_t run)
{
	double k = p->nrun == 1 ? 0 : (double)run - 1;

	return p->lr * (isnan(p->ratio) ? pow(10, k / 2) : pow(p->ratio, k));
}

static int read_word(struct probe *p, const char *word, struct diag *d)
{
	const char *key;
	size_t n;

	*p = (struct probe){.lr = NAN, .ratio = NAN};
	if (strncmp(word, WORD ":", strlen(WORD ":")) != 0)
		return bad_word(word, d);
	if (read_size(p, word, d))
		return -1;
	for (key = word + strcspn(word, ","); *key; key += n) {
		n = strcspn(++key, ",");
		if (read_key(p, key, n, word, d))
			return -1;
	}
	if (isnan(p->lr))
		return diag_set(d, DIAG_USAGE,
			WORD ": lr= is missing; expected the rate to probe "
			     "around, as lrfind -f value prints it");
	if (!(rate_of(p, 0) >= DBL_MIN) || !isfinite(rate_of(p, p->nrun - 1)))
		return diag_set(d, DIAG_USAGE,
			WORD ": the rates leave what a number can be; "
			     "expected a smaller ratio or fewer runs");
	return 0;
}

static int read_probe(
	struct probe *p, const struct lrsched_opts *o, struct diag *d)
{
	const char *unfit = unfit_option(o);

	if (o->nword > 1 || strpbrk(o->word[0], " \t\n"))
		return diag_set(d, DIAG_USAGE,
			WORD " with other words; expected it alone: its "
			     "steps begin again with each run");
	if (unfit)
		return diag_set(d, DIAG_USAGE,
			WORD " with %s; expected it without: it has its own "
			     "length and columns",
			unfit);
	return read_word(p, o->word[0], d);
}

static size_t rate_text(
	char out[NUM_DOUBLE_MAX], const struct lrsched_opts *o, double rate)
{
	return o->f32 ? num_from_float(out, (float)rate)
		      : num_from_double(out, rate);
}

static void add_row(struct buf *b, const struct lrsched_opts *o, uint64_t run,
	uint64_t step, const char *rate, int n)
{
	const char *fmt = o->format == LRSCHED_JSON
				  ? "{\"run\":%llu,\"step\":%llu,\"lr\":%.*s}\n"
			  : o->format == LRSCHED_TSV ? "%llu\t%llu\t%.*s\n"
						     : "%llu,%llu,%.*s\n";

	buf_printf(b, fmt, (unsigned long long)run, (unsigned long long)step, n,
		rate);
}

static int write_run(const struct probe *p, const struct lrsched_opts *o,
	uint64_t run, struct buf *b, struct output *out, struct diag *d)
{
	char rate[NUM_DOUBLE_MAX];
	int n = (int)rate_text(rate, o, rate_of(p, run));

	for (uint64_t step = 0; step < p->nstep; step++) {
		add_row(b, o, run, step, rate, n);
		if (b->len < BLOCK && step + 1 < p->nstep)
			continue;
		if (output_buf(out, b, d))
			return -1;
		buf_clear(b);
	}
	return 0;
}

static int write_table(const struct probe *p, const struct lrsched_opts *o,
	struct buf *b, struct output *out, struct diag *d)
{
	if (!o->no_header && o->format != LRSCHED_JSON)
		buf_adds(b, o->format == LRSCHED_TSV ? "run\tstep\tlr\n"
						     : "run,step,lr\n");
	for (uint64_t run = 0; run < p->nrun; run++)
		if (write_run(p, o, run, b, out, d))
			return -1;
	return 0;
}

/* The rates between SEP. */
static void add_rates(struct buf *b, const struct probe *p,
	const struct lrsched_opts *o, const char *sep)
{
	char rate[NUM_DOUBLE_MAX];

	for (uint64_t run = 0; run < p->nrun; run++) {
		size_t n = rate_text(rate, o, rate_of(p, run));

		if (run)
			buf_adds(b, sep);
		buf_add(b, rate, n);
	}
	buf_addc(b, '\n');
}

static void explain(
	struct buf *b, const struct probe *p, const struct lrsched_opts *o)
{
	buf_printf(b,
		"%llu run%s of %llu updates, each at one rate, to be "
		"compared:\n  ",
		(unsigned long long)p->nrun, p->nrun > 1 ? "s" : "",
		(unsigned long long)p->nstep);
	add_rates(b, p, o, "  ");
	buf_adds(b, "Each begins with the network made anew "
		    "from the same seed, and the same order "
		    "of data.\nlrfind reads the log, with "
		    "the columns run, step, lr and loss.\n");
}

int lrsched_probe(
	const struct lrsched_opts *o, struct output *out, struct diag *d)
{
	struct buf b = {0};
	struct probe p = {0};
	int r = read_probe(&p, o, d);

	if (!r && o->explain)
		explain(&b, &p, o);
	else if (!r && o->rates)
		add_rates(&b, &p, o, "\n");
	else if (!r)
		r = write_table(&p, o, &b, out, d);
	if (!r)
		r = output_buf(out, &b, d);
	buf_free(&b);
	return r;
}
