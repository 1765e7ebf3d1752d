/* SPDX-License-Identifier: MIT */
/*
 * Configurations of trainers, as Python's values or as texts have them, as the
 * calls that they come to.  All that is made lives as long as the build.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "call/call.h"
#include "settings/settings.h"

/*
 * The call that V, or what B's script gives its names, comes to as a
 * configuration: 1 with *RET, 0 if it is none that is known (of names, of those
 * that are SURE before a function is), or -1 raised.
 */
int config_of(struct py_run *r, const struct py_value *v, struct py_value *ret);

int config_of_names(struct call_build *b, bool sure, struct py_value *ret);

/* The same of a call of what has no value, with these arguments. */
int config_of_call(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

/*
 * The same of B's text[0..N), in LANGUAGE, or of its part NAME (NULL: all of
 * it) alone.  Returns 0, or -1 raised.
 */
int config_read(struct call_build *b, enum settings_language language, size_t n,
	const char *name, struct py_value *ret);

#endif
