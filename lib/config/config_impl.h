/* SPDX-License-Identifier: MIT */
/* Inside of lib/config: what its files share, under the name of each. */
#ifndef CONFIG_CONFIG_IMPL_H
#define CONFIG_CONFIG_IMPL_H

#include "call/call.h"
#include "config/config.h"
#include "settings/settings.h"

/* Dicts in one another. */
#define CONFIG_DEPTH_MAX 50

/* --- formats.c ------------------------------------------------------------ */

/*
 * CONFIG_SURE ones are meant also where a function of the step is in the
 * script; CONFIG_CALLED ones are known in the arguments of a method of nobody
 * knows what.
 */
enum config_certainty { CONFIG_MAYBE, CONFIG_SURE, CONFIG_CALLED };

/*
 * A trainer's configuration has all keys of NEEDS and one of ANY, blank-
 * separated; KEY/KEY is in a dict, KEY=A|B has one of these values.
 */
struct config_format {
	const char *trainer; /* for -D trainer= */
	const char *constructor;
	const char *needs, *any;
	enum config_certainty certainty;
};

/* The items of V, a dict or a class of settings alone; NULL: it is none. */
const struct py_list *config_dict_of(const struct py_value *v);

bool config_is_text(const struct py_value *v, const char *s, size_t n);

/* Whose configuration D is, of the SURE ones or of all; NULL: nobody's. */
const struct config_format *config_format_of(
	const struct call_build *b, const struct py_list *d, bool sure);

/* --- named.c -------------------------------------------------------------- */

/* A dict that names a constructor, or one that has such: 1, 0 or -1. */
int config_named(
	struct py_run *r, const struct settings *k, struct py_value *ret);

/* --- config.c ------------------------------------------------------------- */

/*
 * The call that K comes to: 1 with *RET, 0 if it is no configuration that is
 * known (of the SURE ones), or -1 raised.
 */
int config_call(
	struct py_run *r, struct settings *k, bool sure, struct py_value *ret);

#endif
