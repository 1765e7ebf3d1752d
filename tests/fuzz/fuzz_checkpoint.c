/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the entries of a checkpoint's index, with the checksums that
 * they need, beside a shard; those that begin with 0xff as a table.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/le.h"
#include "fuzz_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define N_MAX ((size_t)1 << 12)

static char name[64]; /* without its end */
static int index_fd = -1;

static void make_files(void)
{
	static const char *const ends[] = {".index", ".data-00000-of-00001"};
	char path[128];

	snprintf(name, sizeof(name), "/dev/shm/fuzz_checkpoint.%ld",
		(long)getpid());
	for (size_t i = 2; i-- > 0;) {
		snprintf(path, sizeof(path), "%s%s", name, ends[i]);
		index_fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
		if (index_fd < 0)
			abort();
		if (i && ftruncate(index_fd, 64))
			abort();
	}
}

static void remove_files(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s.index", name);
	unlink(path);
	snprintf(path, sizeof(path), "%s.data-00000-of-00001", name);
	unlink(path);
}

/* Appends a block of what is at P[*at..) up to P + END. */
static size_t seal(uint8_t *p, size_t begin, size_t end)
{
	le_store32(p + end, 0);
	le_store32(p + end + 4, 1);
	p[end + 8] = 0;
	le_store32(p + end + 9,
		crc32c_mask(crc32c_add(0, p + begin, end + 9 - begin)));
	return end + 13;
}

static size_t put_varint(uint8_t *p, size_t at, size_t x)
{
	for (; x >= 0x80; x >>= 7)
		p[at++] = (uint8_t)(x | 0x80);
	p[at++] = (uint8_t)x;
	return at;
}

/* A table whose one block has the header and DATA. */
static size_t make_table(uint8_t *p, const uint8_t *data, size_t n)
{
	static const uint8_t header[] = "\0\0\6\x08\1\x1a\2\x08\1";
	size_t at = sizeof(header) - 1, top, handle;

	memcpy(p, header, at);
	memcpy(p + at, data, n);
	at = top = seal(p, 0, at + n);
	memcpy(p + at, "\0\1\4~", 4);
	handle = put_varint(p, at + 4, 0);
	handle = put_varint(p, handle, top - 5);
	p[at + 2] = (uint8_t)(handle - at - 4);
	at = seal(p, top, handle);
	memset(p + at, 0, 48);
	handle = put_varint(p, put_varint(p, at, 0), 0);
	handle = put_varint(p, handle, top);
	put_varint(p, handle, at - top - 5);
	le_store64(p + at + 40, UINT64_C(0xdb4775248b80fb57));
	return at + 48;
}

static int ignore(void *ctx, const struct format_table_entry *e, struct diag *d)
{
	size_t *n = ctx;

	(void)d;
	for (size_t i = 0; i < e->nkey; i++)
		*n += (unsigned char)e->key[i];
	for (size_t i = 0; i < e->nvalue; i++)
		*n += e->value[i];
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static uint8_t file[N_MAX + 256];
	struct tensor_model m;
	struct diag d = {0};
	size_t sum = 0;

	if (n && data[0] == 0xff) {
		check_model(data + 1, n - 1);
		format_table_each(data + 1, n - 1, ignore, &sum, &d);
		return 0;
	}
	if (n > N_MAX)
		return 0;
	if (index_fd < 0) {
		make_files();
		atexit(remove_files);
	}
	n = make_table(file, data, n);
	if (pwrite(index_fd, file, n, 0) != (ssize_t)n ||
		ftruncate(index_fd, (off_t)n))
		abort();
	if (model_open(&m, name, NULL, "/dev/shm", &d)) {
		if (d.class == DIAG_NONE || !*d.text)
			abort();
		return 0;
	}
	for (size_t i = 0; i < m.nfile; i++)
		check_file(&m.file[i]);
	for (size_t i = 0; i < m.ntensor; i++)
		check_tensor(&m, m.tensor[i]);
	tensor_model_close(&m);
	return 0;
}
