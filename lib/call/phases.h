/* SPDX-License-Identifier: MIT */
/*
 * Lines of scripts (call.h) for the one-cycle policy as torch has it: its
 * phases end at pct_start*total-1, which may be fractional, or before step 0.
 * CALL_PHASES wants the names that CALL_PHASE_NAMES makes of anneal_strategy,
 * three_phase, total and pct_start.
 */
#ifndef CALL_PHASES_H
#define CALL_PHASES_H

/* clang-format off */
/* a, c, b: where the phases end.  k: steps before the last phase, if the first
   has none to itself. */
#define CALL_PHASE_NAMES \
	"need total >= 1 and total % 1 == 0\n" \
	"need 0 <= pct_start <= 1\n" \
	"need pct_start * total != 1\n" \
	"need anneal_strategy in ['cos', 'linear']\n" \
	"let kind = anneal_strategy\n" \
	"let cosine = kind == 'cos'\n" \
	"let two = not three_phase\n" \
	"let a = pct_start * total - 1\n" \
	"let c = 2 * pct_start * total - 2\n" \
	"let b = total - 1\n" \
	"let k = 0 if a < 0 else 2 if c >= 1 and not two else 1\n"

/* From {hi} at x = 0 to {end} at 1, x = (t+K)/N: a phase begun before t = 0. */
#define CALL_TAIL(WHEN, LEN, HI, END, K, N) \
	"when " WHEN " and cosine: fn:{" LEN "},from=1,of=(lambda t:{" END \
	"}+({" HI "}-{" END "})/2*(cos(pi*(t+{" K "})/{" N "})+1))\n" \
	"when " WHEN " and not cosine: fn:{" LEN "},from=1,of=(lambda t:" \
	"({" END "}-{" HI "})*(t+{" K "})/{" N "}+{" HI "})\n"

/*
 * From LO to HI, then to END, perhaps by way of LO, where WHEN is true: the
 * usual phases; the first one being all, or the third never reached; the first
 * being over at once, or before step 0.
 */
#define CALL_PHASES(WHEN, LO, HI, END) \
	"when " WHEN " and a >= 1 and a != b: " \
	"{kind}:{a},from={" LO "},to={" HI "}\n" \
	"when " WHEN " and two and a >= 1 and a != b: " \
	"{kind}:{total - a},to={" END "},incl,past=cont\n" \
	"when " WHEN " and not two and a >= 1 and a != b and c < b: " \
	"{kind}:{a},to={" LO "} " \
	"{kind}:{total - 2 * a},to={" END "},incl,past=cont\n" \
	"when " WHEN " and a >= 1 and a == b: " \
	"{kind}:{total},from={" LO "},to={" HI "},incl,past=error\n" \
	"when " WHEN " and not two and a >= 1 and a != b and c >= b: " \
	"part:{total - a} {kind}:{a},from={" HI "},to={" LO "} end\n" \
	"when " WHEN " and 0 < a < 1: const:1,from={" LO "}\n" \
	CALL_TAIL(WHEN " and two and a < 1", "total - k", HI, END, \
		"k - a", "b - a") \
	"when " WHEN " and not two and 0 < a < 1 and c >= 1: const:1,from={" \
	LO " + (" HI " - " LO ") * ((1 + cos(pi * (1 - a) / a)) / 2 " \
	"if cosine else 2 - 1 / a)}\n" \
	CALL_TAIL(WHEN " and not two and a < 1 and total > k", "total - k", \
		LO, END, "k - c", "b - c")
/* clang-format on */

#endif
