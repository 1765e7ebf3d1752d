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

static char *copy_name(const struct log_keys *keys, size_t key)
{
	return key == LOG_NONE ? NULL : strdup(log_keys_name(keys, key));
}

/* "a+b", or NULL. */
static char *copy_sum(const struct log_keys *keys, const struct log_roles *r)
{
	struct buf b = {0};

	for (size_t i = 0; i < r->nloss; i++)
		if ((i && buf_adds(&b, r->formula ? ", " : "+")) ||
			buf_adds(&b, log_keys_name(keys, r->loss[i])))
			break;
	if (b.len && buf_terminate(&b) == 0)
		return b.data;
	buf_free(&b);
	return NULL;
}

void log_roles_tell(
	const struct log_roles *r, const struct log_keys *keys, struct log *ret)
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
