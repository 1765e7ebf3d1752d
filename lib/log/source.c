/* SPDX-License-Identifier: MIT */
/* Where lines of pairs come from; see log_impl.h. */
#include <stdlib.h>

#include "base/diag.h"
#include "log/log_impl.h"

int log_source_new(struct log_source **ret, struct line_keys *keys,
	const struct log_source_calls *calls, void *state, struct diag *d)
{
	*ret = malloc(sizeof(**ret));
	if (!*ret) {
		calls->close(state);
		line_keys_free(keys);
		return diag_nomem(d, sizeof(**ret));
	}
	**ret = (struct log_source){
		.keys = keys, .calls = calls, .state = state};
	return 0;
}

void log_source_close(struct log_source *s)
{
	if (!s)
		return;
	s->calls->close(s->state);
	line_keys_free(s->keys);
	free(s);
}

enum log_format log_source_format(const struct log_source *s)
{
	return s->format;
}
