/* SPDX-License-Identifier: MIT */
/*
 * Patterns of names.  One is matched against a whole name as fnmatch() does:
 * *, ?, [...].  What follows "re:" is a regular expression of Python's, matched
 * as re.match() does: from the beginning of a name and not necessarily to its
 * end.  Of its syntax are known: literals, ., [...], groups, |, * + ? {m,n},
 * lazy or not, ^ $ \A \Z \b \B, \d \w \s (of ASCII) and their opposites, and
 * escapes of characters; what is not, as backreferences and looking around, is
 * refused.  Time is that of text times pattern, memory that of the pattern,
 * whatever either is.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>

struct diag;
struct pattern;

/*
 * Compiles TEXT, which is copied.  Release *RET with pattern_free().  Returns
 * 0, or -1 with DIAG_USAGE and what is wrong with which character.
 */
int pattern_compile(struct pattern **ret, const char *text, struct diag *d);
void pattern_free(struct pattern *p);

/* TEXT as it was; borrowed. */
const char *pattern_text(const struct pattern *p);

/* Of one thread at a time. */
bool pattern_matches(const struct pattern *p, const char *name);

#endif
