/* SPDX-License-Identifier: MIT */
/*
 * JSON documents through jansson.  struct json_value is jansson's json_t under
 * a name of our own, so that no other file needs its header.
 */
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "text/json.h"

static const json_t *inner(const struct json_value *v)
{
	return (const json_t *)(const void *)v;
}

/*
 * jansson tells most failed allocations as errors of syntax, and some not at
 * all: a text then lacks a letter.  So they are noted where they happen.
 */
static _Thread_local bool out_of_memory;

static void *allocate(size_t n)
{
	void *p = malloc(n);

	if (!p)
		out_of_memory = true;
	return p;
}

static void watch_memory(void)
{
	json_set_alloc_funcs(allocate, free);
}

/* Every value but the first of a container follows a comma. */
static size_t count_commas(const char *p, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += p[i] == ',';
	return count;
}

int json_parse(struct json_value **ret, const void *p, size_t n, struct diag *d)
{
	static pthread_once_t watched = PTHREAD_ONCE_INIT;
	json_error_t err;
	json_t *root;

	if (count_commas(p, n) >= JSON_NVALUE_MAX)
		return diag_set(d, DIAG_DATA,
			"JSON with more than %zu values; too many to read",
			JSON_NVALUE_MAX);
	pthread_once(&watched, watch_memory);
	out_of_memory = false;
	root = json_loadb(p, n, JSON_REJECT_DUPLICATES, &err);
	if (out_of_memory) {
		json_decref(root);
		return diag_nomem(d, n);
	}
	if (!root)
		return diag_set(d, DIAG_DATA,
			"bad JSON at line %d column %d: %s", err.line,
			err.column, err.text);
	*ret = (struct json_value *)(void *)root;
	return 0;
}

void json_release(struct json_value *root)
{
	json_decref((json_t *)(void *)root);
}

enum json_kind json_kind(const struct json_value *v)
{
	switch (json_typeof(inner(v))) {
	case JSON_OBJECT: return JSON_DICT;
	case JSON_ARRAY: return JSON_LIST;
	case JSON_STRING: return JSON_TEXT;
	case JSON_INTEGER:
	case JSON_REAL: return JSON_NUMBER;
	case JSON_TRUE: return JSON_YES;
	case JSON_FALSE: return JSON_NO;
	case JSON_NULL: break;
	}
	return JSON_NOTHING;
}

double json_number(const struct json_value *v, bool *whole)
{
	double x = json_number_value(inner(v));

	*whole = json_is_integer(inner(v)) && fabs(x) <= 0x1p53;
	return x;
}

const char *json_text(const struct json_value *v)
{
	return json_string_value(inner(v));
}

int json_u64(const struct json_value *v, uint64_t *ret)
{
	json_int_t x;

	if (!json_is_integer(inner(v)))
		return -1;
	x = json_integer_value(inner(v));
	if (x < 0)
		return -1;
	*ret = (uint64_t)x;
	return 0;
}

size_t json_length(const struct json_value *v)
{
	return json_is_array(inner(v)) ? json_array_size(inner(v)) : SIZE_MAX;
}

const struct json_value *json_element(const struct json_value *v, size_t i)
{
	return (const struct json_value *)(const void *)json_array_get(
		inner(v), i);
}

const struct json_value *json_member(
	const struct json_value *v, const char *name)
{
	return (const struct json_value *)(const void *)json_object_get(
		inner(v), name);
}

int json_each(const struct json_value *v,
	int (*fn)(void *ctx, const char *name, const struct json_value *v,
		struct diag *d),
	void *ctx, struct diag *d)
{
	json_t *object = (json_t *)(void *)(uintptr_t)inner(v);
	const char *name;
	json_t *member;
	int ret = 0;

	if (!json_is_object(object))
		return diag_set(d, DIAG_DATA, "not a JSON object");
	json_object_foreach(object, name, member)
	{
		ret = fn(ctx, name,
			(const struct json_value *)(const void *)member, d);
		if (ret)
			break;
	}
	return ret;
}

int json_add_chars(struct buf *b, const char *s, size_t n)
{
	int bad = 0;

	for (size_t i = 0; i < n && !bad; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			bad = buf_printf(b, "\\%c", c);
		else if (c < ' ')
			bad = buf_printf(b, "\\u%04x", c);
		else
			bad = buf_addc(b, s[i]);
	}
	return bad;
}
