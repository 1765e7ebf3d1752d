/* SPDX-License-Identifier: MIT */
/*
 * Calls of frameworks: no text crashes their reader, every message has a place
 * in the text, and what a call comes to can be asked for its values.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "sched/sched.h"
#include "script/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct sched_env env = {.base = 0.1,
		.steps = 1000,
		.epoch_steps = 7,
		.horizon = 1000,
		.host = &script_host};
	struct diag d = {.text = ""};
	struct sched_call call;
	size_t where = 0;

	if (n > 1024)
		return 0;
	if (script_host.build(script_host.ctx, (const char *)data, n, &env, 0.1,
		    &call, &where, &d) < 0) {
		if (where > n || !d.text[0])
			abort();
		return 0;
	}
	for (size_t i = 0; i < call.n; i++)
		for (uint64_t step = 0; step < 1000; step += 111)
			sched_at(call.column[i].node, step);
	sched_call_free(&call);
	return 0;
}
