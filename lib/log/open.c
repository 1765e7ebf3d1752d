/* SPDX-License-Identifier: MIT */
/* What a file is written in, and the source that reads it. */
#include "base/diag.h"
#include "base/input.h"
#include "event/event.h"
#include "log/log_impl.h"

static int open_lines(struct log_source **ret, struct input *in,
	const struct log_options *opt, struct diag *d)
{
	static const enum line_format format[] = {
		[LOG_CSV] = LINE_CSV,
		[LOG_JSON] = LINE_JSON,
		[LOG_TEXT] = LINE_TEXT,
		[LOG_RE] = LINE_AUTO,
	};
	const struct line_options how = {.format = format[opt->format],
		.pattern = opt->re,
		.columns = opt->columns,
		.sep = opt->sep,
		.live = opt->live};
	struct line_keys *keys;
	struct line_reader *lines;

	if (line_keys_new(&keys, d) < 0)
		return -1;
	if (line_open(&lines, in, &how, keys, d) < 0) {
		line_keys_free(keys);
		return -1;
	}
	return log_exported_open(ret, lines, keys, d);
}

/* --- what tells one value at a time --------------------------------------- */

static int open_points(struct log_source **ret, struct input *in,
	enum log_format format, struct diag *d)
{
	struct log_points *p;

	if (log_points_new(&p, d) < 0)
		return -1;
	if ((format == LOG_MLFLOW ? log_mlflow_read(p, in, d)
				  : log_events_read(p, in, format, d)) < 0) {
		log_points_free(p);
		return -1;
	}
	return log_points_open(ret, p, format, d);
}

/* Enough of a file to know those of them that have no lines of pairs. */
#define HEAD_MAX 128

/* LOG_AUTO: lines, whatever is in them. */
static int find_format(
	enum log_format *ret, const struct input *in, struct diag *d)
{
	char head[HEAD_MAX];
	size_t n = in->size < sizeof(head) ? (size_t)in->size : sizeof(head);

	*ret = LOG_AUTO;
	if (!in->seekable)
		return 0;
	if (input_pread(in, head, n, 0, d) < 0)
		return -1;
	switch (event_format(head, n)) {
	case EVENT_TENSORBOARD: *ret = LOG_TENSORBOARD; break;
	case EVENT_WANDB: *ret = LOG_WANDB; break;
	default:
		if (log_mlflow_is_metric(head, n))
			*ret = LOG_MLFLOW;
	}
	return 0;
}

int log_source_open(struct log_source **ret, struct input *in,
	const struct log_options *opt, struct diag *d)
{
	enum log_format format = (enum log_format)opt->format;

	*ret = NULL;
	if (format == LOG_AUTO && find_format(&format, in, d) < 0)
		return -1;
	switch (format) {
	case LOG_TENSORBOARD:
	case LOG_MLFLOW:
	case LOG_WANDB: return open_points(ret, in, format, d);
	default: return open_lines(ret, in, opt, d);
	}
}
