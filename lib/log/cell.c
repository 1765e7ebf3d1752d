/* SPDX-License-Identifier: MIT */
/* Numbers as logs spell them; see cell.h. */
#include "log/log_impl.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

static int is_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

static int is_none(const char *s, size_t n)
{
	static const char *const none[] = {
		"", "NA", "N/A", "<NA>", "null", "None", "-"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (is_word(s, n, none[i]))
			return 1;
	return 0;
}

/* "tensor(2.31, device='cuda:0')", as print() shows a PyTorch scalar. */
static int scan_tensor(const char *s, size_t n, double *ret)
{
	static const char open[] = "tensor(";
	size_t skip = sizeof(open) - 1, used;

	if (n <= skip || memcmp(s, open, skip) != 0)
		return 0;
	if (n >= skip + 3 && strncasecmp(s + skip, "nan", 3) == 0) {
		*ret = NAN;
		return 1;
	}
	used = num_scan_double(s + skip, n - skip, ret);
	return used && skip + used < n &&
	       (s[skip + used] == ',' || s[skip + used] == ')');
}

static int scan_decimal_comma(const char *s, size_t n, double *ret)
{
	char copy[64];
	char *comma;

	if (n >= sizeof(copy))
		return 0;
	memcpy(copy, s, n);
	comma = memchr(copy, ',', n);
	if (!comma || memchr(copy, '.', n))
		return 0;
	*comma = '.';
	return num_cell_double(copy, n, ret) == 0;
}

enum log_cell log_cell(const char *s, size_t n, int comma, double *ret)
{
	while (n && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (num_cell_double(s, n, ret) == 0)
		return CELL_NUMBER;
	if (is_none(s, n))
		return CELL_NONE;
	if (is_word(s, n, "1.#IND") || is_word(s, n, "-1.#IND") ||
		is_word(s, n, "1.#QNAN")) {
		*ret = NAN;
		return CELL_NUMBER;
	}
	if (is_word(s, n, "1.#INF") || is_word(s, n, "-1.#INF")) {
		*ret = *s == '-' ? -HUGE_VAL : HUGE_VAL;
		return CELL_NUMBER;
	}
	if (scan_tensor(s, n, ret) || (comma && scan_decimal_comma(s, n, ret)))
		return CELL_NUMBER;
	return CELL_TEXT;
}
