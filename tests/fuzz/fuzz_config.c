/* SPDX-License-Identifier: MIT */
/*
 * Configurations in every language: no text crashes what mends it nor its
 * reader, every message has a place in the text, and what it comes to can be
 * asked for its values.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "sched/sched.h"
#include "script/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The first byte says the language; how it looks, where it names none. */
static enum settings_language language(const char *s, size_t n, uint8_t byte)
{
	static const enum settings_language languages[] = {SETTINGS_FLAGS,
		SETTINGS_SHELL, SETTINGS_YAML, SETTINGS_JSON, SETTINGS_DICT,
		SETTINGS_TOML};

	if (byte >= '0' && byte < '6')
		return languages[byte - '0'];
	return settings_language(s, n, byte == 'f' ? "settings" : NULL);
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* As what was pasted, or a file, is mended: lines stay lines. */
static void mend(struct buf *text, uint8_t byte)
{
	size_t n = count_lines(text->data);

	if (settings_mend(text, byte == 'f' ? "settings" : NULL) == 0 &&
		(strlen(text->data) != text->len ||
			count_lines(text->data) != n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const define[] = {"A=3", "scheduler.gamma=.5"};
	struct buf remarks = {0};
	const struct sched_env env = {.base = 0.1,
		.steps = 1000,
		.epoch_steps = 7,
		.horizon = 1000,
		.given = {.define = define, .ndefine = 2},
		.remarks = &remarks,
		.host = &script_host};
	struct sched_table t = {0};
	struct sched_where where;
	struct script script;
	struct diag d = {.text = ""};
	struct buf text = {0};

	if (n < 1 || n > 2048)
		return 0;
	text.data = malloc(n);
	if (!text.data)
		return 0;
	memcpy(text.data, data + 1, n - 1);
	text.data[n - 1] = '\0';
	text.len = strlen(text.data);
	text.cap = n;
	mend(&text, data[0]);
	n = text.len;
	script = (struct script){.language = language(text.data, n, data[0]),
		.text = text.data,
		.n = n};
	if (script.language != SETTINGS_WORDS) {
		if (script_read(&t, &script, &env, &where, &d) < 0) {
			if (where.offset > n || !d.text[0])
				abort();
		}
		for (size_t i = 0; i < t.n; i++)
			for (uint64_t step = 0; step < 1000; step += 111)
				sched_at(t.column[i].node, step);
		sched_table_free(&t);
	}
	buf_free(&remarks);
	buf_free(&text);
	return 0;
}
