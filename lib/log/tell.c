/* SPDX-License-Identifier: MIT */
/* Which names of a log are taken for what, to be said to people. */
#include <string.h>

#include "base/buf.h"
#include "log/log_impl.h"

int log_find_roles(struct roles *ret, const struct tape *t,
	const struct pair_keys *keys, const struct log_options *opt,
	struct diag *d)
{
	struct role_options how = opt->role;

	how.no_lr |= opt->rates != NULL;
	return role_find(ret, t, keys, &how, d);
}

static char *copy_name(const struct pair_keys *keys, size_t key)
{
	return key == LOG_NONE ? NULL : strdup(pair_keys_name(keys, key));
}

/* "a+b", or NULL. */
static char *copy_sum(const struct pair_keys *keys, const struct roles *r)
{
	struct buf b = {0};

	for (size_t i = 0; i < r->nloss; i++)
		if ((i && buf_adds(&b, r->formula ? ", " : "+")) ||
			buf_adds(&b, pair_keys_name(keys, r->loss[i])))
			break;
	if (b.len && buf_terminate(&b) == 0)
		return b.data;
	buf_free(&b);
	return NULL;
}

void log_tell(
	const struct roles *r, const struct pair_keys *keys, struct log *ret)
{
	ret->nlr = r->nlr;
	ret->nloss = r->nloss_alike;
	ret->summed = r->loss_guessed;
	ret->step_trails = r->step_trails;
	ret->lr_name = copy_name(keys, r->lr);
	ret->loss_name = copy_sum(keys, r);
	ret->step_name = copy_name(keys, r->step_key);
}
