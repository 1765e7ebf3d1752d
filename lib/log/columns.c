/* SPDX-License-Identifier: MIT */
/* The columns of a log, for a user who has to name one. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "log/kind.h"
#include "log/log.h"
#include "log/map.h"
#include "text/csv.h"

static int copy_columns(struct log_columns *ret, const struct csv_row *row,
	const struct log_options *opt, struct diag *d)
{
	struct log_best best = log_map_best(row);

	ret->column = calloc(row->ncell, sizeof(*ret->column));
	if (!ret->column)
		return diag_nomem(d, row->ncell * sizeof(*ret->column));
	for (size_t i = 0; i < row->ncell; i++) {
		struct log_column *c = &ret->column[i];
		enum log_role role = log_map_guess(row, i, &best, opt);

		c->name = strndup(row->cell[i].p, row->cell[i].n);
		if (!c->name)
			return diag_nomem(d, row->cell[i].n);
		c->role = role == NROLE ? "" : log_role_name(role);
		ret->n++;
	}
	return 0;
}

int log_columns_read(struct log_columns *ret, struct input *in,
	const struct log_options *opt, struct diag *d)
{
	struct csv_reader *csv;
	struct csv_row row;
	int got;

	*ret = (struct log_columns){0};
	if (log_kind_open(&csv, in, opt, d) < 0)
		return -1;
	got = csv_next(csv, &row, d);
	if (got == 0)
		got = diag_set(d, DIAG_DATA,
			"nothing; expected a table with a header");
	else if (got > 0)
		got = copy_columns(ret, &row, opt, d);
	csv_close(csv);
	if (got < 0)
		log_columns_free(ret);
	return got;
}

void log_columns_free(struct log_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->column[i].name);
	free(c->column);
	*c = (struct log_columns){0};
}

size_t log_step_column(const struct csv_row *header, bool epochs)
{
	size_t best = SIZE_MAX;
	unsigned best_fit = 0;

	for (size_t i = 0; i < header->ncell; i++) {
		const struct csv_cell *c = &header->cell[i];
		unsigned fit = log_name_fit(
			epochs ? ROLE_EPOCH : ROLE_STEP, c->p, c->n);

		if (fit > best_fit) {
			best_fit = fit;
			best = i;
		}
	}
	return best;
}
