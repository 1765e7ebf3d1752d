/* SPDX-License-Identifier: MIT */
/* Remarks about odd logs. */
#include "logs.h"

#include <stdarg.h>

#include "base/diag.h"
#include "cli.h"

void logs_note(const char *file, const char *run, const char *fmt, ...)
{
	struct diag d;
	va_list ap;

	va_start(ap, fmt);
	diag_vset(&d, DIAG_DATA, fmt, ap);
	va_end(ap);
	if (run)
		diag_at(&d, "%s", run);
	diag_at(&d, "%s", file);
	cli_note("%s: %s", d.place, d.text);
}

static void note_run(const char *file, const struct log_run *run)
{
	if (run->nrestart)
		logs_note(file, run->name,
			"the steps begin again; expected one run, the last of "
			"%zu is read",
			run->nrestart + 1);
	if (run->ncounter)
		logs_note(file, run->name,
			"the steps begin again with each epoch; they are added "
			"up");
	if (run->sorted)
		logs_note(file, run->name,
			"the rows are not in the order of their steps; they "
			"are read in it");
	if (run->nvalid)
		logs_note(file, run->name,
			"%zu rows of validation are left out; expected those "
			"of training",
			run->nvalid);
	if (run->nmean)
		logs_note(file, run->name,
			"%zu steps have several losses; expected one each, "
			"their mean is read",
			run->nmean);
}

void logs_note_odd(const char *file, const struct log *log)
{
	if (log->cut)
		logs_note(file, NULL,
			"the last line has no newline at its end and is left "
			"out; expected whole lines");
	for (size_t i = 0; i < log->nrun; i++)
		note_run(file, &log->run[i]);
}
