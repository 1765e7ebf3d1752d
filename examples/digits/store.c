/* SPDX-License-Identifier: MIT */
/*
 * Weights as safetensors: eight bytes of header length, a JSON header, the
 * values.  The architecture fixes the header, so ours is written from a table
 * and compared byte for byte when read; pruning keeps headers as they are.
 * Masks come from elsewhere, hence the small scanner for their header.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "mlp.h"

enum {
	HEADER_MAX = 1024,
	MASK_MAX = 1 << 16, /* a mask file is about MLP_NPARAMS / 8 bytes */
	WEIGHT_NBYTES = 4 * MLP_NPARAMS,
};

_Static_assert(sizeof(float) == 4, "weights are written as they are in memory");
_Static_assert(MASK_MAX > MLP_NPARAMS / 8 + 4096, "a mask fits");

__attribute__((format(printf, 2, 3))) static int fail(
	struct store_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

/* The header with its length in front; returns its size in bytes. */
static size_t make_header(unsigned char out[HEADER_MAX])
{
	char *text = (char *)out + 8, shape[32];
	size_t n = 0;

	for (int i = 0; i < MLP_TENSORS; i++) {
		const struct mlp_tensor *t = &mlp_tensors[i];

		snprintf(shape, sizeof(shape), t->cols ? "%d,%d" : "%d",
			t->rows, t->cols);
		n += (size_t)snprintf(text + n, HEADER_MAX - 8 - n,
			"%c\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],"
			"\"data_offsets\":[%zu,%zu]}",
			i ? ',' : '{', t->name, shape, 4 * t->offset,
			4 * (t->offset + t->count));
	}
	text[n++] = '}';
	while (n % 8)
		text[n++] = ' ';
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)((uint64_t)n >> 8 * i);
	return 8 + n;
}

/* Reads at most SIZE bytes of PATH; a longer file gives SIZE. */
static int slurp(const char *path, void *out, size_t size, size_t *nbytes_ret,
	struct store_error *err)
{
	FILE *f = fopen(path, "rb");
	int bad;

	if (!f)
		return fail(err, "%s: %s", path, strerror(errno));
	*nbytes_ret = fread(out, 1, size, f);
	bad = ferror(f) ? errno : 0;
	fclose(f);
	return bad ? fail(err, "%s: %s", path, strerror(bad)) : 0;
}

int store_load(
	const char *path, float values[MLP_NPARAMS], struct store_error *err)
{
	static unsigned char file[HEADER_MAX + WEIGHT_NBYTES + 1];
	unsigned char header[HEADER_MAX];
	size_t head = make_header(header), nbytes = 0;

	if (slurp(path, file, sizeof(file), &nbytes, err))
		return -1;
	if (nbytes < head || memcmp(file, header, head) != 0)
		return fail(err,
			"%s: the header is not the one that --save writes; "
			"expected fc1 to fc3 of %d-%d-%d-%d in F32",
			path, MLP_INPUTS, MLP_HIDDEN1, MLP_HIDDEN2,
			MLP_CLASSES);
	if (nbytes != head + WEIGHT_NBYTES)
		return fail(err, "%s: %s %zu bytes; expected exactly %zu", path,
			nbytes > head + WEIGHT_NBYTES ? "more than" : "found",
			nbytes > head + WEIGHT_NBYTES ? nbytes - 1 : nbytes,
			head + WEIGHT_NBYTES);
	memcpy(values, file + head, WEIGHT_NBYTES);
	return 0;
}

int store_save(const char *path, const float values[MLP_NPARAMS],
	struct store_error *err)
{
	unsigned char header[HEADER_MAX];
	size_t head = make_header(header);
	FILE *f = fopen(path, "wb");
	struct stat st;
	bool ok, ours;

	if (!f)
		return fail(err, "%s: %s", path, strerror(errno));
	ours = fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode);
	ok = fwrite(header, 1, head, f) == head &&
	     fwrite(values, 4, MLP_NPARAMS, f) == MLP_NPARAMS;
	if (fclose(f) == 0 && ok)
		return 0;
	fail(err, "%s: %s", path, strerror(errno));
	if (ours) /* a device stays where it is */
		remove(path);
	return -1;
}

/* A cursor in JSON text; every function steps over what it returns. */
struct scan {
	const char *at, *end;
};

static bool eat(struct scan *s, char c)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) && *s->at)
		s->at++;
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* A string, escapes left as they are, cut to fit OUT. */
static bool string(struct scan *s, char out[32])
{
	size_t n = 0;

	if (!eat(s, '"'))
		return false;
	while (s->at < s->end && *s->at != '"') {
		int unit = *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;

		for (; unit > 0; unit--, s->at++)
			if (n < 31)
				out[n++] = *s->at;
	}
	out[n] = '\0';
	return eat(s, '"');
}

/* [1,2,...]: keeps the first two and their count. */
static bool numbers(struct scan *s, size_t out[2], int *count_ret)
{
	*count_ret = 0;
	if (!eat(s, '['))
		return false;
	if (eat(s, ']'))
		return true;
	do {
		size_t v = 0;
		int digits = 0;

		while (eat(s, ' '))
			;
		for (; s->at < s->end && *s->at >= '0' && *s->at <= '9';
			s->at++, digits++)
			v = 10 * v + (size_t)(*s->at - '0');
		if (digits < 1 || digits > 9)
			return false;
		if (*count_ret < 2)
			out[*count_ret] = v;
		++*count_ret;
	} while (eat(s, ','));
	return eat(s, ']');
}

/* One member's value: of __metadata__ strings, of a tensor its three keys. */
static bool entry(struct scan *s, char dtype[32], size_t offsets[2])
{
	char key[32], ignored[32];
	size_t shape[2];
	int count;

	dtype[0] = '\0';
	offsets[0] = offsets[1] = 0;
	if (!eat(s, '{'))
		return false;
	if (eat(s, '}'))
		return true;
	do {
		bool ok = string(s, key) && eat(s, ':');

		if (ok && strcmp(key, "dtype") == 0)
			ok = string(s, dtype);
		else if (ok && strcmp(key, "shape") == 0)
			ok = numbers(s, shape, &count);
		else if (ok && strcmp(key, "data_offsets") == 0)
			ok = numbers(s, offsets, &count) && count == 2;
		else
			ok = ok && string(s, ignored);
		if (!ok)
			return false;
	} while (eat(s, ','));
	return eat(s, '}');
}

static const struct mlp_tensor *find(const char *name)
{
	for (int i = 0; i < MLP_TENSORS; i++)
		if (strcmp(mlp_tensors[i].name, name) == 0)
			return &mlp_tensors[i];
	return NULL;
}

static int unpack(const char *path, const struct mlp_tensor *t,
	const unsigned char *bits, size_t nbytes, unsigned char *keep,
	struct store_error *err)
{
	if (nbytes != (t->count + 7) / 8)
		return fail(err,
			"%s:%s: found %zu bytes of mask; expected %zu, "
			"a bit per weight",
			path, t->name, nbytes, (t->count + 7) / 8);
	for (size_t i = 0; i < t->count; i++)
		keep[t->offset + i] = bits[i / 8] >> i % 8 & 1;
	return 0;
}

int store_load_mask(const char *path, unsigned char keep[MLP_NPARAMS],
	struct store_error *err)
{
	static unsigned char file[MASK_MAX];
	char name[32], dtype[32];
	size_t nbytes = 0, head = 0, offsets[2];
	struct scan s;

	if (slurp(path, file, sizeof(file), &nbytes, err))
		return -1;
	for (int i = 0; i < 8 && nbytes >= 8; i++)
		head |= (size_t)file[i] << 8 * i;
	if (nbytes == sizeof(file) || nbytes < 8 || head > nbytes - 8)
		return fail(err, "%s: not a safetensors mask of this network",
			path);
	s = (struct scan){(char *)file + 8, (char *)file + 8 + head};
	nbytes -= 8 + head;
	memset(keep, 1, MLP_NPARAMS);
	if (!eat(&s, '{'))
		return fail(err, "%s: the header is not JSON", path);
	if (eat(&s, '}'))
		return 0;
	do {
		const struct mlp_tensor *t;

		if (!string(&s, name) || !eat(&s, ':') ||
			!entry(&s, dtype, offsets))
			return fail(err, "%s: the header is malformed", path);
		if (strcmp(name, "__metadata__") == 0)
			continue;
		t = find(name);
		if (!t || strcmp(dtype, "U8") != 0)
			return fail(err,
				"%s:%s: found %s; expected a U8 tensor "
				"named as in the weights",
				path, name, t ? dtype : "an unknown name");
		if (offsets[0] > offsets[1] || offsets[1] > nbytes)
			return fail(err, "%s:%s: lies outside the file", path,
				name);
		if (unpack(path, t, (unsigned char *)s.end + offsets[0],
			    offsets[1] - offsets[0], keep, err))
			return -1;
	} while (eat(&s, ','));
	return eat(&s, '}') ? 0
			    : fail(err, "%s: the header is malformed", path);
}
