/* SPDX-License-Identifier: MIT */
/*
 * Lines that are read as ones before them tell what they tell alone: logs of
 * lines whose numbers are drawn at random, read whole and line by line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "file/input.h"
#include "line/line_impl.h"
#include "tap.h"
#include "text_file.h"

/* %d a whole number, %f and %e others, %x any of these or none at all, %2 two
 * digits, %p a padded number, %l and %L one of more digits than count; %w, %h
 * and %r a whole number, one that is not and one that is with a point or an
 * exponent, in any spelling. */
static const char *const forms[] = {
	"step %d | loss %f | lr %e | grad norm %f | 412 ms",
	"step=%d loss=%f lr=%x grad_norm=%x",
	"{\"step\": %d, \"loss\": %f, \"lr\": %x, \"mode\": \"train\"}",
	"{\"t\": \"2025-04-%2T10:%2:%2\", \"step\": %d, \"loss\": %x}",
	"{'loss': %x, 'grad_norm': %f, 'learning_rate': %x, 'epoch': %f}",
	" [2025-04-%2 23:%2:%2] iteration %p/ 500000 | consumed samples: %p "
	"| learning rate: %E | lm loss: %E | loss scale: %x |",
	"Train: %d [%p/%d (%3%%)]  Loss: %f (%f)  Time: %fs, %f/s  LR: %e",
	"Epoch %d/%d: %d%%|###   | %d/%d [00:%2<01:%2, %fit/s, loss=%f]",
	"Adjusting learning rate of group %d to %e.",
	"parameter group %1 to %f, loss %f",
	"%2/%2 12:%2:%2 I step %d loss %f",
	"I08%2 10:%2:%2.%d %d trainer.cc:%d] Iteration %d, loss = %x",
	"2025%2%2 12:%2:%2 step %d loss %f",
	"%d 12:%2:%2 loss %f step %d",
	"Nov %2 11:%2:%2 %d loss %f",
	"[%d, %p] loss: %f lr: %x",
	"[rank%1]: step %d, loss: %f",
	"layer%1.loss: %f, gpt2 loss %f, step%d",
	"loss at step %d: %f",
	"Train loss %d %x",
	"val: step %d loss %f",
	"Test: [%d/%d] loss %f",
	"%d: loss %f",
	"%f loss %e rate",
	"%d, %f: %f, %f avg loss, %f rate, %f seconds, %d images",
	"lr[%1] = %e, lr[%1] = %x, loss = %f, iter %d",
	"loss %f (%f) lr [%e, %e] it %d",
	"tokens 1,%3,%3 step %d loss %f",
	"loss: tensor(%f, device='cuda:%1') step: %d",
	"lr: np.float64(%e), loss: -%f, step: %d",
	"<step>%d</step><loss>%f</loss>",
	"epoch %d took 1h %2m %2s, loss %f",
	"INFO:root:%d -- loss=%f -- %d%% done, eta: 0:%2:%2",
	"step %d loss nan lr %e",
	"{\"log\": \"step %d loss %f\", \"time\": %d.%d}",
	"a/b %d/%d/%d loss %f x %f",
	"version 1.%1.%1 loss %f step %d",
	"  speed %d tok/s | step %d of %d | loss %f",
	"{'step': %w, 'lr': np.float%w(%h), 'loss': np.float32(%h)}",
	"[12:%2:%h] learning rate | th = %r | Train: 00:%w | loss %h",
	"I%w 12:%2:%h %w f.py:%w] loss (time: %w) lr %h",
	"speed %h samples/sec %h tokens/sec %h updates/sec loss=%h",
	"[%w] (h: 10%r.0.1) loss %h it %w",
	"May %w 10:00:%2 node1 python[%w]: step %w loss %h lr %h",
	"[12:%2:%2] of %f | grad_norm[min=%hs/it] | 0.5->0.4 of lr | time of "
	"12 [rank %w] loss %h step %w",
	"PPL=%w x - 7x=12:%2:%w loss=%ws - rank=%w-01-15T12:%2:%2Z",
	"{'loss': %f, 'grad_norm': %l, 'learning_rate': %l, 'epoch': %f}",
	"step %d loss %L lr %L (%l s)",
	"Epoch %w: %w%%|##| %w/%w [%2:%2<%2:%2, %hit/s, loss=%h, lr=%h]",
};
#define NFORM (sizeof(forms) / sizeof(forms[0]))

static uint64_t seed = 12345;

static unsigned draw(unsigned n)
{
	return (unsigned)(tap_random(&seed) % n);
}

/* Of any length up to eight digits or so. */
static unsigned draw_whole(void)
{
	static const unsigned most[] = {
		10, 100, 1000, 10000, 1000000, 3000000, 60000000};

	return draw(most[draw(7)]);
}

static const char *draw_spelling(char how)
{
	static const char *const all[3][12] = {
		{"0", "00", "007", "5", "12", "61", "999", "1234", "65536",
			"20240115", "1700000000000",
			"123456789012345678901234567890"},
		{".5", "0.5", "00.5", "1.5", "1e-300", "5e-324", "1E-3",
			"2024.5", "0.0001", "59.999", "123456.789", "99.9"},
		{"1.", "1.0", "0.", ".0", "1e400", "0.0", "00.0", "1e5", "1e+5",
			"2e-400", "100.00", "24.0"},
	};

	return all[how == 'w' ? 0 : how == 'h' ? 1 : 2][draw(12)];
}

static void add_number(struct buf *b, char how)
{
	double x = draw(1000000) / 1e5;

	if (how == 'x')
		how = "dfex"[draw(4)];
	switch (how) {
	case 'd': buf_printf(b, "%u", draw_whole()); break;
	case 'f': buf_printf(b, "%.*f", (int)draw(6), x); break;
	case 'e': buf_printf(b, "%g", x * x / 1e6); break;
	case 'l': buf_printf(b, "%.17g", x / 7); break;
	case 'L': buf_printf(b, "%.25f", x / 7); break;
	case 'E': buf_printf(b, "%.6E", x / 1000); break;
	case 'p': buf_printf(b, "%8u", draw_whole()); break;
	case '1': buf_printf(b, "%u", draw(10)); break;
	case '2': buf_printf(b, "%02u", draw(32)); break;
	case '3': buf_printf(b, "%03u", draw(1000)); break;
	case 'w':
	case 'h':
	case 'r': buf_adds(b, draw_spelling(how)); break;
	default: buf_adds(b, draw(2) ? "nan" : "-0.5"); break;
	}
}

static bool ends_with(const struct buf *b, const char *s)
{
	size_t n = strlen(s);

	return b->len >= n && memcmp(b->data + b->len - n, s, n) == 0;
}

/* A total of 0 is left out: it says what the lines after it are. */
static void add_total(struct buf *b, char how)
{
	size_t n = b->len;

	do {
		b->len = n;
		add_number(b, how);
	} while (strtod(b->data + n, NULL) == 0);
}

static void add_line(struct buf *b, const char *form)
{
	for (; *form; form++) {
		if (*form != '%')
			buf_addc(b, *form);
		else if (*++form == '%')
			buf_addc(b, '%');
		else if (ends_with(b, "/") || ends_with(b, " of "))
			add_total(b, *form);
		else
			add_number(b, *form);
	}
	buf_addc(b, '\n');
}

static void tell(struct buf *b, const struct pair_keys *k, const struct line *x)
{
	buf_printf(b, "%d%d %d:", x->is_bar, x->is_valid, x->rank);
	for (size_t i = 0; i < x->n; i++) {
		const struct pair *p = &x->pair[i];

		buf_printf(b, " %s=%.17g/%.17g", pair_keys_name(k, p->key),
			p->value, p->total);
		if (p->text)
			buf_printf(b, "'%.*s'", (int)p->ntext, p->text);
	}
	buf_addc(b, ';');
}

/* What each line of TEXT tells, at [lineno - 1] of RET. */
static void read_all(struct buf *ret, size_t nline, const char *text, size_t n)
{
	const struct line_options opt = {.format = LINE_AUTO};
	struct input in = text_file(text, n);
	struct pair_keys *k;
	struct line_reader *l;
	struct line x;
	struct diag d;

	if (pair_keys_new(&k, &d) < 0 || line_open(&l, &in, &opt, k, &d) < 0)
		abort();
	while (line_next(l, &x, &d) > 0)
		if (x.lineno <= nline)
			tell(&ret[x.lineno - 1], k, &x);
	for (size_t i = 0; i < nline; i++)
		if (!buf_text(&ret[i]))
			abort();
	line_close(l);
	pair_keys_free(k);
	input_close(&in);
}

/* Logs of so many lines, of a few forms that take turns. */
#define NLINE 400

static void test_log(size_t log)
{
	struct buf all = {0}, got[NLINE + 1] = {{0}}, alone[2];
	size_t at[NLINE + 2], bad = 0;

	buf_adds(&all, "--\n");
	for (size_t i = 0; i <= NLINE; i++) {
		at[i] = all.len;
		if (i < NLINE)
			add_line(&all, forms[(log + draw(3)) % NFORM]);
	}
	read_all(got, NLINE + 1, all.data, all.len);
	for (size_t i = 0; i < NLINE; i++) {
		struct buf one = {0};

		buf_adds(&one, "--\n");
		buf_add(&one, all.data + at[i], at[i + 1] - at[i]);
		memset(alone, 0, sizeof(alone));
		read_all(alone, 2, one.data, one.len);
		if (strcmp(got[i + 1].data, alone[1].data) != 0 && bad++ < 3)
			printf("# %s# in the log: %s\n# alone: %s\n",
				one.data + 3, got[i + 1].data, alone[1].data);
		buf_free(&one);
		buf_free(&alone[0]);
		buf_free(&alone[1]);
	}
	for (size_t i = 0; i <= NLINE; i++)
		buf_free(&got[i]);
	buf_free(&all);
	ok(bad == 0, "the lines of log %zu", log);
}

/* The number of a line "x=NUMBER", in which that is all. */
static bool read_number(void *ctx, char *p, struct pair_list *o)
{
	uint64_t form;
	double x;

	(void)ctx;
	pair_number_within(p + 2, p + strlen(p), &x, &form);
	pair_list_add(o, pair_keys_find(o->keys, p, 1, true), x, 0, form);
	return true;
}

/* How many of lines with the numbers of FORM are read in full. */
static unsigned count_read(const char *form)
{
	struct pair_keys *k;
	struct line_again *a;
	struct diag d;
	unsigned n = 0;

	if (pair_keys_new(&k, &d) < 0 || line_again_new(&a, &d) < 0)
		abort();
	for (int i = 1; i <= 100; i++) {
		struct pair_list o = {.keys = k, .rank = -1};
		char line[80];
		bool is_new;

		snprintf(line, sizeof(line), form, 1 / (3.0 + i));
		if (!line_again_pairs(
			    a, line, strlen(line), false, &is_new, &o)) {
			n++;
			read_number(NULL, line, &o);
			if (is_new)
				line_again_learn(
					a, &o, true, read_number, NULL);
		}
		pair_list_free(&o);
	}
	line_again_free(a);
	pair_keys_free(k);
	return n;
}

/* The first of a kind is noted, the second learned, but for odd spellings. */
static void test_digits(void)
{
	static const char *const form[] = {
		"x=%.4f", "x=%.9g", "x=%.17g", "x=%.20f", "x=%.40f"};

	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		unsigned n = count_read(form[i]);

		ok(n <= 4, "%s: %u of 100 lines are read in full", form[i], n);
	}
}

int main(void)
{
	test_digits();
	for (size_t log = 0; log < NFORM; log++)
		test_log(log);
	return tap_done();
}
