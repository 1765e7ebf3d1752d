/* SPDX-License-Identifier: MIT */
/*
 * Pruning against an oracle: thousands of small random files, of every format
 * and order, with ties, zeros, -0, subnormals, infinities and NaN, in
 * odd chunks, on 1 to 8 threads, in one file or in shards.  The oracle sorts.
 * With FULL=1 in the environment there are 100000.  test_prune_large.c makes
 * fewer and larger ones of them.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/le.h"
#include "file/input.h"
#include "file/output.h"
#include "prune/prune_impl.h"
#include "prune_world.h"
#include "tap.h"

#ifndef NCASE
#define NCASE 20000
#endif
#ifdef __SANITIZE_ADDRESS__
#define NCASE_DEFAULT (NCASE / 4)
#else
#define NCASE_DEFAULT NCASE
#endif

static uint64_t rng = 1;

static uint64_t below(uint64_t n)
{
	return tap_random(&rng) % n;
}

/* Files that every case writes anew. */
struct scratch {
	char path[64];
	int fd;
};
#define NSHARD_MAX 3
static struct scratch weights_file[NSHARD_MAX], prev_file;
static struct output out_file[NSHARD_MAX], mask_file;

static void open_scratch(struct scratch *s)
{
	snprintf(s->path, sizeof(s->path), "/tmp/test_prune.XXXXXX");
	s->fd = mkstemp(s->path);
	if (s->fd < 0)
		exit(2);
}

static void open_bytes(
	struct input *in, struct scratch *s, const void *p, size_t n)
{
	struct diag d;

	if (pwrite(s->fd, p, n, 0) != (ssize_t)n ||
		ftruncate(s->fd, (off_t)n) || input_open(in, s->path, &d))
		exit(2);
	in->name = "test";
}

static void open_out(struct output *o)
{
	struct scratch s;
	struct diag d;

	open_scratch(&s);
	close(s.fd);
	if (output_open(o, s.path, NULL, &d))
		exit(2);
	unlink(s.path);
}

static void rewind_out(struct output *o)
{
	o->len = 0;
	o->nbytes = 0;
	if (lseek(o->fd, 0, SEEK_SET))
		exit(2);
}

static size_t read_back(struct output *o, unsigned char *p, size_t cap)
{
	size_t n = o->nbytes < cap ? (size_t)o->nbytes : cap;
	struct input in;
	struct diag d;

	if (output_reread(o, &in, &d) || input_pread(&in, p, n, 0, &d))
		exit(2);
	input_close(&in);
	return n;
}

/* Makes a mask file of the tensors' prev, by hand. */
static void make_prev(struct world *w, struct choice_mask *m)
{
	static unsigned char bytes[4096 + WORLD_NBYTES / 8];
	char text[1024] = "{";
	size_t ntext = 1, at = 0;
	struct input in;
	struct diag d;

	for (size_t t = 0; t < w->ntensor; t++) {
		size_t n = (size_t)(w->tensor[t].span.n + 7) / 8;

		ntext += (size_t)snprintf(text + ntext, sizeof(text) - ntext,
			"%s\"%s\":{\"dtype\":\"U8\",\"shape\":[%zu],"
			"\"data_offsets\":[%zu,%zu]}",
			t ? "," : "", w->tensor[t].name, n, at, at + n);
		at += n;
	}
	text[ntext++] = '}';
	le_store64(bytes, ntext);
	memcpy(bytes + 8, text, ntext);
	ntext += 8;
	for (size_t t = 0; t < w->ntensor; t++) {
		size_t n = (size_t)(w->tensor[t].span.n + 7) / 8;

		memcpy(bytes + ntext, w->tensor[t].prev, n);
		ntext += n;
	}
	open_bytes(&in, &prev_file, bytes, ntext);
	input_close(&in);
	if (choice_mask_open(m, prev_file.path, false, NULL, "/tmp", &d))
		exit(2);
}

/*
 * The same as a byte for each element, in an order that need not be the
 * tensor's.
 */
static struct {
	struct tensor_span span[NTENSOR_MAX];
	struct tensor_file file;
	struct tensor_model model;
	unsigned char bytes[NTENSOR_MAX * N_MAX];
} flags;

static void make_flags(struct world *w)
{
	size_t nbytes = 0;

	for (size_t t = 0; t < w->ntensor; t++) {
		const struct tensor *x = &w->tensor[t];
		struct tensor_span *s = &flags.span[t];
		uint64_t c[N_MAX];

		*s = x->span;
		s->dtype = TENSOR_BOOL;
		s->fortran = s->ndim > 1 && below(2);
		s->offset = nbytes;
		s->nbytes = s->n;
		s->file = 0;
		c_indexes(s, c);
		for (uint64_t i = 0; i < s->n; i++)
			flags.bytes[nbytes++] =
				x->prev[c[i] / 8] >> (c[i] % 8) & 1;
	}
	open_bytes(&flags.file.in, &prev_file, flags.bytes, nbytes);
	flags.model = (struct tensor_model){.file = &flags.file, .nfile = 1};
}

/* All shards one after the other, as they were written. */
static size_t read_shards(size_t nshard, unsigned char *p, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < nshard; i++)
		n += read_back(&out_file[i], p + n, cap - n);
	return n;
}

static bool same_as_oracle(struct world *w, struct prune_file *f)
{
	static unsigned char want[WORLD_NBYTES], got[WORLD_NBYTES];
	static uint8_t mask_want[WORLD_NBYTES];
	struct diag d;
	size_t nmask = oracle_mask(w, mask_want), n;
	struct output *out[NSHARD_MAX];
	bool good;

	oracle_bytes(w, want);
	for (size_t i = 0; i < NSHARD_MAX; i++) {
		out[i] = &out_file[i];
		rewind_out(out[i]);
	}
	rewind_out(&mask_file);
	good = prune_file_write(f, out, f->with_mask ? &mask_file : NULL, &d) ==
	       0;
	if (!good)
		printf("# %s: %s\n", d.place, d.text);
	n = read_shards(f->model->nfile, got, sizeof(got));
	good = good && n == w->nbytes && !memcmp(got, want, n);
	if (!f->with_mask)
		return good;
	n = read_back(&mask_file, got, sizeof(got));
	good = good && n == 8 + le_load64(got) + nmask && n % 8 == nmask % 8 &&
	       !memcmp(got + n - nmask, mask_want, nmask);
	return good;
}

/* Cuts the file between spans into FILE[], at most NSHARD_MAX; how many. */
static size_t open_shards(struct world *w, struct tensor_file *file)
{
	size_t nshard = 0, at = 0, begin = 0;

	while (at < w->map.nspan) {
		size_t left = w->map.nspan - at, first = at, end;
		struct tensor_file *f = &file[nshard];

		at += nshard + 1 < NSHARD_MAX ? 1 + (size_t)below(left) : left;
		end = at < w->map.nspan ? (size_t)w->span[at].offset
					: w->nbytes;
		for (size_t i = first; i < at; i++) {
			w->span[i].offset -= begin;
			w->span[i].file = (unsigned)nshard;
		}
		f->map.span = w->span + first;
		f->map.nspan = at - first;
		open_bytes(&f->in, &weights_file[nshard++], w->bytes + begin,
			end - begin);
		begin = end;
	}
	return nshard;
}

static void aim(struct world *w, struct choice_target *target)
{
	target->ratio.q = 1 + below(40);
	target->ratio.p = below(target->ratio.q + 1);
	if (w->global)
		oracle_group(w, 0, w->ntensor, target);
	for (size_t t = 0; !w->global && t < w->ntensor; t++)
		oracle_group(w, t, t + 1, target);
}

static void set_up(struct world *w, struct prune_file *f)
{
	prune_file_init(f);
	f->job = w->job;
	f->njob = w->ntensor;
	f->nthread = below(8) ? 1 : 1 + (unsigned)below(8);
	f->chunk_nelem = 8 * (1 + below(12));
	f->gather_max = below(2) ? below(12) : 1000;
	f->guess_min = below(2) ? below(99) : PRUNE_GUESS_MIN;
	f->mem_nbytes = below(3) ? below(25 * N_MAX) : 0;
	f->with_mask = below(4);
	f->by_row = w->by_row;
}

/* What is pruned already, as bits or as bytes; *M needs closing. */
static bool set_prev(struct world *w, struct prune_file *f,
	struct choice_mask *m, bool as_flags)
{
	struct diag d;
	bool good = true;

	f->prev = m;
	if (as_flags) {
		make_flags(w);
		*m = choice_mask_of(&flags.model);
	} else {
		make_prev(w, m);
	}
	for (size_t t = 0; t < w->ntensor; t++)
		if (as_flags)
			w->job[t].mask = &flags.span[t];
		else
			good &= choice_mask_find(m, w->job[t].span,
					&w->job[t].mask, &d) == 0;
	return good;
}

static bool one_case(struct world *w)
{
	struct choice_target target = {.kind = CHOICE_BY_SPARSITY};
	struct choice_mask prev = {0};
	struct prune_file f;
	struct tensor_file file[NSHARD_MAX] = {0};
	struct tensor_model model = {.name = "test", .file = file};
	struct diag d;
	bool good = true, as_flags = below(2);

	make_world(w);
	w->turned = below(4) == 0;
	w->by_row = !w->global && below(3) == 0;
	aim(w, &target);
	model.nfile = open_shards(w, file);
	set_up(w, &f);
	f.model = &model;
	for (size_t t = 0; t < w->ntensor; t++) {
		struct prune_job *job = &w->job[t];

		job->by_target = true;
		select_view_init(&job->view, job->span, w->ties, w->seed);
		if (select_integers(job->span->dtype))
			select_view_zero(&job->view, w->tensor[t].zero);
		job->view.nan = w->nan;
		job->view.keep_negzero = w->keep_negzero;
	}
	if (w->with_prev)
		good = set_prev(w, &f, &prev, as_flags);
	if (w->turned)
		prune_file_turn(&f);
	good = good && prune_file_decide(&f, &target, w->global, &d) == 0 &&
	       same_as_oracle(w, &f) &&
	       prune_file_verify(&f, &target, w->global, &d) == 0;
	prune_file_free(&f);
	if (w->with_prev && as_flags)
		input_close(&flags.file.in);
	else if (w->with_prev)
		choice_mask_close(&prev);
	for (size_t i = 0; i < model.nfile; i++)
		input_close(&file[i].in);
	return good;
}

static void test_random(unsigned ncase)
{
	static struct world w;
	unsigned nbad = 0;

	for (unsigned i = 0; i < ncase; i++) {
		rng = i;
		if (one_case(&w))
			continue;
		if (nbad++ < 5)
			printf("# case %u: ntensor %zu global %d row %d prev "
			       "%d turned %d ties %d nan %d\n",
				i, w.ntensor, w.global, w.by_row, w.with_prev,
				w.turned, w.ties, w.nan);
	}
	ok(nbad == 0, "%u random files are pruned as by sorting", ncase);
}

int main(void)
{
	const char *full = getenv("FULL");

	world_integers = true;
	for (size_t i = 0; i < NSHARD_MAX; i++) {
		open_scratch(&weights_file[i]);
		open_out(&out_file[i]);
	}
	open_scratch(&prev_file);
	open_out(&mask_file);
	test_random(full && *full ? 5 * NCASE : NCASE_DEFAULT);
	for (size_t i = 0; i < NSHARD_MAX; i++) {
		unlink(weights_file[i].path);
		output_abort(&out_file[i]);
	}
	output_abort(&mask_file);
	unlink(prev_file.path);
	return tap_done();
}
