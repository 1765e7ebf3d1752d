/* SPDX-License-Identifier: MIT */
/*
 * Headers that are wrong, each in one way, and the words in which that is
 * said: NPY, safetensors, and what --raw takes.
 */
#include <stdlib.h>

#include "base/le.h"
#include "format/format.h"
#include "tap.h"
#include "tensor/tensor.h"

static unsigned char file[4096];

struct bad {
	const char *head, *text; /* TEXT is a part of the message */
};

#define TAIL ",'fortran_order':False,'shape':(2,)}"

static const struct bad npy[] = {
	{"['descr']", "expected '{'"},
	{"{'descr':'<f4'" TAIL "x", "expected nothing after the dict"},
	{"{'descr':'<f4','descr':'<f4'" TAIL, "expected each key once"},
	{"{'descr'='<f4'" TAIL, "expected ':'"},
	{"{'descr':'<f4' 'shape':(2,)}", "expected ',' or '}'"},
	{"{'what':1}", "expected descr, fortran_order or shape"},
	{"{'descr':'<f4','shape':(2,)}", "without descr, fortran_order or"},
	{"{'descr':[]" TAIL, "expected fields"},
	{"{'descr':['<f4']" TAIL, "'<f4'; expected fields"},
	{"{'descr':[('a')]" TAIL, "the name of a field"},
	{"{'descr':[(1,'<f4')]" TAIL, "the name of a field"},
	{"{'descr':[(('a','b','<f4')]" TAIL, "the name of a field"},
	{"{'descr':[('a','<f4',2)]" TAIL, "a tuple as shape"},
	{"{'descr':[('a','<f4',(2,)]" TAIL, "')' behind a field"},
	{"{'descr':[('a','|O')]" TAIL, "can run programs"},
	{"{'descr':[('a','<f4'),('b',[])]" TAIL, "expected fields"},
	{"{'descr':[('a','<f4',(0,))]" TAIL, "expected fields"},
	{"{'descr':[('a','|V9223372036854775807',(3,))]" TAIL,
		"fields of a possible size"},
	{"{'descr':[('a',[('a',[('a',[('a',[('a',[('a',[('a',[('a',[('a',"
	 "[('a',[('a',[('a',[('a',[('a',[('a',[('a',[('a',[" TAIL,
		"fewer fields in fields"},
	{"{'descr':''" TAIL, "expected a dtype such as <f4"},
	{"{'descr':'<'" TAIL, "expected a dtype such as <f4"},
	{"{'descr':'<q8'" TAIL, "expected a dtype such as <f4"},
	{"{'descr':'<f0'" TAIL, "expected a dtype such as <f4"},
	{"{'descr':'<U9223372036854775807'" TAIL,
		"expected a dtype such as <f4"},
	{"{'descr':'|O'" TAIL, "can run programs"},
	{"{'descr':'<f4','fortran_order':0,'shape':(2,)}",
		"expected True or False as fortran_order"},
	{"{'descr':'<f4','fortran_order':True,'shape':[2]}",
		"expected a tuple as shape"},
	{"{'descr':'<f4','fortran_order':True,'shape':(-2,)}",
		"expected a dimension"},
	{"{'descr':'<f4','fortran_order':True,'shape':(2 3)}",
		"expected ',' or ')' in shape"},
	{"{'descr':'<f4','fortran_order':True,'shape':(1,1,1,1,1,1,1,1,1,1,1,"
	 "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
	 "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
		"expected at most 64 dimensions"},
};

#define LONG_SHAPE                                                     \
	"1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1," \
	"1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1," \
	"1,1,1,1,1"

static const struct bad st[] = {
	{"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "no dtype"},
	{"{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}",
		"unknown dtype 'F33'"},
	{"{\"a\":{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
		"unknown dtype 'f32'"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
		"shape[0] is not a non-negative integer"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[" LONG_SHAPE
	 "],\"data_offsets\":[0,4]}}",
		"not a list of at most 64 integers"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
		"data_offsets is not [begin, end], begin <= end"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],"
	 "\"data_offsets\":[0,8]}}",
		"the shape is larger than any file"},
	{"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
		"dtype and shape need 12"},
	{"{\"__metadata__\":{\"a\":1}}", "'a' is not a string"},
	{"{\"a\":3}", "no dtype"},
	{"{\"a\":", "JSON"},
};

static void is_refused(size_t size, const struct bad *b)
{
	size_t peek = size < FORMAT_PEEK ? size : FORMAT_PEEK;
	size_t n = format_head_nbytes(file, peek, size, NULL);
	struct diag d = {0};
	struct tensor_map m;

	if (!ok(format_parse(&m, file, n, size, NULL, &d) < 0 &&
			    d.class == DIAG_DATA && strstr(d.text, b->text),
		    "%.60s", b->head))
		printf("# got %s: %s\n", d.place, d.text);
}

static void test_npy(void)
{
	for (size_t i = 0; i < sizeof(npy) / sizeof(npy[0]); i++) {
		size_t n = strlen(npy[i].head);

		memcpy(file, "\x93NUMPY\1", 8);
		le_store16(file + 8, (uint16_t)n);
		memcpy(file + 10, npy[i].head, n);
		is_refused(10 + n + 8, &npy[i]);
	}
	memcpy(file, "\x93NUMPY\1\1", 8);
	le_store16(file + 8, 20);
	is_refused(100, &(struct bad){"version 1.1", "NPY version 1.1"});
	file[6] = 4;
	is_refused(100, &(struct bad){"version 4", "expected 1, 2 or 3"});
	memcpy(file, "\x93NUMPY\2", 8);
	le_store32(file + 8, FORMAT_NPY_HEAD_MAX + 1);
	is_refused(sizeof(file), &(struct bad){"a header cut short", "cut"});
}

static void test_st(void)
{
	for (size_t i = 0; i < sizeof(st) / sizeof(st[0]); i++) {
		size_t n = strlen(st[i].head);

		le_store64(file, n);
		memcpy(file + 8, st[i].head, n);
		is_refused(8 + n + 8, &st[i]);
	}
}

static void test_raw(void)
{
	static const struct bad raw[] = {
		{"f33", "f33"},
		{"f32,", "dimension"},
		{"f32,0x4", "0x4"},
		{"f32," LONG_SHAPE, "more than 64 dimensions"},
	};
	struct format_hint hint = {.format = TENSOR_FORMAT_RAW};
	struct tensor_map m;
	struct diag d;

	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++)
		if (!ok(format_hint_raw(&hint, raw[i].head, &d) < 0 &&
				    d.class == DIAG_USAGE &&
				    strstr(d.text, raw[i].text),
			    "--raw %.30s", raw[i].head))
			printf("# got %s\n", d.text);
	hint = (struct format_hint){.format = TENSOR_FORMAT_RAW};
	ok(format_parse(&m, "", 0, 8, &hint, &d) < 0 &&
			strstr(d.text, "without a dtype"),
		"raw without a dtype: %s", d.text);
	ok(format_hint_raw(&hint, "f64,4294967296,4294967296", &d) == 0 &&
			format_parse(&m, "", 0, 8, &hint, &d) < 0 &&
			strstr(d.text, "too large"),
		"a shape that no file can have: %s", d.text);
}

int main(void)
{
	test_npy();
	test_st();
	test_raw();
	return tap_done();
}
