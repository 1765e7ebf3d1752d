/* SPDX-License-Identifier: MIT */
/*
 * A model in the making: tensors in any order, some on the same bytes, some
 * copied to the spool, and spans that tile each file.
 */
#include <stdlib.h>
#include <unistd.h>

#include "file/unnamed.h"
#include "model/model_impl.h"
#include "tap.h"

/* A file with the bytes 0, 1, 2, ... */
static struct input numbers(size_t n)
{
	int fd = unnamed_temporary("/tmp");
	struct input in;
	struct diag d;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)i;

		if (write(fd, &c, 1) != 1)
			exit(2);
	}
	if (lseek(fd, 0, SEEK_SET) || input_open_fd(&in, fd, "numbers", &d))
		exit(2);
	return in;
}

static struct tensor_span bytes(const char *name, uint64_t at, uint64_t *n)
{
	return (struct tensor_span){.name = name,
		.dtype = TENSOR_U8,
		.offset = at,
		.nbytes = *n,
		.ndim = 1,
		.shape = n};
}

/* NAME@FILE:OFFSET+NBYTES, with a '*' where it may not be changed. */
static void spell(const struct tensor_model *m, char *out, size_t cap)
{
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];

		at += (size_t)snprintf(out + at, cap - at,
			"%s%s%s@%zu:%llu+%llu", i ? " " : "", s->name,
			tensor_in_place(m, s) ? "" : "*", s->file,
			(unsigned long long)s->offset,
			(unsigned long long)s->nbytes);
	}
}

/* Spans of file I as OFFSET+NBYTES, opaque ones in brackets. */
static void spell_file(
	const struct tensor_model *m, size_t file, char *out, size_t cap)
{
	const struct tensor_map *map = &m->file[file].map;
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < map->nspan; i++) {
		const struct tensor_span *s = &map->span[i];
		bool opaque = s->dtype == TENSOR_OPAQUE;

		at += (size_t)snprintf(out + at, cap - at, "%s%s%llu+%llu%s",
			i ? " " : "", opaque ? "[" : "",
			(unsigned long long)s->offset,
			(unsigned long long)s->nbytes, opaque ? "]" : "");
	}
}

static void find_all(struct model_build *b)
{
	static const struct {
		const char *name;
		uint64_t at, n;
	} found[] = {
		{"last", 30, 10},
		{"first", 5, 10},
		{"again", 5, 10},
		{"part", 7, 3},
		{"none", 20, 0},
	};
	struct diag d;

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		uint64_t n = found[i].n;
		struct tensor_span s = bytes(found[i].name, found[i].at, &n);

		ok(tensor_add(&b->found, &s, &d) == 0, "%s", s.name);
	}
}

static void spool_one(struct model_build *b, const char *name, uint64_t n)
{
	struct tensor_span s = bytes(name, 0, &n);
	unsigned char p[3];
	struct diag d;

	ok(model_build_pread(b, 0, p, sizeof(p), 2, &d) == 0, "read");
	ok(model_spool_begin(b, &s, &d) == 0 &&
			model_spool_put(b, p, (size_t)n, &d) == 0 &&
			tensor_add(&b->found, &s, &d) == 0,
		"spool %s", name);
}

static void test_build(void)
{
	struct tensor_model m = {.name = "numbers"};
	struct model_build b = {.m = &m, .tmpdir = "/tmp", .spool = -1};
	struct tensor_seal seal = {.offset = 5, .nbytes = 10};
	char got[400];
	unsigned char p[3];
	struct diag d;

	m.file = calloc(1, sizeof(*m.file));
	if (!m.file)
		exit(2);
	m.file[m.nfile++].in = numbers(50);
	m.file[0].map.format = TENSOR_FORMAT_NPZ;
	find_all(&b);
	spool_one(&b, "x", 1);
	spool_one(&b, "y", 3);
	ok(model_build_pread(&b, 0, p, 3, 48, &d) < 0 && !*d.place,
		"past the end: %s", d.text);
	ok(tensor_add_seal(&m.file[0].map, &seal, &d) == 0, "a seal");
	ok(model_build_finish(&b, &d) == 0, "finish");
	model_build_free(&b);
	spell(&m, got, sizeof(got));
	is_text(got,
		"last@0:30+10 first@0:5+10 again*@0:5+10 part*@0:7+3 "
		"none*@0:20+0 x*@1:0+1 y*@1:1+3",
		"in the order of the document, each where it is");
	spell_file(&m, 0, got, sizeof(got));
	is_text(got, "[0+5] 5+10 [15+15] 30+10 [40+10]", "the file is tiled");
	spell_file(&m, 1, got, sizeof(got));
	is_text(got, "0+1 1+3", "the spool holds tensors alone");
	ok(input_pread(tensor_input(&m, m.tensor[6]), p, 3, m.tensor[6]->offset,
		   &d) == 0 &&
			!memcmp(p, "\2\3\4", 3),
		"and their bytes");
	is_u64(m.file[0].map.nseal, 1, "a seal is kept");
	is_u64(tensor_model_nbytes(&m), 54, "bytes in all");
	tensor_model_close(&m);
}

static void test_take(void)
{
	struct tensor_model m;
	struct input in = numbers(50);
	struct diag d;

	ok(model_take(&m, &in, NULL, "/tmp", &d) < 0 && d.class == DIAG_DATA &&
			strcmp(d.place, "numbers") == 0,
		"%s: %s", d.place, d.text);
}

int main(void)
{
	test_build();
	test_take();
	return tap_done();
}
