/* SPDX-License-Identifier: MIT */
/* What a file is written in, and the source that reads it. */
#include "base/diag.h"
#include "event/event.h"
#include "file/input.h"
#include "source/source_impl.h"

static int open_lines(struct source **ret, struct input *in,
	const struct source_options *opt, struct diag *d)
{
	static const enum line_format format[] = {
		[SOURCE_CSV] = LINE_CSV,
		[SOURCE_JSON] = LINE_JSON,
		[SOURCE_TEXT] = LINE_TEXT,
		[SOURCE_RE] = LINE_AUTO,
	};
	const struct line_options how = {.format = format[opt->format],
		.pattern = opt->re,
		.columns = opt->columns,
		.sep = opt->sep,
		.live = opt->live,
		.grows = opt->grows};
	struct pair_keys *keys;
	struct line_reader *lines;

	if (pair_keys_new(&keys, d) < 0)
		return -1;
	if (line_open(&lines, in, &how, keys, d) < 0) {
		pair_keys_free(keys);
		return -1;
	}
	return source_exported_open(ret, lines, keys, d);
}

/* --- what tells one value at a time --------------------------------------- */

static int open_points(struct source **ret, struct input *in,
	enum source_format format, struct diag *d)
{
	struct source_points *p;

	if (source_points_new(&p, d) < 0)
		return -1;
	if ((format == SOURCE_MLFLOW
			    ? source_mlflow_read(p, in, d)
			    : source_events_read(p, in, format, d)) < 0) {
		source_points_free(p);
		return -1;
	}
	return source_points_open(ret, p, format, d);
}

/* Enough of a file to know those of them that have no lines of pairs. */
#define HEAD_MAX 128

/* SOURCE_AUTO: lines, whatever is in them. */
static int find_format(
	enum source_format *ret, const struct input *in, struct diag *d)
{
	char head[HEAD_MAX];
	size_t n = in->size < sizeof(head) ? (size_t)in->size : sizeof(head);

	*ret = SOURCE_AUTO;
	if (!in->seekable)
		return 0;
	if (input_pread(in, head, n, 0, d) < 0)
		return -1;
	switch (event_format(head, n)) {
	case EVENT_TENSORBOARD: *ret = SOURCE_TENSORBOARD; break;
	case EVENT_WANDB: *ret = SOURCE_WANDB; break;
	default:
		if (source_mlflow_is_metric(head, n))
			*ret = SOURCE_MLFLOW;
	}
	return 0;
}

int source_open(struct source **ret, struct input *in,
	const struct source_options *opt, struct diag *d)
{
	enum source_format format = (enum source_format)opt->format;

	*ret = NULL;
	if (format == SOURCE_AUTO && find_format(&format, in, d) < 0)
		return -1;
	switch (format) {
	case SOURCE_TENSORBOARD:
	case SOURCE_MLFLOW:
	case SOURCE_WANDB: return open_points(ret, in, format, d);
	default: return open_lines(ret, in, opt, d);
	}
}
