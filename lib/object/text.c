/* SPDX-License-Identifier: MIT */
/*
 * Values as text: repr(), str(), and formats.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/str.h"
#include "base/utf8.h"
#include "object/object_impl.h"

/* Of a message; of what a text shows. */
#define REPR_NBYTES_MAX 400
#define SHOWN_NBYTES_MAX (1 << 20)
#define REPR_DEPTH_MAX 20

static void repr_float(struct buf *b, double x)
{
	char text[NUM_DOUBLE_MAX];
	size_t n = num_from_double(text, x);

	buf_add(b, text, n);
	/* "nan", "inf" have letters, as has an exponent. */
	for (size_t i = 0; i < n; i++)
		if (text[i] == '.' || str_is_lower(text[i]))
			return;
	buf_adds(b, ".0");
}

static void repr_str(struct buf *b, const struct py_str *s)
{
	bool single = memchr(s->s, '\'', s->n) && !memchr(s->s, '"', s->n);
	char quote = single ? '"' : '\'';

	buf_addc(b, quote);
	for (size_t i = 0; i < s->n; i++) {
		char c = s->s[i];
		const char *at = c ? strchr("\nn\tt\rr\\\\", c) : NULL;

		if (c == quote) {
			buf_addc(b, '\\');
			buf_addc(b, c);
		} else if (at && (c != 'n' && c != 't' && c != 'r')) {
			buf_addc(b, '\\');
			buf_addc(b, at[1]);
		} else if ((unsigned char)c < ' ' || c == 0x7f)
			buf_printf(b, "\\x%02x", (unsigned)c);
		else
			buf_addc(b, c);
	}
	buf_addc(b, quote);
}

/* Where values are shown, and by what run: NULL: in a message. */
struct shown {
	struct buf *b;
	struct py_run *run;
	const struct py_node *at;
};

static int repr(
	const struct shown *x, const struct py_value *v, unsigned depth);

/* Whether one more item is shown: 1, 0: a message ends with it, or -1. */
static int has_room(const struct shown *x)
{
	if (!x->run && x->b->len > REPR_NBYTES_MAX) {
		buf_adds(x->b, ", ...");
		return 0;
	}
	if (x->run && x->b->len > SHOWN_NBYTES_MAX)
		return py_raise(x->run, x->at,
			"shows more than %d bytes; expected less",
			SHOWN_NBYTES_MAX);
	return x->run && py_charge(x->run, x->at, 1) < 0 ? -1 : 1;
}

static int repr_items(
	const struct shown *x, const struct py_value *v, unsigned depth)
{
	struct buf *b = x->b;
	const struct py_list *l = py_held(v);
	bool dict = py_named(v) != NULL;

	if (l->lost) {
		buf_add(b, l->lost->path.s, l->lost->path.n);
		return 0;
	}

	for (size_t i = 0; i < l->n; i++) {
		const char *before = i == 0 ? "" : dict && i % 2 ? ": " : ", ";
		int room = has_room(x);

		if (room <= 0)
			return room;
		buf_adds(b, before);
		if (repr(x, &l->item[i], depth + 1) < 0)
			return -1;
	}
	if (v->type == PY_TUPLE && l->n == 1)
		buf_addc(b, ',');
	return 0;
}

/*
 * What the method NAME of V, an object, shows it as, of SPEC if that is not
 * NULL: 1, 0: it has none, or is in a message, or -1 raised.
 */
static int show_own(const struct shown *x, const struct py_value *v,
	const char *name, const struct py_value *spec)
{
	struct py_value s;
	int own = x->run ? py_call_own(x->run, x->at, v, name, spec, &s) : 0;

	if (own <= 0)
		return own;
	if (s.type == PY_UNKNOWN)
		return py_raise_unknown(x->run, x->at, &s);
	if (s.type != PY_STR)
		return py_raise_as(x->run, x->at, "TypeError",
			"%s() gives %s; expected a string", name,
			py_type_name(&s));
	buf_add(x->b, s.u.str->s, s.u.str->n);
	return 1;
}

/* Whether field(repr=False) says so of the field NAME of C. */
static bool is_hidden(const struct py_class *c, const struct py_str *name)
{
	const struct py_value *v = py_class_find(c, name->s, name->n);
	const struct py_value *says =
		v && v->type == PY_NAMESPACE && !py_class_of(v)
			? py_dict_find(py_held(v), "repr", 4)
			: NULL;

	return says && !py_true(says);
}

/* A dataclass that is shown. */
struct shown_fields {
	const struct shown *shown;
	const struct py_value *object;
	unsigned depth;
	const char *before;
};

static int repr_field(void *ctx, const struct py_str *name)
{
	struct shown_fields *x = ctx;
	const struct py_value *v =
		py_dict_find(py_held(x->object), name->s, name->n);
	int room = v && !is_hidden(py_class_of(x->object), name)
			   ? has_room(x->shown)
			   : 0;

	if (room <= 0)
		return room;
	buf_printf(x->shown->b, "%s%.*s=", x->before, STR_ARG(*name));
	x->before = ", ";
	return repr(x->shown, v, x->depth + 1);
}

/* The name of V, a member of an enumeration: "Color.RED" */
static void add_member(struct buf *b, const struct py_value *v)
{
	const struct py_class *c = py_class_of(v);

	buf_printf(b, "%.*s.", STR_ARG(c->name));
	py_str_add(b, py_dict_find(py_held(v), "name", 4));
}

/* V is an object of a class. */
static int repr_object(
	const struct shown *x, const struct py_value *v, unsigned depth)
{
	const struct py_class *c = py_class_of(v);
	int own = show_own(x, v, "__repr__", NULL);

	if (own)
		return own < 0 ? -1 : 0;
	if (c->dataclass) {
		struct shown_fields f = {x, v, depth, ""};

		buf_printf(x->b, "%.*s(", STR_ARG(c->name));
		if (py_each_field(c, repr_field, &f) < 0)
			return -1;
		buf_addc(x->b, ')');
		return 0;
	}
	if (!c->members) {
		/* No run is to show another address. */
		buf_printf(x->b, "<__main__.%.*s object at 0x0>",
			STR_ARG(c->name));
		return 0;
	}
	buf_addc(x->b, '<');
	add_member(x->b, v);
	buf_adds(x->b, ": ");
	if (repr(x, py_dict_find(py_held(v), "value", 5), depth + 1) < 0)
		return -1;
	buf_addc(x->b, '>');
	return 0;
}

/* As a plain number of Python's. */
static void repr_number(struct buf *b, struct py_value v)
{
	if (v.type == PY_FLOAT)
		repr_float(b, v.u.f);
	else if (v.type == PY_BOOL)
		buf_adds(b, v.u.i ? "True" : "False");
	else
		buf_printf(b, "%" PRId64, v.u.i);
}

static int repr_array(const struct shown *x, const struct py_array *a)
{
	int room = 1;

	buf_adds(x->b, "array([");
	for (size_t i = 0; i < a->n && (room = has_room(x)) > 0; i++) {
		if (i)
			buf_adds(x->b, ", ");
		repr_number(x->b, py_array_item(a, i));
	}
	buf_adds(x->b, "])");
	return room < 0 ? -1 : 0;
}

static void repr_range(struct buf *b, const struct py_range *x)
{
	int64_t end = x->from + x->step * (int64_t)x->n;

	if (x->step == 1)
		buf_printf(b, "range(%" PRId64 ", %" PRId64 ")", x->from, end);
	else
		buf_printf(b, "range(%" PRId64 ", %" PRId64 ", %" PRId64 ")",
			x->from, end, x->step);
}

static int repr(const struct shown *x, const struct py_value *v, unsigned depth)
{
	struct buf *b = x->b;
	static const char *const open[] = {[PY_LIST] = "[",
		[PY_TUPLE] = "(",
		[PY_SET] = "{",
		[PY_DICT] = "{",
		[PY_NAMESPACE] = "{"};
	static const char *const close[] = {[PY_LIST] = "]",
		[PY_TUPLE] = ")",
		[PY_SET] = "}",
		[PY_DICT] = "}",
		[PY_NAMESPACE] = "}"};

	switch (v->type) {
	case PY_NONE: buf_adds(b, "None"); break;
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT: repr_number(b, *v); break;
	case PY_STR: repr_str(b, v->u.str); break;
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
		if (v->type == PY_SET && v->u.list->n == 0) {
			buf_adds(b, "set()");
			return 0;
		} /* fall through */
	case PY_DICT:
	case PY_NAMESPACE:
		if (depth > REPR_DEPTH_MAX) {
			buf_adds(b, "...");
			return 0;
		}
		if (py_class_of(v))
			return repr_object(x, v, depth);
		buf_adds(b, open[v->type]);
		if (repr_items(x, v, depth) < 0)
			return -1;
		buf_adds(b, close[v->type]);
		break;
	case PY_RANGE: repr_range(b, v->u.range); break;
	case PY_ARRAY: return repr_array(x, v->u.array);
	case PY_UNKNOWN:
		buf_add(b, v->u.unknown->path.s, v->u.unknown->path.n);
		break;
	case PY_TYPE:
		buf_printf(b, "<class '%.*s'>", STR_ARG(v->u.class->name));
		break;
	case PY_UNBOUND:
	case PY_ITER:
	case PY_FUNCTION:
	case PY_NATIVE:
	case PY_METHOD:
	case PY_OPAQUE: buf_printf(b, "<%s>", py_type_name(v)); break;
	}
	return 0;
}

void py_repr(struct buf *b, const struct py_value *v)
{
	repr(&(struct shown){.b = b}, v, 0);
}

int py_add_repr(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct buf *b)
{
	return repr(&(struct shown){b, r, at}, v, 0);
}

/* Whether V is a member of an enumeration; and shown as its value is. */
static bool is_member(const struct py_value *v)
{
	return py_class_of(v) && py_class_of(v)->members;
}

static bool is_plain(const struct py_value *v)
{
	return is_member(v) && py_enum_plain(v) != v && !py_class_of(v)->mixed;
}

int py_add_str(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct buf *b)
{
	int own = show_own(&(struct shown){b, r, at}, v, "__str__", NULL);

	if (own)
		return own < 0 ? -1 : 0;
	if (is_plain(v))
		v = py_enum_plain(v);
	else if (is_member(v)) {
		add_member(b, v);
		return 0;
	}
	if (v->type != PY_STR)
		return py_add_repr(r, at, v, b);
	buf_add(b, v->u.str->s, v->u.str->n);
	return 0;
}

void py_str_add(struct buf *b, const struct py_value *v)
{
	if (v->type == PY_STR)
		buf_add(b, v->u.str->s, v->u.str->n);
	else
		py_repr(b, v);
}

int py_take_str(struct py_run *r, struct buf *b, int bad, struct py_value *ret)
{
	if (!bad)
		bad = buf_text(b) ? py_new_str(r, b->data, b->len, ret)
				  : py_raise_nomem(r, b->len);
	buf_free(b);
	return bad;
}

/* --- formats ---------------------------------------------------------- */

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

	if (p == end || !str_is_digit(*p))
		return p;
	for (; p < end && str_is_digit(*p); p++)
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
static void pad(struct buf *b, const struct format *f, const char *s, size_t n)
{
	size_t len = utf8_length(s, n), fill, left;

	fill = len < (size_t)f->width ? (size_t)f->width - len : 0;
	left = f->align == '<' ? 0 : f->align == '^' ? fill / 2 : fill;
	if (f->align == '=' && n > 0 && strchr("+- ", *s)) {
		buf_addc(b, *s++);
		n--;
	}
	for (size_t i = 0; i < left; i++)
		buf_addc(b, f->fill);
	buf_add(b, s, n);
	for (size_t i = left; i < fill; i++)
		buf_addc(b, f->fill);
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

/* OWN, which is released, as F says into B. */
static void pad_own(struct buf *b, const struct format *f, struct buf *own)
{
	if (buf_text(own))
		pad(b, f, own->data, own->len);
	else
		buf_fail(b);
	buf_free(own);
}

int py_format(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *spec, struct buf *b)
{
	static const struct py_str none = {0, ""};
	char text[2 * NUM_TEXT];
	struct buf own = {0};
	struct format f;
	int own_format, bad;

	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, v);
	own_format = show_own(&(struct shown){b, r, at}, v, "__format__",
		&(struct py_value){
			.type = PY_STR, .u.str = spec->n ? spec : &none});
	if (own_format)
		return own_format < 0 ? -1 : 0;
	if (spec->n == 0)
		return py_add_str(r, at, v, b) < 0 ? -1 : py_buf_end(r, b);
	if (is_plain(v))
		v = py_enum_plain(v);
	if (!read_format(spec, &f))
		f.type = '?';
	if (py_is_number(v) && number_text(text, v, &f)) {
		pad(b, &f, text, strlen(text));
		return py_buf_end(r, b);
	}
	if (v->type == PY_NONE || (py_held(v) && !is_member(v)))
		return py_raise_as(r, at, "TypeError",
			"format '%.*s' of %s; expected a number or a string",
			STR_ARG(*spec), py_type_name(v));
	if ((f.type && f.type != 's') || f.comma || f.align == '=' ||
		f.precision >= 0 || v->type == PY_BOOL)
		return py_raise_as(r, at, "ValueError",
			"format '%.*s' of %s; expected one such as .3f",
			STR_ARG(*spec), py_type_name(v));
	if (!f.align)
		f.align = py_is_number(v) ? '>' : '<';
	bad = py_add_str(r, at, v, &own);
	pad_own(b, &f, &own);
	return bad < 0 ? -1 : py_buf_end(r, b);
}

/* The next of what % was given; NULL: none is left. */
static const struct py_value *next_of(const struct py_value *all, size_t *i)
{
	if (all->type != PY_TUPLE)
		return (*i)++ ? NULL : all;
	return *i < all->u.list->n ? &all->u.list->item[(*i)++] : NULL;
}

/* What stands from P on, behind a %, into F; returns what is behind it. */
static const char *read_percent(
	const char *p, const char *end, struct format *f)
{
	*f = (struct format){.fill = ' ', .precision = -1, .align = '>'};
	for (; p < end && strchr("-+ 0", *p); p++) {
		f->align = *p == '-' ? '<' : *p == '0' ? '=' : f->align;
		f->fill = *p == '0' ? '0' : f->fill;
		f->sign = *p == '+' || *p == ' ' ? *p : f->sign;
	}
	p = read_digits(p, end, &f->width);
	if (p < end && *p == '.')
		p = read_digits(p + 1, end, &f->precision);
	f->type = p < end ? *p++ : '?';
	return p;
}

/* V as F says into B: 1; 0 if there is no such format of it, or -1 raised. */
static int put_percent(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct format *f, struct buf *b)
{
	char text[2 * NUM_TEXT];
	struct py_value x;
	struct buf own = {0};
	int bad;

	if ((f->type == 's' || f->type == 'r') && f->precision < 0) {
		bad = f->type == 'r' ? py_add_repr(r, at, v, &own)
				     : py_add_str(r, at, v, &own);
		f->align = f->align == '=' ? '>' : f->align;
		pad_own(b, f, &own);
		return bad < 0 ? -1 : 1;
	}
	v = py_enum_plain(v);
	x = *v;
	if (!py_is_number(v) || f->width > WIDTH_MAX ||
		f->precision > WIDTH_MAX || !strchr("difeg", f->type | 0x20))
		return 0;
	f->type = f->type == 'i' ? 'd' : f->type;
	if (f->type == 'd' && v->type == PY_FLOAT &&
		py_int_of(r, at, v->u.f, &x) < 0)
		return -1;
	if (!number_text(text, &x, f))
		return 0;
	pad(b, f, text, strlen(text));
	return 1;
}

/* One "%..." at P, which is behind the %, into B; NULL raised. */
static const char *add_percent(struct py_run *r, const struct py_node *at,
	const char *p, const char *end, const struct py_value *all, size_t *i,
	struct buf *b)
{
	const struct py_value *v;
	struct format f;
	int done;

	p = read_percent(p, end, &f);
	if (f.type == '%') {
		buf_addc(b, '%');
		return p;
	}
	v = next_of(all, i);
	if (v && v->type == PY_UNKNOWN) {
		py_raise_unknown(r, at, v);
		return NULL;
	}
	done = v ? put_percent(r, at, v, &f, b) : 0;
	if (done == 0)
		py_raise(r, at, "%s",
			v ? "a format of % that is not known; expected one "
			    "such as %.3f"
			  : "too few values for a format");
	return done > 0 ? p : NULL;
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
			buf_addc(&b, *p++);
			continue;
		}
		p = add_percent(r, at, p + 1, end, v, &i, &b);
		bad = p ? 0 : -1;
		if (!p)
			break;
	}
	if (!bad && v->type == PY_TUPLE && i < v->u.list->n)
		bad = py_raise(r, at, "too many values for a format");
	return py_take_str(r, &b, bad, ret);
}
