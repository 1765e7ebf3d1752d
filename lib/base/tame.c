/* SPDX-License-Identifier: MIT */
/* Text as people may read it; see tame.h. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/tame.h"
#include "base/utf8.h"

/* What is escaped though it is UTF-8. */
static const struct {
	uint32_t first, last;
} harmful[] = {
	{0, 0x1f},        /* C0 */
	{0x7f, 0x9f},     /* DEL, C1 */
	{0xad, 0xad},     /* soft hyphen */
	{0x61c, 0x61c},   /* a mark of direction */
	{0x180e, 0x180e}, /* vowel separator */
	{0x200b, 0x200b}, /* space of no width */
	{0x200e, 0x200f}, /* marks of direction */
	{0x2028, 0x202e}, /* separators, embeddings and overrides */
	{0x2060, 0x206f}, /* joiner, unseen operators, isolates, old formats */
	{0xfdd0, 0xfdef}, /* no characters, as the last two of each plane */
	{0xfeff, 0xfeff}, /* byte order mark */
	{0xfff9, 0xfffb}, /* annotations */
	{0xe0000, 0xe007f}, /* tags */
};

static bool is_harmful(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmful); i++)
		if (c >= harmful[i].first && c <= harmful[i].last)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

static size_t escape(char out[TAME_MAX], uint32_t c, bool is_byte)
{
	static const char named[] = "\n\r\t", name[] = "nrt";
	const char *at = c ? strchr(named, (int)(c & 0x7f)) : NULL;
	char text[TAME_MAX + 1];
	int n;

	if (c < 0x80 && at)
		n = snprintf(text, sizeof(text), "\\%c", name[at - named]);
	else
		n = snprintf(text, sizeof(text),
			is_byte || c < 0x80 ? "\\x%02x"
			: c < 0x10000       ? "\\u%04x"
					    : "\\U%08x",
			(unsigned)c);
	memcpy(out, text, (size_t)n);
	return (size_t)n;
}

size_t tame_char(const char *s, size_t n, char out[TAME_MAX], size_t *out_n)
{
	uint32_t c;
	size_t len;

	/* Most of what is shown. */
	if (*s >= 0x20 && *s < 0x7f) {
		*out = *s;
		return *out_n = 1;
	}
	len = utf8_char(s, n, &c);
	if (len && !is_harmful(c)) {
		memcpy(out, s, len);
		*out_n = len;
		return len;
	}
	*out_n = len ? escape(out, c, false)
		     : escape(out, (unsigned char)*s, true);
	return len ? len : 1;
}

void tame_add(struct buf *b, const char *s, size_t n)
{
	char shown[TAME_MAX];
	size_t i, k;

	for (i = 0; i < n;) {
		i += tame_char(s + i, n - i, shown, &k);
		buf_add(b, shown, k);
	}
}

void tame_copy(char *out, size_t size, const char *s)
{
	size_t n = strlen(s), at = 0, i, k;
	char shown[TAME_MAX];

	for (i = 0; i < n; at += k) {
		i += tame_char(s + i, n - i, shown, &k);
		if (k >= size - at)
			break;
		memcpy(out + at, shown, k);
	}
	out[at] = '\0';
}

void tame_copy_end(char *out, size_t size, const char *s)
{
	static const char mark[] = "...";
	size_t n = strlen(s), room = size - 1, total = 0, i, k;
	char shown[TAME_MAX];

	for (i = 0; i < n; total += k)
		i += tame_char(s + i, n - i, shown, &k);
	if (total > room && room >= strlen(mark)) {
		memcpy(out, mark, strlen(mark));
		out += strlen(mark);
		room -= strlen(mark);
	}
	for (i = 0; total > room; total -= k)
		i += tame_char(s + i, n - i, shown, &k);
	tame_copy(out, room + 1, s + i);
}
