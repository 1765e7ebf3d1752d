/* SPDX-License-Identifier: MIT */
/* UTF-8 as RFC 3629 has it; see utf8.h. */
#include "base/utf8.h"

size_t utf8_char(const char *s, size_t n, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t len;

	if (n == 0)
		return 0;
	*c = p[0];
	if (p[0] < 0x80)
		return 1;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] < 0xc0 || p[0] > 0xf7 || len > n)
		return 0;
	*c &= 0x7fU >> len;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[len] || *c > 0x10ffff || (*c >> 11) == 0xd800 >> 11)
		return 0;
	return len;
}

bool utf8_is_valid(const char *s, size_t n)
{
	uint32_t c;
	size_t len;

	for (; n > 0; s += len, n -= len) {
		len = utf8_char(s, n, &c);
		if (!len)
			return false;
	}
	return true;
}
