/* SPDX-License-Identifier: MIT */
/*
 * Files of the real writers, whole, cut at every byte and damaged at every
 * byte: what is read is never anything but the first of what was written, and
 * damage is told with its place.
 */
#include "event/event.h"

#include <stdlib.h>

#include "../fuzz/fuzz_input.h"
#include "base/crc32c.h"
#include "event/event_impl.h"
#include "tap.h"

struct bytes {
	unsigned char *p;
	size_t n;
};

static struct bytes load(const char *path)
{
	struct bytes b = {0};
	FILE *f = fopen(path, "rb");

	if (!f)
		return b;
	fseek(f, 0, SEEK_END);
	b.n = (size_t)ftell(f);
	rewind(f);
	b.p = malloc(b.n);
	if (!b.p || fread(b.p, 1, b.n, f) != b.n)
		abort();
	fclose(f);
	return b;
}

/* What a file tells: a hash of the first N scalars for each N. */
struct told {
	uint64_t hash[8192];
	size_t n;
	int status;
	uint64_t ncut;
	struct diag d;
};

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ c[i]) * 0x100000001b3;
	return h;
}

static void read_all(const unsigned char *p, size_t n, struct told *t)
{
	struct input in = fuzz_input(0, p, n);
	enum event_format format = event_format(p, n);
	struct event_reader *r;
	struct event e;
	uint64_t h = 1;

	t->n = 0;
	t->d = (struct diag){0};
	if (event_open(&r, &in, format, &t->d))
		abort();
	while ((t->status = event_next(r, &e, &t->d)) > 0) {
		h = mix(h, &e.step, sizeof(e.step));
		h = mix(h, &e.value, sizeof(e.value));
		if (e.ntag)
			h = mix(h, e.tag, e.ntag);
		t->hash[t->n++] = h;
	}
	t->ncut = event_ncut(r);
	event_close(r);
	input_close(&in);
}

static bool is_first_of(const struct told *t, const struct told *all)
{
	return t->n <= all->n &&
	       (t->n == 0 || t->hash[t->n - 1] == all->hash[t->n - 1]);
}

static struct told all, part;

static void check_cuts(const char *name, struct bytes b, size_t stride)
{
	size_t nbad = 0, before = 0;

	for (size_t n = EVENT_HEAD; n < b.n; n += stride) {
		read_all(b.p, n, &part);
		nbad += part.status != 0 || !is_first_of(&part, &all) ||
			part.n < before;
		before = part.n;
	}
	ok(nbad == 0, "%s: cut anywhere, its first scalars are read", name);
}

static void check_damage(const char *name, struct bytes b, size_t stride)
{
	size_t nbad = 0, nfound = 0, n = 0;

	for (size_t i = EVENT_HEAD; i < b.n; i += stride, n++) {
		b.p[i] ^= (unsigned char)(1 << i % 8);
		read_all(b.p, b.n, &part);
		nfound += part.status < 0;
		nbad += !is_first_of(&part, &all) ||
			(part.status == 0 && part.n != all.n) ||
			(part.status < 0 && (part.d.class != DIAG_DATA ||
						    strtoull(part.d.place + 5,
							    NULL, 10) > i));
		b.p[i] ^= (unsigned char)(1 << i % 8);
	}
	ok(nbad == 0, "%s: damage anywhere never changes a scalar", name);
	/* But in the filling at the ends of blocks. */
	ok(nfound + (stride > 1 ? 10 : 0) >= n, "%s: and is found (%zu of %zu)",
		name, nfound, n);
}

static void check(const char *name, size_t nscalar, size_t stride)
{
	char path[64];
	struct bytes b;

	snprintf(path, sizeof(path), "tests/events/%s", name);
	b = load(path);
	if (!ok(b.n > 0, "%s is there", path))
		return;
	read_all(b.p, b.n, &all);
	ok(all.status == 0 && all.ncut == 0, "%s is read to its end", name);
	is_u64(all.n, nscalar, name);
	check_cuts(name, b, stride);
	check_damage(name, b, stride);
	free(b.p);
}

/* A length that nothing can hold, with the right CRC, is a file that is cut. */
static void check_length(void)
{
	unsigned char head[16] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
	uint32_t crc = crc32c_add(0, head, 8);

	crc = (crc >> 15 | crc << 17) + 0xa282ead8u;
	for (int i = 0; i < 4; i++)
		head[8 + i] = (unsigned char)(crc >> 8 * i);
	read_all(head, sizeof(head), &part);
	ok(part.status == 0 && part.ncut == sizeof(head),
		"a length of 2^63 takes no memory");
}

int main(void)
{
	is_u64(crc32c_add(0, "123456789", 9), 0xe3069283, "CRC-32C");
	is_u64(crc32c_add(crc32c_add(0, "1234", 4), "56789", 5), 0xe3069283,
		"CRC-32C in two parts");
	check("tensorboardX.tfevents", 65, 1);
	check("torch.tfevents", 65, 7);
	check("tensors.tfevents", 144, 1);
	check("restart.tfevents", 26, 1);
	check("offline.wandb", 599, 97);
	check_length();
	return tap_done();
}
