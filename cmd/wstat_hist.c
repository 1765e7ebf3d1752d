/* SPDX-License-Identifier: MIT */
/* wstat --hist: the magnitudes of tensors as rows that wplan merges. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "wstat.h"

const struct rows_column wstat_hist_column[WSTAT_HIST_NCOLUMN] = {
	{"version", ROWS_WHOLE, ROWS_SHOWN},
	{"rules", ROWS_TEXT, ROWS_SHOWN},
	{"file", ROWS_TEXT, ROWS_SHOWN},
	{"tensor", ROWS_TEXT, ROWS_SHOWN},
	{"dtype", ROWS_TEXT, ROWS_SHOWN},
	{"shape", ROWS_TEXT, ROWS_SHOWN},
	{"n", ROWS_WHOLE, ROWS_SHOWN},
	{"decision", ROWS_TEXT, ROWS_SHOWN},
	{"nan", ROWS_WHOLE, ROWS_SHOWN},
	{"shift", ROWS_WHOLE, ROWS_SHOWN},
	{"key", ROWS_TEXT, ROWS_SHOWN},
	{"count", ROWS_WHOLE, ROWS_SHOWN},
	{"squares", ROWS_TEXT, ROWS_SHOWN},
};

/* What a tensor's rows are written with. */
struct writing {
	struct rows *rows;
	struct output *out;
	const struct plan_file *plan;
	char rules[PLAN_RULES_MAX];
};

static void add_squares(struct rows *r, const struct plan_squares *s)
{
	const unsigned long long middle = (unsigned long long)(s->low >> 64);
	const unsigned long long low = (unsigned long long)s->low;
	char text[64];

	if (s->high)
		snprintf(text, sizeof(text), "0x%llx%016llx%016llx",
			(unsigned long long)s->high, middle, low);
	else if (middle)
		snprintf(text, sizeof(text), "0x%llx%016llx", middle, low);
	else
		snprintf(text, sizeof(text), "0x%llx", low);
	rows_text(r, text);
}

/* B may be NULL: of a tensor that has none, one row says so. */
static void add_row(struct writing *w, const struct plan_tensor *t,
	const char *shape, const struct plan_bucket *b)
{
	struct rows *r = w->rows;

	rows_u64(r, PLAN_VERSION);
	rows_text(r, w->rules);
	rows_text(r, t->file);
	rows_text(r, t->name);
	rows_text(r, tensor_dtype_info[t->dtype].name);
	rows_text(r, shape);
	rows_u64(r, t->n);
	rows_text(r, choice_decision_name[t->decision]);
	rows_u64(r, t->nan);
	if (b) {
		rows_u64(r, b->shift);
		rows_hex(r, b->first >> b->shift);
		rows_u64(r, b->count);
		if (b->shift)
			add_squares(r, &b->squares);
	}
	rows_end(r);
}

static int emit(void *ctx, const struct plan_tensor *t, struct diag *d)
{
	struct writing *w = ctx;
	const struct tensor_shape_text shape =
		tensor_shape_text(t->shape, t->ndim);

	if (t->nbucket == 0)
		add_row(w, t, shape.text, NULL);
	for (size_t i = 0; i < t->nbucket; i++)
		add_row(w, t, shape.text, &t->bucket[i]);
	return rows_write(w->rows, w->out, d);
}

static struct plan_bracket bracket(void *ctx, const char *name)
{
	const struct writing *w = ctx;
	const struct plan_entry *e = plan_file_find(w->plan, name);

	if (!e || e->exact)
		return (struct plan_bracket){0, 0};
	return e->bracket;
}

int wstat_hist(const struct tensor_model *m, const struct plan_file *plan,
	struct plan_count *how, struct rows *rows, struct output *out,
	struct diag *d)
{
	struct writing w = {.rows = rows, .out = out, .plan = plan};

	/* A plan tells tensors by their names. */
	if (tensor_model_named(m, d))
		return -1;
	plan_choice_name(how->choice, w.rules);
	if (plan && plan->rules && strcmp(plan->rules, w.rules) != 0) {
		diag_set(d, DIAG_DATA,
			"a plan of other tensors; expected the --include, "
			"--exclude and --only that its histograms were counted "
			"with");
		return diag_at(d, "%s", m->name);
	}
	how->bracket = plan ? bracket : NULL;
	how->emit = emit;
	how->ctx = &w;
	rows_header(rows);
	return plan_count(m, how, d);
}
