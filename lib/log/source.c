/* SPDX-License-Identifier: MIT */
/* Where lines of pairs come from; see log_impl.h. */
#include <stdlib.h>

#include "base/diag.h"
#include "log/log_impl.h"

int log_source_new(struct log_source **ret, struct log_keys *keys,
	const struct log_source_calls *calls, void *state, struct diag *d)
{
	*ret = malloc(sizeof(**ret));
	if (!*ret) {
		calls->close(state);
		log_keys_free(keys);
		return diag_nomem(d, sizeof(**ret));
	}
	**ret = (struct log_source){keys, calls, state};
	return 0;
}

void log_source_close(struct log_source *s)
{
	if (!s)
		return;
	s->calls->close(s->state);
	log_keys_free(s->keys);
	free(s);
}

/* --- text ---------------------------------------------------------------- */

static int next_line(void *state, struct log_line *ret, struct diag *d)
{
	return log_lines_next(state, ret, d);
}

static bool is_cut(const void *state)
{
	return log_lines_cut(state);
}

static void close_lines(void *state)
{
	log_lines_close(state);
}

int log_source_open(struct log_source **ret, struct input *in,
	const struct log_options *opt, struct diag *d)
{
	static const struct log_source_calls calls = {
		next_line, is_cut, close_lines};
	struct log_keys *keys;
	struct log_lines *lines;

	*ret = NULL;
	if (log_keys_new(&keys, d) < 0)
		return -1;
	if (log_lines_open(&lines, in, opt, keys, d) < 0) {
		log_keys_free(keys);
		return -1;
	}
	return log_source_new(ret, keys, &calls, lines, d);
}
