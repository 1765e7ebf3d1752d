/* SPDX-License-Identifier: MIT */
/*
 * Bytes to clean lines.  A line stays where it was read to: cleaning it never
 * makes it longer, so nothing is copied; what is ahead is a list of spans.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "file/input.h"
#include "line/line_impl.h"

#ifndef LINE_CHUNK_NBYTES
#define LINE_CHUNK_NBYTES (256 << 10)
#endif
#define CHUNK ((size_t)LINE_CHUNK_NBYTES)
#define LINE_MAX_NBYTES ((size_t)64 << 20)
#define ESC 0x1b
/* So many lines, of the first that are not blank, show what all begin with. */
#define PREFIX_NLINE 16
#define PREFIX_NLINE_MIN 4
/* ... or those that begin in so many bytes, which are held at once. */
#define PREFIX_NBYTES ((size_t)1 << 20)

enum encoding { UNKNOWN, BYTES, UTF16_LE, UTF16_BE };

struct span {
	size_t off, n;
	uint64_t lineno;
	bool ended;
	int rank;
};

struct line_bytes {
	struct input *in;
	enum encoding encoding;
	bool eof;

	char *data; /* one byte more than cap, for the last line's 0 */
	size_t cap, end;
	size_t at;     /* where the next line begins */
	size_t seen;   /* no line ends before */
	size_t odd;    /* the first byte from at that is not plain ASCII */
	uint64_t line; /* of the byte at at */
	bool after_cr; /* the byte before at was CR: LF belongs to it */

	unsigned char *wide; /* UTF-16 as read */
	size_t nwide;

	struct span *span; /* [first, n) are lines not yet skipped */
	size_t first, n, nspan;
	bool strips; /* it is still to be found what all begin with */
	struct pair_prefix prefix;
};

/* --- reading ------------------------------------------------------------- */

/* Room for N bytes behind the end; moves what is kept to the front first. */
static int make_room(struct line_bytes *b, size_t n, struct diag *d)
{
	size_t keep = b->first < b->n ? b->span[b->first].off : b->at;

	if (b->cap - b->end >= n)
		return 0;
	if (keep > 0) {
		memmove(b->data, b->data + keep, b->end - keep);
		b->end -= keep;
		b->at -= keep;
		b->seen -= keep;
		b->odd = b->odd > keep ? b->odd - keep : 0;
		for (size_t i = b->first; i < b->n; i++)
			b->span[i].off -= keep;
	}
	/* Moving often is dear: half of it is to be free. */
	if (b->cap - b->end < n || b->end > b->cap / 2) {
		size_t cap = 2 * b->cap + n;

		if (array_resize(&b->data, cap + 1, 1, d))
			return -1;
		b->cap = cap;
	}
	return 0;
}

static enum encoding encoding_of(const unsigned char *p, size_t n)
{
	if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return UTF16_LE;
	if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return UTF16_BE;
	if (n >= 4 && p[0] && !p[1] && p[2] && !p[3])
		return UTF16_LE;
	if (n >= 4 && !p[0] && p[1] && !p[2] && p[3])
		return UTF16_BE;
	return BYTES;
}

/* More bytes could tell another encoding. */
static bool may_be_wide(const unsigned char *p, size_t n)
{
	return n < 2 || (n < 4 && (p[0] >= 0xef || !p[0] || !p[1]));
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[n] | c);
	return n;
}

static uint32_t unit_at(const struct line_bytes *b, size_t i)
{
	const unsigned char *p = b->wide + i;

	return b->encoding == UTF16_LE ? (uint32_t)(p[0] | p[1] << 8)
				       : (uint32_t)(p[0] << 8 | p[1]);
}

/* What was read of UTF-16, but for a character whose end has not come. */
static int take_wide(struct line_bytes *b, struct diag *d)
{
	size_t i = 0;

	if (make_room(b, 2 * b->nwide + 4, d) < 0)
		return -1;
	while (i + 1 < b->nwide) {
		uint32_t c = unit_at(b, i);
		size_t used = 2;

		if ((c & 0xfc00) == 0xd800) {
			if (i + 3 >= b->nwide && !b->eof)
				break;
			uint32_t low = i + 3 < b->nwide ? unit_at(b, i + 2) : 0;

			if ((low & 0xfc00) == 0xdc00) {
				c = 0x10000 + ((c & 0x3ff) << 10) +
				    (low & 0x3ff);
				used = 4;
			} else
				c = 0xfffd;
		} else if ((c & 0xfc00) == 0xdc00)
			c = 0xfffd;
		if (c != 0xfeff)
			b->end += put_utf8(b->data + b->end, c);
		i += used;
	}
	memmove(b->wide, b->wide + i, b->nwide - i);
	b->nwide -= i;
	return 0;
}

/* The first bytes say how all are to be read. */
static int take_first(struct line_bytes *b, struct diag *d)
{
	b->encoding = encoding_of((unsigned char *)b->data, b->end);
	if (b->encoding == BYTES) {
		if (b->end >= 3 && memcmp(b->data, "\xef\xbb\xbf", 3) == 0)
			b->at = b->seen = b->odd = 3;
		return line_kind_check(b->data, b->end, d);
	}
	b->wide = malloc(CHUNK);
	if (!b->wide)
		return diag_nomem(d, CHUNK);
	b->nwide = b->end;
	memcpy(b->wide, b->data, b->nwide);
	b->end = 0;
	return take_wide(b, d);
}

static int fill_wide(struct line_bytes *b, struct diag *d)
{
	ssize_t got =
		input_read_some(b->in, b->wide + b->nwide, CHUNK - b->nwide, d);

	if (got < 0)
		return -1;
	b->eof = got == 0;
	b->nwide += (size_t)got;
	return take_wide(b, d);
}

static int fill(struct line_bytes *b, struct diag *d)
{
	if (b->encoding > BYTES)
		return fill_wide(b, d);
	do {
		ssize_t got;

		if (make_room(b, CHUNK / 2, d) < 0)
			return -1;
		/* No more than UTF-16 has room for, until it is known. */
		size_t n = b->cap - b->end < CHUNK ? b->cap - b->end : CHUNK;

		if (b->encoding == UNKNOWN)
			n = CHUNK / 2;
		got = input_read_some(b->in, b->data + b->end, n, d);
		if (got < 0)
			return -1;
		b->end += (size_t)got;
		b->eof = got == 0;
	} while (b->encoding == UNKNOWN && !b->eof &&
		 may_be_wide((unsigned char *)b->data, b->end));
	return b->encoding == UNKNOWN ? take_first(b, d) : 0;
}

/* --- cleaning ------------------------------------------------------------ */

/* What a character looks like in ASCII, in the order of the characters. */
static const struct {
	uint32_t first, last;
	unsigned char as; /* 0: itself less 0xfee0 */
} looks[] = {
	{0x85, 0x85, '\n'},
	{0xa0, 0xa0, ' '},
	{0xb7, 0xb7, '|'},
	{0x2000, 0x200f, ' '},
	{0x2010, 0x2015, '-'},
	{0x2022, 0x2022, '|'},
	{0x2028, 0x2029, '\n'},
	{0x202a, 0x202f, ' '},
	{0x205f, 0x206f, ' '},
	{0x2192, 0x2192, '>'},
	{0x21d2, 0x21d2, '>'},
	{0x2212, 0x2212, '-'},
	{0x2219, 0x2219, '|'},
	{0x2248, 0x2248, '='},
	{0x2500, 0x2501, '-'},
	{0x2502, 0x2503, '|'},
	{0x2504, 0x2505, '-'},
	{0x2506, 0x2507, '|'},
	{0x2508, 0x2509, '-'},
	{0x250a, 0x250b, '|'},
	{0x250c, 0x254d, '-'},
	{0x254e, 0x254f, '|'},
	{0x2550, 0x2550, '-'},
	{0x2551, 0x2551, '|'},
	{0x2552, 0x2573, '-'},
	{0x2574, 0x2574, '-'},
	{0x2575, 0x2575, '|'},
	{0x2576, 0x2576, '-'},
	{0x2577, 0x2577, '|'},
	{0x2578, 0x2578, '-'},
	{0x2579, 0x2579, '|'},
	{0x257a, 0x257a, '-'},
	{0x257b, 0x257b, '|'},
	{0x257c, 0x257c, '-'},
	{0x257d, 0x257d, '|'},
	{0x257e, 0x257e, '-'},
	{0x257f, 0x257f, '|'},
	{0x2580, 0x259f, '#'},
	{0x25a0, 0x25a1, '#'},
	{0x25cf, 0x25cf, '|'},
	{0x2800, 0x28ff, '#'},
	{0x3000, 0x3000, ' '},
	{0x3001, 0x3002, ','},
	{0x3010, 0x3010, '['},
	{0x3011, 0x3011, ']'},
	{0xfeff, 0xfeff, ' '},
	/* Not the quotes and the backslash: they may stand in a string. */
	{0xff01, 0xff01, 0},
	{0xff03, 0xff06, 0},
	{0xff08, 0xff3b, 0},
	{0xff3d, 0xff5e, 0},
};

static char look_of(uint32_t c)
{
	size_t n = ARRAY_SIZE(looks);
	struct bisect b = bisect(0, n);

	while (bisect_next(&b))
		bisect_answer(&b, looks[b.mid].last < c);
	if (b.lo == n || c < looks[b.lo].first)
		return '\0';
	return (char)(looks[b.lo].as ? looks[b.lo].as : c - 0xfee0);
}

/* The end of a sequence that BEL or ESC \ ends; else all is of it. */
static const char *string_end(const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\a')
			return p + 1;
		if (*p == ESC && p + 1 < end && p[1] == '\\')
			return p + 2;
	}
	return end;
}

/*
 * Behind the terminal's sequence at P, an ESC.  *AS is what stands for it: 0
 * nothing, a blank for a step to the right, LF where the cursor goes elsewhere.
 */
static const char *skip_escape(const char *p, const char *end, char *as)
{
	*as = '\0';
	if (++p == end)
		return p;
	if (*p == ']' || *p == 'P' || *p == '_' || *p == '^')
		return string_end(p + 1, end);
	if (*p == '(' || *p == ')' || *p == '#' || *p == '%')
		return p + 2 < end ? p + 2 : end;
	if (*p != '[')
		return p + 1;
	for (p++; p < end && (unsigned char)*p >= 0x20 && *p < 0x40;)
		p++;
	if (p == end)
		return p;
	if (strchr("ABEFGHJd", *p))
		*as = '\n';
	else if (*p == 'C')
		*as = ' ';
	return p + 1;
}

static char look_of_control(char c)
{
	return c == '\t' ? c
	       : c == '\b' || c == '\v' || c == '\f' || c == '\r' || c == '\n'
		       ? '\n'
		       : ' ';
}

/* Cleans [P, END) in place; LF stands where one line is to be several. */
static char *clean(char *p, const char *end)
{
	char *out = p;

	for (const char *in = p; in < end;) {
		unsigned char c = (unsigned char)*in;
		uint32_t wide;
		size_t n;
		char as;

		if (c >= 0x20 && c < 0x7f) {
			*out++ = *in++;
		} else if (c == ESC) {
			in = skip_escape(in, end, &as);
			if (as)
				*out++ = as;
		} else if (c < 0x80) {
			*out++ = look_of_control(*in++);
		} else {
			n = utf8_char(in, (size_t)(end - in), &wide);
			as = n ? look_of(wide) : '\0';
			if (as)
				*out++ = as;
			else
				for (size_t i = 0; i < (n ? n : 1); i++)
					*out++ = in[i];
			in += n ? n : 1;
		}
	}
	return out;
}

/* --- lines --------------------------------------------------------------- */

static bool is_plain(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t';
}

/*
 * The first byte of [P, END) that is not plain, or END; in blocks, which
 * compilers make vectors of.
 */
static size_t find_odd(const char *data, size_t p, size_t end)
{
	const unsigned char *s = (const unsigned char *)data;

	for (; end - p >= 64; p += 64) {
		unsigned odd = 0;

		for (size_t i = 0; i < 64; i++) {
			unsigned char c = s[p + i];

			odd |= (unsigned)((c < 0x20) & (c != '\n') &
					  (c != '\t')) |
			       (c >= 0x7f);
		}
		if (odd)
			break;
	}
	while (p < end && is_plain(s[p]))
		p++;
	return p;
}

/* Leaves out of S, which ends with a 0, what its line begins with. */
static void strip(const struct line_bytes *b, struct span *s)
{
	char *p = b->data + s->off, *rest;
	int rank;

	if (!b->prefix.n || !(rest = pair_prefix_skip(&b->prefix, p, &rank)))
		return;
	s->off += (size_t)(rest - p);
	s->n -= (size_t)(rest - p);
	s->rank = rank;
}

static int add_span(struct line_bytes *b, char *p, const char *end, bool ended,
	struct diag *d)
{
	/* Where a line is always peeked at, the list is never empty. */
	if (b->n == b->nspan && b->first > b->n / 2) {
		b->n -= b->first;
		memmove(b->span, b->span + b->first, b->n * sizeof(*b->span));
		b->first = 0;
	}
	if (array_reserve(&b->span, &b->nspan, b->n + 1, sizeof(*b->span), d))
		return -1;
	b->data[end - b->data] = '\0';
	b->span[b->n] = (struct span){
		(size_t)(p - b->data), (size_t)(end - p), b->line, ended, -1};
	strip(b, &b->span[b->n++]);
	return 0;
}

/* Makes a line, or several, of the bytes up to STOP; the rest is at NEXT. */
static int take_line(struct line_bytes *b, size_t stop, size_t next, bool ended,
	struct diag *d)
{
	char *p = b->data + b->at, *end = b->data + stop;

	if (b->odd < stop) {
		char *lf;

		end = clean(p, end);
		while ((lf = memchr(p, '\n', (size_t)(end - p)))) {
			if (lf > p && add_span(b, p, lf, true, d) < 0)
				return -1;
			p = lf + 1;
		}
	}
	if (add_span(b, p, end, ended, d) < 0)
		return -1;
	b->at = b->seen = next;
	return 0;
}

/*
 * Where it is looked to for what is not plain, beside a line up to STOP: some
 * further, but not at what may be taken as it is.
 */
static size_t far_behind(const struct line_bytes *b, size_t stop)
{
	return b->end - stop > 4096 ? stop + 4096 : b->end;
}

/* The LF at b->at may be of the line before, which CR ended. */
static void end_cr(struct line_bytes *b)
{
	if (!b->after_cr || b->at == b->end)
		return;
	b->after_cr = false;
	if (b->data[b->at] == '\n') {
		b->line++;
		b->seen = ++b->at;
	}
}

/*
 * Takes the line at b->at if its end is in the buffer, or the file's.  Returns
 * 1, 0 if more bytes are needed, or -1.
 */
static int next_line(struct line_bytes *b, struct diag *d)
{
	end_cr(b);

	char *lf = memchr(b->data + b->seen, '\n', b->end - b->seen);
	size_t stop = lf ? (size_t)(lf - b->data) : b->end;

	if (b->odd < b->at)
		b->odd = b->at;
	if (b->odd < stop)
		b->odd = find_odd(b->data, b->odd, far_behind(b, stop));
	if (b->odd < stop) {
		size_t from = b->odd > b->seen ? b->odd : b->seen;
		char *cr = memchr(b->data + from, '\r', stop - from);

		if (cr) {
			size_t at = (size_t)(cr - b->data);

			b->after_cr = true;
			return take_line(b, at, at + 1, true, d) < 0 ? -1 : 1;
		}
	}
	b->seen = stop;
	if (lf) {
		int bad = take_line(b, stop, stop + 1, true, d);

		b->line++;
		return bad < 0 ? -1 : 1;
	}
	if (!b->eof || b->at == b->end)
		return 0;
	return take_line(b, stop, stop, false, d) < 0 ? -1 : 1;
}

/* Returns 1, 0 at the end of the file, or -1. */
static int more_lines(struct line_bytes *b, struct diag *d)
{
	for (;;) {
		int got = next_line(b, d);

		if (got)
			return got;
		if (b->eof)
			return 0;
		if (b->end - b->at > LINE_MAX_NBYTES) {
			diag_set(d, DIAG_DATA,
				"a line of more than 64 MiB; expected shorter "
				"lines");
			return diag_at(d, "%llu", (unsigned long long)b->line);
		}
		if (fill(b, d) < 0)
			return -1;
	}
}

int line_bytes_open(
	struct line_bytes **ret, struct input *in, bool strips, struct diag *d)
{
	struct line_bytes *b = calloc(1, sizeof(*b));

	*ret = b;
	if (!b)
		return diag_nomem(d, sizeof(*b));
	*b = (struct line_bytes){
		.in = in, .line = 1, .cap = 2 * CHUNK, .strips = strips};
	b->data = malloc(b->cap + 1);
	if (b->data)
		return 0;
	free(b);
	*ret = NULL;
	return diag_nomem(d, 2 * CHUNK);
}

void line_bytes_close(struct line_bytes *b)
{
	if (!b)
		return;
	free(b->data);
	free(b->wide);
	free(b->span);
	free(b);
}

/* Line I from here.  Returns 1, 0 or -1. */
static int peek(struct line_bytes *b, size_t i, struct diag *d)
{
	while (b->n - b->first <= i) {
		int got = more_lines(b, d);

		if (got <= 0)
			return got;
	}
	return 1;
}

static char *text_of(const struct line_bytes *b, const struct span *s)
{
	return b->data + s->off;
}

static bool is_blank(const char *p)
{
	return p[strspn(p, " \t")] == '\0';
}

/* Whether line I, which was read, ends farther from the first than is held. */
static bool is_far(const struct line_bytes *b, size_t i)
{
	const struct span *s = &b->span[i];

	return s->off + s->n - b->span[b->first].off > PREFIX_NBYTES;
}

/* The first lines that are not blank, to LINE.  Returns 0, or -1. */
static int peek_first(
	struct line_bytes *b, char **line, size_t *n, struct diag *d)
{
	int got = 1;

	for (size_t i = 0, count = 0;
		got > 0 && count < PREFIX_NLINE && i < 2 * PREFIX_NLINE; i++) {
		got = peek(b, i, d);
		count += got > 0 && !is_blank(text_of(b, &b->span[i]));
		if (got > 0 && is_far(b, i))
			break;
	}
	/* Now they stay where they are. */
	*n = 0;
	for (size_t i = b->first; i < b->n && *n < PREFIX_NLINE; i++)
		if (!is_blank(text_of(b, &b->span[i])))
			line[(*n)++] = text_of(b, &b->span[i]);
	return got < 0 ? -1 : 0;
}

/* The first of the N lines at LINE is the header of those behind it. */
static bool is_header(char *const *line, size_t n)
{
	size_t i = 1;

	while (i + 1 < n && form_rows_is_between(line[i]))
		i++;
	return n > 1 && form_rows_may_head(line[0]) &&
	       form_rows_heads(line[0], line[i]);
}

static int find_prefix(struct line_bytes *b, struct diag *d)
{
	char *line[PREFIX_NLINE];
	size_t n, i = 0;

	b->strips = false;
	if (peek_first(b, line, &n, d) < 0)
		return -1;
	/* What was said before, by a shell or a job, has none. */
	while (!pair_prefix_learn(&b->prefix, line + i, n - i) &&
		i + PREFIX_NLINE_MIN < n && !is_header(line + i, n - i))
		i++;
	for (i = b->first; i < b->n; i++)
		strip(b, &b->span[i]);
	return 0;
}

int line_bytes_peek(
	struct line_bytes *b, size_t i, struct form_line *ret, struct diag *d)
{
	int got = b->strips && find_prefix(b, d) < 0 ? -1 : peek(b, i, d);
	const struct span *s = got > 0 ? &b->span[b->first + i] : NULL;

	if (s)
		*ret = (struct form_line){
			text_of(b, s), s->n, s->lineno, s->ended, s->rank};
	return got;
}

void line_bytes_skip(struct line_bytes *b, size_t n)
{
	b->first += n;
	if (b->first == b->n)
		b->first = b->n = 0;
}

const char *line_bytes_raw(struct line_bytes *b, const char **end)
{
	if (b->first < b->n || b->prefix.n)
		return NULL;
	end_cr(b);
	if (b->at == b->end)
		return NULL;
	b->data[b->end] = '\0';
	*end = b->data + b->end;
	return b->data + b->at;
}

void line_bytes_take(struct line_bytes *b, const char *p, size_t n)
{
	b->at = b->seen = (size_t)(p - b->data);
	b->line += n;
}

void line_bytes_join(struct line_bytes *b, size_t n, struct form_line *ret)
{
	struct span *s = &b->span[b->first], *last = s + n - 1;

	for (size_t i = 0; i + 1 < n; i++) {
		size_t gap = s[i].off + s[i].n;

		memset(b->data + gap, ' ', s[i + 1].off - gap);
		b->data[gap] = '\n';
	}
	*last = (struct span){s->off, last->off + last->n - s->off, s->lineno,
		last->ended, s->rank};
	b->first += n - 1;
	*ret = (struct form_line){b->data + last->off, last->n, last->lineno,
		last->ended, last->rank};
}
