/* SPDX-License-Identifier: MIT */
/* --list: the table of shapes, as a person reads it. */
#include "lrsched.h"

#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/output.h"
#include "sched/shape.h"

int lrsched_list(const char *pattern, struct output *out, struct diag *d)
{
	const struct shape *shape;
	struct buf b = {0};
	size_t i;
	int r = 0;

	for (i = 0; (shape = sched_shape_nth(i)) && !r; i++)
		if (!pattern || strstr(shape->name, pattern))
			r = sched_shape_describe(&b, shape);
	if (r)
		r = diag_nomem(d, b.len);
	else if (!b.len)
		r = diag_set(d, DIAG_USAGE,
			"no shape has '%s' in its name; expected a part of "
			"a name, or nothing",
			pattern);
	else
		r = output_write(out, b.data, b.len, d);
	buf_free(&b);
	return r;
}
