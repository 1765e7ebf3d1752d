/* SPDX-License-Identifier: MIT */
/* --loss-kind: what the losses of a log are, as an option and in words. */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "lrfind.h"

static const struct kind {
	const char *name;
	enum curve_losses_kind kind;
	/* What follows the name after a colon; NULL: nothing. */
	const char *value;
	bool optional;
	double lo, hi;
} kind[] = {
	{"auto", CURVE_LOSSES_AUTO, NULL, true, 0, 0},
	{"raw", CURVE_LOSSES_RAW, NULL, true, 0, 0},
	{"epoch-mean", CURVE_LOSSES_EPOCH_MEAN, "updates of an epoch", true, 1,
		1e15},
	{"mean", CURVE_LOSSES_MEAN, "updates", false, 1, 1e15},
	{"ema", CURVE_LOSSES_EMA, "a decay such as 0.98", false, 1e-3, 0.99999},
	{"median", CURVE_LOSSES_MEDIAN, "updates", false, 1, 1e15},
};

#define NKIND ARRAY_SIZE(kind)

const char *const lrfind_losses_word[] = {
	"auto", "raw", "epoch-mean", "mean:", "ema:", "median:", NULL};

int lrfind_take_losses(void *at, const struct opt_given *g, struct diag *d)
{
	struct curve_losses *l = at;
	size_t n = strcspn(g->value, ":");
	const char *value = g->value[n] ? g->value + n + 1 : NULL;
	char name[80];
	double x = 0;

	for (const struct kind *k = kind; k < kind + NKIND; k++) {
		if (strlen(k->name) != n || memcmp(k->name, g->value, n) != 0)
			continue;
		if (value ? !k->value : !k->optional)
			break;
		snprintf(name, sizeof(name), "%s %s:", g->name, k->name);
		if (value && num_arg_double(name, value, k->lo, k->hi, &x, d))
			return -1;
		*l = (struct curve_losses){.kind = k->kind};
		*(k->kind == CURVE_LOSSES_EMA ? &l->beta : &l->n) = x;
		return 0;
	}
	return diag_set(d, DIAG_USAGE,
		"%s '%s'; expected auto, raw, epoch-mean[:UPDATES], "
		"mean:UPDATES, median:UPDATES or ema:DECAY",
		g->name, g->value);
}

const char *lrfind_losses_text(
	char *buf, size_t n, const struct curve_losses *l)
{
	static const char *const start[] = {
		[CURVE_START_FIRST] = "",
		[CURVE_START_ZERO] = ", from 0",
		[CURVE_START_CORRECTED] = ", corrected for their start",
		[CURVE_START_LATE] = ", corrected as Lightning does",
		[CURVE_START_DIVIDED] = ", divided but not averaged",
	};

	if (l->kind == CURVE_LOSSES_EPOCH_MEAN)
		snprintf(buf, n, "running means of the epoch");
	else
		snprintf(buf, n, "exponential averages (%g%s)", l->beta,
			start[l->start]);
	return buf;
}
