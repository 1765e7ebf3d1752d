/* SPDX-License-Identifier: MIT */
/*
 * Configurations in every language: no text crashes its reader, every message
 * has a place in the text, and what it comes to can be asked for its values.
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
	char *s;

	if (n < 1 || n > 2048)
		return 0;
	s = malloc(n);
	if (!s)
		return 0;
	memcpy(s, data + 1, n - 1);
	s[n - 1] = '\0';
	n = strlen(s);
	script = (struct script){
		.language = language(s, n, data[0]), .text = s, .n = n};
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
	free(s);
	return 0;
}
