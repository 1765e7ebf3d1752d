/* SPDX-License-Identifier: MIT */
/*
 * The writing pass: every byte of the file in order, weights of jobs with
 * their decision applied, all else as it was.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "base/zip.h"
#include "file/output.h"
#include "prune/prune_impl.h"

/* Of a run: what became of it, and the byte its mask begins at. */
struct part {
	struct select_result result;
	size_t keep_at;
};

/* CRCs of what is written to a file, where it keeps them of itself. */
struct checksum {
	uint64_t at; /* bytes written so far */
	size_t seal; /* the next that is not complete */
	uint32_t *crc;
};

struct slot {
	struct prune_known known;
	uint8_t *keep, *bits;
	size_t keep_nbytes; /* used of keep */
	struct select_desk desk;
	struct part part[SELECT_SCAN_NRUN];
};

struct writing {
	struct prune_file *f;
	struct output *const *out; /* per file of the model, or NULL */
	bool convert;              /* all to the first */
	bool with_mask;
	struct choice_mask_writer mask;
	const struct tensor_span **masked; /* what it is of */
	struct select_item *item;
	size_t nitem;
	struct prune_job **job; /* per item; NULL: only copied */
	size_t *file;           /* per item */
	struct checksum *sum;   /* per file of the model */
};

static int refuse_nan(const struct writing *c, const struct prune_job *job,
	const struct select_result *r, struct diag *d)
{
	diag_set(d, DIAG_DATA, "NaN at index %llu; expected numbers",
		(unsigned long long)select_c_index(job->span, r->nan_at));
	diag_remedy(d, "nan");
	diag_at(d, "%.200s", job->span->name);
	return diag_at(d, "%s", tensor_input(c->f->model, job->span)->name);
}

/* What picking says. */
static int picked(const struct writing *c, const struct select_run *r, int ret,
	struct diag *d)
{
	if (ret < 0)
		return diag_nomem(d, r->n);
	return ret ? prune_changed(c->f, d) : 0;
}

/* All of JOB is in memory: its cut is found here. */
static int pick(struct writing *c, struct slot *s, struct prune_job *job,
	const struct select_run *r, struct diag *d)
{
	struct select_pick p =
		prune_pick(c->f, &job->view, job->k, job->ngone, r->n);
	int ret = select_pick_run(&p, &job->view, r, &s->desk);

	job->cut = p.cut;
	return picked(c, r, ret, d);
}

static int check_nan(const struct writing *c, const struct prune_job *job,
	const struct select_result *r, struct diag *d)
{
	bool refused = r->nan && job->view.nan == SELECT_NAN_ERROR;

	return refused ? refuse_nan(c, job, r, d) : 0;
}

/* Whether JOB is decided about by more than one cut. */
static bool has_bits(const struct prune_file *f, const struct prune_job *job)
{
	return job->by_target && (f->structure.shape != CHOICE_SINGLE ||
					 f->by_row || job->view.scored);
}

/* Decides by a bit for each weight, which then are as if pruned before. */
static int mark(struct writing *c, struct slot *s, struct select_run *r,
	struct part *part, struct diag *d)
{
	struct prune_job *job = c->job[r->item];
	int ret;

	select_note_nan(&job->view, r, 0, r->n, &part->result);
	if (check_nan(c, job, &part->result, d))
		return -1;
	if (job->in_memory && pick(c, s, job, r, d))
		return -1;
	ret = prune_bits(c->f, job, r, &s->desk, s->bits);
	if (ret)
		return picked(c, r, ret, d);
	r->score = NULL;
	r->prev = s->bits;
	select_drop(&job->view, r, &part->result);
	return 0;
}

/* N:M of weights that lie one beside the other. */
static bool is_grouped(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r)
{
	return job->by_target && f->structure.shape == CHOICE_NM &&
	       !job->view.scored && !r->prev && !r->zero &&
	       !job->span->fortran && choice_nm_step(job->span) == 1 &&
	       select_can_group(&job->view, f->structure.of);
}

/* Rows that lie together, by their magnitudes. */
static bool is_in_rows(const struct writing *c, const struct prune_job *job)
{
	const struct prune_file *f = c->f;

	return job->by_target && f->by_row &&
	       f->structure.shape == CHOICE_SINGLE &&
	       f->target.kind != CHOICE_BY_THRESHOLD && !job->view.scored &&
	       !job->row_cut &&
	       (!c->with_mask || prune_units_of(f, job->span).nelem % 8 == 0);
}

/* Finds what is still to be found about R, prepared, and writes it. */
static int carry_out(struct writing *c, struct slot *s, struct select_run *r,
	struct part *part, struct diag *d)
{
	const struct choice_structure *x = &c->f->structure;
	const struct select_cut none = {0};
	struct prune_job *job = c->job[r->item];
	uint8_t *keep = c->with_mask ? s->keep + part->keep_at : NULL;

	if (is_grouped(c->f, job, r)) {
		select_apply_groups(&job->view, r, (unsigned)x->keep,
			(unsigned)x->of, keep, &part->result);
		return 0;
	}
	if (is_in_rows(c, job))
		return picked(c, r,
			prune_apply_rows(
				c->f, job, r, &s->desk, keep, &part->result),
			d);
	if (has_bits(c->f, job)) {
		if (mark(c, s, r, part, d))
			return -1;
	} else if (job->in_memory) {
		if (pick(c, s, job, r, d))
			return -1;
		r->taken = select_desk_taken(&s->desk);
	}
	select_apply(&job->view, r, r->prev == s->bits ? none : job->cut, keep,
		&part->result);
	return 0;
}

static int apply(struct writing *c, struct slot *s,
	const struct select_run *run, struct part *part, struct diag *d)
{
	struct prune_job *job = c->job[run->item];
	struct select_run r = *run;

	part->result = (struct select_result){0};
	part->keep_at = s->keep_nbytes;
	s->keep_nbytes += (r.n + 7) / 8;
	if (prune_job_load(c->f, job, &r, &s->known, &part->result, d))
		return -1;
	if (carry_out(c, s, &r, part, d))
		return -1;
	return check_nan(c, job, &part->result, d);
}

static int work(void *ctx, void *slot, struct select_run *run, size_t nrun,
	struct diag *d)
{
	struct writing *c = ctx;
	struct slot *s = slot;

	s->keep_nbytes = 0;
	for (size_t i = 0; i < nrun; i++)
		if (c->job[run[i].item] && apply(c, s, &run[i], &s->part[i], d))
			return -1;
	return 0;
}

static void add(struct prune_job *job, const struct select_run *run,
	const struct select_result *r)
{
	struct select_result *sum = &job->result;

	sum->npruned += r->npruned + (run->last ? job->cut.nzero : 0);
	sum->nan += r->nan;
	if (r->pruned_max > sum->pruned_max)
		sum->pruned_max = r->pruned_max;
}

/* What JOB is that the library which is followed does not decide by sizes. */
static const char *unfollowed(
	const struct prune_file *f, const struct prune_job *job)
{
	if (!job->by_target || !select_format(job->span->dtype))
		return NULL;
	if (f->target.compat == CHOICE_COMPAT_WANDA &&
		job->result.pruned_max > job->view.format->key_max)
		return "so many are asked for that NaN are among them, where "
		       "wanda prunes nothing; expected fewer";
	if (f->target.compat == CHOICE_COMPAT_TFMOT && job->result.nan &&
		job->view.nan == SELECT_NAN_KEEP)
		return "NaN, among which tfmot sorts in no order; expected "
		       "numbers";
	return NULL;
}

static int check_followed(
	const struct prune_file *f, const struct prune_job *job, struct diag *d)
{
	const char *why = unfollowed(f, job);

	if (!why)
		return 0;
	diag_set(d, DIAG_DATA, "%s", why);
	diag_remedy(d, "nan");
	diag_at(d, "%.200s", job->span->name);
	return diag_at(d, "%s", tensor_input(f->model, job->span)->name);
}

/* Takes N more bytes of FILE into its checksums. */
static void sum_bytes(
	struct writing *c, size_t file, const unsigned char *p, size_t n)
{
	const struct tensor_map *map = &c->f->model->file[file].map;
	struct checksum *k = &c->sum[file];
	uint64_t end = k->at + n;

	while (k->seal < map->nseal) {
		const struct tensor_seal *s = &map->seal[k->seal];
		uint64_t begin = s->offset > k->at ? s->offset : k->at;
		uint64_t stop = order_least(s->offset + s->nbytes, end);

		if (begin < stop)
			k->crc[k->seal] = zip_crc32(k->crc[k->seal],
				p + (begin - k->at), (size_t)(stop - begin));
		if (stop < s->offset + s->nbytes)
			break;
		k->seal++;
	}
	k->at = end;
}

static int put_bytes(
	struct writing *c, const struct select_run *r, struct diag *d)
{
	size_t n = r->n * c->item[r->item].width, file = c->file[r->item];

	if (!c->out)
		return 0;
	if (c->convert)
		return output_write(c->out[0], r->p, n, d);
	if (!c->out[file])
		return 0;
	sum_bytes(c, file, r->p, n);
	return output_write(c->out[file], r->p, n, d);
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct writing *c = ctx;
	const struct slot *s = slot;

	for (size_t i = 0; i < nrun; i++) {
		const struct select_run *r = &run[i];
		const struct part *part = &s->part[i];
		struct prune_job *job = c->job[r->item];

		if (job)
			add(job, r, &part->result);
		if (job && r->last && check_followed(c->f, job, d))
			return -1;
		if (put_bytes(c, r, d))
			return -1;
		if (job && c->with_mask &&
			choice_mask_put(&c->mask, job->span, r->first, r->n,
				s->keep + part->keep_at, d))
			return -1;
	}
	return 0;
}

/* The checksums that the file keeps of itself, over those it had. */
static int put_sums(struct writing *c, size_t file, struct diag *d)
{
	const struct tensor_map *map = &c->f->model->file[file].map;

	for (size_t i = 0; i < map->nseal; i++)
		for (size_t k = 0; k < 2; k++) {
			unsigned char p[4];

			le_store32(p, c->sum[file].crc[i]);
			if (output_patch(c->out[file], map->seal[i].at[k], p,
				    sizeof(p), d))
				return -1;
		}
	return 0;
}

/* Elements of JOB that are in one run. */
static uint64_t unit_of(const struct writing *c, const struct prune_job *job)
{
	if (job->in_memory)
		return job->span->n;
	return job->by_target ? prune_units_of(c->f, job->span).nelem : 1;
}

/* Elements of a chunk at most. */
static size_t nelem_max(const struct writing *c)
{
	size_t n = prune_chunk_nelem(c->f);

	for (size_t i = 0; i < c->f->njob; i++)
		if (unit_of(c, &c->f->job[i]) > n)
			n = (size_t)unit_of(c, &c->f->job[i]);
	return n;
}

/* A spare byte for each run, whose bits begin with a byte. */
static void init_slot(void *ctx, void *slot, struct select_room *m)
{
	const struct writing *c = ctx;
	struct slot *s = slot;
	size_t n = nelem_max(c);

	prune_known_init(&s->known, c->f, n, m);
	select_desk_init(&s->desk, c->f->gather_max, c->f->guess_min, m);
	s->bits = select_room_get(m, n / 8 + 1);
	s->keep = select_room_get(m, n / 8 + SELECT_SCAN_NRUN);
}

static void free_all(struct writing *c)
{
	for (size_t i = 0; c->sum && i < c->f->model->nfile; i++)
		free(c->sum[i].crc);
	free(c->sum);
	free(c->item);
	free(c->job);
	free(c->file);
	choice_mask_free(&c->mask);
	free(c->masked);
}

/* What is read of SPAN, which is copied. */
static struct select_item copied(
	const struct writing *c, size_t file, const struct tensor_span *span)
{
	struct select_item it = {.in = &c->f->model->file[file].in,
		.offset = span->offset,
		.n = span->nbytes,
		.width = 1};

	if (c->convert && span->n && (span->fortran || span->big_endian)) {
		it.n = span->n;
		it.width = (unsigned)(span->nbytes / span->n);
		it.turned = span;
	}
	return it;
}

/* An item for a span of FILE, a job's in elements and all else in bytes. */
static void add_item(struct writing *c, size_t file,
	const struct tensor_span *span, struct prune_job *job)
{
	struct select_item *it = &c->item[c->nitem];

	*it = job ? prune_job_item(c->f, job) : copied(c, file, span);
	it->unit = job ? unit_of(c, job) : 0;
	c->file[c->nitem] = file;
	c->job[c->nitem++] = job;
}

static int alloc_items(struct writing *c, struct diag *d)
{
	const struct tensor_model *m = c->f->model;
	size_t n = 0;

	for (size_t i = 0; i < m->nfile; i++)
		n += m->file[i].map.nspan;
	c->item = calloc(n + 1, sizeof(*c->item));
	c->job = calloc(n + 1, sizeof(struct prune_job *));
	c->file = calloc(n + 1, sizeof(*c->file));
	c->sum = calloc(m->nfile + 1, sizeof(*c->sum));
	if (!c->item || !c->job || !c->file || !c->sum)
		return diag_nomem(d, n * sizeof(*c->item));
	for (size_t i = 0; i < m->nfile; i++) {
		size_t nseal = m->file[i].map.nseal;

		c->sum[i].crc = calloc(nseal + 1, sizeof(*c->sum[i].crc));
		if (!c->sum[i].crc)
			return diag_nomem(d, nseal);
	}
	return 0;
}

static bool is_written(
	const struct writing *c, size_t file, const struct tensor_span *s)
{
	if (c->convert)
		return s->dtype != TENSOR_OPAQUE && !prune_is_left_out(s);
	return c->out && c->out[file];
}

/* All of the files, or, if they are to be converted, their tensors. */
static int make_items(struct writing *c, struct diag *d)
{
	const struct tensor_model *m = c->f->model;
	size_t at_job = 0;

	if (alloc_items(c, d))
		return -1;
	for (size_t i = 0; i < m->nfile; i++)
		for (size_t k = 0; k < m->file[i].map.nspan; k++) {
			const struct tensor_span *s = &m->file[i].map.span[k];
			struct prune_job *job =
				at_job < c->f->njob ? &c->f->job[at_job] : NULL;
			bool is_job = job && prune_job_source(job) == s;

			at_job += is_job;
			if (is_job || is_written(c, i, s))
				add_item(c, i, s, is_job ? job : NULL);
		}
	return 0;
}

static int begin_mask(struct writing *c, struct output *mask, struct diag *d)
{
	size_t n = c->f->njob;

	c->masked = calloc(n + 1, sizeof(const struct tensor_span *));
	if (!c->masked)
		return diag_nomem(d, n * sizeof(const struct tensor_span *));
	for (size_t i = 0; i < n; i++)
		c->masked[i] = c->f->job[i].span;
	c->with_mask = true;
	return choice_mask_begin(
		&c->mask, c->f->mask_format, mask, c->masked, n, d);
}

static int write_all(struct writing *c, struct output *mask, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init_slot, work, drain};
	struct prune_file *f = c->f;
	struct select_scan s = {.nthread = f->nthread,
		.progress = f->progress,
		.chunk_nelem = f->chunk_nelem,
		.hooks = &hooks,
		.ctx = c};

	for (size_t i = 0; i < f->njob; i++)
		f->job[i].result = (struct select_result){0};
	if ((mask && begin_mask(c, mask, d)) || make_items(c, d))
		return -1;
	s.item = c->item;
	s.nitem = c->nitem;
	if (select_scan(&s, d) ||
		(c->with_mask && choice_mask_finish(&c->mask, d)))
		return -1;
	for (size_t i = 0; c->out && !c->convert && i < f->model->nfile; i++)
		if (c->out[i] && !f->stale_sums && put_sums(c, i, d))
			return -1;
	if (tensor_model_unchanged(f->model, d))
		return -1;
	return f->prev ? tensor_model_unchanged(f->prev->model, d) : 0;
}

int prune_file_write(struct prune_file *f, struct output *const *out,
	struct output *mask, struct diag *d)
{
	struct writing c = {.f = f, .out = out};
	int ret = write_all(&c, mask, d);

	free_all(&c);
	return ret;
}

bool prune_is_left_out(const struct tensor_span *s)
{
	return s->dtype == TENSOR_OTHER && !s->type;
}

/* What keeps S out of a safetensors file; NULL: nothing. */
static const char *misfit(const struct tensor_span *s)
{
	if (s->dtype == TENSOR_OTHER || s->dtype == TENSOR_C128)
		return "which safetensors does not have; expected another "
		       "dtype";
	return NULL;
}

/* S as a tensor of a safetensors header; what is none is left out. */
static int add_tensor(
	struct tensor_header *h, const struct tensor_span *s, struct diag *d)
{
	const char *why = misfit(s);

	if (s->dtype == TENSOR_OPAQUE || prune_is_left_out(s))
		return 0;
	if (why) {
		diag_set(d, DIAG_DATA, "%s, %s", tensor_dtype_name(s), why);
		return diag_at(d, "%.200s", s->name);
	}
	tensor_header_tensor(
		h, s->name, tensor_dtype_name(s), s->shape, s->ndim, s->nbytes);
	return 0;
}

static int write_header(
	const struct tensor_model *m, struct output *out, struct diag *d)
{
	struct buf b = {0};
	struct tensor_header h = {.b = &b};
	int ret = 0;

	tensor_header_begin(&h);
	if (m->format == TENSOR_FORMAT_SAFETENSORS)
		ret = tensor_header_keep_meta(&h, &m->file[0].in, d);
	for (size_t i = 0; i < m->nfile; i++)
		for (size_t k = 0; k < m->file[i].map.nspan && !ret; k++)
			ret = add_tensor(&h, &m->file[i].map.span[k], d);
	/* Tensors without elements lie nowhere and are in no map. */
	for (size_t i = 0; i < m->views.nspan && !ret; i++)
		if (m->views.span[i].nbytes == 0)
			ret = add_tensor(&h, &m->views.span[i], d);
	tensor_header_end(&h);
	if (!ret)
		ret = out ? output_buf(out, &b, d) : buf_end(&b, d);
	buf_free(&b);
	return ret;
}

int prune_file_convert(struct prune_file *f, struct output *out,
	struct output *mask, struct diag *d)
{
	struct writing c = {.f = f, .out = out ? &out : NULL, .convert = true};
	int ret = write_header(f->model, out, d);

	if (ret)
		return diag_at(d, "%s", f->model->name);
	ret = write_all(&c, mask, d);
	free_all(&c);
	return ret;
}
