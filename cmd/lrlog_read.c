/* SPDX-License-Identifier: MIT */
/* A log that is read to its end, and what was odd about it. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "lrlog.h"

/* What the runs of IN are called: by their file, or what that says, or both. */
static int name_runs(struct lrlog_input *in, bool several, struct diag *d)
{
	const struct log *log = log_table_log(in->table);

	in->run = calloc(log->nrun + 1, sizeof(*in->run));
	if (!in->run)
		return diag_nomem(d, log->nrun * sizeof(*in->run));
	for (in->nrun = 0; in->nrun < log->nrun; in->nrun++) {
		in->run[in->nrun] = logs_part_name(
			in->place->name, &log->run[in->nrun], several);
		if (!in->run[in->nrun])
			return diag_nomem(d, strlen(in->place->name));
	}
	return 0;
}

int lrlog_input_read(struct lrlog_input *in, struct source *source,
	const struct log_options *opt, bool several, struct diag *d)
{
	in->source = source;
	if (log_table_read(&in->table, source, opt, d))
		return -1;
	in->scalar = log_table_scalars(in->table, &in->nscalar);
	return name_runs(in, several, d);
}

void lrlog_input_release(struct lrlog_input *in)
{
	for (size_t i = 0; i < in->nrun; i++)
		free(in->run[i]);
	free(in->run);
	free(in->of_column);
	log_table_free(in->table);
	source_close(in->source);
	*in = (struct lrlog_input){0};
}

bool lrlog_input_has_names(const struct lrlog_input *in)
{
	const struct log *log = log_table_log(in->table);

	return log->nrun && (log->run[0].name || log->run[0].part);
}

/* --- remarks -------------------------------------------------------------- */

/* Whether what plays the part of NAME, as nothing is called so, is a column. */
static bool asks_for(const struct lrlog_options *o,
	const struct lrlog_input *in, const char *name)
{
	for (size_t i = 0; i < in->nscalar; i++)
		if (strcmp(in->scalar[i].name, name) == 0)
			return false;
	return lrlog_list_has(o->columns, name);
}

/* A choice matters where it was asked for. */
void lrlog_input_note(
	const struct lrlog_input *in, const struct lrlog_options *o)
{
	struct log log = *log_table_log(in->table);

	if (!asks_for(o, in, "lr"))
		log.nlr = 0;
	if (!asks_for(o, in, "loss")) {
		log.nloss = 0;
		log.summed = false;
	}
	if (log.odd.cut && source_format(in->source) != SOURCE_AUTO) {
		logs_note(in->name, NULL,
			"ends within a record, as while training runs; what "
			"comes before it is read");
		log.odd.cut = false;
	}
	logs_note_odd(in->name, &log, &o->log);
}

void lrlog_input_note_counted(const struct lrlog_input *in)
{
	const struct log *log = log_table_log(in->table);

	for (size_t i = 0, n; i < log->nrun; i += n) {
		bool counted = false;

		n = log->run[i].napart;
		for (size_t k = 0; k < n; k++)
			counted |= log->run[i + k].unit == LOG_ROWS;
		if (counted)
			logs_note(in->name, n > 1 ? NULL : log->run[i].name,
				"no column of steps: rows are counted from 0; "
				"expected --step COL unless they are");
	}
}
