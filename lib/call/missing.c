/* SPDX-License-Identifier: MIT */
/*
 * Names without a value are asked for all at once: what is built is built again
 * with some value for each, until nothing else is missing.
 */
#include "call/call_impl.h"

#include <string.h>

#include "base/buf.h"

#define NMISSING 16

/* "no value for 'a', 'b'; expected -D a=VALUE -D b=VALUE" */
static int missing(const struct buf *name, size_t n, struct diag *d)
{
	struct buf b = {0};
	int bad = buf_adds(&b, "no value for");

	for (size_t i = 0; i < n && !bad; i++)
		bad = buf_printf(&b, "%s '%s'", i ? "," : "", name[i].data);
	bad = bad || buf_adds(&b, "; expected");
	for (size_t i = 0; i < n && !bad; i++)
		bad = buf_printf(&b, " -D %s=VALUE", name[i].data);
	bad = bad || buf_terminate(&b);
	bad = bad ? diag_nomem(d, b.len)
		  : diag_set(d, DIAG_USAGE, "%s", b.data);
	buf_free(&b);
	return bad;
}

int call_note_missing(const struct call_build *b, const struct sched_env *env)
{
	const struct py_unknown *u = b->unknown;

	if (!u)
		u = py_run_error(py_builder(b->py)).unknown;
	if (!env->missing)
		return 0;
	env->missing->len = 0;
	/* A call that nobody knows is not asked for. */
	if (!u || u->why || (u->at && u->at->form == PY_CALL))
		return 0;
	return buf_add(env->missing, u->path.s, u->path.n) ||
			       buf_terminate(env->missing)
		       ? -1
		       : 0;
}

int call_retry(
	int (*once)(void *ctx, const struct sched_env *env, struct diag *d),
	void *ctx, const struct sched_env *env, struct diag *d)
{
	struct buf name[NMISSING] = {{0}}, value[NMISSING] = {{0}};
	const char *define[NMISSING + 64];
	struct sched_env more = *env;
	int ret = once(ctx, env, d);
	struct diag first = *d, quiet = *d;
	size_t n = 0;

	if (ret == 0 || env->ndefine > 64 || !env->missing->len)
		return ret;
	if (env->ndefine)
		memcpy(define, env->define, env->ndefine * sizeof(*define));
	more.define = define;
	while (ret < 0 && env->missing->len && n < NMISSING &&
		(n == 0 || strcmp(env->missing->data, name[n - 1].data) != 0)) {
		if (buf_add(&name[n], env->missing->data, env->missing->len) ||
			buf_terminate(&name[n]) ||
			buf_printf(&value[n], "%s=1", name[n].data) ||
			buf_terminate(&value[n])) {
			diag_nomem(d, 64);
			break;
		}
		define[env->ndefine + n] = value[n].data;
		more.ndefine = env->ndefine + ++n;
		ret = once(ctx, &more, &quiet);
	}
	if (d->class == DIAG_USAGE) {
		missing(name, n, d);
		memcpy(d->place, first.place, sizeof(d->place));
	}
	for (size_t i = 0; i < NMISSING; i++) {
		buf_free(&name[i]);
		buf_free(&value[i]);
	}
	return -1;
}
