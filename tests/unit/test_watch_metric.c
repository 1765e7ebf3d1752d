/* SPDX-License-Identifier: MIT */
/* What a metric is called, and what of a record it is. */
#include <stdlib.h>

#include "log/log.h"
#include "source/source.h"
#include "tap.h"
#include "text_file.h"
#include "watch/watch.h"

static const char rows[] = "step,train/loss,val_loss,tp,fn\n"
			   "1,4,2,3,1\n"
			   "2,3,1,1,1\n";

/* The values of NAME by TEXT in TABLE, "x x"; what is wrong; or "-". */
static void has(
	const char *table, const char *text, const char *name, const char *want)
{
	const struct watch_formulas by = {&text, text != NULL, "OPTION"};
	const struct log_options opt = {0};
	struct input in = text_file(table, strlen(table));
	struct log_stream *log;
	struct watch_metric m;
	struct log_record r;
	struct source *s;
	size_t n = 0, seen = 0;
	char got[256] = "";
	struct diag d;
	double x;

	if (source_open(&s, &in, &opt.source, &d) < 0 ||
		log_stream_open(&log, s, &opt, &d) < 0)
		abort();
	if (watch_metric_init(&m, &by, name, &d) < 0)
		snprintf(got, sizeof(got), "%.200s", d.text);
	else {
		while (log_stream_next(log, &r, &d) > 0) {
			watch_metric_look(&m, log, seen);
			seen = log_stream_nscalar(log);
			if (watch_metric_value(&m, &r, &x))
				n += (size_t)snprintf(got + n, sizeof(got) - n,
					"%s%g", n ? " " : "", x);
		}
		if (!m.seen && watch_metric_missing(&m, log, &d))
			snprintf(got, sizeof(got), "%.200s", d.text);
	}
	if (!ok(strcmp(got, want) == 0, "%s: %s", name, want))
		printf("# got %s\n", got);
	watch_metric_free(&m);
	log_stream_close(log);
	source_close(s);
	input_close(&in);
}

static void guesses(const char *table, const char *want)
{
	const struct log_options opt = {0};
	struct input in = text_file(table, strlen(table));
	struct watch_guess g = {0};
	struct log_stream *log;
	struct log_record r;
	struct source *s;
	size_t seen = 0;
	struct diag d;

	if (source_open(&s, &in, &opt.source, &d) < 0 ||
		log_stream_open(&log, s, &opt, &d) < 0)
		abort();
	while (log_stream_next(log, &r, &d) > 0) {
		watch_metric_guess(&g, log, seen, &r);
		seen = log_stream_nscalar(log);
	}
	if (!ok(strcmp(g.name ? g.name : "-", want) == 0, "a guess: %s", want))
		printf("# got %s\n", g.name ? g.name : "-");
	log_stream_close(log);
	source_close(s);
	input_close(&in);
}

int main(void)
{
	has(rows, NULL, "val_loss", "2 1");
	has(rows, NULL, "Val/Loss", "2 1");
	has(rows, "recall=tp/(tp+fn)", "recall", "0.75 0.5");
	has(rows, "recall=tp/(tp+fp)", "recall",
		"no value of 'tp/(tp+fp)', for want of 'fp'; expected OPTION "
		"recall with one of train/loss, val_loss, tp, fn");
	has(rows, NULL, "acc",
		"no value of 'acc'; expected OPTION NAME=EXPR with one of "
		"train/loss, val_loss, tp, fn");
	has(rows, "x=0/0", "x",
		"OPTION '0/0' has no name in it; expected that of a column, in "
		"quotes if it looks like a number");
	guesses(rows, "val_loss");
	guesses("step,reward\n1,2\n2,3\n", "reward");
	guesses("step,reward,length\n1,2,3\n2,3,4\n", "-");
	return tap_done();
}
