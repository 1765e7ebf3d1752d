/* SPDX-License-Identifier: MIT */
/*
 * JSON documents, read by jansson; the only door to <jansson.h>.  Duplicate
 * members are refused everywhere: two readers would see two documents.
 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;
struct json_value; /* one value of a document; owned by its root */

/* More values than this are refused before memory is spent on them. */
#define JSON_NVALUE_MAX ((size_t)1 << 21)

/*
 * Parses P[0..n) as one JSON text (UTF-8, no NUL even when escaped).  Release
 * *RET, the root, with json_release().  Returns 0, or -1 with DIAG_DATA and
 * the line and column in the text.
 */
int json_parse(
	struct json_value **ret, const void *p, size_t n, struct diag *d);
void json_release(struct json_value *root);

/* What a value is. */
enum json_kind {
	JSON_NOTHING, /* null */
	JSON_YES,
	JSON_NO,
	JSON_NUMBER,
	JSON_TEXT,
	JSON_LIST,
	JSON_DICT,
};

enum json_kind json_kind(const struct json_value *v);

/* The value of a number; *WHOLE: an integer that a double holds exactly. */
double json_number(const struct json_value *v, bool *whole);

/* The text of a string, NUL-terminated; NULL if V is not a string. */
const char *json_text(const struct json_value *v);

/* A non-negative integer.  Returns 0, or -1 if V is anything else. */
int json_u64(const struct json_value *v, uint64_t *ret);

/* Elements of an array, or SIZE_MAX if V is not an array. */
size_t json_length(const struct json_value *v);
const struct json_value *json_element(const struct json_value *v, size_t i);

/* The member NAME of an object; NULL if absent or V is not an object. */
const struct json_value *json_member(
	const struct json_value *v, const char *name);

/*
 * Calls FN for each member of an object in the document's order, until it
 * returns non-zero.  Returns what FN returned last, 0 for an empty object, or
 * -1 with DIAG_DATA if V is not an object.
 */
int json_each(const struct json_value *v,
	int (*fn)(void *ctx, const char *name, const struct json_value *v,
		struct diag *d),
	void *ctx, struct diag *d);

/*
 * Appends S[0..n), whose bytes beyond ASCII stay as they are, to B as it stands
 * in a JSON string.
 */
void json_add_chars(struct buf *b, const char *s, size_t n);

#endif
