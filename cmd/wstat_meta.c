/* SPDX-License-Identifier: MIT */
/* wstat --metadata: what files say of themselves; see wstat.h. */
#include "rows.h"
#include "wstat.h"

const struct rows_column wstat_meta_column[WSTAT_META_NCOLUMN] = {
	{"file", ROWS_TEXT, ROWS_TITLE},
	{"key", ROWS_TEXT, ROWS_SHOWN},
	{"value", ROWS_TEXT, ROWS_SHOWN},
};

int wstat_meta(struct rows *rows, const struct tensor_model *m, struct diag *d)
{
	rows_header(rows);
	for (size_t i = 0; i < m->nfile; i++) {
		const struct tensor_map *map = &m->file[i].map;

		for (size_t k = 0; k < map->nnote; k++) {
			rows_text(rows, m->file[i].in.name);
			rows_text(rows, map->note[k].key);
			rows_text(rows, map->note[k].value);
			if (rows_end(rows, d))
				return -1;
		}
	}
	return tensor_model_unchanged(m, d);
}
