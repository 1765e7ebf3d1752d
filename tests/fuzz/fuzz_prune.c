/* SPDX-License-Identifier: MIT */
/*
 * Pruning.  After an even first byte the rest draws a small file, a mask and a
 * target, and what is decided and done must be what sorting gives.  After an
 * odd one it is a target and patterns, a weight file and a mask as bytes, whose
 * tensors, whatever they are, lose just as many weights as asked for.
 */
#include "../unit/prune_world.h"
#include "base/le.h"
#include "base/pattern.h"
#include "fuzz_input.h"
#include "model/model.h"
#include "prune/prune_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t *draw;
static size_t ndraw;
static uint64_t rng;

/* The next bytes; random numbers when they are used up. */
static uint64_t below(uint64_t n)
{
	uint64_t x = 0;

	if (!ndraw)
		return tap_random(&rng) % n;
	for (uint64_t left = n - 1; ndraw && left; left >>= 8, ndraw--)
		x = x << 8 | *draw++;
	return x % n;
}

/* Where scores decide, a bit for each weight of R, prepared, stands for the
 * cut.
 */
static void mark(const struct prune_file *f, const struct prune_job *job,
	struct select_run *r, struct select_result *result)
{
	static uint64_t score[N_MAX];
	static uint8_t bits[N_MAX / 8 + 1];
	struct diag d;

	if (choice_score_read(f->score, &job->view, job->score, r, score, &d))
		abort();
	r->score = score;
	if (prune_bits(f, job, r, NULL, bits))
		abort();
	r->score = NULL;
	r->prev = bits;
	select_drop(&job->view, r, result);
}

/* Does to each tensor what its job says, and compares with the oracle. */
static void check_bytes(const struct prune_file *f, struct world *w)
{
	static unsigned char want[1 << 14];
	static uint8_t prev[N_MAX / 8 + 1], keep[N_MAX / 8 + 1];
	static unsigned char wide[N_MAX * 8];
	const struct select_cut none = {0};

	oracle_bytes(w, want);
	for (size_t t = 0; t < w->ntensor; t++) {
		struct tensor *x = &w->tensor[t];
		struct prune_job *job = &w->job[t];
		struct select_result result = {0};
		struct select_run run = {.p = w->bytes + x->span.offset,
			.n = (size_t)x->span.n,
			.prev = job->mask ? prev : NULL};

		memset(prev, 0, sizeof(prev));
		for (size_t i = 0; i < run.n; i++)
			if (!x->elem[i].gone)
				prev[x->elem[i].at / 8] |=
					(uint8_t)(1u << x->elem[i].at % 8);
		if (select_view_is_wide(&job->view)) {
			run.stored = run.p;
			run.p = wide;
		}
		select_prepare(&job->view, &run, &result);
		if (job->view.scored)
			mark(f, job, &run, &result);
		select_apply(&job->view, &run,
			job->view.scored ? none : job->cut, keep, &result);
		if (result.npruned != job->result.npruned)
			abort();
		for (size_t i = 0; i < run.n; i++)
			if (select_bit(keep, x->elem[i].at) ==
				x->elem[i].pruned)
				abort();
	}
	if (memcmp(want, w->bytes, w->nbytes) != 0)
		abort();
}

/* A mask file of the tensors' prev, by hand. */
static size_t make_mask(const struct world *w, uint8_t *bytes, size_t cap)
{
	char *text = (char *)bytes + 8;
	size_t ntext = 1, at = 0;

	text[0] = '{';
	for (size_t t = 0; t < w->ntensor; t++) {
		size_t n = (size_t)(w->tensor[t].span.n + 7) / 8;

		ntext += (size_t)snprintf(text + ntext, cap - 8 - ntext,
			"%s\"%s\":{\"dtype\":\"U8\",\"shape\":[%zu],"
			"\"data_offsets\":[%zu,%zu]}",
			t ? "," : "", w->tensor[t].name, n, at, at + n);
		at += n;
	}
	text[ntext++] = '}';
	le_store64(bytes, ntext);
	ntext += 8;
	for (size_t t = 0; t < w->ntensor; t++) {
		size_t n = (size_t)(w->tensor[t].span.n + 7) / 8;

		memcpy(bytes + ntext, w->tensor[t].prev, n);
		ntext += n;
	}
	return ntext;
}

static void decide(
	struct prune_file *f, const struct choice_target *t, bool global)
{
	struct diag d;

	if (prune_file_decide(f, t, global, &d) ||
		prune_file_write(f, NULL, NULL, &d) ||
		prune_file_verify(f, t, global, &d))
		abort();
}

static void fuzz_world(void)
{
	static struct world w;
	static uint8_t bytes[4096];
	struct choice_target target = {.kind = CHOICE_BY_SPARSITY};
	struct choice_mask prev;
	struct prune_file f;
	struct tensor_file file = {0};
	const struct tensor_model model = {
		.name = "fuzz", .file = &file, .nfile = 1};
	struct diag d;

	make_world(&w);
	target.ratio.q = 1 + below(40);
	target.ratio.p = below(target.ratio.q + 1);
	if (w.global)
		oracle_group(&w, 0, w.ntensor, &target);
	for (size_t t = 0; !w.global && t < w.ntensor; t++)
		oracle_group(&w, t, t + 1, &target);
	file.in = fuzz_input(0, w.bytes, w.nbytes);
	file.map = w.map;
	if (w.with_prev && choice_mask_open(&prev,
				   fuzz_path(1, bytes,
					   make_mask(&w, bytes, sizeof(bytes))),
				   false, NULL, "/tmp", &d))
		abort();
	prune_file_init(&f);
	f.model = &model;
	f.job = w.job;
	f.njob = w.ntensor;
	f.nthread = 1;
	f.chunk_nelem = 8 * (1 + below(12));
	f.gather_max = below(4) ? below(12) : 1000;
	f.mem_nbytes = below(2) ? 2000 : 0;
	f.with_mask = true;
	for (size_t t = 0; t < w.ntensor; t++) {
		struct prune_job *job = &w.job[t];

		job->by_target = true;
		select_view_init(&job->view, job->span, w.ties, w.seed);
		job->view.nan = w.nan;
		job->view.keep_negzero = w.keep_negzero;
		if (w.with_prev &&
			choice_mask_find(&prev, job->span, &job->mask, &d))
			abort();
	}
	if (w.with_prev)
		f.prev = &prev;
	decide(&f, &target, w.global);
	check_bytes(&f, &w);
	if (w.with_prev)
		choice_mask_close(&prev);
	input_close(&file.in);
}

/* What the head of a case in bytes says. */
struct request {
	struct choice_target target;
	struct choice choice;
	bool global, values;
	enum select_ties ties;
	enum select_nan nan;
	uint16_t nmask; /* bytes of the mask, at the end; 0: none */
};

#define HEAD_NBYTES 16

static void read_request(struct request *r, const uint8_t *p)
{
	static const char *const pattern[] = {"*", "a", "re:.*bias$", "[a-m]*"};
	static struct pattern *compiled[4], *include, *exclude, *only;
	struct diag d;
	double threshold;
	float f;
	uint32_t bits = le_load32(p + 4);

	memcpy(&f, &bits, sizeof(f));
	threshold = fabs((double)f);
	for (size_t i = 0; i < 4; i++)
		if (!compiled[i] &&
			pattern_compile(&compiled[i], pattern[i], &d))
			abort();
	include = compiled[p[1] & 3];
	exclude = compiled[p[1] >> 2 & 3];
	only = compiled[p[1] >> 4 & 3];
	*r = (struct request){
		.target = {.kind = (enum choice_target_kind)(p[0] % 5),
			.ratio = {.p = p[8], .q = (uint64_t)p[8] + p[9] + 1},
			.count = p[10],
			.threshold = isnan(threshold) ? 1 : threshold},
		.choice = {.include = {&include, p[2] & 1},
			.exclude = {&exclude, p[2] >> 1 & 1},
			.only = {&only, p[2] >> 2 & 1}},
		.global = p[2] & 8,
		.values = p[2] & 16,
		.ties = (enum select_ties)(p[3] % 5),
		.nan = (enum select_nan)(p[3] / 5 % 3),
		.nmask = le_load16(p + 12)};
}

/* The jobs that R and PREV (NULL: none) make of MAP.  Returns 0, or -1. */
static int choose(struct prune_file *f, const struct request *r)
{
	struct diag d;

	for (size_t i = 0; i < f->model->ntensor; i++) {
		const struct tensor_span *s = f->model->tensor[i];
		struct prune_job job = {.span = s,
			.by_target = r->target.kind != CHOICE_BY_NOTHING};

		if (!select_format(s->dtype) || !tensor_in_place(f->model, s) ||
			choice_decide(&r->choice, f->model->format, s) !=
				CHOICE_YES)
			continue;
		if (f->prev && choice_mask_find(f->prev, s, &job.mask, &d))
			return -1;
		if (!job.by_target && !job.mask)
			continue;
		select_view_init(&job.view, s, r->ties, 0);
		job.view.nan = r->nan;
		f->job[f->njob++] = job;
	}
	choice_unused(&r->choice, f->model);
	return 0;
}

/* A mask's own view of the weights, which need not agree with its zeros. */
static void ask_mask(const struct prune_file *f)
{
	uint64_t n, first;
	struct diag d;

	for (size_t i = 0; i < f->njob; i++) {
		const struct prune_job *job = &f->job[i];

		if (!job->mask)
			continue;
		if (choice_mask_count(f->prev, job->mask, job->span, &n, &d) ||
			n > job->span->n)
			abort();
		choice_mask_alive(f->prev, job->mask,
			tensor_input(f->model, job->span), job->span, 1, &n,
			&first, &d);
	}
}

static void fuzz_file(const uint8_t *p, size_t n)
{
	struct tensor_model model;
	struct choice_mask prev;
	struct prune_file f;
	struct request r;
	struct input in;
	struct diag d;

	if (n < HEAD_NBYTES)
		return;
	read_request(&r, p);
	p += HEAD_NBYTES;
	n -= HEAD_NBYTES;
	if (r.nmask > n)
		return;
	in = fuzz_input(0, p, n - r.nmask);
	if (model_take(&model, &in, NULL, "/tmp", &d))
		return;
	prune_file_init(&f);
	f.model = &model;
	f.nthread = 1;
	f.chunk_nelem = 64;
	f.job = calloc(model.ntensor + 1, sizeof(*f.job));
	if (!f.job)
		abort();
	if (r.nmask &&
		choice_mask_open(&prev, fuzz_path(1, p + n - r.nmask, r.nmask),
			r.values, NULL, "/tmp", &d) == 0)
		f.prev = &prev;
	if (choose(&f, &r) == 0 && f.njob) {
		ask_mask(&f);
		/* NaN may be an error; what is done was asked for. */
		if (prune_file_decide(&f, &r.target, r.global, &d) == 0 &&
			prune_file_write(&f, NULL, NULL, &d) == 0 &&
			prune_file_verify(&f, &r.target, r.global, &d))
			abort();
	}
	if (f.prev)
		choice_mask_close(&prev);
	free(f.job);
	tensor_model_close(&model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 1)
		return 0;
	draw = data + 1;
	ndraw = n - 1;
	rng = n;
	if (data[0] & 1)
		fuzz_file(draw, ndraw);
	else
		fuzz_world();
	return 0;
}
