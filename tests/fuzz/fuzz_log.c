/* SPDX-License-Identifier: MIT */
/*
 * Training logs: any bytes, with any options, are runs whose steps never fall,
 * or a message; all that they tell is records with steps that never fall, and a
 * stream of lines.  The first two bytes are the options, a byte 1 divides a
 * table of rates from the log that lacks them.
 */
#include <math.h>
#include <string.h>

#include "fuzz_input.h"
#include "log/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum {
	NAME_LR = 1,
	NAME_LOSS = 2,
	NAME_STEP = 4,
	NAME_RUN = 8,
	SUM = 16,
	METRIC = 32,
	RATES_ONLY = 64,
	EPOCH_PARTS = 128,
};

static struct log_options options(uint8_t names, uint8_t sep)
{
	static const char seps[] = "\0,;\t|";
	static const enum source_format formats[] = {SOURCE_AUTO, SOURCE_AUTO,
		SOURCE_CSV, SOURCE_JSON, SOURCE_TEXT, SOURCE_RE, SOURCE_AUTO,
		SOURCE_AUTO};
	enum source_format format = formats[sep >> 5];

	return (struct log_options){
		.source.sep = seps[sep % (sizeof(seps) - 1)],
		.source.format = (int)format,
		.source.re = format == SOURCE_RE
				     ? "(?<step>[0-9]+).*=(?<loss>[^ ]+)"
				       ".*=(?<lr>[^ ]+)"
				     : NULL,
		.source.columns = sep & 16 ? "step,lr,loss" : NULL,
		.role.lr = names & NAME_LR ? "lr" : NULL,
		.role.loss = names & SUM         ? "loss+aux"
			     : names & NAME_LOSS ? "loss"
						 : NULL,
		.role.step = names & NAME_STEP ? "step" : NULL,
		.role.run = names & NAME_RUN ? "run" : NULL,
		.role.metric = names & METRIC,
		.role.rates_only = names & RATES_ONLY,
		.epoch_parts = names & EPOCH_PARTS,
	};
}

static void check(const struct log *log)
{
	for (size_t i = 0; i < log->nrun; i++) {
		const struct log_run *r = &log->run[i];

		for (size_t j = 0; j < r->n; j++)
			if (isnan(r->step[j]) ||
				(j && r->step[j] < r->step[j - 1]))
				abort();
	}
}

static void read_log(
	const uint8_t *data, size_t n, const struct log_options *opt)
{
	struct input in = fuzz_input(0, data, n);
	struct source *s = NULL;
	struct diag d = {0};
	struct log log = {0};

	if (source_open(&s, &in, &opt->source, &d) == 0 &&
		log_read(&log, s, opt, &d) == 0)
		check(&log);
	else if (!d.text[0])
		abort();
	log_free(&log);
	source_close(s);
	input_close(&in);
}

/* Everything it tells, record by record, or line by line. */
static void read_all(const uint8_t *data, size_t n,
	const struct log_options *opt, bool is_stream)
{
	struct input in = fuzz_input(0, data, n);
	struct source *s = NULL;
	struct log_table *t = NULL;
	struct log_stream *stream = NULL;
	struct log_record r = {0}, last = {.step = -HUGE_VAL};
	struct diag d = {0};
	int got = source_open(&s, &in, &opt->source, &d);

	if (!got)
		got = is_stream ? log_stream_open(&stream, s, opt, &d)
				: log_table_read(&t, s, opt, &d);
	while (!got) {
		got = is_stream ? log_stream_next(stream, &r, &d)
				: log_table_next(t, &r, &d);
		if (got <= 0)
			break;
		got = 0;
		for (size_t i = 1; i < r.n; i++)
			if (r.value[i].scalar <= r.value[i - 1].scalar)
				abort();
		if (!is_stream && r.run == last.run && r.step < last.step)
			abort();
		last = r;
	}
	if (got < 0 && !d.text[0])
		abort();
	log_table_free(t);
	log_stream_close(stream);
	source_close(s);
	input_close(&in);
}

static void read_columns(
	const uint8_t *data, size_t n, const struct log_options *opt)
{
	struct input in = fuzz_input(0, data, n);
	struct source *s = NULL;
	struct log_columns c;
	struct diag d = {0};

	if (source_open(&s, &in, &opt->source, &d) == 0 &&
		log_columns_read(&c, s, opt, &d) == 0)
		log_columns_free(&c);
	else if (!d.text[0])
		abort();
	source_close(s);
	input_close(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct log_options opt;
	struct log_rates *rates = NULL;
	const uint8_t *cut;
	struct input in;
	struct diag d = {0};

	if (n < 2)
		return 0;
	opt = options(data[0], data[1]);
	data += 2;
	n -= 2;
	cut = memchr(data, 1, n);
	if (cut) {
		in = fuzz_input(0, data, (size_t)(cut - data));
		if (log_rates_read(&rates, &in, &d) && !d.text[0])
			abort();
		input_close(&in);
		opt.rates = rates;
		opt.role.no_lr = true;
		n -= (size_t)(cut - data) + 1;
		data = cut + 1;
	}
	/* By length: all that there are take twice the time. */
	if (n % 2) {
		read_log(data, n, &opt);
		read_all(data, n, &opt, true);
	} else {
		read_columns(data, n, &opt);
		read_all(data, n, &opt, false);
	}
	if (rates)
		log_rates_free(rates);
	return 0;
}
