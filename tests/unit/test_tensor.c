/* SPDX-License-Identifier: MIT */
/*
 * Maps of files in memory: what the parsers accept and refuse, and the spans
 * they make.  The bats files try many more bad headers through the tools.
 */
#include <stdlib.h>

#include "base/le.h"
#include "format/format.h"
#include "tap.h"
#include "tensor/tensor.h"

static unsigned char file[4096];

static size_t make_npy(int version, const char *dict, size_t ndata)
{
	size_t n = strlen(dict), at = version == 1 ? 10 : 12;

	memset(file, 0, sizeof(file));
	memcpy(file, "\x93NUMPY", 6);
	file[6] = (unsigned char)version;
	if (version == 1)
		le_store16(file + 8, (uint16_t)n);
	else
		le_store32(file + 8, (uint32_t)n);
	memcpy(file + at, dict, n);
	return at + n + ndata;
}

static size_t make_st(const char *json, size_t ndata)
{
	size_t n = strlen(json);

	memset(file, 0, sizeof(file));
	le_store64(file, n);
	memcpy(file + 8, json, n);
	return 8 + n + ndata;
}

/* Parses as a reader of files does: peek, head, map. */
static int parse(struct tensor_map *m, uint64_t size, struct diag *d)
{
	size_t peek = size < FORMAT_PEEK ? (size_t)size : FORMAT_PEEK;
	size_t n = format_head_nbytes(file, peek, size, NULL);
	unsigned char *head = malloc(n + 1);
	int ret;

	if (!head)
		exit(2);
	memcpy(head, file, n);
	ret = format_parse(m, head, n, size, NULL, d);
	free(head);
	return ret;
}

/* The spans as text: offset+nbytes:name:dtype:shape[F][B] each. */
static void spell(const struct tensor_map *m, char *out, size_t cap)
{
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < m->nspan; i++) {
		const struct tensor_span *s = &m->span[i];
		at += (size_t)snprintf(out + at, cap - at, "%s%llu+%llu",
			i ? " " : "", (unsigned long long)s->offset,
			(unsigned long long)s->nbytes);
		if (s->dtype == TENSOR_OPAQUE)
			continue;
		at += (size_t)snprintf(out + at, cap - at, ":%s:%s:", s->name,
			tensor_dtype_info[s->dtype].name);
		for (unsigned k = 0; k < s->ndim; k++)
			at += (size_t)snprintf(out + at, cap - at, "%s%llu",
				k ? "x" : "", (unsigned long long)s->shape[k]);
		at += (size_t)snprintf(out + at, cap - at, "%s%s",
			s->fortran ? "F" : "", s->big_endian ? "B" : "");
	}
}

static void is_map(size_t size, const char *want, const char *what)
{
	struct tensor_map m;
	char got[512];
	struct diag d;

	if (!ok(parse(&m, size, &d) == 0, "%s", what)) {
		printf("# %s: %s\n", d.place, d.text);
		return;
	}
	spell(&m, got, sizeof(got));
	is_text(got, want, "its spans");
	tensor_map_free(&m);
}

static void test_npy(void)
{
	static const char c[] = "{'descr': '<f4', 'fortran_order': False, "
				"'shape': (2, 3), }\n";
	static const char f[] = "{\"shape\":(2L,3L,),\"fortran_order\":True,"
				"\"descr\":\">f8\"}";

	is_map(make_npy(1, c, 24), "0+70 70+24:data:F32:2x3", "version 1");
	is_map(make_npy(2, f, 48), "0+65 65+48:data:F64:2x3FB", "version 2");
	is_map(make_npy(3, c, 30), "0+72 72+24:data:F32:2x3 96+6",
		"version 3, trailing bytes");
	is_map(make_npy(1, "{'descr':'|b1','fortran_order':True,'shape':(4,)}",
		       4),
		"0+59 59+4:data:BOOL:4", "one dimension has one order");
	is_map(make_npy(1, "{'descr':'>u1','fortran_order':False,'shape':()}",
		       1),
		"0+58 58+1:data:U8:", "a scalar; a byte has no order");
	is_map(make_npy(1,
		       "{'descr':'<c16','fortran_order':False,'shape':(2,)}",
		       32),
		"0+61 61+32:data:C128:2", "complex");
	is_map(make_npy(1,
		       "{'descr':[(('t','a'),'<f4'),('','|V4'),"
		       "('b',[('c','>f8',(2,3)),('d','<U2')],(2,))],"
		       "'fortran_order':False,'shape':(2,)}",
		       240),
		"0+128 128+240:data:OTHER:2", "fields, and fields in them");
}

static void test_st(void)
{
	is_map(make_st("{\"b\":{\"dtype\":\"F16\",\"shape\":[2],"
		       "\"data_offsets\":[4,8]},\"a\":{\"dtype\":\"I32\","
		       "\"shape\":[],\"data_offsets\":[0,4]},"
		       "\"__metadata__\":{\"k\":\"v\"}}",
		       8),
		"0+139 139+4:a:I32: 143+4:b:F16:2", "sorted by offset");
	is_map(make_st("{}", 0), "0+10", "no tensors");
	is_map(make_st("{\"e\":{\"dtype\":\"F64\",\"shape\":[0,7],"
		       "\"data_offsets\":[0,0]},\"w\":{\"dtype\":\"F4\","
		       "\"shape\":[4],\"data_offsets\":[0,2]}}",
		       2),
		"0+116 116+0:e:F64:0x7 116+2:w:F4:4",
		"no elements, and half bytes");
}

static void test_refused(void)
{
	struct tensor_map m;
	struct diag d;
	size_t n = make_st("{}", 0);

	ok(parse(&m, n + 1, &d) != 0, "bytes after the last tensor");
	ok(parse(&m, 0, &d) != 0, "an empty file");
	le_store64(file, UINT64_MAX - 3);
	ok(format_head_nbytes(file, 16, UINT64_MAX, NULL) <= 16,
		"a length that overflows asks for nothing");
	ok(parse(&m, 4096, &d) != 0, "and is refused");
	n = make_npy(
		1, "{'descr': '|O', 'fortran_order': False, 'shape': ()}", 64);
	ok(parse(&m, n, &d) != 0 && strstr(d.text, "pickle"), "a pickle");
}

static void test_raw(void)
{
	struct format_hint hint;
	struct tensor_map m;
	struct diag d;

	ok(format_hint_raw(&hint, "F32,2,3", &d) == 0, "f32,2,3");
	ok(format_parse(&m, "", 0, 24, &hint, &d) == 0, "24 bytes fit");
	is_u64(m.span[0].n, 6, "six elements");
	tensor_map_free(&m);
	ok(format_parse(&m, "", 0, 25, &hint, &d) != 0, "25 do not");
	ok(format_hint_raw(&hint, "bf16", &d) == 0, "bf16");
	ok(format_parse(&m, "", 0, 6, &hint, &d) == 0 && m.span[0].n == 3,
		"as many as there are");
	tensor_map_free(&m);
	ok(format_parse(&m, "", 0, INPUT_SIZE_UNKNOWN, &hint, &d) == 0,
		"a pipe");
	tensor_map_free(&m);
	ok(format_hint_raw(&hint, "f32,", &d) != 0, "an empty dimension");
	ok(format_hint_raw(&hint, "", &d) != 0, "no dtype");
	ok(d.class == DIAG_USAGE, "is wrong usage");
}

int main(void)
{
	test_npy();
	test_st();
	test_refused();
	test_raw();
	return tap_done();
}
