/* SPDX-License-Identifier: MIT */
/*
 * --list: the table of shapes and what joins them, as a person reads it, and
 * the constructors of frameworks.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "call/call.h"
#include "file/output.h"
#include "lrsched.h"
#include "sched/sched.h"

/* clang-format off */
static const struct {
	const char *names, *text;
} grammar[] = {
{"rep end tmul vmul gamma vfn tfn scale past",
	"rep[:COUNT][,tmul=NUMBER][,vmul=NUMBER][,gamma=NUMBER]"
	"[,scale=top|span|all|drop]\n"
	"    [,past=hold|zero|error] WORD... end\n"
	"    [,vfn=(lambda c:...)][,tfn=(lambda t:...)]\n"
	"    WORD... COUNT times; without COUNT for ever; vfn, tfn: factors of "
	"cycle c\n"
	"    (from 1), of step t of the group\n"},
{"part end",
	"part[:LEN[,past=cont]] WORD... end\n"
	"    WORD... as a schedule of its own, from the base, in steps of its "
	"own\n"
	"    for LEN steps (past=cont: the last one goes on past these), or as "
	"long as\n    it is and past its end as it says\n"},
{"hold end",
	"hold:LEN WORD... end\n"
	"    each value for LEN steps: WORD... is stepped once in so many\n"},
{"times",
	"WORD... times WORD...\n"
	"    a product; the second schedule is in factors\n"},
{"+COLUMN",
	"[+COLUMN] WORD... +COLUMN WORD...\n"
	"    another column, in absolute values; a first one named so is no "
	"rate\n"},
{"probe lr ratio",
	"probe:RUNSxSTEPS,lr=RATE[,ratio=R]\n"
	"    alone: run,step,lr of RUNS runs of STEPS updates at the constant "
	"rates\n"
	"    RATE/R, RATE, RATE*R, ... (R = root of 10), or one run at RATE, for "
	"lrfind\n"},
{"keys from to excl incl lead open over flip floor ceil past cycles tmul vmul "
	"gamma vfn tfn scale",
	"keys of any segment, where they apply:\n"
	"    from=VALUE, to=VALUE: its ends\n"
	"    excl, incl, lead, open: step u of L is at u/L, u/(L-1), (u+1)/L, "
	"(u+1)/(L+1)\n"
	"    over: hides the start of the next segment and does not move it\n"
	"    flip: S(x) becomes 1-S(1-x)\n"
	"    floor=VALUE, ceil=VALUE: bounds\n"
	"    past=hold|zero|cont|error: after the last segment\n"
	"    cycles=COUNT: the segment as rep:COUNT would repeat it, whose keys\n"
	"        tmul, vmul, gamma, vfn, tfn and scale it then takes\n"},
};
/* clang-format on */

static bool wanted(const char *names, const char *pattern)
{
	return !pattern || strstr(names, pattern);
}

static void describe_preset(struct buf *b, const struct sched_preset *s)
{
	bool needs_ends = isnan(s->to);

	buf_printf(b, "range[:LEN],preset=%s%s\n    ", s->name,
		needs_ends ? ",from=VALUE,to=VALUE" : "");
	if (!needs_ends) {
		if (isnan(s->from))
			buf_adds(b, "from: the base");
		else
			buf_printf(b, "from: %g", s->from);
		buf_printf(b, "; to: %g; ", s->to);
	}
	if (isnan(s->len))
		buf_adds(b, "LEN: the rest of -n\n");
	else
		buf_printf(b, "LEN: %g, or the rest of -n\n", s->len);
}

/* The constructors of one module, as the library writes their signatures. */
static int describe_module(
	struct buf *b, const struct call_module *m, const char *pattern)
{
	const char *signature;
	size_t n;

	for (size_t i = 0; (signature = call_signature(m, i, &n)); i++) {
		size_t start = b->len, len;
		const char *words = call_in_words(signature, n, &len);
		buf_printf(b, "%s.%.*s\n", m->name, (int)n, signature);
		if (!buf_text(b))
			return -1;
		if (!wanted(b->data + start, pattern))
			b->len = start;
		else if (pattern && words)
			buf_printf(b, "    %.*s\n", (int)len, words);
	}
	return 0;
}

static void describe(struct buf *b, const char *pattern)
{
	const struct call_module *module;
	const struct shape *shape;
	const struct sched_preset *preset;

	for (size_t i = 0; (shape = sched_shape_nth(i)); i++)
		if (wanted(shape->name, pattern))
			sched_shape_describe(b, shape);
	for (size_t i = 0; (preset = sched_preset_nth(i)); i++)
		if (wanted("range preset", pattern) ||
			wanted(preset->name, pattern))
			describe_preset(b, preset);
	for (size_t i = 0; i < ARRAY_SIZE(grammar); i++)
		if (wanted(grammar[i].names, pattern))
			buf_adds(b, grammar[i].text);
	for (size_t i = 0; (module = call_module_nth(i)); i++)
		describe_module(b, module, pattern);
}

int lrsched_list(const char *pattern, struct output *out, struct diag *d)
{
	struct buf b = {0};
	int r;

	describe(&b, pattern);
	if (!b.len && !buf_failed(&b))
		r = diag_set(d, DIAG_USAGE,
			"no shape or constructor has '%s' in its name; "
			"expected a part of a name, or nothing",
			pattern);
	else
		r = output_buf(out, &b, d);
	buf_free(&b);
	return r;
}
