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
 * What a document is made of lies in blocks and goes with them: it has several
 * small pieces a value, whose freeing took as long as what was done with them.
 */
#define BLOCK ((size_t)60 << 10)
#define ALIGN (sizeof(json_int_t) - 1)

struct block {
	struct block *next;
	size_t used, cap;
	json_int_t data[];
};

/* Of the document that this thread reads. */
static _Thread_local struct block *blocks;

/*
 * jansson tells most failed allocations as errors of syntax, and some not at
 * all: a text then lacks a letter.  So they are noted where they happen.
 */
static _Thread_local bool out_of_memory;

/* A block of CAP bytes, in front or behind the first. */
static struct block *add_block(size_t cap, bool behind)
{
	struct block *b = malloc(sizeof(*b) + cap);
	struct block **at = behind ? &blocks->next : &blocks;

	if (!b)
		return NULL;
	*b = (struct block){.next = *at, .cap = cap};
	*at = b;
	return b;
}

/* What is large has a block of its own, so that others have room still. */
static void *allocate(size_t n)
{
	size_t need = n < SIZE_MAX / 2 ? (n + ALIGN) & ~ALIGN : SIZE_MAX / 2;
	struct block *b = blocks;
	char *p;

	if (need > BLOCK / 8)
		b = add_block(need, b != NULL);
	else if (!b || need > b->cap - b->used)
		b = add_block(BLOCK, false);
	if (!b) {
		out_of_memory = true;
		return NULL;
	}
	p = (char *)b->data + b->used;
	b->used += need;
	return p;
}

static void keep(void *p)
{
	(void)p;
}

static void free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

static void use_blocks(void)
{
	json_set_alloc_funcs(allocate, keep);
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
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	json_error_t err;
	json_t *root;

	if (count_commas(p, n) >= JSON_NVALUE_MAX)
		return diag_set(d, DIAG_DATA,
			"JSON with more than %zu values; too many to read",
			JSON_NVALUE_MAX);
	pthread_once(&once, use_blocks);
	out_of_memory = false;
	blocks = NULL;
	root = json_loadb(p, n, JSON_REJECT_DUPLICATES, &err);
	if (out_of_memory || !root)
		free_blocks(blocks);
	if (out_of_memory)
		return diag_nomem(d, n);
	if (!root)
		return diag_set(d, DIAG_DATA,
			"bad JSON at line %d column %d: %s", err.line,
			err.column, err.text);
	/* Nobody counts who holds a value: it says where the values lie. */
	root->refcount = (size_t)(uintptr_t)blocks;
	*ret = (struct json_value *)(void *)root;
	return 0;
}

void json_release(struct json_value *root)
{
	json_t *r = (json_t *)(void *)root;

	if (r)
		free_blocks((struct block *)(void *)(uintptr_t)r->refcount);
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

void json_add_chars(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < ' ')
			buf_printf(b, "\\u%04x", c);
		else
			buf_addc(b, s[i]);
	}
}
