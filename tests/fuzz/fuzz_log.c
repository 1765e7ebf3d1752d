/* SPDX-License-Identifier: MIT */
/*
 * Training logs: any bytes, with any options, are runs whose steps never fall,
 * or a message.  The first two bytes are the options, a byte 1 divides a table
 * of rates from the log that lacks them.
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

	return (struct log_options){
		.sep = seps[sep % (sizeof(seps) - 1)],
		.lr = names & NAME_LR ? "lr" : NULL,
		.loss = names & SUM         ? "loss+aux"
			: names & NAME_LOSS ? "loss"
					    : NULL,
		.step = names & NAME_STEP ? "step" : NULL,
		.run = names & NAME_RUN ? "run" : NULL,
		.metric = names & METRIC,
		.rates_only = names & RATES_ONLY,
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
	struct diag d = {0};
	struct log log;

	if (log_read(&log, &in, opt, &d) == 0)
		check(&log);
	else if (!d.text[0])
		abort();
	log_free(&log);
	input_close(&in);
}

static void read_columns(
	const uint8_t *data, size_t n, const struct log_options *opt)
{
	struct input in = fuzz_input(0, data, n);
	struct log_columns c;
	struct diag d = {0};

	if (log_columns_read(&c, &in, opt, &d) == 0)
		log_columns_free(&c);
	else if (!d.text[0])
		abort();
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
		n -= (size_t)(cut - data) + 1;
		data = cut + 1;
	}
	read_log(data, n, &opt);
	read_columns(data, n, &opt);
	if (rates)
		log_rates_free(rates);
	return 0;
}
