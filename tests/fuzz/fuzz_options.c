/* SPDX-License-Identifier: MIT */
/*
 * Command lines: the first byte says of which tool, a byte 0 ends each word.
 * Any words are read or refused with a message.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../cmd/lrcheck.h"
#include "../../cmd/lrfind.h"
#include "../../cmd/lrlog.h"
#include "../../cmd/lrsched.h"
#include "../../cmd/opt.h"
#include "../../cmd/spzip.h"
#include "../../cmd/wcmp.h"
#include "../../cmd/weights.h"
#include "../../cmd/wplan.h"
#include "../../cmd/wprune.h"
#include "../../cmd/wstat.h"
#include "base/diag.h"
#include "prune/prune_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define NWORD_MAX 64
#define INTO_NBYTES 8192 /* no tool's options take more */

static const struct opt_table *const tables[] = {
	&lrsched_options,
	&lrcheck_options,
	&lrfind_options,
	&lrlog_options,
	&wcmp_options,
	&wstat_options,
	&wplan_options,
	&wprune_options,
	&spzip_options,
};

/* Patterns are all that options keep in memory of their own. */
static void release(const struct opt_row *row, unsigned char *into)
{
	for (; row->kind != OPT_END; row++)
		if (row->kind == OPT_CALL && row->take == weights_take_pattern)
			choice_free(&(struct choice){
				.only = *(struct choice_patterns *)(void
						*)(into + row->at)});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static _Alignas(max_align_t) unsigned char into[INTO_NBYTES];
	static char text[1024], name[] = "tool";
	char *argv[NWORD_MAX + 1] = {name};
	const struct opt_row *row;
	struct diag d = {0};
	int argc = 1, result;

	if (n < 2 || n > sizeof(text))
		return 0;
	row = tables[data[0] % (sizeof(tables) / sizeof(tables[0]))]->row;
	n--;
	memcpy(text, data + 1, n);
	text[n - 1] = '\0';
	for (size_t i = 0; i < n && argc < NWORD_MAX; i += strlen(text + i) + 1)
		argv[argc++] = text + i;
	memset(into, 0, sizeof(into));
	optind = 0; /* anew */
	result = opt_read(row, into, argc, argv, &d);
	if (result < 0 && (d.class == DIAG_NONE || !d.text[0]))
		abort();
	if (result == OPT_READ && (optind < 1 || optind > argc))
		abort();
	release(row, into);
	return 0;
}
