/* SPDX-License-Identifier: MIT */
/* Python source as tokens. */
#include "tap.h"
#include "text/py.h"

/* Tokens as kind letter and text, each in brackets. */
static const struct {
	const char *source, *tokens;
} cases[] = {
	{"", ""},
	{" \t\n", ""},
	{"{'a': 1}", "P[{]S[a]P[:]N[1]P[}]"},
	{"\"it's\" 'x\\'y'", "S[it's]S[x\\'y]"},
	{"True False_1", "W[True]W[False_1]"},
	{"(3L, -1.5e-3)", "P[(]N[3L]P[,]P[-]N[1.5e-3]P[)]"},
	{".5 1.", "N[.5]N[1.]"},
	{"a.b=c[1]", "W[a]P[.]W[b]P[=]W[c]P[[]N[1]P[]]"},
	{"'open", "!"},
	{"'line\nbreak'", "!"},
	{"'back\\", "!"},
	{"1 @", "N[1]!"},
	{"\xc3\xa9", "!"},
};

static void spell(const char *source, char *out)
{
	static const char letters[] = "?SNWP!";
	struct py_scan s = {source, source + strlen(source)};
	struct py_token t;

	*out = '\0';
	while ((t = py_next(&s)).kind != PY_END && t.kind != PY_BAD)
		out += snprintf(
			out, 64, "%c[%.*s]", letters[t.kind], (int)t.n, t.p);
	if (t.kind == PY_BAD)
		memcpy(out, "!", 2);
}

int main(void)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} numbers[] = {{"0", true, 0}, {"12L", true, 12}, {"L", false, 0},
		{"18446744073709551615", true, UINT64_MAX},
		{"18446744073709551616", false, 0}, {"1.0", false, 0},
		{"1e3", false, 0}, {"0x10", false, 0}, {"1LL", false, 0}};
	char out[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spell(cases[i].source, out);
		is_text(out, cases[i].tokens, cases[i].source);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct py_token t = {
			PY_NUMBER, numbers[i].text, strlen(numbers[i].text)};
		uint64_t x = 0;

		ok(py_u64(t, &x) == (numbers[i].good ? 0 : -1), "%s",
			numbers[i].text);
		is_u64(x, numbers[i].value, "its value");
	}
	return tap_done();
}
