/* SPDX-License-Identifier: MIT */
/*
 * Policies against what the real classes did: tests/watch/cases.txt holds
 * sequences of metrics that tests/interop/watch.py gave to them, and where
 * rates changed and events came.  Numbers are equal to the last bit.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"
#include "watch/watch.h"

#define ROWS_MAX 400

static const struct watch_opts plain = {
	.lr_name = "-l", .mode_name = "--mode", .define_name = "-D"};

/* --- cases ---------------------------------------------------------------- */

/* The words of EVENTS, less those that no library has. */
static void words_of(struct buf *b, unsigned events)
{
	b->len = 0;
	watch_event_words(b, events & ~(unsigned)WATCH_BEST);
	if (!buf_text(b))
		abort();
}

/* The next row of EXPECTED, "3 0.01 reduce", or beyond the last. */
struct expected {
	const char *s;
	unsigned long row;
	double lr;
	char words[40];
};

static void next_expected(struct expected *e)
{
	char *end;
	size_t n;

	e->row = ROWS_MAX;
	if (!*e->s)
		return;
	e->row = strtoul(e->s, &end, 10);
	e->lr = strtod(end, &end);
	n = strcspn(end + 1, ";");
	snprintf(e->words, sizeof(e->words), "%.*s", (int)n, end + 1);
	e->s = end + 1 + n + (end[1 + n] == ';');
}

/*
 * Whether the rows of POLICY are those of the case; says the first that is not.
 */
static bool follows(const char *policy, double lr, const char *metrics,
	const char *expected)
{
	struct watch_opts o = plain;
	struct expected e = {.s = expected};
	struct watch *w = NULL;
	struct watch_row row;
	struct diag d = {0};
	struct buf words = {0};
	bool good = true;
	char *end;

	o.lr = lr;
	if (watch_new(&w, &o, &d) ||
		watch_add(w, policy, strlen(policy), NULL, &d) ||
		watch_begin(w, NULL, &d)) {
		printf("# %s: %s\n", policy, d.text);
		watch_free(w);
		return false;
	}
	if (!watch_metric(w, 0)[0])
		good = !watch_name_metric(w, "loss", &d);
	next_expected(&e);
	for (unsigned long i = 0; *metrics && good; i++, metrics = end) {
		double x = strtod(metrics, &end);

		watch_step(w, &x, &(bool){true}, &row);
		words_of(&words, row.events);
		lr = e.row == i ? e.lr : lr;
		good = strcmp(words.data, e.row == i ? e.words : "") == 0 &&
		       (row.lr == lr || isnan(row.lr));
		if (!good)
			printf("# %s: row %lu, metric %.17g: rate %.17g, "
			       "events '%s'; expected %.17g, '%s'\n",
				policy, i, x, row.lr, words.data, lr,
				e.row == i ? e.words : "");
		if (e.row == i)
			next_expected(&e);
	}
	buf_free(&words);
	watch_free(w);
	return good;
}

/* Four lines a case: policy, rate, metrics, rows. */
static void test_cases(const char *path)
{
	static char line[4][65536];
	FILE *f = fopen(path, "r");
	size_t n = 0, ngood = 0;

	if (!ok(f != NULL, "%s can be read", path))
		return;
	while (fgets(line[0], sizeof(line[0]), f)) {
		for (int i = 1; i < 4; i++)
			if (!fgets(line[i], sizeof(line[i]), f))
				abort();
		for (int i = 0; i < 4; i++)
			line[i][strcspn(line[i], "\n")] = '\0';
		n++;
		ngood += follows(
			line[0], strtod(line[1], NULL), line[2], line[3]);
	}
	fclose(f);
	ok(n > 0 && ngood == n, "%zu of %zu sequences as the classes", ngood,
		n);
}

/* --- texts ---------------------------------------------------------------- */

/* What TEXT is refused for, or "". */
static const char *refusal(const char *text, const struct watch_opts *o)
{
	static struct diag d;
	struct watch *w = NULL;

	d = (struct diag){0};
	if (watch_new(&w, o, &d) == 0 &&
		watch_add(w, text, strlen(text), NULL, &d) == 0)
		watch_begin(w, NULL, &d);
	watch_free(w);
	return d.text;
}

/* The remarks on TEXT, which is not refused. */
static const char *remarks(const char *text)
{
	static char ret[2000];
	struct watch *w = NULL;
	struct watch_opts o = plain;
	struct diag d = {0};
	const struct buf *b;

	o.lr = 1;
	ret[0] = '\0';
	if (watch_new(&w, &o, &d) ||
		watch_add(w, text, strlen(text), NULL, &d) ||
		watch_begin(w, NULL, &d)) {
		snprintf(ret, sizeof(ret), "%s", d.text);
		watch_free(w);
		return ret;
	}
	b = watch_remarks(w);
	snprintf(ret, sizeof(ret), "%.*s", (int)b->len, b->len ? b->data : "");
	watch_free(w);
	return ret;
}

static void test_texts(void)
{
	static const struct {
		const char *text, *refused; /* a part; "": not refused */
	} row[] = {
		{"torch.optim.lr_scheduler.ReduceLROnPlateau(opt)", ""},
		{"scheduler = ReduceLROnPlateau(optimizer, 'min', patience=2)",
			""},
		{"callbacks = [EarlyStopping('val_loss', patience=3), "
		 "ModelCheckpoint('m.keras', save_best_only=True)]",
			""},
		{"tf.keras.callbacks.EarlyStopping(monitor='val_acc')", ""},
		{"pl.callbacks.EarlyStopping('loss', min_delta=0.1)", ""},
		{"EarlyStopping(handler, score, trainer)", "has no value"},
		{"EarlyStopping(3, score_function, trainer)", ""},
		{"EarlyStopping(rounds=5, metric_name='auc')", ""},
		{"SaveModelCallback(monitor='valid_loss', comp=np.less)", ""},
		{"ReduceLROnPlateau(opt, factor=2)", "factor"},
		{"timm.scheduler.PlateauLRScheduler(o, decay_rate=2)",
			"decay_rate is 2; expected 0 to below 1"},
		{"ReduceLROnPlateau(opt, patience=args.patience)",
			"expected -D args.patience=VALUE"},
		{"ReduceLROnPlateau(opt, patient=3)", "patient"},
		{"ReduceLROnPlatau(opt)", "nearest is 'ReduceLROnPlateau'"},
		{"StepLR(opt, 3)", "no policy"},
		{"ReduceLROnPlateau(opt", "ends here"},
		{"EarlyStopping(monitor='spread', mode='auto')",
			"expected --mode min or max"},
		{"keras.callbacks.ModelCheckpoint('f.keras', save_freq=100)",
			"expected epochs"},
		{"lightning.ModelCheckpoint(monitor='a', mode='min', "
		 "save_top_k=-2)",
			"save_top_k"},
		{"timm.PlateauLRScheduler(o, noise_range_t=[1, 2])", "noise"},
		{"optax.contrib.reduce_on_plateau(rtol=0)", "rtol and atol"},
		{"stop", "nothing to stop for"},
		{"stop,patience=3,monitor=loss", ""},
		{"stop,finite,monitor=loss", ""},
		{"reduce,factor=0.5,mode=max", ""},
		{"reduce,factr=0.5", "factr"},
		{"best,mode=up", "expected 'min' or 'max'"},
		{"save,top=3,mode=min", ""},
	};
	struct watch_opts o = plain;

	o.lr = 0.1;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *got = refusal(row[i].text, &o);

		if (!ok(row[i].refused[0] ? strstr(got, row[i].refused) != NULL
					  : !got[0],
			    "%s", row[i].text))
			printf("# got '%s'\n", got);
	}
	ok(strstr(refusal("ReduceLROnPlateau(opt)", &plain), "expected -l LR"),
		"a rate is asked for");
	is_text(refusal("opt = SGD(model.parameters(), lr=0.1)\n"
			"ReduceLROnPlateau(opt)",
			&plain),
		"", "or the optimizer's is taken");
	o.define = (const char *const[]){"args.patience=3"};
	o.ndefine = 1;
	is_text(refusal("ReduceLROnPlateau(opt, patience=args.patience)", &o),
		"", "names are given values");
	ok(strstr(remarks("EarlyStopping(monitor='val_loss')"),
		   "keras.EarlyStopping is the policy meant by EarlyStopping; "
		   "expected lightning"),
		"another library's is told");
	is_text(remarks("keras.EarlyStopping(monitor='val_loss')"), "",
		"but not where one is said");
	is_text(remarks("EarlyStopping(monitor='val_loss', verbose=True, "
			"check_finite=False)"),
		"", "or where the arguments tell");
	ok(strstr(remarks("EarlyStopping(monitor='val_acc', patience=3, "
			  "check_finite=False)"),
		   "takes lower values of 'val_acc' for better"),
		"a direction that the name speaks against is told");
}

static void test_looks(void)
{
	static const char *const yes[] = {"best", "stop,patience=3",
		"ReduceLROnPlateau(opt)", "es = EarlyStopping('a')",
		"[EarlyStopping('a')]"};
	static const char *const no[] = {"run.csv", "best.csv", "./best",
		"logs/run(1).csv", "-", "stopped", "a-b(copy).csv"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ok(watch_is_policy(yes[i]), "'%s' is a policy", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ok(!watch_is_policy(no[i]), "'%s' is none", no[i]);
}

static void test_modes(void)
{
	static const struct {
		const char *name;
		enum watch_mode mode;
	} row[] = {{"val_loss", WATCH_MIN}, {"loss", WATCH_MIN},
		{"valid/cross_entropy", WATCH_MIN},
		{"eval_accuracy", WATCH_MAX}, {"val_acc", WATCH_MAX},
		{"top1", WATCH_MAX}, {"eval_wer", WATCH_MIN},
		{"val/mAP50-95", WATCH_AUTO}, {"mAP", WATCH_MAX},
		{"mloss", WATCH_MIN}, {"spread", WATCH_AUTO}, {"", WATCH_AUTO},
		{"test-rmse", WATCH_MIN}};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		ok(watch_mode_of(row[i].name) == row[i].mode, "mode of '%s'",
			row[i].name);
}

/* NaN is never the best, several metrics each have their policy. */
static void test_rows(void)
{
	static const char text[] =
		"EarlyStopping('val_loss', patience=2)\n"
		"ModelCheckpoint('m.keras', monitor='val_acc', "
		"save_best_only=True, mode='max')";
	static const double value[][2] = {
		{NAN, 0.5}, {2, 0.4}, {1, 0.6}, {3, 0.1}, {3, 0.1}};
	static const unsigned want[] = {
		WATCH_SAVE, WATCH_BEST, WATCH_BEST | WATCH_SAVE, 0, WATCH_STOP};
	struct watch *w = NULL;
	struct watch_row row;
	struct diag d;

	if (!ok(watch_new(&w, &plain, &d) == 0 &&
			    watch_add(w, text, strlen(text), "t.py", &d) == 0 &&
			    watch_begin(w, NULL, &d) == 0,
		    "two policies"))
		printf("# %s\n", d.text);
	is_text(watch_metric(w, 0), "val_loss", "the first metric");
	is_text(watch_metric(w, 1), "val_acc", "the second");
	ok(!watch_metric(w, 2), "no third");
	for (size_t i = 0; i < 5; i++) {
		watch_step(w, value[i], (const bool[]){true, i != 3}, &row);
		/* Keras takes NaN for its first best, and nothing beats it. */
		is_u64(row.events,
			i == 2  ? want[i] | WATCH_STOP
			: i > 2 ? WATCH_STOP
				: want[i],
			"events");
	}
	is_double(row.best, 1, "the best");
	ok(isnan(row.lr), "no rate");
	watch_free(w);
}

static void test_signatures(void)
{
	const char *library, *s;
	size_t n, i = 0;

	for (; (s = watch_signature(i, &library, &n)); i++)
		if (s[n - 1] != ')' || n > 700)
			ok(false, "signature %zu ends in a bracket", i);
	ok(i > 20, "%zu signatures", i);
}

int main(int argc, char *argv[])
{
	test_texts();
	test_looks();
	test_modes();
	test_rows();
	test_signatures();
	test_cases(argc > 1 ? argv[1] : "tests/watch/cases.txt");
	return tap_done();
}
