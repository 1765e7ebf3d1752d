/* SPDX-License-Identifier: MIT */
/* Plans in tables: reading them. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "file/input.h"
#include "plan/plan_impl.h"
#include "text/table.h"

enum column {
	VERSION,
	RULES,
	TENSOR,
	DTYPE,
	N,
	DECISION,
	K,
	EXACT,
	LO,
	HI,
	NCOLUMN
};

static const char *const column[NCOLUMN + 1] = {
	[VERSION] = "version",
	[RULES] = "rules",
	[TENSOR] = "tensor",
	[DTYPE] = "dtype",
	[N] = "n",
	[DECISION] = "decision",
	[K] = "k",
	[EXACT] = "exact",
	[LO] = "lo",
	[HI] = "hi",
};

int plan_read_head(const struct table *t, char **rules, struct diag *d)
{
	uint64_t version;

	if (table_u64(t, VERSION, PLAN_VERSION, &version, d))
		return -1;
	if (version != PLAN_VERSION)
		return table_bad(t, VERSION, "1", d);
	if (!*rules)
		return table_text(t, RULES, rules, d);
	if (table_is(t, RULES, *rules))
		return 0;
	return table_bad(t, RULES,
		"those of the rows before: tensors chosen by the same patterns",
		d);
}

static int read_bracket(
	const struct table *t, struct plan_entry *e, struct diag *d)
{
	if (table_cell(t, LO).n == 0 && table_cell(t, HI).n == 0)
		return 0;
	if (table_u64(t, LO, UINT64_MAX >> 1, &e->bracket.lo, d) ||
		table_u64(t, HI, (UINT64_MAX >> 1) + 1, &e->bracket.hi, d))
		return -1;
	return e->bracket.lo < e->bracket.hi
		       ? 0
		       : table_bad(t, HI, "a key above lo", d);
}

static int read_entry(
	const struct table *t, struct plan_entry *e, struct diag *d)
{
	uint64_t exact = 1;

	if (table_text(t, TENSOR, &e->name, d) ||
		table_u64(t, N, UINT64_MAX, &e->n, d))
		return -1;
	e->prune = table_is(t, DECISION, choice_decision_name[CHOICE_YES]);
	if (e->prune && table_u64(t, EXACT, 1, &exact, d))
		return -1;
	e->exact = exact;
	if (e->prune && e->exact && table_u64(t, K, e->n, &e->k, d))
		return -1;
	return read_bracket(t, e, d);
}

static int add_entry(void *ctx, const struct table *t, struct diag *d)
{
	struct plan_file *p = ctx;
	struct plan_entry *e;

	if (plan_read_head(t, &p->rules, d))
		return -1;
	e = array_room(p->entry, p->nentry, sizeof(*e), d);
	if (!e)
		return -1;
	p->entry = e;
	e += p->nentry++;
	*e = (struct plan_entry){.dtype = plan_cell_dtype(t, DTYPE)};
	return read_entry(t, e, d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct plan_entry *)a)->name,
		((const struct plan_entry *)b)->name);
}

static int sort(struct plan_file *p, const struct input *in, struct diag *d)
{
	if (p->nentry)
		qsort(p->entry, p->nentry, sizeof(*p->entry), by_name);
	for (size_t i = 1; i < p->nentry; i++)
		if (strcmp(p->entry[i - 1].name, p->entry[i].name) == 0) {
			diag_set(d, DIAG_DATA, "two rows; expected one");
			diag_at(d, "%.200s", p->entry[i].name);
			return diag_at(d, "%s", in->name);
		}
	return 0;
}

int plan_file_read(struct plan_file *p, const char *path, struct diag *d)
{
	struct input in;
	int bad;

	*p = (struct plan_file){0};
	if (!path)
		return 0;
	if (input_open(&in, path, d))
		return -1;
	bad = table_read(&in, "a plan, as wplan prints it", column, add_entry,
		      p, d) ||
	      sort(p, &in, d);
	input_close(&in);
	if (bad)
		plan_file_free(p);
	return bad ? -1 : 0;
}

const struct plan_entry *plan_file_find(
	const struct plan_file *p, const char *name)
{
	struct plan_entry like = {.name = (char *)(uintptr_t)name};

	if (p->nentry == 0)
		return NULL;
	return bsearch(&like, p->entry, p->nentry, sizeof(like), by_name);
}

void plan_file_free(struct plan_file *p)
{
	for (size_t i = 0; i < p->nentry; i++)
		free(p->entry[i].name);
	free(p->entry);
	free(p->rules);
	*p = (struct plan_file){0};
}
