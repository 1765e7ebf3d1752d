/* SPDX-License-Identifier: MIT */
/* What json.h lets through, and in which form. */
#include "tap.h"
#include "text/json.h"

static const struct {
	const char *text;
	bool good;
} docs[] = {
	{"{}", true},
	{" \n{\"a\": [1, 2, 3]} ", true},
	{"[1]", true},
	{"{\"a\": 1, \"a\": 1}", false},
	{"{\"a\": {\"b\": 1, \"b\": 2}}", false},
	{"{\"a\": 1,}", false},
	{"{\"a\": NaN}", false},
	{"{'a': 1}", false},
	{"{} x", false},
	{"{\"\\u0000\": 1}", false},
	{"{\"\\ud800\": 1}", false},
	{"{\"\xff\": 1}", false},
	{"[99999999999999999999]", false},
	{"", false},
};

static int join(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	char *out = ctx;
	uint64_t x = 0;

	(void)d;
	snprintf(out + strlen(out), 64, "%s=%s,", name,
		json_u64(v, &x) == 0 ? "number" : "other");
	return strcmp(name, "stop") == 0 ? 7 : 0;
}

static void test_access(void)
{
	const char *text =
		"{\"n\": 18, \"neg\": -1, \"r\": 1.0, \"s\": \"\\u00e9\","
		"\"l\": [3, 4], \"stop\": 0, \"late\": 1}";
	struct json_value *root;
	char seen[512] = "";
	uint64_t x = 0;
	struct diag d;

	ok(json_parse(&root, text, strlen(text), &d) == 0, "a document");
	ok(json_u64(json_member(root, "n"), &x) == 0, "an integer");
	is_u64(x, 18, "its value");
	ok(json_u64(json_member(root, "neg"), &x) != 0, "not a negative one");
	ok(json_u64(json_member(root, "r"), &x) != 0, "not a real one");
	ok(json_u64(json_member(root, "none"), &x) != 0, "not an absent one");
	is_text(json_text(json_member(root, "s")), "\xc3\xa9", "a string");
	ok(!json_text(json_member(root, "n")), "a number is no string");
	ok(json_length(json_member(root, "l")) == 2, "a list");
	ok(json_length(root) == SIZE_MAX, "an object is no list");
	ok(json_u64(json_element(json_member(root, "l"), 1), &x) == 0 && x == 4,
		"an element");
	ok(json_each(root, join, seen, &d) == 7, "a callback ends the loop");
	is_text(seen, "n=number,neg=other,r=other,s=other,l=other,stop=number,",
		"members come in the document's order");
	ok(json_each(json_member(root, "l"), join, seen, &d) == -1,
		"a list has no members");
	json_release(root);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++) {
		struct json_value *root = NULL;
		struct diag d = {0};
		int ret = json_parse(
			&root, docs[i].text, strlen(docs[i].text), &d);

		ok(ret == (docs[i].good ? 0 : -1), "%s: %s", docs[i].text,
			docs[i].good ? "read" : "refused");
		if (ret)
			ok(d.class == DIAG_DATA && *d.text, "with a reason");
		else
			json_release(root);
	}
	test_access();
	return tap_done();
}
