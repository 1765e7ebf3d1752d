/* SPDX-License-Identifier: MIT */
/*
 * What waits in text: words for the number that they name, a number for the
 * words behind it, a heading for the names below it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/str.h"
#include "form/form_impl.h"

/* More is prose. */
#define NAME_MAX_NBYTES 200
#define GROUP_MAX 16

/* --- pairs --------------------------------------------------------------- */

void form_pending_forget(struct form_pending *s)
{
	s->name = NULL;
	s->spread = s->assigned = false;
	s->group = 0;
	s->measure = PAIR_MEASURE_NONE;
}

/* Appends the words [P, END) to the path, with one blank between them. */
static void add_words(struct form_pending *s, const char *p, const char *end)
{
	struct buf *path = &s->o->path;

	if (buf_reserve(path, (size_t)(end - p) + 1) < 0) {
		s->o->failed = true;
		return;
	}
	while (p < end) {
		char c = *p++;

		if (c == ' ' || c == '\t') {
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
			c = ' ';
		}
		path->data[path->len++] = c;
	}
}

/*
 * The key of the name [P, END), its words in one piece or not, and what
 * stands behind it.
 */
static size_t key_of(struct form_pending *s, const char *p, const char *end,
	bool spread, const char *behind)
{
	struct buf *path = &s->o->path;
	size_t key, n = behind ? strlen(behind) : 0;

	if (end - p > NAME_MAX_NBYTES)
		p = end - NAME_MAX_NBYTES;
	if (!spread && !s->section && n == 0)
		return pair_keys_find(s->o->keys, p, (size_t)(end - p), true);
	path->len = 0;
	if (s->section) {
		add_words(s, s->section, s->section + s->nsection);
		add_words(s, " ", &" "[1]);
	}
	add_words(s, p, end);
	buf_add(path, behind, n);
	if (buf_failed(path))
		s->o->failed = true;
	key = s->o->failed
		      ? SIZE_MAX
		      : pair_keys_find(s->o->keys, path->data, path->len, true);
	path->len = 0;
	return key;
}

static void add(struct form_pending *s, size_t key, double x, double total)
{
	pair_list_add(s->o, key, x, total, s->form);
}

void form_pending_unnamed(
	struct form_pending *s, const char *key, double x, double total)
{
	add(s, pair_keys_find(s->o->keys, key, strlen(key), true), x, total);
}

/*
 * What stands behind the name of group N: "" of the first, then #1 and so on.
 */
static void put_group(char out[GROUP_MAX], unsigned n)
{
	*out = '\0';
	if (n)
		snprintf(out, GROUP_MAX, "#%u", n);
}

void form_pending_flush(struct form_pending *s)
{
	if (!s->has_bare)
		return;
	s->has_bare = false;
	s->form = s->bare_form;
	if (!isnan(s->bare_total) || s->nunit == SIZE_MAX)
		form_pending_unnamed(s, PAIR_KEY_COUNT, s->bare, s->bare_total);
	else if (s->nunit == 1 && *s->unit == '%')
		return;
	else if (s->nunit)
		add(s, pair_keys_find(s->o->keys, s->unit, s->nunit, true),
			s->bare, NAN);
	else {
		form_pending_unnamed(s, PAIR_KEY_VALUE, s->bare, NAN);
		s->has_value = true;
	}
}

/* The word that S[0..n) begins with. */
static size_t first_word(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && str_is_name_char(s[i]))
		i++;
	return i < n && s[i] != ' ' ? 0 : i;
}

/*
 * What was told below a word for validation gets its name, as training
 * follows.
 */
static void name_section(struct form_pending *s)
{
	s->section = s->first;
	s->nsection = s->nfirst;
	for (size_t i = s->first_at; i < s->o->n; i++) {
		const char *name =
			pair_keys_name(s->o->keys, s->o->pair[i].key);

		if (*name != '#')
			s->o->pair[i].key = key_of(
				s, name, name + strlen(name), false, NULL);
	}
	s->section = NULL;
	s->first = NULL;
	s->o->is_valid = false;
}

/* S[0..n) is a word for times, and a unit of these stands behind it. */
static bool is_of_times(const char *s, size_t n)
{
	static const char *const words[] = {"time", "times"};
	const char *unit = s + n + strspn(s + n, " ") + 1;

	return pair_mark_among(s, n, words, 2) && unit[-1] == '(' &&
	       pair_mark_measure(unit, strcspn(unit, ")")) == PAIR_MEASURE_TIME;
}

/*
 * The word that says of what a heading is: the first, or one that is alone in
 * brackets, Epoch (valid) metrics.  Sets how long it is.
 */
static const char *phase_in(const struct form_pending *s, size_t *n)
{
	size_t nname = (size_t)(s->name_end - s->name);
	const char *in = memchr(s->name, '(', nname), *close;

	if (in && (close = memchr(in, ')', nname - (size_t)(in - s->name)))) {
		*n = (size_t)(close - ++in);
		if (pair_mark_valid(in, *n) || pair_mark_train(in, *n))
			return in;
	}
	*n = first_word(s->name, nname);
	return s->name;
}

/*
 * The pending name, that no number follows, may say of what the line is or,
 * where it has told of training before, what comes next.
 */
static void take_heading(struct form_pending *s)
{
	size_t nword;
	const char *word = phase_in(s, &nword);

	if (pair_mark_valid(word, nword)) {
		if (s->has_value && word == s->name) {
			s->section = word;
			s->nsection = nword;
		} else {
			s->o->is_valid = true;
			s->first = word;
			s->nfirst = nword;
			s->first_at = s->o->n;
		}
	} else if (pair_mark_train(word, nword)) {
		s->section = NULL;
		if (s->first)
			name_section(s);
	} else if (is_of_times(s->name, (size_t)(s->name_end - s->name)))
		s->of = PAIR_MEASURE_TIME;
}

/* The pair of the pending name and X only counts. */
static bool counts(const struct form_pending *s, double x, double total)
{
	return !isnan(total) ||
	       (x == floor(x) &&
		       (s->o->n == s->npair ||
			       pair_mark_any(s->name,
				       (size_t)(s->name_end - s->name),
				       pair_mark_step, true)));
}

/* x a to b: b is what counts, under the name before; x a of b: its total. */
static bool take_over(struct form_pending *s, double x)
{
	if (s->o->n == s->segment || s->name_end - s->name != 2)
		return false;
	struct pair *pair = &s->o->pair[s->o->n - 1];

	if (pair->text)
		return false;
	if (strncmp(s->name, "of", 2) == 0 &&
		pair->value == floor(pair->value)) {
		pair->total = x;
		form_pending_forget(s);
		return true;
	}
	if (strncmp(s->name, "to", 2) != 0)
		return false;
	const char *name = pair_keys_name(s->o->keys, pair->key);
	size_t n = strlen(name);
	char group[GROUP_MAX];

	if (n > 5 && strcmp(name + n - 5, "group") == 0 && pair->value > 0 &&
		pair->value < 1000) {
		put_group(group, (unsigned)pair->value);
		pair->key = key_of(s, name, name + n, false, group);
	}
	pair->value = x;
	pair->total = NAN;
	pair->form = s->form;
	form_pending_forget(s);
	return true;
}

/* S[0..n) only says that a value follows. */
static bool is_verb(const char *s, size_t n)
{
	static const char *const verbs[] = {"is", "was", "are", "equals"};

	return (n == 2 || n == 3 || n == 6) && pair_mark_among(s, n, verbs, 4);
}

/*
 * Loss at step, loss after epoch: what is told is behind the number X, which
 * has no name, as in loss at step 3: 2.5.
 */
static bool take_sentence(struct form_pending *s, double x)
{
	static const char *const joins[] = {"at", "after", "in", "for", "of"};

	if (s->o->n == s->segment || s->o->n == 0)
		return false;
	struct pair *pair = &s->o->pair[s->o->n - 1];
	const char *name = pair_keys_name(s->o->keys, pair->key);
	const char *last = strrchr(name, ' '), *join = last;

	if (!last || pair->text || !pair_mark_step(last + 1, strlen(last + 1)))
		return false;
	while (join > name && join[-1] != ' ')
		join--;
	if (join == name ||
		!pair_mark_among(join, (size_t)(last - join), joins, 5))
		return false;
	size_t told = key_of(s, name, join - 1, false, NULL);

	pair->key =
		key_of(s, last + 1, last + 1 + strlen(last + 1), false, NULL);
	add(s, told, x, NAN);
	s->has_value = true;
	s->last = s->o->n;
	form_pending_forget(s);
	return true;
}

/*
 * Train loss 100 0.51: a whole number between a name of what is measured and
 * its value counts.
 */
static bool take_counted(struct form_pending *s, double x)
{
	struct pair *pair;
	const char *name;
	struct pair_meaning m;
	size_t told;

	if (s->last == 0 || s->last != s->o->n)
		return false;
	pair = &s->o->pair[s->last - 1];
	if (s->has_assign || pair->text || x == floor(x) ||
		pair->value != floor(pair->value) || !isnan(pair->total))
		return false;
	told = pair->key;
	name = pair_keys_name(s->o->keys, told);
	pair_mean(&m, name, strlen(name));
	if (m.rank[PAIR_LOSS] == PAIR_RANK_NONE &&
		m.rank[PAIR_METRIC] == PAIR_RANK_NONE)
		return false;
	pair->key = pair_keys_find(
		s->o->keys, PAIR_KEY_NUMBER, strlen(PAIR_KEY_NUMBER), true);
	add(s, told, x, NAN);
	s->has_value = true;
	s->last = s->o->n;
	return true;
}

/* The loss at step 3 is 2.5 */
static bool takes_verb(struct form_pending *s, double x)
{
	return is_verb(s->name, (size_t)(s->name_end - s->name)) &&
	       take_sentence(s, x);
}

/* the loss is 2.5 */
static void drop_verb(struct form_pending *s)
{
	static const char *const verbs[] = {" is", " was", " are", " equals"};

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		size_t n = strlen(verbs[i]);

		if (s->name_end - s->name > (ptrdiff_t)n &&
			memcmp(s->name_end - n, verbs[i], n) == 0) {
			s->name_end -= n;
			return;
		}
	}
}

/* Start of epoch 2: the epoch is what is told. */
static void drop_edge(struct form_pending *s)
{
	static const char *const edges[] = {
		"start of ", "begin of ", "beginning of ", "end of "};

	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		size_t n = strlen(edges[i]);

		if (s->name_end - s->name > (ptrdiff_t)n &&
			strncasecmp(s->name, edges[i], n) == 0 &&
			pair_mark_step(s->name + n,
				(size_t)(s->name_end - s->name) - n)) {
			s->name += n;
			return;
		}
	}
}

/* The name S[0..n) is one of what training is told by. */
static bool has_role(const char *s, size_t n)
{
	struct pair_meaning m;

	pair_mean(&m, s, n);
	for (enum pair_role r = PAIR_STEP; r <= PAIR_METRIC; r++)
		if (m.rank[r] != PAIR_RANK_NONE)
			return true;
	return m.rank[PAIR_EPOCH] != PAIR_RANK_NONE ||
	       m.valid_loss != PAIR_RANK_NONE;
}

/*
 * What stands behind the pending name: its group, or what is measured of it
 * where it would be taken for that itself: 0.2ms loss, step: 35ms.
 */
static const char *behind_name(const struct form_pending *s, char *group)
{
	static const char *const names[] = {[PAIR_MEASURE_TIME] = " time",
		[PAIR_MEASURE_SIZE] = " size",
		[PAIR_MEASURE_SPEED] = " speed"};
	enum pair_measure measure =
		s->measure == PAIR_MEASURE_NONE ? s->of : s->measure;

	if (measure == PAIR_MEASURE_NONE ||
		!has_role(s->name, (size_t)(s->name_end - s->name))) {
		put_group(group, s->group);
		return *group ? group : NULL;
	}
	return names[measure];
}

/* So many pairs before one are looked at for its name. */
#define NLOOK 64

/* The word of the name of PAIR's key that MARKS knows; 0: it has no other. */
static size_t marked(const struct form_pending *s, size_t pair,
	bool (*marks)(const char *p, size_t n))
{
	const char *name = pair_keys_name(s->o->keys, s->o->pair[pair].key);
	size_t n = strlen(name), nword = 0;

	while (str_is_alnum(name[nword]))
		nword++;
	return nword && nword < n && marks(name, nword) ? nword : 0;
}

/* The pair AT is named after the first word, of N bytes, of that of LIKE. */
static void name_after(struct form_pending *s, size_t at, size_t like, size_t n)
{
	struct pair *pair = s->o->pair;
	const char *name = pair_keys_name(s->o->keys, pair[at].key);

	s->section = pair_keys_name(s->o->keys, pair[like].key);
	s->nsection = n;
	pair[at].key = key_of(s, name, name + strlen(name), false, NULL);
	s->section = NULL;
}

/*
 * The last of the pairs [FROM, END) whose name MARKS knows, to *AT.  Returns
 * the length of its word; 0: there is none.
 */
static size_t last_marked(const struct form_pending *s, size_t from, size_t end,
	bool (*marks)(const char *p, size_t n), size_t *at)
{
	size_t n = 0;

	while (n == 0 && end > from)
		n = marked(s, --end, marks);
	*at = end;
	return n;
}

/*
 * Train Loss 0.3 Acc 0.8 Val Loss 0.4 Acc 0.7: of a name that comes again the
 * one behind a name of validation is of that: the later one or, if a name of
 * training stands between them, the earlier one.
 */
static void tell_apart(struct form_pending *s)
{
	size_t last = s->o->n - 1, before = last, from = s->npair, like, n;

	if (s->section)
		return;
	if (last - from > NLOOK)
		from = last - NLOOK;
	do {
		if (before == from)
			return;
		before--;
	} while (s->o->pair[before].key != s->o->pair[last].key);
	n = last_marked(s, before + 1, last, pair_mark_valid, &like);
	if (n) {
		name_after(s, last, like, n);
		return;
	}
	if (!last_marked(s, before + 1, last, pair_mark_train, &like))
		return;
	n = last_marked(s, from, before, pair_mark_valid, &like);
	if (n)
		name_after(s, before, like, n);
}

/* The pair of the pending name, which is done with, and a number. */
static void add_named(struct form_pending *s, double x, double total)
{
	size_t n;

	if (!s->has_bare && (take_over(s, x) || takes_verb(s, x)))
		return;
	drop_verb(s);
	drop_edge(s);
	n = (size_t)(s->name_end - s->name);
	form_pending_flush(s);
	if (s->o->n == s->npair && pair_mark_of_validation(s->name, n, x))
		s->o->is_valid = true;
	if (!s->has_value && !counts(s, x, total))
		s->has_value = true;
	char group[GROUP_MAX];

	add(s,
		key_of(s, s->name, s->name_end, s->spread,
			behind_name(s, group)),
		x, total);
	s->last = s->o->n;
	form_pending_forget(s);
	if (!s->o->failed)
		tell_apart(s);
}

void form_pending_add_text(struct form_pending *s, const char *text, size_t n)
{
	pair_list_add_text(s->o,
		key_of(s, s->name, s->name_end, s->spread, NULL), text, n);
	form_pending_forget(s);
}

void form_pending_add_mean(struct form_pending *s, double x)
{
	const char *name =
		pair_keys_name(s->o->keys, s->o->pair[s->last - 1].key);
	const char *section = s->section;

	/* The name has that of its section. */
	s->section = NULL;
	add(s, key_of(s, name, name + strlen(name), false, PAIR_KEY_MEAN), x,
		NAN);
	s->section = section;
}

/* The pair that ends right here, of one word as After, counts [P, END). */
static void rename_pair(struct form_pending *s, const char *p, const char *end)
{
	struct pair *pair = &s->o->pair[s->last - 1];
	const char *name = pair_keys_name(s->o->keys, pair->key);

	if (!strchr(name, ' ') && !pair_mark_step(name, strlen(name)))
		pair->key = key_of(s, p, end, false, NULL);
}

/* 2.3 loss 0.1 rate: the names stand behind; each pair has the next's. */
static bool rotate(struct form_pending *s)
{
	struct pair *pair = s->o->pair;
	size_t n = s->o->n, at = s->segment;

	if (n < at + 2 || s->has_assign ||
		pair[at].value == floor(pair[at].value) ||
		strcmp(pair_keys_name(s->o->keys, pair[at].key),
			PAIR_KEY_VALUE) != 0)
		return false;
	for (size_t i = at; i + 1 < n; i++)
		pair[i].key = pair[i + 1].key;
	pair[n - 1].key = key_of(s, s->name, s->name_end, s->spread, NULL);
	return !s->o->failed;
}

/* The pair AT is the loss of validation, in words: "val Loss". */
static bool is_loss_of_validation(const struct form_pending *s, size_t at)
{
	const char *name = pair_keys_name(s->o->keys, s->o->pair[at].key);
	size_t n = marked(s, at, pair_mark_valid);
	struct pair_meaning m;

	if (n == 0 || name[n] != ' ')
		return false;
	pair_mean(&m, name, strlen(name));
	return m.valid_loss != PAIR_RANK_NONE;
}

/* The pair AT is a rate, or a loss of training. */
static bool is_of_training(const struct form_pending *s, size_t at)
{
	const char *name = pair_keys_name(s->o->keys, s->o->pair[at].key);
	struct pair_meaning m;

	pair_mean(&m, name, strlen(name));
	return m.rank[PAIR_LR] != PAIR_RANK_NONE ||
	       m.rank[PAIR_LOSS] != PAIR_RANK_NONE ||
	       marked(s, at, pair_mark_train);
}

/*
 * val Loss: 0.4 Acc: 0.7, below a line of training: what stands behind the loss
 * of validation with which a line begins is of that too.
 */
static void find_validation(struct form_pending *s)
{
	if (s->o->failed || s->o->is_valid || s->o->n < s->npair + 2 ||
		!is_loss_of_validation(s, s->npair))
		return;
	for (size_t i = s->npair + 1; i < s->o->n; i++)
		if (is_of_training(s, i))
			return;
	s->o->is_valid = true;
}

/* The pair at P is a number that nothing names. */
static bool is_bare(const struct form_pending *s, const struct pair *p)
{
	return strcmp(pair_keys_name(s->o->keys, p->key), PAIR_KEY_VALUE) == 0;
}

/*
 * 100 loss: 2.3, 100, loss 2.3: a line that begins with a whole number, a name
 * right behind it, is numbered so; and so may one of a whole number and one
 * that is not, 100,2.3.
 */
static void find_number(struct form_pending *s)
{
	const char *key = PAIR_KEY_NUMBER;
	struct pair *first;

	if (s->o->failed || s->o->n < s->npair + 2)
		return;
	first = &s->o->pair[s->npair];
	if (first->text || first->form != PAIR_FORM_WHOLE || first->value < 0 ||
		!is_bare(s, first))
		return;
	if (s->o->n == s->npair + 2 && !first[1].text &&
		is_bare(s, first + 1) && first[1].form != PAIR_FORM_WHOLE)
		key = PAIR_KEY_INDEX;
	else if (*pair_keys_name(s->o->keys, first[1].key) == '#')
		return;
	first->key = pair_keys_find(s->o->keys, key, strlen(key), true);
	s->o->failed |= first->key == SIZE_MAX;
}

void form_pending_end(struct form_pending *s)
{
	if (s->has_bare && s->name && !s->assigned) {
		s->has_bare = false;
		s->form = s->bare_form;
		if (s->nunit && s->nunit != SIZE_MAX)
			s->measure = pair_mark_measure(s->unit, s->nunit);
		add_named(s, s->bare, s->bare_total);
	}
	form_pending_flush(s);
	if (s->name && !rotate(s))
		take_heading(s);
	form_pending_forget(s);
	s->last = 0;
	s->segment = s->o->n;
	s->has_assign = false;
	if (s->is_last) {
		find_validation(s);
		find_number(s);
	}
}

/* --- words and numbers ---------------------------------------------------- */

static bool is_phase_key(const char *s, size_t n)
{
	static const char *const words[] = {
		"mode", "phase", "split", "stage", "set", "subset"};

	return pair_mark_among(s, n, words, 6);
}

/* The word [P, END) answers the pending name: mode: val, level=info. */
static bool is_answer(const struct form_pending *s, const char *p, char *end)
{
	unsigned next = pair_kind(*pair_skip_blanks(end));

	if (next == PAIR_KIND_END || next == PAIR_KIND_SEP ||
		next == PAIR_KIND_CLOSE)
		return true;
	if (p[-1] == '=' && pair_is_inner(p[-2]))
		return true;
	/* host:gpu-01 pid:123 */
	if (p[-1] == ':' && pair_is_inner(p[-2]) && next == PAIR_KIND_WORD &&
		pair_kind(*pair_mark_word(pair_skip_blanks(end))) ==
			PAIR_KIND_ASSIGN)
		return true;
	return is_phase_key(s->name, (size_t)(s->name_end - s->name)) &&
	       next == PAIR_KIND_WORD;
}

void form_pending_word(struct form_pending *s, char *p, char *end)
{
	s->last = 0;
	if (s->assigned && is_answer(s, p, end)) {
		form_pending_add_text(s, p, (size_t)(end - p));
		return;
	}
	if (s->assigned) {
		take_heading(s);
		form_pending_forget(s);
	}
	/* What stands far apart is no name. */
	if (s->name && p - s->name_end > 3 &&
		strspn(s->name_end, " ") == (size_t)(p - s->name_end))
		form_pending_end(s);
	if (!s->name)
		s->name = p;
	else if (p - s->name_end != 1 || *s->name_end != ' ')
		s->spread = true;
	s->name_end = end;
}

/* P is a share of all, in brackets: (12.5%). */
static bool is_share(const char *p)
{
	double x;
	const char *end = *p == '(' ? pair_number(p + 1, &x) : NULL;

	return end && end[0] == '%' && end[1] == ')';
}

/* What stands at P says that the number before it is that of the line: 3: 3)
 * 3 | 3 - */
static bool is_numbering(const char *p)
{
	return *p == ':' || *p == ')' || *p == '|' || *p == '\t' ||
	       (*p == '-' && p[1] == ' ');
}

/* A number that no name waits for. */
static char *take_bare(
	struct form_pending *s, char *p, char *end, double x, double total)
{
	char *next = pair_skip_blanks(end), *unit = pair_mark_unit(end, true);

	/* A line that begins with its number, but for a time or the like. */
	if (s->o->n == s->npair && isnan(total) && x == floor(x) &&
		pair_skip_digits(p) == end &&
		(is_numbering(next) || is_share(next))) {
		form_pending_unnamed(s, PAIR_KEY_NUMBER, x, NAN);
		return end;
	}
	if (take_sentence(s, x) ||
		(isnan(total) && (*end == ' ' || !*end) && take_counted(s, x)))
		return end;
	s->has_bare = true;
	s->bare = x;
	s->bare_total = total;
	s->bare_form = s->form;
	s->nunit = 0;
	/* 2000.0 tokens/sec 1.0 updates/sec accuracy=0.1 */
	if (!(unit > end) || !pair_mark_begins(pair_skip_blanks(unit)))
		return end;
	s->unit = pair_skip_blanks(end);
	s->nunit = (size_t)(unit - s->unit);
	form_pending_flush(s);
	return unit;
}

/* After 100 steps: what is counted is told behind the number. */
static void take_count(struct form_pending *s, char *p)
{
	char *end;
	unsigned next;

	if (!str_is_letter(*p) || s->last == 0)
		return;
	end = pair_mark_word(p);
	next = pair_kind(*pair_skip_blanks(end));
	if ((next == PAIR_KIND_SEP || next == PAIR_KIND_END ||
		    next == PAIR_KIND_CLOSE) &&
		pair_mark_step(p, (size_t)(end - p)))
		rename_pair(s, p, end);
}

/* What the unit [P, END) is of; min is also the least of some. */
static enum pair_measure measure_of(const char *p, const char *end)
{
	return end - p == 3 && memcmp(p, "min", 3) == 0
		       ? PAIR_MEASURE_NONE
		       : pair_mark_measure(p, (size_t)(end - p));
}

char *form_pending_number(
	struct form_pending *s, char *p, char *end, double x, double total)
{
	bool assigned = s->assigned;
	uint64_t form = s->form;
	char *next;

	if (!s->name) {
		form_pending_flush(s);
		s->form = form;
		return take_bare(s, p, end, x, total);
	}
	next = pair_mark_unit(end, assigned);
	if (next > end && *end == ' ')
		s->measure = measure_of(pair_skip_blanks(end), next);
	add_named(s, x, total);
	if (!assigned)
		take_count(s, pair_skip_blanks(next));
	return next;
}
