/* SPDX-License-Identifier: MIT */
/*
 * Pickles as trees: what Python's pickle module wrote of one value in three
 * protocols, what classes make, and what is refused.
 */
#include <inttypes.h>

#include "base/array.h"
#include "base/buf.h"
#include "pickle/pickle.h"
#include "tap.h"

static const struct pickle_global rows[] = {
	{"collections", "OrderedDict", PICKLE_DICT, 0, 0, NULL},
	{"torch", "Size", 0, 0, 0, NULL},
	{"mine", NULL, 0, 0, 0, NULL},
};
static const struct pickle_globals globals = {rows, ARRAY_SIZE(rows), "ADVICE"};

/* X as its kind, what it is, and its children in brackets. */
static void spell(
	struct buf *b, const struct pickle *k, const struct pickle_node *x)
{
	static const char *const name[] = {[PICKLE_OTHER] = "?",
		[PICKLE_BYTES] = "bytes",
		[PICKLE_TUPLE] = "tuple",
		[PICKLE_LIST] = "list",
		[PICKLE_DICT] = "dict",
		[PICKLE_GLOBAL] = "global",
		[PICKLE_CALL] = "call",
		[PICKLE_NAME] = "name",
		[PICKLE_OBJECT] = "object",
		[PICKLE_PERSISTENT] = "id"};

	if (x->kind == PICKLE_INT)
		buf_printf(b, "%" PRId64, x->i);
	else if (x->kind == PICKLE_TEXT)
		buf_printf(b, "'%.*s'", (int)x->i, x->text);
	else
		buf_adds(b, name[x->kind]);
	for (size_t i = 0; i < x->n; i++) {
		buf_adds(b, i ? " " : "(");
		spell(b, k, pickle_child(k, x, i));
	}
	buf_adds(b, x->n ? ")" : "");
}

/* P[0..N) reads as WANT, or is refused for it, up to WANT's length. */
static void reads(const char *p, size_t n, const char *want)
{
	struct pickle_end end;
	struct buf b = {0};
	struct diag d;
	struct pickle *k = pickle_read(p, n, &globals, &end, &d);

	if (k)
		spell(&b, k, end.root);
	else
		buf_printf(&b, "%s%s", end.is_cut ? "cut " : "", d.text);
	if (k && *end.remark)
		buf_printf(&b, "; %s", end.remark);
	if (!ok(buf_text(&b) && strncmp(b.data, want, strlen(want)) == 0, "%s",
		    want))
		printf("# got %s\n", b.data);
	buf_free(&b);
	pickle_free(k);
}

#define READS(text, want) reads(text, sizeof(text) - 1, want)

/* {'a': [1, -2, 300, 2**40], 'b': ('x', None, True)} */
static const char value[] =
	"dict('a' list(1 -2 300 1099511627776) 'b' tuple('x' ? 1))";

static void test_protocols(void)
{
	READS("(dp0\nVa\np1\n(lp2\nI1\naI-2\naI300\naL1099511627776L\nasVb\n"
	      "p3\n(Vx\np4\nNI01\ntp5\ns.",
		value);
	READS("\200\002}q\000(X\001\000\000\000aq\001]q\002(K\001J\376\377\377"
	      "\377M,\001\212\006\000\000\000\000\000\001eX\001\000\000\000bq"
	      "\003X\001\000\000\000xq\004N\210\207q\005u.",
		value);
	READS("\200\004\225+\000\000\000\000\000\000\000}\224(\214\001a\224]"
	      "\224(K\001J\376\377\377\377M,\001\212\006\000\000\000\000\000"
	      "\001e\214\001b\224\214\001x\224N\210\207\224u.",
		value);
	READS("\200\002}q\000(X\001\000\000\000aq", "cut pickle: cut short");
}

static void test_globals(void)
{
	READS("\200\002ccollections\nOrderedDict\nq\000)Rq\001X\001\000\000"
	      "\000kq\002K\007s.",
		"dict('k' 7)");
	READS("ctorch\nSize\n(K\002K\003t\205R.", "call(tuple(tuple(2 3)))");
	READS("cmine.deep\nThing\n)\201}b.", "call(tuple dict)");
	READS("cyours\nThing\n)\201}b.", "object(tuple dict)");
	READS("cyours\nThing\n)R.",
		"object(tuple); a pickle that calls yours.Thing, which is not "
		"run");
	READS("cos\nsystem\n(X\002\000\000\000lstR.",
		"a pickle that wants os.system, which is not opened; expected "
		"tensors alone: ADVICE");
	READS("cyours\nDeque\n)\201K\001aK\002a.", "object(tuple list(1 2))");
	READS("K\001Q.", "id(1)");
}

static void test_odd(void)
{
	READS("0.", "pickle: nothing on the stack at byte 1");
	READS("K\001K\002s.", "pickle: too few on the stack");
	READS("}K\001u.", "pickle: no mark on the stack");
	READS("h\000.", "pickle: a memo that nothing was put in");
	READS("K\001q\007.", "pickle: a memo out of turn");
	READS("K\001)R.", "pickle: a call of what is no global");
	READS("\377", "pickle: opcode 0xff at byte 0, which is not opened");
}

static void test_look_ups(void)
{
	static const char p[] = "}(X\001\000\000\000aK\007X\001\000\000\000b"
				"](X\001\000\000\000aeu.";
	struct pickle_end end;
	struct diag d;
	struct pickle *k = pickle_read(p, sizeof(p) - 1, &globals, &end, &d);
	const struct pickle_node *list;

	if (!ok(k != NULL, "a dict"))
		return;
	list = pickle_item(k, end.root, "b");
	ok(pickle_item(k, end.root, "a")->i == 7 &&
			!pickle_item(k, end.root, "c") &&
			!pickle_item(k, list, "a"),
		"items by their keys");
	ok(pickle_lists(k, list, pickle_child(k, end.root, 0)) &&
			!pickle_lists(k, list, pickle_child(k, end.root, 2)),
		"what a list has");
	ok(!pickle_child(k, end.root, 4) && !pickle_child(k, NULL, 0),
		"no child where there is none");
	ok(pickle_is_new(k, list) && !pickle_is_new(k, list), "new but once");
	ok(pickle_at(k, 0) == end.root && !pickle_at(k, 99), "as made");
	pickle_free(k);
}

int main(void)
{
	test_protocols();
	test_globals();
	test_odd();
	test_look_ups();
	return tap_done();
}
