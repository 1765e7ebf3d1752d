/* SPDX-License-Identifier: MIT */
/* What is in logs, and what it is taken for, as rows. */
#include "base/array.h"
#include "base/diag.h"
#include "logs.h"
#include "rows.h"

void logs_columns_begin(struct rows *r, int format, const struct output *out)
{
	static const struct rows_column column[] = {
		{"file", ROWS_TEXT, ROWS_TITLE},
		{"column", ROWS_TEXT, ROWS_SHOWN},
		{"role", ROWS_TEXT, ROWS_SHOWN},
		{"n", ROWS_WHOLE, ROWS_SHOWN},
		{"min", ROWS_NUMBER, ROWS_SHOWN},
		{"max", ROWS_NUMBER, ROWS_SHOWN},
	};

	rows_begin(r, format, out, column, ARRAY_SIZE(column));
}

int logs_columns_add(struct rows *r, const char *file, struct source *s,
	const struct log_options *opt, struct diag *d)
{
	struct log_columns c;
	int status = log_columns_read(&c, s, opt, d);

	if (status < 0)
		return -1;
	for (size_t i = 0; i < c.n && !status; i++) {
		rows_text(r, file);
		rows_text(r, c.column[i].name);
		rows_text(r, c.column[i].role);
		rows_u64(r, c.column[i].n);
		rows_double(r, c.column[i].min);
		rows_double(r, c.column[i].max);
		status = rows_end(r, d);
	}
	log_columns_free(&c);
	return status;
}
