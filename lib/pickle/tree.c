/* SPDX-License-Identifier: MIT */
/* Looks up what is in the tree that a pickle was read into. */
#include <string.h>

#include "base/str.h"
#include "pickle/pickle_impl.h"

const struct pickle_node *pickle_child(
	const struct pickle *k, const struct pickle_node *x, size_t i)
{
	return x && i < x->n ? pickle_node(k, x->child[i]) : NULL;
}

const struct pickle_node *pickle_at(const struct pickle *k, size_t i)
{
	return i < k->nnode ? pickle_node(k, (uint32_t)i) : NULL;
}

const struct pickle_global *pickle_row(
	const struct pickle *k, const struct pickle_node *x)
{
	return &k->globals->row[x->i];
}

bool pickle_is_new(struct pickle *k, const struct pickle_node *x)
{
	struct pickle_node *mine = &k->node[x - k->node];
	bool is_new = !mine->is_seen;

	mine->is_seen = true;
	return is_new;
}

bool pickle_is_text(const struct pickle_node *x, const char *text)
{
	return x && x->kind == PICKLE_TEXT &&
	       str_is(x->text, (size_t)x->i, text);
}

const struct pickle_node *pickle_item(
	const struct pickle *k, const struct pickle_node *x, const char *key)
{
	for (size_t i = 0; x->kind == PICKLE_DICT && i + 1 < x->n; i += 2) {
		if (pickle_is_text(pickle_child(k, x, i), key))
			return pickle_child(k, x, i + 1);
	}
	return NULL;
}

bool pickle_lists(const struct pickle *k, const struct pickle_node *x,
	const struct pickle_node *text)
{
	for (size_t i = 0; x->kind == PICKLE_LIST && i < x->n; i++) {
		const struct pickle_node *own = pickle_child(k, x, i);

		if (own->kind == PICKLE_TEXT && text->kind == PICKLE_TEXT &&
			own->i == text->i &&
			!memcmp(own->text, text->text, (size_t)own->i))
			return true;
	}
	return false;
}
