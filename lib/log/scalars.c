/* SPDX-License-Identifier: MIT */
/*
 * All that a log tells, as one record for each step of a run.  What is told of
 * validation has names of its own.  A line without a rate and a loss, as that
 * of a validation may be, adds to the record of its step, or is one where no
 * other line has that step.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "log/log_impl.h"

/* Before the names of what is told in lines of validation. */
#define VALID_PREFIX "val_"

/* What the record at hand has of one scalar. */
struct cell {
	double value;
	double n; /* values in its mean; 0: not told */
	size_t shape;
};

/* A record of a series, and its step as told. */
struct neighbour {
	size_t record; /* LOG_NONE: there is none */
	double step;
};

/* A line that belongs to a record that may be far away, or is one itself. */
struct aside {
	size_t run, record;
	struct neighbour before, behind; /* of its run */
	size_t waits;                    /* one more that lacks the latter */
	double step;
	bool is_named; /* its step has a name */
	bool is_alone; /* no other record has it */
};

struct run {
	struct log_series series;
	struct log_run odd;
	double carried;        /* the last named step; NaN: none */
	struct neighbour last; /* in the series */
	size_t waits;          /* the last aside behind it, LOG_NONE */
};

struct log_table {
	struct log_scalar *scalar;
	size_t nscalar;
	struct line_keys *names; /* of scalars, and of runs */
	struct line_keys *runs;

	struct log_spool *spool; /* values of the records */
	uint64_t *offset;        /* of each there */
	size_t *next;            /* as in struct log_series */
	size_t n, cap;
	size_t linked, linked_last; /* while asides are: the last chain */

	struct log log;
	size_t run, at; /* what log_table_next() gives */
	struct log_value *value;
	unsigned char *seen;
};

/* What reads a tape into it. */
struct builder {
	struct log_table *t;
	struct log_tape *tape;
	struct log_roles roles;
	const struct log_options *opt;
	const struct line_keys *keys;
	/* One more than those of keys, and of keys in validation; 0: none. */
	size_t *scalar;

	struct run *run;
	size_t nrun, runcap;

	bool is_open; /* there is a record at hand */
	size_t of_run;
	struct log_told told;
	struct cell *cell;
	size_t *filled; /* scalars, as they came */
	size_t nfilled;

	struct aside *aside;
	size_t naside, asidecap;
};

/* --- scalars ------------------------------------------------------------- */

static bool is_scalar(const struct builder *b, size_t key)
{
	enum line_role role = (enum line_role)b->roles.role[key];

	return role != LINE_STEP && role != LINE_RUN && role != LINE_PHASE &&
	       role != LINE_PROCESS && key != b->roles.step_key;
}

/* Its name says already that it is of validation. */
static bool is_named_valid(const char *name)
{
	struct line_meaning m;

	line_mean(&m, name, strlen(name));
	return m.is_valid;
}

/* The number of what KEY tells, a new one where it told nothing before. */
static int find_scalar(
	struct builder *b, size_t *ret, size_t key, bool valid, struct diag *d)
{
	const char *name = line_keys_name(b->keys, key);
	struct buf full = {0};

	*ret = b->scalar[2 * key + valid] - 1;
	if (*ret != LOG_NONE)
		return 0;
	if (valid && !is_named_valid(name) && buf_adds(&full, VALID_PREFIX))
		return diag_nomem(d, full.len);
	if (buf_adds(&full, name) == 0)
		*ret = line_keys_find(
			b->t->names, full.len ? full.data : "", full.len, true);
	buf_free(&full);
	if (*ret == LOG_NONE)
		return diag_nomem(d, strlen(name));
	b->scalar[2 * key + valid] = *ret + 1;
	return 0;
}

/* --- values -------------------------------------------------------------- */

/* Adds X, told in a line of SHAPE, to the record at hand. */
static void put_value(
	struct builder *b, size_t scalar, double x, size_t shape, bool later)
{
	struct cell *c = &b->cell[scalar];

	if (!c->n) {
		*c = (struct cell){x, 1, shape};
		b->filled[b->nfilled++] = scalar;
	} else if (later)
		c->value = x;
	else if (c->shape == shape)
		c->value += (x - c->value) / ++c->n;
}

static int put_line(struct builder *b, const struct line *l, size_t shape,
	const struct log_told *told, struct diag *d)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct line_pair *p = &l->pair[i];
		size_t scalar;

		if (p->text || !is_scalar(b, p->key))
			continue;
		if (find_scalar(b, &scalar, p->key, told->is_valid, d) < 0)
			return -1;
		put_value(b, scalar, p->value, shape,
			told->is_bar && b->told.is_bar);
	}
	return 0;
}

void log_scalar_count(struct log_scalar *s, double x)
{
	s->n++;
	if (!isfinite(x))
		return;
	s->whole = (isnan(s->last) || s->whole) && x == floor(x);
	if (!(s->min <= x))
		s->min = x;
	if (!(s->max >= x))
		s->max = x;
	s->last = x;
}

static int grow_records(struct log_table *t, struct diag *d)
{
	size_t cap = t->cap ? t->cap + t->cap / 2 : 1024;
	uint64_t *offset = realloc(t->offset, cap * sizeof(*offset));
	size_t *next;

	if (!offset)
		return diag_nomem(d, cap * sizeof(*offset));
	t->offset = offset;
	next = realloc(t->next, cap * sizeof(*next));
	if (!next)
		return diag_nomem(d, cap * sizeof(*next));
	t->next = next;
	t->cap = cap;
	return 0;
}

static int grow_scalars(struct log_table *t, size_t n, struct diag *d)
{
	struct log_scalar *p;
	size_t have = t->nscalar;

	if (n <= have)
		return 0;
	p = realloc(t->scalar, 2 * n * sizeof(*p));
	if (!p)
		return diag_nomem(d, 2 * n * sizeof(*p));
	t->scalar = p;
	for (size_t i = have; i < 2 * n; i++)
		p[i] = (struct log_scalar){
			.role = "", .min = NAN, .max = NAN, .last = NAN};
	t->nscalar = 2 * n;
	return 0;
}

/* Writes the record at hand to the spool, as number, scalar, value, ... */
static int spool_record(struct builder *b, struct diag *d)
{
	struct log_table *t = b->t;
	uint64_t n = b->nfilled;

	if (t->n == t->cap && grow_records(t, d) < 0)
		return -1;
	t->next[t->n] = LOG_NONE;
	t->offset[t->n++] = log_spool_n(t->spool);
	if (grow_scalars(t, line_keys_n(t->names), d) < 0 ||
		log_spool_put(t->spool, &n, sizeof(n), d) < 0)
		return -1;
	for (size_t i = 0; i < b->nfilled; i++) {
		struct log_value v = {
			b->filled[i], b->cell[b->filled[i]].value};

		b->cell[v.scalar].n = 0;
		log_scalar_count(&t->scalar[v.scalar], v.value);
		if (log_spool_put(t->spool, &v, sizeof(v), d) < 0)
			return -1;
	}
	b->nfilled = 0;
	return 0;
}

/* --- records ------------------------------------------------------------- */

/* A line that tells neither, where lines do, does not count. */
static bool is_aside(const struct builder *b, const struct log_told *told)
{
	bool known = b->roles.lr != LOG_NONE || b->roles.nloss;

	return told->is_valid || (known && !told->has_lr && !told->has_loss);
}

static int add_aside(struct builder *b, struct diag *d)
{
	struct run *run = &b->run[b->of_run];

	if (b->naside == b->asidecap) {
		size_t cap = b->asidecap ? 2 * b->asidecap : 64;
		struct aside *p = realloc(b->aside, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		b->aside = p;
		b->asidecap = cap;
	}
	b->aside[b->naside] = (struct aside){.run = b->of_run,
		.record = b->t->n - 1,
		.before = run->last,
		.behind = {LOG_NONE, NAN},
		.waits = run->waits,
		.step = b->told.step,
		.is_named = b->told.is_named};
	run->waits = b->naside++;
	return 0;
}

/* Adds the record at hand, the last, to its series. */
static int add_record(struct builder *b, struct diag *d)
{
	struct run *run = &b->run[b->of_run];
	struct log_told *told = &b->told;

	run->last = (struct neighbour){b->t->n - 1, told->step};
	for (; run->waits != LOG_NONE; run->waits = b->aside[run->waits].waits)
		b->aside[run->waits].behind = run->last;
	told->loss = (double)run->last.record;
	told->has_loss |= b->roles.lr == LOG_NONE && !b->roles.nloss;
	return log_series_add(&run->series, told, d);
}

static int close_record(struct builder *b, struct diag *d)
{
	struct log_told *told = &b->told;

	if (!b->is_open)
		return 0;
	b->is_open = false;
	if (!b->nfilled)
		return 0;
	if (spool_record(b, d) < 0)
		return -1;
	if (is_aside(b, told) && told->has_step)
		return add_aside(b, d);
	return add_record(b, d);
}

/* The line tells what the record at hand has already. */
static bool overlaps(const struct builder *b, const struct line *l, bool valid)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t scalar = b->scalar[2 * l->pair[i].key + valid] - 1;

		if (!l->pair[i].text && scalar != LOG_NONE && b->cell[scalar].n)
			return true;
	}
	return false;
}

static bool is_same(const struct builder *b, size_t run,
	const struct log_told *told, const struct line *l)
{
	const struct log_roles *r = &b->roles;

	if (!b->is_open || b->of_run != run)
		return false;
	if (told->is_valid && !told->has_step)
		return true;
	if (b->told.has_step && told->has_step && b->told.step != told->step)
		return false;
	if (r->step_key == LOG_NONE || r->step_is_epoch || !told->has_step ||
		!b->told.has_step)
		return !overlaps(b, l, told->is_valid);
	return true;
}

static void join(struct log_told *to, const struct log_told *told)
{
	if (!to->has_lr && told->has_lr)
		to->lr = told->lr;
	to->has_lr |= told->has_lr;
	to->has_loss |= told->has_loss;
	to->is_valid &= told->is_valid;
	if (!to->has_step) {
		to->step = told->step;
		to->has_step = told->has_step;
	}
	if (isnan(to->epoch))
		to->epoch = told->epoch;
}

/* A named step holds for lines that follow, as if they told it. */
static void carry(
	const struct builder *b, struct run *run, struct log_told *told)
{
	if (told->has_step && told->is_named)
		run->carried = told->step;
	if (told->has_step || isnan(run->carried) ||
		(told->is_row && b->roles.rows_have_step))
		return;
	told->step = run->carried;
	told->has_step = told->is_named = true;
}

static bool tells(const struct builder *b, const struct line *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->pair[i].text && is_scalar(b, l->pair[i].key))
			return true;
	return false;
}

static int add_run(struct builder *b, struct diag *d)
{
	if (b->nrun == b->runcap) {
		size_t cap = b->runcap ? 2 * b->runcap : 4;
		struct run *p = realloc(b->run, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		b->run = p;
		b->runcap = cap;
	}
	b->run[b->nrun++] = (struct run){.carried = NAN,
		.last = {LOG_NONE, NAN},
		.waits = LOG_NONE,
		.series = {.epoch = NAN,
			.epoch_steps = b->opt->epoch_steps,
			.total = b->roles.total,
			.next = b->t->next}};
	return 0;
}

static int add_line(
	struct builder *b, const struct line *l, size_t shape, struct diag *d)
{
	struct log_told told;
	bool is_ours = log_told_of(&told, l, shape, &b->roles, b->opt);
	size_t run = line_keys_find(
		b->t->runs, told.run ? told.run : "", told.nrun, true);

	if (run == SIZE_MAX)
		return diag_nomem(d, told.nrun);
	if (run == b->nrun && add_run(b, d) < 0)
		return -1;
	if (!is_ours) {
		b->run[run].odd.nrank += tells(b, l);
		return 0;
	}
	/* A counter of validation counts something else. */
	if (told.is_valid && !told.is_named && !b->roles.step_is_epoch)
		told.has_step = false;
	carry(b, &b->run[run], &told);
	if (!tells(b, l))
		return 0;
	if (is_same(b, run, &told, l)) {
		join(&b->told, &told);
	} else {
		if (close_record(b, d) < 0)
			return -1;
		b->is_open = true;
		b->of_run = run;
		b->told = told;
	}
	return put_line(b, l, shape, &told, d);
}

/* --- runs ---------------------------------------------------------------- */

/* The first of N ascending STEPs that is not below FROM. */
static size_t first_from(const double *step, size_t n, double from)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (step[mid] < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* RECORD adds to what the record TO tells, often to that of the call before. */
static void link_record(struct log_table *t, size_t to, size_t record)
{
	size_t last = to == t->linked ? t->linked_last : to;

	while (t->next[last] != LOG_NONE)
		last = t->next[last];
	t->next[last] = record;
	t->linked = to;
	t->linked_last = record;
}

/* The row of each record, LOG_NONE if it was dropped, for free(). */
static size_t *map_records(const struct log_table *t, struct diag *d)
{
	size_t *row = malloc((t->n + 1) * sizeof(*row));

	if (!row) {
		diag_nomem(d, t->n * sizeof(*row));
		return NULL;
	}
	memset(row, 0xff, t->n * sizeof(*row));
	for (size_t i = 0; i < t->log.nrun; i++) {
		const struct log_run *run = &t->log.run[i];

		for (size_t k = 0; k < run->n; k++)
			for (size_t r = (size_t)run->loss[k]; r != LOG_NONE;
				r = t->next[r])
				row[r] = k;
	}
	return row;
}

static size_t row_of(const size_t *row, const struct neighbour *n)
{
	return n->record == LOG_NONE ? LOG_NONE : row[n->record];
}

/*
 * Sets A's step to what it is where a counter goes on: moved as that of the
 * record before it or, where A's counter has begun again, behind it.  Returns
 * false: it was dropped with what begins again.
 */
static bool move_step(
	struct aside *a, const struct log_run *run, const size_t *row)
{
	size_t before = row_of(row, &a->before),
	       behind = row_of(row, &a->behind);
	bool begins = a->before.record != LOG_NONE && a->step < a->before.step;

	if (begins && behind != LOG_NONE)
		a->step += run->step[behind] - a->behind.step;
	else if (before != LOG_NONE)
		a->step += run->step[before] - a->before.step;
	else
		return a->before.record == LOG_NONE;
	/* How far a counter went that began again is known to its rows alone.
	 */
	if (run->ncounter && before != LOG_NONE && behind != LOG_NONE &&
		(a->step < run->step[before] || a->step >= run->step[behind]))
		a->step = run->step[before];
	return true;
}

/* What A tells is of the record of its run that has its step or, where rows
 * are counted, of the one before it. */
static void join_aside(struct log_table *t, struct aside *a, const size_t *row)
{
	struct log_run *run = &t->log.run[a->run];
	size_t i = row_of(row, &a->before);

	if (run->unit != LOG_ROWS) {
		if (!move_step(a, run, row))
			return;
		i = first_from(run->step, run->n, a->step);
	} else if (i == LOG_NONE)
		i = a->before.record == LOG_NONE ? 0 : run->n;
	if (i < run->n && (run->unit == LOG_ROWS || run->step[i] == a->step))
		link_record(t, (size_t)run->loss[i], a->record);
	else if (a->is_named && run->unit != LOG_ROWS)
		a->is_alone = true;
	else
		run->nstray++;
}

static int compare_asides(const void *a, const void *b)
{
	const struct aside *p = a, *q = b;

	if (p->run != q->run)
		return p->run < q->run ? -1 : 1;
	if (p->step != q->step)
		return p->step < q->step ? -1 : 1;
	return (p->record > q->record) - (p->record < q->record);
}

/* Leaves those of the asides that are alone, one for each step of a run. */
static void keep_alone(struct builder *b)
{
	size_t n = 0, count = b->naside;

	if (count)
		qsort(b->aside, count, sizeof(*b->aside), compare_asides);
	for (size_t i = 0; i < count; i++) {
		const struct aside *a = &b->aside[i];

		if (!a->is_alone)
			continue;
		if (n && b->aside[n - 1].run == a->run &&
			b->aside[n - 1].step == a->step)
			link_record(b->t, b->aside[n - 1].record, a->record);
		else
			b->aside[n++] = *a;
	}
	b->naside = n;
}

/* Adds the N records of A, which are of RUN, between its own. */
static int insert_alone(
	struct log_run *run, const struct aside *a, size_t n, struct diag *d)
{
	double **column[] = {&run->step, &run->lr, &run->loss};
	size_t have = run->n, at = have + n;

	for (size_t i = 0; i < 3; i++) {
		double *p = realloc(*column[i], at * sizeof(*p));

		if (!p)
			return diag_nomem(d, at * sizeof(*p));
		*column[i] = p;
	}
	run->n = at;
	while (n) {
		if (have && run->step[have - 1] > a[n - 1].step) {
			run->step[--at] = run->step[--have];
			run->lr[at] = run->lr[have];
			run->loss[at] = run->loss[have];
			continue;
		}
		run->step[--at] = a[--n].step;
		run->lr[at] = NAN;
		run->loss[at] = (double)a[n].record;
	}
	return 0;
}

/* Each aside is of the record of its step, or one of its own. */
static int place_asides(struct builder *b, struct diag *d)
{
	size_t n, *row = map_records(b->t, d);

	if (!row)
		return -1;
	b->t->linked = LOG_NONE;
	for (size_t i = 0; i < b->naside; i++)
		join_aside(b->t, &b->aside[i], row);
	free(row);
	keep_alone(b);
	for (size_t i = 0; i < b->naside; i += n) {
		const struct aside *a = &b->aside[i];

		for (n = 1; i + n < b->naside && a[n].run == a->run; n++)
			;
		if (insert_alone(&b->t->log.run[a->run], a, n, d) < 0)
			return -1;
	}
	return 0;
}

static int finish_run(struct builder *b, size_t i, struct diag *d)
{
	struct log_run *ret = &b->t->log.run[i];
	enum log_unit unit = b->roles.step_key == LOG_NONE ? LOG_ROWS
			     : b->roles.step_is_epoch      ? LOG_EPOCHS
							   : LOG_STEPS;

	*ret = b->run[i].odd;
	b->run[i].series.next = b->t->next;
	if (log_series_finish(&b->run[i].series, unit, true, NULL, ret, d) < 0)
		return -1;
	if (b->roles.run == LOG_NONE)
		return 0;
	ret->name = strdup(line_keys_name(b->t->runs, i));
	return ret->name ? 0 : diag_nomem(d, 0);
}

/* The best name for the loss of validation plays that part. */
static void set_valid_loss(struct log_table *t)
{
	struct log_scalar *best = NULL;
	unsigned rank = LINE_RANK_NONE;

	for (size_t i = 0; i < t->nscalar; i++) {
		struct line_meaning m;

		line_mean(&m, t->scalar[i].name, strlen(t->scalar[i].name));
		if (!t->scalar[i].n || t->scalar[i].role[0] ||
			m.valid_loss >= rank)
			continue;
		best = &t->scalar[i];
		rank = m.valid_loss;
	}
	if (best)
		best->role = "val_loss";
}

static void set_roles(struct builder *b)
{
	struct log_table *t = b->t;

	for (size_t i = 0; i < line_keys_n(t->names); i++)
		t->scalar[i].name = line_keys_name(t->names, i);
	for (size_t i = 0; i < b->roles.nkey; i++)
		if (b->scalar[2 * i])
			t->scalar[b->scalar[2 * i] - 1].role = line_role_name(
				(enum line_role)b->roles.role[i]);
	set_valid_loss(t);
}

static int finish(struct builder *b, struct diag *d)
{
	struct log_table *t = b->t;
	size_t n = line_keys_n(t->names);

	if (close_record(b, d) < 0 || grow_scalars(t, n + 1, d) < 0)
		return -1;
	t->nscalar = n;
	t->log.run = calloc(b->nrun + 1, sizeof(*t->log.run));
	t->value = malloc((n + 1) * sizeof(*t->value));
	t->seen = calloc(n + 1, 1);
	if (!t->log.run || !t->value || !t->seen)
		return diag_nomem(d, n * sizeof(*t->value));
	for (size_t i = 0; i < b->nrun; i++) {
		t->log.nrun++;
		if (finish_run(b, i, d) < 0)
			return -1;
	}
	if (b->naside && place_asides(b, d) < 0)
		return -1;
	set_roles(b);
	return 0;
}

/* --- reading ------------------------------------------------------------- */

/*
 * What cannot be decided is left open: it is a scalar like others.  A name that
 * is given has to be there.
 */
static int decide(struct builder *b, struct diag *d)
{
	struct diag none;

	if (log_roles_find(&b->roles, b->tape, b->keys, b->opt, &none) == 0 ||
		(none.class == DIAG_DATA && !b->roles.lacks_given))
		return 0;
	*d = none;
	return -1;
}

static int make_room(struct builder *b, struct diag *d)
{
	size_t n = 2 * line_keys_n(b->keys) + 1;

	b->scalar = calloc(n, sizeof(*b->scalar));
	b->cell = calloc(n, sizeof(*b->cell));
	b->filled = calloc(n, sizeof(*b->filled));
	if (!b->scalar || !b->cell || !b->filled)
		return diag_nomem(d, n * sizeof(*b->cell));
	return 0;
}

/* Scalars stand in the order in which the log names them. */
static int name_scalars(struct builder *b, struct diag *d)
{
	size_t nstat, scalar;
	const struct log_stat *stat = log_tape_stats(b->tape, &nstat);

	for (size_t key = 0; key < nstat; key++)
		if (stat[key].n && is_scalar(b, key) &&
			find_scalar(b, &scalar, key, false, d) < 0)
			return -1;
	return 0;
}

static int add_lines(struct builder *b, struct diag *d)
{
	struct line l;
	size_t shape;
	int got = log_tape_rewind(b->tape, d);

	if (got < 0)
		return -1;
	while ((got = log_tape_next(b->tape, &l, &shape, d)) > 0)
		if (add_line(b, &l, shape, d) < 0)
			return -1;
	return got;
}

static int build(struct builder *b, struct log_source *s, struct diag *d)
{
	if (log_tape_new(&b->tape, b->opt, true, d) < 0 ||
		log_tape_fill(b->tape, s, d) < 0)
		return -1;
	s->calls->odd(s->state, &b->t->log.odd);
	if (decide(b, d) < 0 || make_room(b, d) < 0 || name_scalars(b, d) < 0 ||
		add_lines(b, d) < 0)
		return -1;
	log_roles_tell(&b->roles, b->keys, &b->t->log);
	return finish(b, d);
}

static void release(struct builder *b)
{
	for (size_t i = 0; i < b->nrun; i++)
		log_series_free(&b->run[i].series);
	free(b->run);
	free(b->scalar);
	free(b->cell);
	free(b->filled);
	free(b->aside);
	log_roles_free(&b->roles);
	log_tape_free(b->tape);
}

int log_table_read(struct log_table **ret, struct log_source *s,
	const struct log_options *opt, struct diag *d)
{
	struct log_table *t = calloc(1, sizeof(*t));
	struct builder b = {.t = t, .opt = opt, .keys = s->keys};
	int status;

	*ret = NULL;
	if (!t)
		return diag_nomem(d, sizeof(*t));
	status = line_keys_new(&t->names, d);
	if (!status)
		status = line_keys_new(&t->runs, d);
	if (!status)
		status = log_spool_new(&t->spool, opt->tmpdir, d);
	if (!status)
		status = build(&b, s, d);
	if (!status && !t->n)
		status = diag_set(d, DIAG_DATA,
			"nothing with a name and a number; expected a log, or "
			"a table with a header");
	release(&b);
	if (status < 0)
		log_table_free(t);
	else
		*ret = t;
	return status;
}

void log_table_free(struct log_table *t)
{
	if (!t)
		return;
	log_free(&t->log);
	line_keys_free(t->names);
	line_keys_free(t->runs);
	log_spool_free(t->spool);
	free(t->scalar);
	free(t->offset);
	free(t->next);
	free(t->value);
	free(t->seen);
	free(t);
}

const struct log_scalar *log_table_scalars(
	const struct log_table *t, size_t *n_ret)
{
	*n_ret = t->nscalar;
	return t->scalar;
}

const struct log *log_table_log(const struct log_table *t)
{
	return &t->log;
}

void log_table_rewind(struct log_table *t)
{
	t->run = t->at = 0;
}

/* --- one record ---------------------------------------------------------- */

/* Adds what RECORD tells and those before it do not. */
static int get_values(
	struct log_table *t, size_t record, size_t *n, struct diag *d)
{
	uint64_t count;
	int got;

	if (log_spool_seek(t->spool, t->offset[record], d) < 0)
		return -1;
	got = log_spool_get(t->spool, &count, sizeof(count), d);
	for (uint64_t i = 0; got == 1 && i < count; i++) {
		struct log_value v;

		got = log_spool_get(t->spool, &v, sizeof(v), d);
		if (got != 1 || t->seen[v.scalar])
			continue;
		t->seen[v.scalar] = 1;
		t->value[(*n)++] = v;
	}
	return got;
}

static int compare(const void *a, const void *b)
{
	const struct log_value *p = a, *q = b;

	return (p->scalar > q->scalar) - (p->scalar < q->scalar);
}

int log_table_next(struct log_table *t, struct log_record *ret, struct diag *d)
{
	const struct log_run *run;
	size_t n = 0;
	bool sorted = true;
	int got = 1;

	while (t->run < t->log.nrun && t->at == t->log.run[t->run].n) {
		t->run++;
		t->at = 0;
	}
	if (t->run == t->log.nrun)
		return 0;
	run = &t->log.run[t->run];
	for (size_t i = (size_t)run->loss[t->at]; got == 1 && i != LOG_NONE;
		i = t->next[i])
		got = get_values(t, i, &n, d);
	for (size_t i = 0; i < n; i++) {
		t->seen[t->value[i].scalar] = 0;
		sorted &= !i || t->value[i - 1].scalar < t->value[i].scalar;
	}
	if (!sorted)
		qsort(t->value, n, sizeof(*t->value), compare);
	*ret = (struct log_record){
		.run = t->run, .step = run->step[t->at++], t->value, n};
	return got < 0 ? -1 : 1;
}
