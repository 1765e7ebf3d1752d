/* SPDX-License-Identifier: MIT */
/*
 * Strings: their methods (library reference 3.11, 4.7), and numbers in them by
 * the formats of f-strings, format() and %.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "py/py_impl.h"

/* --- methods of strings --------------------------------------------------- */

/* arg[0] is the string, arg[I] text too. */
static const struct py_str *text_arg(struct py_call *c, size_t i)
{
	if (c->arg[i].type == PY_STR)
		return c->arg[i].u.str;
	py_raise_arg(c, i, "a string");
	return NULL;
}

static int affix(struct py_call *c, bool end)
{
	const struct py_str *s = c->arg[0].u.str, *x;
	const struct py_value *one = &c->arg[1];
	size_t n = 1;

	if (one->type == PY_TUPLE) {
		n = one->u.list->n;
		one = one->u.list->item;
	}
	for (size_t i = 0; i < n; i++) {
		if (one[i].type != PY_STR)
			return py_raise_arg(c, 1, "a string");
		x = one[i].u.str;
		if (x->n <= s->n &&
			memcmp(s->s + (end ? s->n - x->n : 0), x->s, x->n) == 0)
			return py_result(c, py_bool(true));
	}
	return py_result(c, py_bool(false));
}

static int str_startswith(struct py_call *c)
{
	return affix(c, false);
}

static int str_endswith(struct py_call *c)
{
	return affix(c, true);
}

static int change_case(struct py_call *c, int (*to)(int))
{
	const struct py_str *s = c->arg[0].u.str;
	char *text;

	if (py_new_str(c->run, s->s, s->n, c->ret) < 0)
		return -1;
	text = (char *)(c->ret->u.str + 1);
	for (size_t i = 0; i < s->n; i++)
		if ((unsigned char)text[i] < 0x80)
			text[i] = (char)to((unsigned char)text[i]);
	return 0;
}

static int str_lower(struct py_call *c)
{
	return change_case(c, tolower);
}

static int str_upper(struct py_call *c)
{
	return change_case(c, toupper);
}

static int strip(struct py_call *c, bool left, bool right)
{
	static const struct py_str blanks = {6, " \t\r\n\v\f"};
	const struct py_str *s = c->arg[0].u.str;
	const struct py_str *set = &blanks;
	size_t from = 0, to = s->n;

	if (py_given(c, 1) && c->arg[1].type != PY_NONE)
		set = text_arg(c, 1);
	if (!set)
		return -1;
	while (left && from < to && memchr(set->s, s->s[from], set->n))
		from++;
	while (right && from < to && memchr(set->s, s->s[to - 1], set->n))
		to--;
	return py_new_str(c->run, s->s + from, to - from, c->ret);
}

static int str_strip(struct py_call *c)
{
	return strip(c, true, true);
}

static int str_lstrip(struct py_call *c)
{
	return strip(c, true, false);
}

static int str_rstrip(struct py_call *c)
{
	return strip(c, false, true);
}

static const char *find(
	const char *s, const char *end, const struct py_str *what)
{
	for (; (size_t)(end - s) >= what->n; s++)
		if (memcmp(s, what->s, what->n) == 0)
			return s;
	return NULL;
}

static int add_piece(struct py_call *c, const char *s, size_t n)
{
	struct py_value piece;

	return py_new_str(c->run, s, n, &piece) < 0
		       ? -1
		       : py_list_add(c->run, c->ret->u.list, piece);
}

static int str_split(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str, *by = NULL;
	const char *p = s->s, *end = p + s->n, *at;
	int64_t most = -1;

	if (py_given(c, 2) && py_int_arg(c, 2, &most) < 0)
		return -1;
	if (py_given(c, 1) && c->arg[1].type != PY_NONE &&
		!(by = text_arg(c, 1)))
		return -1;
	if (by && by->n == 0)
		return py_raise_arg(c, 1, "a separator");
	if (py_charge(c->run, c->at, (s->n + 1) * (by ? by->n / 16 + 1 : 1)) <
			0 ||
		py_new_list(c->run, PY_LIST, 0, c->ret) < 0)
		return -1;
	if (by) {
		for (; most-- != 0 && (at = find(p, end, by)); p = at + by->n)
			if (add_piece(c, p, (size_t)(at - p)) < 0)
				return -1;
		return add_piece(c, p, (size_t)(end - p));
	}
	while (p < end) {
		while (p < end && isspace((unsigned char)*p))
			p++;
		for (at = p; at < end && !isspace((unsigned char)*at);)
			at++;
		if (most-- == 0)
			at = end;
		if (at > p && add_piece(c, p, (size_t)(at - p)) < 0)
			return -1;
		p = at;
	}
	return 0;
}

static int str_join(struct py_call *c)
{
	const struct py_str *by = c->arg[0].u.str;
	struct py_value item, all;
	struct buf b = {0};
	int bad = 0;

	if (py_list_of(c->run, c->at, &c->arg[1], PY_LIST, &all) < 0)
		return -1;
	for (size_t i = 0; i < all.u.list->n && !bad; i++) {
		item = all.u.list->item[i];
		if (item.type == PY_UNKNOWN) {
			buf_free(&b);
			return py_raise_unknown(c->run, c->at, &item);
		}
		if (item.type != PY_STR) {
			buf_free(&b);
			return py_raise_arg(c, 1, "strings");
		}
		bad = (i && buf_add(&b, by->s, by->n)) ||
		      buf_add(&b, item.u.str->s, item.u.str->n);
		if (b.len > PY_NBYTES_MAX)
			break; /* told when it becomes a value */
	}
	return py_text_result(c, &b, bad);
}

static int str_replace(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	const struct py_str *from = text_arg(c, 1), *to = text_arg(c, 2);
	const char *p = s->s, *end = p + s->n, *at;
	struct buf b = {0};
	int bad = 0;

	if (!from || !to)
		return -1;
	if (from->n == 0 || (py_given(c, 3) && c->arg[3].u.i >= 0))
		return py_raise_arg(c, 1, "what to replace everywhere");
	if (py_charge(c->run, c->at, (s->n + 1) * (from->n / 16 + 1)) < 0)
		return -1;
	for (; !bad && b.len <= PY_NBYTES_MAX && (at = find(p, end, from));
		p = at + from->n)
		bad = buf_add(&b, p, (size_t)(at - p)) ||
		      buf_add(&b, to->s, to->n);
	bad = bad || buf_add(&b, p, (size_t)(end - p));
	return py_text_result(c, &b, bad);
}

static int str_isdigit(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;

	for (size_t i = 0; i < s->n; i++)
		if (!isdigit((unsigned char)s->s[i]))
			return py_result(c, py_bool(false));
	return py_result(c, py_bool(s->n > 0));
}

static int str_find(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str, *what = text_arg(c, 1);
	const char *at;
	int64_t n = 0;

	if (!what ||
		py_charge(c->run, c->at, (s->n + 1) * (what->n / 16 + 1)) < 0)
		return -1;
	at = find(s->s, s->s + s->n, what);
	for (const char *p = s->s; at && p < at; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return py_result(c, py_int(at ? n : -1));
}

static int str_count(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str, *what = text_arg(c, 1);
	const char *p = s->s, *end = p + s->n, *at;
	int64_t n = 0;

	if (!what || what->n == 0)
		return py_raise_arg(c, 1, "what to count");
	if (py_charge(c->run, c->at, (s->n + 1) * (what->n / 16 + 1)) < 0)
		return -1;
	for (; (at = find(p, end, what)); p = at + what->n)
		n++;
	return py_result(c, py_int(n));
}

static int str_splitlines(struct py_call *c)
{
	const struct py_str *s = c->arg[0].u.str;
	const char *p = s->s, *end = p + s->n, *at;

	if (py_charge(c->run, c->at, s->n) < 0 ||
		py_new_list(c->run, PY_LIST, 0, c->ret) < 0)
		return -1;
	for (; p < end; p = at + 1) {
		at = memchr(p, '\n', (size_t)(end - p));
		if (!at)
			at = end;
		if (add_piece(c, p, (size_t)(at - p)) < 0)
			return -1;
	}
	return 0;
}

/* --- formats -------------------------------------------------------------- */

/* Room for any double with WIDTH_MAX digits behind the point. */
#define NUM_TEXT 640

/* [[fill]align][sign][0][width][,][.precision][type] */
struct format {
	char fill, align, sign, type;
	bool comma;
	int width, precision; /* -1: none */
};

#define WIDTH_MAX 200

static const char *read_digits(const char *p, const char *end, int *ret)
{
	int x = 0;

	if (p == end || !isdigit((unsigned char)*p))
		return p;
	for (; p < end && isdigit((unsigned char)*p); p++)
		x = x > WIDTH_MAX ? x : x * 10 + (*p - '0');
	*ret = x;
	return p;
}

static bool read_format(const struct py_str *s, struct format *f)
{
	const char *p = s->s, *end = p + s->n;

	*f = (struct format){.fill = ' ', .precision = -1};
	if (end - p > 1 && strchr("<>^", p[1]) && !((unsigned char)*p & 0x80)) {
		f->fill = *p;
		f->align = p[1];
		p += 2;
	} else if (p < end && strchr("<>^", *p)) {
		f->align = *p++;
	}
	if (p < end && strchr("+- ", *p))
		f->sign = *p++;
	if (p < end && *p == '0') {
		if (!f->align) {
			f->fill = '0';
			f->align = '=';
		}
		p++;
	}
	p = read_digits(p, end, &f->width);
	if (p < end && *p == ',') {
		f->comma = true;
		p++;
	}
	if (p < end && *p == '.') {
		p = read_digits(p + 1, end, &f->precision);
		if (f->precision < 0)
			return false;
	}
	if (p < end)
		f->type = *p++;
	return p == end && f->width <= WIDTH_MAX && f->precision <= WIDTH_MAX;
}

/* S with f's width; the sign stays before zeros. */
static int pad(struct buf *b, const struct format *f, const char *s, size_t n)
{
	size_t len = 0, fill, left;
	int bad = 0;

	for (size_t i = 0; i < n; i++)
		len += ((unsigned char)s[i] & 0xc0) != 0x80;
	fill = len < (size_t)f->width ? (size_t)f->width - len : 0;
	left = f->align == '<' ? 0 : f->align == '^' ? fill / 2 : fill;
	if (f->align == '=' && n > 0 && strchr("+- ", *s)) {
		bad = buf_addc(b, *s++);
		n--;
	}
	for (size_t i = 0; i < left && !bad; i++)
		bad = buf_addc(b, f->fill);
	bad = bad || buf_add(b, s, n);
	for (size_t i = left; i < fill && !bad; i++)
		bad = buf_addc(b, f->fill);
	return bad;
}

/* Commas between the thousands of the number in S. */
static void add_commas(char *s)
{
	size_t from = strcspn(s, "0123456789");
	size_t n = strspn(s + from, "0123456789");

	for (size_t i = n; i > 3; i -= 3) {
		char *at = s + from + i - 3;
		memmove(at + 1, at, strlen(at) + 1);
		*at = ',';
	}
}

/* V in OUT as FORMAT says; false if it is not one for V. */
static bool number_text(char out[2 * NUM_TEXT], const struct py_value *v,
	const struct format *f)
{
	char spec[16];
	bool percent = f->type == '%';
	bool whole = f->type == 'd' || (!f->type && v->type != PY_FLOAT);
	const char *sign = f->sign == '+' ? "+" : f->sign == ' ' ? " " : "";

	if (whole) {
		if (v->type == PY_FLOAT || f->precision >= 0)
			return false;
		snprintf(spec, sizeof(spec), "%%%s" PRId64, sign);
		snprintf(out, NUM_TEXT, spec, v->u.i);
	} else if (f->type && strchr("fFeEgG%", f->type)) {
		snprintf(spec, sizeof(spec), "%%%s.*%c%s", sign,
			percent ? 'f' : f->type, percent ? "%%" : "");
		snprintf(out, NUM_TEXT, spec,
			f->precision < 0 ? 6 : f->precision,
			py_number(v) * (percent ? 100 : 1));
	} else {
		return false;
	}
	if (f->comma)
		add_commas(out);
	return true;
}

int py_format(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *spec, struct buf *b)
{
	char text[2 * NUM_TEXT];
	struct buf own = {0};
	struct format f;
	int bad;

	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, v);
	if (!read_format(spec, &f))
		f.type = '?';
	if (py_is_number(v) && number_text(text, v, &f))
		return pad(b, &f, text, strlen(text))
			       ? py_raise_nomem(r, b->len)
			       : 0;
	if ((f.type && f.type != 's') || f.comma || f.align == '=' ||
		f.precision >= 0 || v->type == PY_BOOL)
		return py_raise(r, at,
			"format '%.*s' of %s; expected one such as .3f",
			(int)spec->n, spec->s, py_type_name(v));
	if (!f.align)
		f.align = py_is_number(v) ? '>' : '<';
	bad = py_str_add(&own, v) ||
	      pad(b, &f, own.len ? own.data : "", own.len);
	buf_free(&own);
	return bad ? py_raise_nomem(r, b->len) : 0;
}

/* The field NAME of "{NAME}": by place, by name, or the NEXT one. */
static const struct py_value *field_of(
	struct py_call *c, const struct py_str *name, size_t *next)
{
	size_t i = 0;

	for (size_t k = 0; k < c->ngiven; k++)
		if (name->n && py_str_equal(&c->given[k].name, name))
			return &c->given[k].value;
	if (name->n == 0)
		i = (*next)++;
	for (size_t k = 0; k < name->n; k++) {
		if (!isdigit((unsigned char)name->s[k]) || i > 99)
			return NULL;
		i = i * 10 + (size_t)(name->s[k] - '0');
	}
	/* c->arg[0] is for names, c->arg[1] the string itself. */
	return i + 2 < c->narg ? &c->arg[i + 2] : NULL;
}

/* "{...}" whose inside is S[0..N), into B. */
static int add_field(
	struct py_call *c, const char *s, size_t n, size_t *next, struct buf *b)
{
	const char *colon = memchr(s, ':', n);
	struct py_str name = {.s = s, .n = colon ? (size_t)(colon - s) : n};
	struct py_str spec = {.s = colon ? colon + 1 : s + n};
	const struct py_value *v;

	spec.n = (size_t)(s + n - spec.s);
	v = field_of(c, &name, next);
	if (!v)
		return py_raise(c->run, c->at,
			"'{%.*s}' has no value; expected an argument", (int)n,
			s);
	return py_format(c->run, c->at, v, &spec, b);
}

static int str_format(struct py_call *c)
{
	const struct py_str *s = c->arg[1].u.str;
	const char *p = s->s, *end = p + s->n, *close;
	struct buf b = {0};
	size_t next = 0;
	int bad = py_charge(c->run, c->at, s->n);

	for (; p < end && !bad; p++) {
		bool twice = p + 1 < end && p[1] == *p;
		if ((*p != '{' && *p != '}') || twice) {
			bad = buf_addc(&b, *p) ? py_raise_nomem(c->run, b.len)
					       : 0;
			p += (*p == '{' || *p == '}') && twice;
			continue;
		}
		close = memchr(p, '}', (size_t)(end - p));
		if (*p == '}' || !close)
			bad = py_raise(
				c->run, c->at, "a lone brace in a format");
		else
			bad = add_field(
				c, p + 1, (size_t)(close - p - 1), &next, &b);
		p = close ? close : end;
	}
	if (!bad)
		return py_text_result(c, &b, 0);
	buf_free(&b);
	return -1;
}

/* The next of what % was given; NULL: none is left. */
static const struct py_value *next_of(const struct py_value *all, size_t *i)
{
	if (all->type != PY_TUPLE)
		return (*i)++ ? NULL : all;
	return *i < all->u.list->n ? &all->u.list->item[(*i)++] : NULL;
}

/* One "%..." at P, which is behind the %, into B; NULL raised. */
static const char *add_percent(struct py_run *r, const struct py_node *at,
	const char *p, const char *end, const struct py_value *all, size_t *i,
	struct buf *b)
{
	struct format f = {.fill = ' ', .precision = -1, .align = '>'};
	char text[2 * NUM_TEXT];
	const struct py_value *v;
	struct buf own = {0};
	bool done = false;

	for (; p < end && strchr("-+ 0", *p); p++) {
		f.align = *p == '-' ? '<' : *p == '0' ? '=' : f.align;
		f.fill = *p == '0' ? '0' : f.fill;
		f.sign = *p == '+' || *p == ' ' ? *p : f.sign;
	}
	p = read_digits(p, end, &f.width);
	if (p < end && *p == '.')
		p = read_digits(p + 1, end, &f.precision);
	f.type = p < end ? *p++ : '?';
	if (f.type == '%')
		return buf_addc(b, '%') == 0
			       ? p
			       : (py_raise_nomem(r, b->len), NULL);
	v = next_of(all, i);
	if (v && v->type == PY_UNKNOWN) {
		py_raise_unknown(r, at, v);
		return NULL;
	}
	if (v && (f.type == 's' || f.type == 'r') && f.precision < 0) {
		done = f.type == 'r' ? !py_repr(&own, v) : !py_str_add(&own, v);
		f.align = f.align == '=' ? '>' : f.align;
		done = done &&
		       pad(b, &f, own.len ? own.data : "", own.len) == 0;
		buf_free(&own);
	} else if (v && py_is_number(v) && f.width <= WIDTH_MAX &&
		   f.precision <= WIDTH_MAX && strchr("dif", f.type | 0x20)) {
		struct py_value x = *v;
		f.type = f.type == 'i' ? 'd' : f.type;
		if (f.type == 'd' && v->type == PY_FLOAT &&
			py_int_of(r, at, v->u.f, &x) < 0)
			return NULL;
		done = number_text(text, &x, &f) &&
		       pad(b, &f, text, strlen(text)) == 0;
	} else if (v && py_is_number(v) && f.width <= WIDTH_MAX &&
		   f.precision <= WIDTH_MAX && strchr("eg", f.type | 0x20)) {
		done = number_text(text, v, &f) &&
		       pad(b, &f, text, strlen(text)) == 0;
	}
	if (done)
		return p;
	py_raise(r, at, "%s",
		v ? "a format of % that is not known; expected one such as "
		    "%.3f"
		  : "too few values for a format");
	return NULL;
}

int py_format_percent(struct py_run *r, const struct py_node *at,
	const struct py_str *s, const struct py_value *v, struct py_value *ret)
{
	const char *p = s->s, *end = p + s->n;
	struct buf b = {0};
	size_t i = 0;
	int bad = py_charge(r, at, s->n);

	while (p < end && !bad) {
		if (*p != '%') {
			bad = buf_addc(&b, *p++) ? py_raise_nomem(r, b.len) : 0;
			continue;
		}
		p = add_percent(r, at, p + 1, end, v, &i, &b);
		bad = p ? 0 : -1;
		if (!p)
			break;
	}
	if (!bad && v->type == PY_TUPLE && i < v->u.list->n)
		bad = py_raise(r, at, "too many values for a format");
	if (!bad)
		bad = py_new_str(r, b.len ? b.data : "", b.len, ret);
	buf_free(&b);
	return bad;
}

static const struct py_native methods[] = {
	{"casefold", 1, 1, "", str_lower, NULL},
	{"count", 2, 2, "", str_count, NULL},
	{"endswith", 2, 2, "", str_endswith, NULL},
	{"find", 2, 2, "", str_find, NULL},
	{"format", 1, PY_ANY, "**", str_format, NULL},
	{"isdigit", 1, 1, "", str_isdigit, NULL},
	{"join", 2, 2, "", str_join, NULL},
	{"lower", 1, 1, "", str_lower, NULL},
	{"lstrip", 1, 2, "", str_lstrip, NULL},
	{"replace", 3, 4, "", str_replace, NULL},
	{"rstrip", 1, 2, "", str_rstrip, NULL},
	{"split", 1, 3, "self sep maxsplit", str_split, NULL},
	{"splitlines", 1, 1, "", str_splitlines, NULL},
	{"startswith", 2, 2, "", str_startswith, NULL},
	{"strip", 1, 2, "", str_strip, NULL},
	{"upper", 1, 1, "", str_upper, NULL},
};

const struct py_native *py_str_method(const struct py_str *name)
{
	return py_native_find(methods, N(methods), name->s, name->n);
}
