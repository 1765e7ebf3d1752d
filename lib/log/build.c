/* SPDX-License-Identifier: MIT */
/*
 * How a log becomes a table.  What is told of validation has names of its own.
 * A line without a rate and a loss, as that of a validation may be, adds to the
 * record of its step, or is one where no other line has that step.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "log/log_impl.h"

/* What a log of values alone tells. */
#define VALUE_NAME "value"

/* Before the names of what is told in lines of validation. */
#define VALID_PREFIX "val_"

struct run {
	struct log_series series;
	struct log_run odd;
	double carried;            /* the last named step; NaN: none */
	double epoch;              /* the last that was told; NaN: none */
	bool is_headed;            /* a line of its own begins an epoch */
	struct log_neighbour last; /* in the series */
	size_t waits;              /* the last aside behind it, LOG_NONE */
};

/* What reads a tape into a table. */
struct builder {
	struct log_table *t;
	const struct log_options *opt;
	const struct pair_keys *keys;

	struct run *run;
	size_t nrun, runcap;

	bool valid_counts;  /* lines of validation tell their own step, all one
			     */
	bool rates_beside;  /* most losses have theirs in their own line */
	bool is_open;       /* there is a record at hand */
	enum log_kind kind; /* of its last line */
	bool is_heading;    /* of which only what begins its epoch is told */
	size_t of_run;
	struct role_told told;
	/* It is this line, which is plain, and not in cells so far. */
	bool is_single;
	struct tape_row single;
	double *value; /* of that */
	size_t valuecap;

	struct log_asides *asides;
};

/* --- scalars ------------------------------------------------------------- */

/* Also the epoch that counts steps: where it does not, it is told. */
static bool is_scalar(const struct builder *b, size_t key)
{
	enum pair_role role = (enum pair_role)b->t->roles.role[key];

	return role != PAIR_STEP && role != PAIR_RUN && role != PAIR_PHASE &&
	       role != PAIR_PROCESS &&
	       (key != b->t->roles.step_key || b->t->roles.step_is_epoch);
}

/* Room for what the record at hand has of each. */
static int grow_cells(struct log_table *t, size_t ncell, struct diag *d)
{
	if (array_resize(&t->cell, t->scalarcap, sizeof(*t->cell), d) ||
		array_resize(&t->filled, t->scalarcap, sizeof(*t->filled), d))
		return -1;
	memset(t->cell + ncell, 0, (t->scalarcap - ncell) * sizeof(*t->cell));
	return 0;
}

static int grow_scalars(struct log_table *t, size_t n, struct diag *d)
{
	size_t before = t->scalarcap;

	if (array_resize(&t->scalar, n, sizeof(*t->scalar), d))
		return -1;
	t->scalarcap = n;
	return t->cell ? grow_cells(t, before, d) : 0;
}

/* A new one, called NAME, which is borrowed, perhaps as of validation. */
static int add_scalar(struct log_table *t, size_t *ret, const char *name,
	bool of_valid, struct diag *d)
{
	if (t->nscalar == t->scalarcap &&
		grow_scalars(t, t->nscalar + t->nscalar / 8 + 1, d) < 0)
		return -1;
	t->scalar[t->nscalar] = (struct log_scalar){.name = name,
		.of_valid = of_valid,
		.role = "",
		.min = NAN,
		.max = NAN,
		.last = NAN};
	*ret = t->nscalar++;
	return 0;
}

/* The one of the key itself. */
static int find_own(struct builder *b, size_t *ret, size_t key, struct diag *d)
{
	*ret = log_table_scalar(b->t, key, false);
	if (*ret != LOG_NONE)
		return 0;
	if (add_scalar(b->t, ret, pair_keys_name(b->keys, key),
		    tape_range_of(b->t->tape, key).of_valid, d) < 0)
		return -1;
	b->t->scalar_of[2 * key] = (uint32_t)*ret + 1;
	return 0;
}

/* The one called NAME, which is that of a key, or no key's. */
static int find_valid(
	struct builder *b, size_t *ret, const struct buf *name, struct diag *d)
{
	struct log_table *t = b->t;
	size_t i = pair_keys_get(b->keys, name->data, name->len);

	if (i != SIZE_MAX && is_scalar(b, i))
		return find_own(b, ret, i, d);
	i = names_add(&t->valid, name->data, name->len);
	if (i == NAMES_NONE)
		return diag_nomem(d, name->len);
	if (i < t->nvalid) {
		*ret = t->valid_scalar[i];
		return 0;
	}
	if (add_scalar(t, ret, t->valid.name[i].s, true, d) < 0)
		return -1;
	return array_push(&t->valid_scalar, &t->nvalid, ret, sizeof(*ret), d);
}

/* The number of what KEY tells, a new one where it told nothing before. */
static int find_scalar(
	struct builder *b, size_t *ret, size_t key, bool valid, struct diag *d)
{
	const char *name = pair_keys_name(b->keys, key);
	struct buf full = {0};
	int status;

	*ret = log_table_scalar(b->t, key, valid);
	if (*ret != LOG_NONE)
		return 0;
	/* #v has no name, whatever it is of. */
	if (!valid || *name == '#' || key == b->t->roles.step_key ||
		tape_range_of(b->t->tape, key).of_valid)
		status = find_own(b, ret, key, d);
	else {
		buf_printf(&full, VALID_PREFIX "%s", name);
		status = buf_end(&full, d) ? -1 : find_valid(b, ret, &full, d);
	}
	buf_free(&full);
	if (!status)
		b->t->scalar_of[2 * key + valid] = (uint32_t)*ret + 1;
	return status;
}

/* What ROW tells has scalars. */
static int find_scalars(struct builder *b, const struct tape_row *row,
	bool valid, struct diag *d)
{
	for (size_t i = 0; i < row->n; i++) {
		size_t key = row->key[i], scalar;

		if (is_scalar(b, key) &&
			find_scalar(b, &scalar, key, valid, d) < 0)
			return -1;
	}
	return 0;
}

/* --- records ------------------------------------------------------------- */

static int grow_records(struct log_table *t, struct diag *d)
{
	size_t cap = t->cap ? t->cap + t->cap / 2 : 1024;

	if (array_resize(&t->place, cap + 1, sizeof(*t->place), d) ||
		array_resize(&t->next, cap, sizeof(*t->next), d))
		return -1;
	t->cap = cap;
	return 0;
}

/* The record at hand is in cells, as lines are added to it. */
static void put_single(struct builder *b)
{
	if (b->is_single)
		log_table_put(b->t, &b->single, LOG_TRAINING);
	b->is_single = false;
}

/*
 * Counts what the record at hand tells; several numbers for one are of note
 * unless it is a SETTING.
 */
static void count_record(struct builder *b, bool setting)
{
	struct log_table *t = b->t;

	for (size_t i = 0; b->is_single && i < b->single.n; i++) {
		size_t scalar =
			log_table_scalar(t, b->single.key[i], b->told.is_valid);

		if (scalar != LOG_NONE)
			log_scalar_count(
				&t->scalar[scalar], b->single.value[i]);
	}
	for (size_t i = 0; i < t->nfilled; i++) {
		struct log_cell *c = &t->cell[t->filled[i]];

		c->n = 0;
		if (c->is_mean && !setting)
			log_tally_add(&t->averaged, t, t->filled[i]);
		if (c->is_chosen && !setting)
			log_tally_add(&t->chosen, t, t->filled[i]);
		log_scalar_count(&t->scalar[t->filled[i]], c->value);
	}
	t->nfilled = 0;
	b->is_single = false;
}

static bool has_rates_beside(const struct builder *b)
{
	const struct roles *r = &b->t->roles;
	uint64_t nboth = 0, nloss = 0;

	for (size_t i = 0;
		r->nloss && r->lr != LOG_NONE && i < tape_nshape(b->t->tape);
		i++) {
		const struct tape_shape *s = tape_shape(b->t->tape, i);

		if (s->is_valid || !tape_has_key(s, r->loss[0]))
			continue;
		nloss += s->count;
		nboth += tape_has_key(s, r->lr) ? s->count : 0;
	}
	return nloss && 4 * nboth >= 3 * nloss;
}

/*
 * A line that tells neither, where lines do, does not count; nor does a rate
 * alone, of no step of its own, where losses have theirs: who resumes a run
 * prints its settings once more.
 */
static bool is_aside(const struct builder *b, const struct role_told *told)
{
	if (told->is_valid || (log_knows_values(&b->t->roles) &&
				      !told->has_lr && !told->has_loss))
		return true;
	return told->is_carried && !told->has_loss && b->rates_beside;
}

/* A rate is told beside losses, or not much more often. */
static bool has_few_rates(const struct builder *b)
{
	const struct roles *r = &b->t->roles;

	return r->lr == LOG_NONE ||
	       4 * tape_stat_of(b->t->tape, r->lr)->n <=
		       5 * tape_stat_of(b->t->tape, r->loss[0])->n;
}

/* It stands before all that counts, and tells no loss where lines do. */
static bool is_setting(const struct builder *b, const struct run *run,
	const struct role_told *told)
{
	if (run->last.record != LOG_NONE || told->has_loss)
		return false;
	return b->t->roles.nloss && has_few_rates(b) ? true : is_aside(b, told);
}

/* Adds the record at hand, the last, to its series. */
static int add_record(struct builder *b, struct diag *d)
{
	struct run *run = &b->run[b->of_run];
	const struct roles *r = &b->t->roles;
	struct role_told *told = &b->told;

	run->last = (struct log_neighbour){b->t->n - 1, told->step};
	log_asides_end_wait(b->asides, &run->waits, &run->last);
	told->loss = (double)run->last.record;
	told->has_loss |= !log_knows_values(r);
	return log_series_add(&run->series, told, d);
}

static int close_record(struct builder *b, struct diag *d)
{
	struct role_told *told = &b->told;
	struct run *run;
	bool setting;

	if (!b->is_open)
		return 0;
	b->is_open = false;
	run = &b->run[b->of_run];
	setting = !told->has_step && is_setting(b, run, told);
	count_record(b, setting);
	if (setting || (told->has_step && is_aside(b, told)))
		return log_asides_add(
			b->asides, b->of_run, told, &run->last, &run->waits, d);
	return add_record(b, d);
}

/* ROW, the one that stands at PLACE, begins one. */
static int open_record(struct builder *b, const struct tape_row *row,
	size_t run, const struct role_told *told, uint64_t place,
	struct diag *d)
{
	struct log_table *t = b->t;

	if (t->n == t->cap && grow_records(t, d) < 0)
		return -1;
	t->next[t->n] = LOG_NONE;
	t->place[t->n++] = place;
	b->is_open = true;
	b->of_run = run;
	b->told = *told;
	/* In one of validation two keys may tell the same scalar. */
	b->is_single = row->is_plain && !told->is_valid;
	if (!b->is_single) {
		log_table_put(
			t, row, told->is_valid ? LOG_VALIDATION : LOG_TRAINING);
		return 0;
	}
	if (array_reserve(
		    &b->value, &b->valuecap, row->n, sizeof(*b->value), d))
		return -1;
	memcpy(b->value, row->value, row->n * sizeof(*row->value));
	b->single = *row;
	b->single.value = b->value;
	return 0;
}

/* The line tells what the record at hand has already. */
static bool overlaps(struct builder *b, const struct tape_row *row, bool valid)
{
	put_single(b);
	for (size_t i = 0; i < row->n; i++) {
		size_t scalar = log_table_scalar(b->t, row->key[i], valid);

		if (scalar != LOG_NONE && b->t->cell[scalar].n > 0 &&
			row->key[i] != b->t->roles.step_key)
			return true;
	}
	return false;
}

/*
 * ROW is the bar of the record at hand, drawn once more with what validation
 * told when it was full, as a line about that came between.
 */
static bool is_drawn_again(struct builder *b, const struct role_told *told,
	const struct tape_row *row)
{
	bool more = false;

	if (!b->told.is_bar || !told->is_bar || !b->told.has_step ||
		!told->has_step || told->is_valid)
		return false;
	put_single(b);
	for (size_t i = 0; i < row->n; i++) {
		size_t scalar = log_table_scalar(b->t, row->key[i], false);

		more |= scalar != LOG_NONE && b->t->scalar[scalar].of_valid &&
			!log_table_is_drawn(b->t, scalar);
	}
	return more;
}

static bool is_same(struct builder *b, size_t run, const struct role_told *told,
	const struct tape_row *row)
{
	const struct roles *r = &b->t->roles;

	if (!b->is_open || b->of_run != run)
		return false;
	if (b->is_heading || (told->is_valid && !told->has_step))
		return true;
	if (b->told.has_step && told->has_step && b->told.step != told->step)
		return false;
	if (log_begins_step(r, &b->told, told))
		return false;
	if (log_is_redrawn(&b->told, told) || is_drawn_again(b, told, row) ||
		(r->step_trails && !b->told.has_step && told->has_step))
		return true;
	/* What is told beside the rates and losses begins no row. */
	if (r->step_is_epoch && told->has_step && b->told.has_step &&
		is_aside(b, told) && !told->is_valid)
		return true;
	if (r->step_key == LOG_NONE || r->step_is_epoch || !told->has_step ||
		!b->told.has_step)
		return !overlaps(b, row, told->is_valid);
	return true;
}

static void join(struct role_told *to, const struct role_told *told)
{
	if (!to->has_lr && told->has_lr)
		to->lr = told->lr;
	to->has_lr |= told->has_lr;
	to->has_loss |= told->has_loss;
	to->is_valid &= told->is_valid;
	if (!to->has_step) {
		to->step = told->step;
		to->has_step = told->has_step;
		to->is_named = told->is_named;
		to->is_row = told->is_row;
		to->is_bar = told->is_bar;
		to->shape = told->shape;
	}
	if (isnan(to->epoch))
		to->epoch = told->epoch;
}

/* A named step holds for lines that follow, as if they told it. */
static void carry(
	const struct builder *b, struct run *run, struct role_told *told)
{
	if (told->has_step && told->is_named && !b->t->roles.step_trails)
		run->carried = told->step;
	if (told->has_step || isnan(run->carried) ||
		(told->is_row && b->t->roles.rows_have_step))
		return;
	told->step = run->carried;
	told->has_step = told->is_named = told->is_carried = true;
}

/*
 * "Epoch 2/3", without a step, belongs to what follows, where the first of
 * these lines stands before all steps.
 */
static bool begins_epoch(
	const struct builder *b, struct run *run, const struct role_told *told)
{
	bool is_alone = !told->has_step && !told->has_lr && !told->has_loss;
	bool is_new = told->epoch != run->epoch;

	if (!isfinite(told->epoch) || told->is_valid ||
		b->t->roles.step_is_epoch)
		return false;
	if (isnan(run->epoch))
		run->is_headed = is_alone && run->last.record == LOG_NONE &&
				 !(b->is_open && b->told.has_step);
	run->epoch = told->epoch;
	return run->is_headed && is_alone && is_new;
}

static bool tells(const struct builder *b, const struct tape_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (is_scalar(b, row->key[i]) &&
			row->key[i] != b->t->roles.step_key)
			return true;
	return false;
}

static int add_run(struct builder *b, struct diag *d)
{
	if (array_reserve(&b->run, &b->runcap, b->nrun + 1, sizeof(*b->run), d))
		return -1;
	b->run[b->nrun++] = (struct run){.carried = NAN,
		.epoch = NAN,
		.last = {LOG_NONE, NAN},
		.waits = LOG_NONE,
		.series = {.epoch = NAN,
			.last = NAN,
			.epoch_steps = b->opt->epoch_steps,
			.totals = b->t->roles.totals,
			.apart = b->opt->runs_apart,
			.next = b->t->next}};
	return 0;
}

/* ROW, the line that stands at PLACE. */
static int add_line(struct builder *b, const struct tape_row *row,
	uint64_t place, struct diag *d)
{
	struct log_table *t = b->t;
	struct role_told told;
	size_t nname, run;
	bool begins, is_ours = role_told_of(&told, t->teller, row);
	const char *name = role_run_of(t->teller, row, &nname);

	run = pair_keys_find(t->runs, name ? name : "", nname, true);
	if (run == SIZE_MAX)
		return diag_nomem(d, nname);
	if (run == b->nrun && add_run(b, d) < 0)
		return -1;
	if (!is_ours) {
		b->run[run].odd.nrank += tells(b, row);
		return 0;
	}
	if (told.is_again) {
		b->run[run].odd.ntwice++;
		return 0;
	}
	b->kind = log_kind_of(t, &told, row,
		b->is_open && b->of_run == run ? b->kind : LOG_TRAINING);
	told.is_valid = b->kind != LOG_TRAINING;
	/* A counter of validation counts something else. */
	if (told.is_valid && !t->roles.step_is_epoch &&
		(!told.is_named || b->valid_counts))
		told.has_step = false;
	begins = begins_epoch(b, &b->run[run], &told);
	if (!begins)
		carry(b, &b->run[run], &told);
	if (told.has_lr || told.has_loss)
		b->run[run].odd.nunfinished = told.is_unfinished;
	if (told.is_unfinished)
		return 0;
	if (!tells(b, row)) {
		if (t->roles.step_trails && b->is_open && b->of_run == run)
			join(&b->told, &told);
		return 0;
	}
	if (find_scalars(b, row, told.is_valid, d) < 0)
		return -1;
	if (!begins && is_same(b, run, &told, row)) {
		put_single(b);
		log_table_put(t, row, b->kind);
		join(&b->told, &told);
		b->is_heading &= !b->told.has_step;
		return 0;
	}
	if (close_record(b, d) < 0)
		return -1;
	b->is_heading = begins;
	return open_record(b, row, run, &told, place, d);
}

/* --- runs ---------------------------------------------------------------- */

/* Adds the runs that run I is: it may have begun again. */
static int finish_run(struct builder *b, size_t i, struct diag *d)
{
	struct log *log = &b->t->log;
	struct log_series *series = &b->run[i].series;
	enum log_unit unit = b->t->roles.step_key == LOG_NONE ? LOG_ROWS
			     : b->t->roles.step_is_epoch      ? LOG_EPOCHS
							      : LOG_STEPS;
	size_t first = log->nrun;

	series->next = b->t->next;
	do {
		if (array_push(&log->run, &log->nrun, &b->run[i].odd,
			    sizeof(*log->run), d) ||
			log_series_finish(series, unit, true, NULL,
				&log->run[log->nrun - 1], d))
			return -1;
		b->run[i].odd = (struct log_run){0};
	} while (series->n);
	b->t->first[i] = first;
	log->run[first].napart = log->nrun - first;
	for (size_t k = first; k < log->nrun; k++) {
		log->run[k].part = log->nrun - first > 1 ? k - first + 1 : 0;
		if (b->t->roles.run == LOG_NONE)
			continue;
		log->run[k].name = strdup(pair_keys_name(b->t->runs, i));
		if (!log->run[k].name)
			return diag_nomem(d, 0);
	}
	return 0;
}

/* The best name for the loss of validation plays that part. */
static void set_valid_loss(struct log_table *t)
{
	struct log_scalar *best = NULL;
	unsigned rank = PAIR_RANK_NONE;

	for (size_t i = 0; i < t->nscalar; i++) {
		struct pair_meaning m;

		if (!t->scalar[i].n || t->scalar[i].role[0] ||
			!t->scalar[i].of_valid)
			continue;
		pair_mean(&m, t->scalar[i].name, strlen(t->scalar[i].name));
		if (m.valid_loss >= rank)
			continue;
		best = &t->scalar[i];
		rank = m.valid_loss;
	}
	if (best)
		best->role = "val_loss";
}

/*
 * SHAPE is of lines of several numbers, none of which has a name, or counts.
 */
static bool is_nameless(const struct builder *b, const struct tape_shape *shape)
{
	for (size_t i = 0; i < shape->nkey; i++) {
		const char *name = pair_keys_name(b->keys, shape->key[i]);

		if (strcmp(name, PAIR_KEY_VALUE) != 0 &&
			(strcmp(name, PAIR_KEY_INDEX) != 0 ||
				b->t->roles.step_key == shape->key[i]))
			return false;
	}
	return shape->nkey > 1 && !shape->is_bar;
}

/*
 * 0.25, or epoch 1: 0.25: one number without a name in each line is what the
 * log tells, where nothing with a name is told half as often.
 */
static void name_values(struct builder *b)
{
	struct log_table *t = b->t;
	size_t key =
		pair_keys_get(b->keys, PAIR_KEY_VALUE, strlen(PAIR_KEY_VALUE));
	size_t scalar =
		key == SIZE_MAX ? LOG_NONE : log_table_scalar(t, key, false);

	if (scalar == LOG_NONE || !t->scalar[scalar].n)
		return;
	for (size_t i = 0; i < t->nscalar; i++)
		if (t->scalar[i].name[0] != '#' &&
			strcmp(t->scalar[i].role, "step") != 0 &&
			2 * t->scalar[i].n > t->scalar[scalar].n)
			return;
	for (size_t i = 0; i < tape_nshape(t->tape); i++)
		if (is_nameless(b, tape_shape(t->tape, i)))
			return;
	t->scalar[scalar].name = VALUE_NAME;
}

/* Rows are epochs in all runs. */
static bool are_epochs(const struct log *log)
{
	for (size_t i = 0; i < log->nrun; i++)
		if (log->run[i].unit == LOG_ROWS)
			return false;
	return true;
}

static void set_roles(struct builder *b)
{
	struct log_table *t = b->t;
	size_t epoch = t->roles.step_is_epoch
			       ? log_table_scalar(t, t->roles.step_key, false)
			       : LOG_NONE;

	for (size_t i = 0; i < b->t->roles.nkey; i++)
		if (t->scalar_of[2 * i])
			t->scalar[t->scalar_of[2 * i] - 1].role =
				pair_role_name(
					(enum pair_role)b->t->roles.role[i]);
	if (epoch != LOG_NONE && are_epochs(&t->log))
		t->scalar[epoch].role = pair_role_name(PAIR_STEP);
	set_valid_loss(t);
	name_values(b);
}

/* Room for NRUN runs, and for what all scalars have to say. */
static int make_ends(struct log_table *t, size_t nrun, struct diag *d)
{
	size_t n = t->nscalar;

	t->first = calloc(nrun + 1, sizeof(*t->first));
	t->value = malloc((n + 1) * sizeof(*t->value));
	if (t->is_straight)
		t->place_of = malloc((n + 1) * sizeof(*t->place_of));
	else
		t->seen = calloc(n + 1, sizeof(*t->seen));
	return t->first && t->value && (t->place_of || t->seen)
		       ? 0
		       : diag_nomem(d, n * sizeof(*t->value));
}

/*
 * Counts what records tell otherwise than those do that they are linked to, but
 * for runs that resumed, which is told of the first of those that are apart.
 */
static int tally_links(struct log_table *t, struct diag *d)
{
	struct log_record record;
	size_t nleft = 0;
	bool resumed = false;

	for (size_t i = 0; i < t->log.nrun; i++) {
		const struct log_run *run = &t->log.run[i];

		if (!nleft--) {
			resumed = run->nagain;
			nleft = run->napart - 1;
		}
		for (size_t k = 0; k < run->n && !resumed; k++) {
			if (t->next[(size_t)run->loss[k]] == LOG_NONE)
				continue;
			t->run = i;
			t->at = k;
			if (log_table_next(t, &record, d) < 0)
				return -1;
		}
	}
	log_table_rewind(t);
	return 0;
}

static uint64_t count_nameless(const struct builder *b)
{
	uint64_t n = 0;

	for (size_t i = 0; i < tape_nshape(b->t->tape); i++) {
		const struct tape_shape *s = tape_shape(b->t->tape, i);

		n += is_nameless(b, s) ? s->count : 0;
	}
	return n;
}

static void tell_tally(const struct log_table *t, const struct log_tally *from,
	struct log_several *to)
{
	to->n = from->n;
	to->name = from->n ? t->scalar[from->first].name : NULL;
}

static int finish(struct builder *b, struct diag *d)
{
	struct log_table *t = b->t;

	if ((!t->n && grow_records(t, d) < 0) || close_record(b, d) < 0 ||
		make_ends(t, b->nrun, d) < 0)
		return -1;
	t->place[t->n] = tape_place(t->tape);
	for (size_t i = 0; i < b->nrun; i++)
		if (finish_run(b, i, d) < 0)
			return -1;
	if (log_asides_place(b->asides, d) < 0 || tally_links(t, d) < 0)
		return -1;
	set_roles(b);
	t->log.nnameless = count_nameless(b);
	tell_tally(t, &t->averaged, &t->log.averaged);
	tell_tally(t, &t->chosen, &t->log.chosen);
	return 0;
}

static int finish_straight(struct builder *b, struct diag *d)
{
	struct log_table *t = b->t;
	struct log_run run = {.n = t->n, .unit = LOG_STEPS, .napart = 1};

	if (make_ends(t, 1, d) < 0 ||
		array_push(&t->log.run, &t->log.nrun, &run, sizeof(run), d))
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

	if (role_find(&b->t->roles, b->t->tape, b->keys, &b->opt->role,
		    &none) == 0 ||
		(none.class == DIAG_DATA && !b->t->roles.lacks_given))
		return 0;
	*d = none;
	return -1;
}

static int make_room(struct builder *b, struct diag *d)
{
	size_t n = 2 * pair_keys_n(b->keys) + 1;

	struct log_table *t = b->t;

	t->scalar_of = calloc(n, sizeof(*t->scalar_of));
	if (!t->scalar_of)
		return diag_nomem(d, n * sizeof(*t->scalar_of));
	if (log_asides_new(&b->asides, t, d) < 0)
		return -1;
	return role_teller_new(&t->teller, t->tape, &t->roles, d);
}

/* Scalars stand in the order in which the log names them. */
static int name_scalars(struct builder *b, struct diag *d)
{
	size_t scalar;

	if (grow_scalars(b->t, tape_nkey(b->t->tape) + 1, d) < 0)
		return -1;
	for (size_t key = 0; key < tape_nkey(b->t->tape); key++)
		if (tape_range_of(b->t->tape, key).n && is_scalar(b, key) &&
			find_scalar(b, &scalar, key, false, d) < 0)
			return -1;
	return 0;
}

/*
 * {"mode": "val", "iter": 64}: lines of validation that all tell one step, as
 * often as they come, tell how many batches it has.
 */
static int look_at_validation(struct builder *b, struct diag *d)
{
	struct log_table *t = b->t;
	struct role_told told;
	struct tape_row row;
	double step = NAN;
	size_t n = 0;
	int got = 0;

	for (size_t i = 0; i < tape_nshape(t->tape); i++)
		b->valid_counts |= tape_shape(t->tape, i)->is_valid;
	b->valid_counts |= t->roles.phase != LOG_NONE;
	while (b->valid_counts && (got = tape_next(t->tape, &row, d)) > 0) {
		if (!role_told_of(&told, t->teller, &row) || !told.is_valid ||
			!told.has_step || !told.is_named)
			continue;
		b->valid_counts = !n++ || told.step == step;
		step = told.step;
	}
	b->valid_counts &= n > 1;
	return got < 0 ? -1 : tape_seek(t->tape, 0, d);
}

static int add_lines(struct builder *b, struct diag *d)
{
	struct tape_row row;
	uint64_t place = tape_place(b->t->tape);
	int got;

	while ((got = tape_next(b->t->tape, &row, d)) > 0) {
		if (add_line(b, &row, place, d) < 0)
			return -1;
		place = tape_place(b->t->tape);
	}
	return got;
}

static int build(struct builder *b, struct source *s, struct diag *d)
{
	if (role_read(&b->t->tape, s, &b->opt->role, b->opt->tmpdir, true, d) <
		0)
		return -1;
	source_odd(s, &b->t->log.odd);
	if (decide(b, d) < 0 || make_room(b, d) < 0 || name_scalars(b, d) < 0)
		return -1;
	b->rates_beside = has_rates_beside(b);
	log_tell(&b->t->roles, b->keys, &b->t->log);
	if (role_find_again(&b->t->roles, b->t->tape, d) < 0)
		return -1;
	if (log_table_find_straight(b->t))
		return finish_straight(b, d);
	if (grow_cells(b->t, 0, d) < 0 || look_at_validation(b, d) < 0 ||
		add_lines(b, d) < 0)
		return -1;
	return finish(b, d);
}

static void release(struct builder *b)
{
	for (size_t i = 0; i < b->nrun; i++)
		log_series_free(&b->run[i].series);
	free(b->run);
	free(b->value);
	log_asides_free(b->asides);
}

int log_table_read(struct log_table **ret, struct source *s,
	const struct log_options *opt, struct diag *d)
{
	struct log_table *t = calloc(1, sizeof(*t));
	struct builder b = {.t = t, .opt = opt, .keys = source_keys(s)};
	int status;

	*ret = NULL;
	if (!t)
		return diag_nomem(d, sizeof(*t));
	status = pair_keys_new(&t->runs, d);
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
