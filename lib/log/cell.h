/* SPDX-License-Identifier: MIT */
/*
 * A number as a log spells it.
 */
#ifndef LOG_CELL_H
#define LOG_CELL_H

#include <stddef.h>

enum log_cell {
	CELL_NUMBER, /* also nan and inf */
	CELL_NONE,   /* empty, NA, null, None */
	CELL_TEXT,
};

/*
 * Reads S[0..n), blanks around it ignored.  A comma is the decimal point where
 * COMMA is set and there is no other.  Sets *RET for CELL_NUMBER.
 */
enum log_cell log_cell(const char *s, size_t n, int comma, double *ret);

#endif
