/* SPDX-License-Identifier: MIT */
/* Tells of a tensor that fails. */
#include <stdarg.h>

#include "base/buf.h"
#include "check/check_impl.h"

int check_fail(struct check_run *r, const struct check_failure *f,
	struct diag *d, const char *fmt, ...)
{
	struct check_failure told = *f;
	struct buf text = {0};
	va_list ap;
	int ret;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	r->a->nfail++;
	ret = buf_end(&text, d);
	told.text = text.data;
	if (!ret)
		r->s->fail(r->s->ctx, &told);
	buf_free(&text);
	return ret;
}
