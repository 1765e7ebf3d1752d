/* SPDX-License-Identifier: MIT */
/* Python source of a tree with its names replaced by values. */
#ifndef TEXT_PY_SHOW_H
#define TEXT_PY_SHOW_H

#include "text/py_expr.h"

/* Appends E; a name in NAMES, unless E binds it anew, as its value. */
int py_show_with(
	struct buf *b, const struct py_expr *e, const struct py_name *names);

#endif
