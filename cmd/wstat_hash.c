/* SPDX-License-Identifier: MIT */
/* wstat --hash; see wstat.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/diag.h"
#include "stat/stat.h"
#include "weights.h"
#include "wstat.h"

const struct rows_column wstat_hash_column[WSTAT_HASH_NCOLUMN] = {
	WEIGHTS_COLUMNS,
	{"hash", ROWS_TEXT, ROWS_SHOWN},
};

int wstat_hash(const struct tensor_model *m, const struct stat_how *how,
	struct rows *rows, struct diag *d)
{
	rows_header(rows);
	for (size_t i = 0; i < m->ntensor; i++) {
		const struct stat_tensor t = {
			tensor_input(m, m->tensor[i]), m->tensor[i]};
		char hex[9];
		uint32_t hash;

		if (stat_hash(&hash, how, &t, d))
			return diag_at(d, "%s:%.200s", m->name, t.span->name);
		weights_begin_row(rows, m->name, t.span);
		snprintf(hex, sizeof(hex), "%08" PRIx32, hash);
		rows_text(rows, hex);
		if (rows_end(rows, d))
			return -1;
	}
	return tensor_model_unchanged(m, d);
}
