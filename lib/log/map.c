/* SPDX-License-Identifier: MIT */
/*
 * Columns by the names the user gave, else by the best guess if it is the
 * only one so good.
 */
#include "log/log_impl.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"

static bool is_named(const struct csv_cell *cell, const char *name, size_t n)
{
	return cell->n == n && memcmp(cell->p, name, n) == 0;
}

/* The best fit of any column for ROLE. */
static unsigned best_fit(const struct csv_row *row, enum log_role role)
{
	unsigned best = 0;

	for (size_t i = 0; i < row->ncell; i++) {
		unsigned fit =
			log_name_fit(role, row->cell[i].p, row->cell[i].n);

		best = fit > best ? fit : best;
	}
	return best;
}

static bool is_candidate(
	const struct csv_row *row, size_t i, enum log_role role, unsigned fit)
{
	return fit > 0 &&
	       log_name_fit(role, row->cell[i].p, row->cell[i].n) == fit;
}

/* The names of those columns that fit as well as FIT, or of all for 0. */
static int list_names(struct buf *b, const struct csv_row *row,
	enum log_role role, unsigned fit)
{
	for (size_t i = 0; i < row->ncell && b->len < 512; i++) {
		if (fit && !is_candidate(row, i, role, fit))
			continue;
		if (b->len && buf_adds(b, ", ") < 0)
			return -1;
		if (buf_add(b, row->cell[i].p, row->cell[i].n) < 0)
			return -1;
	}
	return buf_terminate(b);
}

static int fail_with_names(const struct csv_row *row, enum log_role role,
	unsigned fit, const char *found, const char *expected, struct diag *d)
{
	struct buf names = {0};

	if (list_names(&names, row, role, fit) < 0)
		diag_nomem(d, names.len);
	else
		diag_set(d, DIAG_DATA, "%s %s: %s; expected %s", found,
			log_role_phrase(role), names.data, expected);
	buf_free(&names);
	return diag_at(d, "%llu", (unsigned long long)row->line);
}

static int find_named(size_t *ret, const struct csv_row *row,
	enum log_role role, const char *name, size_t n, struct diag *d)
{
	char found[160];
	size_t count = 0;

	for (size_t i = 0; i < row->ncell; i++) {
		if (is_named(&row->cell[i], name, n)) {
			*ret = i;
			count++;
		}
	}
	if (count == 1)
		return 0;
	if (count == 0) {
		snprintf(found, sizeof(found), "no column '%.*s' for",
			n < 100 ? (int)n : 100, name);
		return fail_with_names(row, role, 0, found,
			"one of these, which are all it has", d);
	}
	diag_set(d, DIAG_DATA, "%zu columns named '%.*s'; expected one", count,
		n < 100 ? (int)n : 100, name);
	return diag_at(d, "%llu", (unsigned long long)row->line);
}

/* The first column that fits as well as any; *COUNT_RET do. */
static size_t find_best(
	const struct csv_row *row, enum log_role role, size_t *count_ret)
{
	unsigned fit = best_fit(row, role);
	size_t first = MAP_NONE;

	*count_ret = 0;
	for (size_t i = 0; i < row->ncell; i++) {
		if (!is_candidate(row, i, role, fit))
			continue;
		first = *count_ret ? first : i;
		++*count_ret;
	}
	return first;
}

/* MAP_NONE if nothing fits. */
static int guess(size_t *ret, const struct csv_row *row, enum log_role role,
	const struct log_options *opt, struct diag *d)
{
	char option[64];
	size_t count;

	*ret = find_best(row, role, &count);
	if (count <= 1)
		return 0;
	snprintf(option, sizeof(option), "--%s%s with one of them",
		log_role_name(role), opt->rates_only ? "-column" : "");
	return fail_with_names(row, role, best_fit(row, role),
		"several columns may be", option, d);
}

/* Groups of parameters have rates of their own: the first is as good as any. */
static int guess_lr(struct log_map *map, const struct csv_row *row,
	const struct log_options *opt, struct diag *d)
{
	if (!opt->rates_only)
		return guess(&map->lr, row, ROLE_LR, opt, d);
	map->lr = find_best(row, ROLE_LR, &map->nlr);
	return 0;
}

static int need(const struct csv_row *row, enum log_role role, size_t found,
	const struct log_options *opt, struct diag *d)
{
	const char *expected =
		opt->rates_only   ? "--lr-column with one of them"
		: role == ROLE_LR ? "--lr with one of them, or --lr-table FILE"
				  : "--loss with one of them";

	if (found != MAP_NONE)
		return 0;
	return fail_with_names(
		row, role, 0, "no column is known to be", expected, d);
}

/* The whole of SUM as one name, else the names between its plus signs. */
static int find_sum(struct log_map *map, const struct csv_row *row,
	const char *sum, struct diag *d)
{
	map->nloss = 1;
	if (!strchr(sum, '+') || find_named(&map->loss[0], row, ROLE_LOSS, sum,
					 strlen(sum), d) == 0)
		return find_named(
			&map->loss[0], row, ROLE_LOSS, sum, strlen(sum), d);
	for (map->nloss = 0; map->nloss < MAP_SUM_MAX; sum++) {
		size_t n = strcspn(sum, "+");

		if (find_named(&map->loss[map->nloss++], row, ROLE_LOSS, sum, n,
			    d) < 0)
			return -1;
		sum += n;
		if (!*sum)
			return 0;
	}
	return diag_set(
		d, DIAG_USAGE, "--loss adds more than %d columns", MAP_SUM_MAX);
}

static bool all_numbers(const struct csv_row *row)
{
	double x;

	for (size_t i = 0; i < row->ncell; i++)
		if (row->cell[i].n &&
			num_cell_double(row->cell[i].p, row->cell[i].n, &x) < 0)
			return false;
	return true;
}

static int find_role(size_t *ret, const struct csv_row *row, enum log_role role,
	const char *name, const struct log_options *opt, struct diag *d)
{
	if (name)
		return find_named(ret, row, role, name, strlen(name), d);
	return guess(ret, row, role, opt, d);
}

static int find_lr(struct log_map *map, const struct csv_row *row,
	const struct log_options *opt, struct diag *d)
{
	if ((opt->lr ? find_named(&map->lr, row, ROLE_LR, opt->lr,
			       strlen(opt->lr), d)
		     : guess_lr(map, row, opt, d)) < 0)
		return -1;
	return need(row, ROLE_LR, map->lr, opt, d);
}

/* The columns that help where they are. */
static void find_more(struct log_map *map, const struct csv_row *row)
{
	const struct csv_cell *step;
	size_t count;

	map->phase = find_best(row, ROLE_PHASE, &count);
	map->epoch = find_best(row, ROLE_EPOCH, &count);
	if (map->step == MAP_NONE)
		return;
	step = &row->cell[map->step];
	map->step_is_epoch = log_name_fit(ROLE_EPOCH, step->p, step->n) > 0;
}

/* Where rates are followed, a log is one run unless its column is named. */
static bool is_run_wanted(const struct log_options *opt)
{
	return opt->run ? opt->run[0] != '\0' : !opt->rates_only;
}

int log_map(struct log_map *ret, const struct csv_row *row,
	const struct log_options *opt, struct diag *d)
{
	enum log_role loss = opt->metric ? ROLE_METRIC : ROLE_LOSS;

	*ret = (struct log_map){.ncol = row->ncell,
		.lr = MAP_NONE,
		.run = MAP_NONE,
		.epoch = MAP_NONE};
	if (all_numbers(row)) {
		diag_set(d, DIAG_DATA,
			"a row of numbers; expected the names of the columns");
		return diag_at(d, "%llu", (unsigned long long)row->line);
	}
	if (opt->loss) {
		if (find_sum(ret, row, opt->loss, d) < 0)
			return -1;
	} else if (!opt->rates_only) {
		ret->nloss = 1;
		if (guess(&ret->loss[0], row, loss, opt, d) < 0 ||
			need(row, loss, ret->loss[0], opt, d) < 0)
			return -1;
	}
	if (!opt->rates && find_lr(ret, row, opt, d) < 0)
		return -1;
	if (is_run_wanted(opt) &&
		find_role(&ret->run, row, ROLE_RUN, opt->run, opt, d) < 0)
		return -1;
	if (find_role(&ret->step, row, ROLE_STEP, opt->step, opt, d) < 0)
		return -1;
	find_more(ret, row);
	return 0;
}

/* The name the user gave for ROLE, if any. */
static const char *given(const struct log_options *opt, enum log_role role)
{
	switch (role) {
	case ROLE_STEP: return opt->step;
	case ROLE_LR: return opt->lr;
	case ROLE_LOSS:
	case ROLE_METRIC: return opt->loss;
	case ROLE_RUN: return opt->run;
	default: return NULL;
	}
}

/* NAME itself or, for losses, one of those it adds. */
static bool is_given(
	const struct csv_cell *cell, enum log_role role, const char *name)
{
	if (is_named(cell, name, strlen(name)))
		return true;
	if (role != ROLE_LOSS && role != ROLE_METRIC)
		return false;
	for (;; name++) {
		size_t n = strcspn(name, "+");

		if (is_named(cell, name, n))
			return true;
		name += n;
		if (!*name)
			return false;
	}
}

struct log_best log_map_best(const struct csv_row *row)
{
	struct log_best best;

	for (enum log_role role = 0; role < NROLE; role++)
		best.fit[role] = best_fit(row, role);
	return best;
}

enum log_role log_map_guess(const struct csv_row *row, size_t column,
	const struct log_best *best, const struct log_options *opt)
{
	const enum log_role roles[] = {ROLE_STEP, ROLE_LR,
		opt->metric ? ROLE_METRIC : ROLE_LOSS, ROLE_RUN, ROLE_EPOCH,
		ROLE_PHASE};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		const char *name = given(opt, roles[i]);

		if (roles[i] == ROLE_LR && opt->rates)
			continue;
		if (name ? is_given(&row->cell[column], roles[i], name)
			 : is_candidate(
				   row, column, roles[i], best->fit[roles[i]]))
			return roles[i];
	}
	return NROLE;
}
