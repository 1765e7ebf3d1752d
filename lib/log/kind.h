/* SPDX-License-Identifier: MIT */
/*
 * What a file is that is not a table with a header, told from how it begins.
 */
#ifndef LOG_KIND_H
#define LOG_KIND_H

struct csv_reader;
struct diag;
struct input;
struct log_options;

/*
 * As csv_open(), for a file that begins like a table.  Of another, fails with
 * DIAG_DATA: what it is, and the way out.
 */
int log_kind_open(struct csv_reader **ret, struct input *in,
	const struct log_options *opt, struct diag *d);

#endif
