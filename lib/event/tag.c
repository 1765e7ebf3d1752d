/* SPDX-License-Identifier: MIT */
/* What is known of each tag of a file, by its name. */
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/names.h"
#include "event/event_impl.h"

struct tags {
	struct names names;
	enum tag_kind *kind; /* by number */
	size_t nkind;        /* there is room for; of no tag yet: TAG_NEW */
};

int event_tags_new(struct tags **ret, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : diag_nomem(d, sizeof(**ret));
}

void event_tags_free(struct tags *t)
{
	if (!t)
		return;
	names_free(&t->names);
	free(t->kind);
	free(t);
}

/* Makes room for the kind of each tag. */
static int make_room(struct tags *t)
{
	size_t n = names_room(&t->names);

	if (array_resize(&t->kind, n, sizeof(*t->kind), NULL))
		return -1;
	for (; t->nkind < n; t->nkind++)
		t->kind[t->nkind] = TAG_NEW;
	return 0;
}

enum tag_kind *event_tags_find(struct tags *t, const void *tag, size_t n)
{
	size_t i = names_add(&t->names, n ? tag : "", n);

	if (i == NAMES_NONE)
		return NULL;
	if (i >= t->nkind && make_room(t) < 0)
		return NULL;
	return &t->kind[i];
}
