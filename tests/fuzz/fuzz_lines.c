/* SPDX-License-Identifier: MIT */
/*
 * Lines of pairs: any bytes, in any format, are lines whose keys have names
 * without 0 bytes and whose line numbers do not fall, or a message.  The first
 * byte is the options.
 */
#include <math.h>
#include <string.h>

#include "fuzz_input.h"
#include "line/line_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct line_options options(uint8_t byte)
{
	static const char seps[] = "\0\0,;\t|";
	static const enum line_format formats[] = {LINE_AUTO, LINE_AUTO,
		LINE_AUTO, LINE_CSV, LINE_JSON, LINE_TEXT};

	return (struct line_options){
		.sep = seps[byte % (sizeof(seps) - 1)],
		.format = formats[byte / 8 % 6],
		.columns = byte & 64 ? "step,lr,loss" : NULL,
		.pattern = byte & 128
				   ? "(?P<step>\\d+).*loss[ =:]*(?P<loss>[^ ]+)"
				   : NULL,
	};
}

static void check(const struct line *x, const struct pair_keys *k)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct pair *p = &x->pair[i];

		if (p->key >= pair_keys_n(k) || !pair_keys_name(k, p->key))
			abort();
		if (p->text &&
			(!isnan(p->value) || !isnan(p->total) ||
				(p->ntext && memchr(p->text, 0, p->ntext))))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct line_options opt;
	struct pair_keys *k;
	struct line_reader *l;
	struct line x;
	struct diag d = {0};
	struct input in;
	uint64_t lineno = 0;
	int got;

	if (n < 1)
		return 0;
	opt = options(data[0]);
	in = fuzz_input(0, data + 1, n - 1);
	if (pair_keys_new(&k, &d) < 0 || line_open(&l, &in, &opt, k, &d) < 0)
		abort();
	while ((got = line_next(l, &x, &d)) > 0) {
		check(&x, k);
		if (x.lineno < lineno || x.n == 0)
			abort();
		lineno = x.lineno;
	}
	if (got < 0 && !d.text[0])
		abort();
	line_close(l);
	pair_keys_free(k);
	input_close(&in);
	return 0;
}
