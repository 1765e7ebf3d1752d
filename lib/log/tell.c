/* SPDX-License-Identifier: MIT */
/*
 * Which names of a log were taken for what, to be said to people, and the
 * end of what roles hold.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "log/log_impl.h"
#include "text/formula.h"

const struct log_words *log_words_of(const struct log_options *opt)
{
	static const struct log_words none;

	return opt->words ? opt->words : &none;
}

static char *copy_name(const struct line_keys *keys, size_t key)
{
	return key == LOG_NONE ? NULL : strdup(line_keys_name(keys, key));
}

/* "a+b", or NULL. */
static char *copy_sum(const struct line_keys *keys, const struct log_roles *r)
{
	struct buf b = {0};

	for (size_t i = 0; i < r->nloss; i++)
		if ((i && buf_adds(&b, r->formula ? ", " : "+")) ||
			buf_adds(&b, line_keys_name(keys, r->loss[i])))
			break;
	if (b.len && buf_terminate(&b) == 0)
		return b.data;
	buf_free(&b);
	return NULL;
}

void log_roles_tell(const struct log_roles *r, const struct line_keys *keys,
	struct log *ret)
{
	ret->nlr = r->nlr;
	ret->nloss = r->nloss_alike;
	ret->summed = r->loss_guessed;
	ret->lr_name = copy_name(keys, r->lr);
	ret->loss_name = copy_sum(keys, r);
	ret->step_name = copy_name(keys, r->step_key);
}

void log_roles_free(struct log_roles *r)
{
	free(r->role);
	free(r->step);
	formula_free(r->formula);
	*r = (struct log_roles){0};
}
