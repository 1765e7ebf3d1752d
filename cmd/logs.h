/* SPDX-License-Identifier: MIT */
/*
 * What the tools that read logs share: remarks about what was odd in one.
 */
#ifndef CMD_LOGS_H
#define CMD_LOGS_H

#include <stddef.h>

#include "log/log.h"

/* "tool: FILE:RUN: text"; RUN may be NULL. */
void logs_note(const char *file, const char *run, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What reading FILE as LOG left out or took in another order. */
void logs_note_odd(const char *file, const struct log *log);

#endif
