/* SPDX-License-Identifier: MIT */
/* Where lines of pairs come from; see source.h. */
#include <stdlib.h>

#include "base/diag.h"
#include "source/source_impl.h"

int source_new(struct source **ret, struct pair_keys *keys,
	const struct source_calls *calls, void *state, struct diag *d)
{
	*ret = malloc(sizeof(**ret));
	if (!*ret) {
		calls->close(state);
		pair_keys_free(keys);
		return diag_nomem(d, sizeof(**ret));
	}
	**ret = (struct source){.keys = keys, .calls = calls, .state = state};
	return 0;
}

void source_end(struct source *s)
{
	if (!s->state)
		return;
	s->calls->odd(s->state, &s->odd);
	s->calls->close(s->state);
	s->state = NULL;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	source_end(s);
	pair_keys_free(s->keys);
	free(s);
}

enum source_format source_format(const struct source *s)
{
	return s->format;
}

const struct pair_keys *source_keys(const struct source *s)
{
	return s->keys;
}

int source_next(struct source *s, struct line *ret, struct diag *d)
{
	return s->calls->next(s->state, ret, d);
}

size_t source_repeat(
	struct source *s, double *value, uint64_t *forms, size_t max)
{
	return s->calls->repeat ? s->calls->repeat(s->state, value, forms, max)
				: 0;
}

void source_odd(const struct source *s, struct line_odd *ret)
{
	if (s->state)
		s->calls->odd(s->state, ret);
	else
		*ret = s->odd;
}
