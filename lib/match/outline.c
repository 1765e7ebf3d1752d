/* SPDX-License-Identifier: MIT */
/* Every decay after every warmup. */
#include <math.h>

#include "match/outline.h"

#define WARMED(LETTERS, WORDS)                                        \
	{                                                             \
		{LETTERS, WORDS}, {"W" LETTERS, "warmup:{W} " WORDS}, \
			{"WA" LETTERS, "warmup:{W},from={A} " WORDS}, \
			{"W" LETTERS, "warmup:{W},lead " WORDS},      \
		{                                                     \
			"W" LETTERS, "warmup:{W},open " WORDS         \
		}                                                     \
	}

static const struct fit_model model[NBODY][NWARM] = {
	[BODY_CONST] = WARMED("", "const"),
	[BODY_LINEAR0] = WARMED("T", "linear:{T}"),
	[BODY_LINEAR] = WARMED("Tm", "linear:{T}:{m}"),
	[BODY_COS0] = WARMED("T", "cos:{T}"),
	[BODY_COS] = WARMED("Tm", "cos:{T}:{m}"),
	[BODY_POLY0] = WARMED("Tp", "poly:{T},pow={p}"),
	[BODY_POLY] = WARMED("Tmp", "poly:{T}:{m},pow={p}"),
	[BODY_DECAY] = WARMED("G", "decay,by={G}"),
	[BODY_INV] = WARMED("k", "inv,k={k}"),
	[BODY_DECAY_PER] = WARMED("Gs", "decay,by={G},per={s}"),
	[BODY_INV_PER] = WARMED("ks", "inv,k={k},per={s}"),
	[BODY_RSQRT_TIED] = WARMED("", "rsqrt,s={W}"),
	[BODY_RSQRT] = WARMED("s", "rsqrt,s={s}"),
	[BODY_WSD_LINEAR0] = WARMED("HT", "const:{H} linear:{T}"),
	[BODY_WSD_COS0] = WARMED("HT", "const:{H} cos:{T}"),
	[BODY_WSD_SQRT0] = WARMED("HT", "const:{H} sqrt:{T}"),
	[BODY_WSD_LINEAR] = WARMED("HTm", "const:{H} linear:{T}:{m}"),
	[BODY_WSD_COS] = WARMED("HTm", "const:{H} cos:{T}:{m}"),
	[BODY_WSD_SQRT] = WARMED("HTm", "const:{H} sqrt:{T}:{m}"),
	[BODY_EXP] = WARMED("Tm", "exp:{T}:{m}"),
};

const struct fit_model *match_model(enum body body, enum warm warm)
{
	return &model[body][warm];
}

struct fit match_outline_fit(
	const struct search *s, const struct outline *o, enum body body)
{
	struct fit f;

	match_fit_init(
		&f, match_model(body, o->warm), s->course.y[s->course.top]);
	match_fit_set(&f, 'W', fmax(1, o->w));
	match_fit_set(&f, 'A', o->a);
	if (o->short_warm) {
		match_fit_fix(&f, 'W');
		f.spent = 2;
	}
	return f;
}
