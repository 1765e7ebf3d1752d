/* SPDX-License-Identifier: MIT */
/*
 * Inside of what writes Python source: a tree with names replaced by values.
 */
#ifndef TEXT_PY_SHOW_H
#define TEXT_PY_SHOW_H

#include "text/py_expr.h"

/*
 * Appends E; a name in NAMES, unless E binds it anew, as its value.  Returns
 * 0, or -1 for no memory.
 */
int py_show_with(
	struct buf *b, const struct py_expr *e, const struct py_name *names);

#endif
