/* SPDX-License-Identifier: MIT */
/* Inside of lib/role: what its files share, under the name of each. */
#ifndef ROLE_ROLE_IMPL_H
#define ROLE_ROLE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "role/role.h"

struct diag;

/* --- given.c -------------------------------------------------------------- */

/* What a decision about roles looks at. */
struct role_finder {
	const struct tape *tape;
	const struct pair_keys *keys;
	const struct role_options *opt;
	const struct tape_stat *stat;
	size_t n;      /* keys */
	bool is_empty; /* no lines: names are all that is known */
	struct roles *r;
};

const char *role_name_of(const struct role_finder *f, size_t key);

/* KEY stands for no name. */
bool role_is_anonymous(const struct role_finder *f, size_t key);

/* "FOUND the lr: step, x; expected EXPECTED", with all names.  Returns -1. */
int role_fail_names(const struct role_finder *f, enum pair_role role,
	const char *found, const char *expected, struct diag *d);

/* The key NAME, or the only one that differs in case and signs alone. */
int role_find_named(const struct role_finder *f, size_t *ret,
	enum pair_role role, const char *name, size_t n, struct diag *d);

/* S as one name, else as names with plus signs between, else as a formula:
 * sets the loss. */
int role_find_given_loss(
	const struct role_finder *f, const char *s, struct diag *d);

#endif
