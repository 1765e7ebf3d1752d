/* SPDX-License-Identifier: MIT */
/*
 * What something else than the program wrote before each of its lines: a time,
 * a level, a rank, the name of a host, of a container or of a logger.  It tells
 * nothing, and is known by being there: the first lines all begin with it.
 */
#include <string.h>

#include "base/array.h"
#include "pair/pair.h"

/* Tasks of a job are no more than these digits tell. */
#define TASK_NDIGIT 5

/* Words alone have to begin so many lines. */
#define NLINE_WEAK 3

/* P is alone what words of a prefix are joined with. */
static bool is_joint(const char *p, size_t n)
{
	return n == 1 && strchr("|->", *p);
}

/* The word P[0..n) names nothing that a run tells. */
static bool is_plain(const char *p, size_t n)
{
	struct pair_meaning m;

	while (n && !str_is_letter(*p) && *p != '_')
		p++, n--;
	while (n && !str_is_letter(p[n - 1]) && !str_is_digit(p[n - 1]))
		n--;
	if (n == 0 || pair_mark_any(p, n, pair_mark_train, false) ||
		pair_mark_any(p, n, pair_mark_valid, false))
		return false;
	pair_mean(&m, p, n);
	for (enum pair_role r = PAIR_STEP; r < PAIR_NROLE; r++)
		if (m.rank[r] != PAIR_RANK_NONE)
			return false;
	return !m.of_network;
}

/* P[0..n) is a path, as [pod/train-0/pytorch], whatever its names mean. */
static bool is_path(const char *p, size_t n)
{
	const char *slash = memchr(p, '/', n);

	return *p == '[' && slash &&
	       memchr(slash + 1, '/', (size_t)(p + n - slash) - 1);
}

/* P[0..n) is a place in a program: train.py:88], __main__:train:42 */
static bool is_place(char *p, size_t n)
{
	const char *end = pair_mark_place(p, pair_mark_word(p)), *colon = p + n;

	if (end && end <= p + n && p + n - end < 2)
		return true;
	while (colon > p && str_is_digit(colon[-1]))
		colon--;
	if (colon == p + n || colon == p || *--colon != ':')
		return false;
	end = memchr(p, ':', (size_t)(colon - p));
	return end && !str_is_digit(end[1]) && is_plain(p, (size_t)(end - p));
}

/* The end of the process at P, (RayTrainWorker pid=123, ip=10.0.0.5); NULL. */
static char *process_end(char *p)
{
	char *pid = *p == '(' ? strstr(p, " pid=") : NULL, *end;

	if (!pid || !str_is_digit(pid[5]) || (end = strchr(p, ')')) < pid)
		return NULL;
	return end + 1;
}

/* The end of seconds since 1970 at P, as ts writes them: 1714557600.123 */
static char *seconds_end(char *p)
{
	char *end = pair_skip_digits(p);

	if (*p != '1' || end - p != 10)
		return NULL;
	return *end == '.' ? pair_skip_digits(end + 1) : end;
}

/* The end of the number of a task at P, as srun -l writes it, aligned: 3: */
static char *task_end(char *p, int *rank)
{
	char *from = p + strspn(p, " "), *end = pair_skip_digits(from);

	if (end == from || end - from > TASK_NDIGIT || *end != ':' ||
		!strchr(" \t", end[1]))
		return NULL;
	*rank = 0;
	for (const char *q = from; q < end; q++)
		*rank = 10 * *rank + (*q - '0');
	return end;
}

/* The end of the word at P, perhaps one GLUED to what is before it and behind
 * it, INFO:trainer:text, which is one for any prefix; NULL: it is none. */
static char *word_end(char *p, bool glued)
{
	char *end = *p == '[' ? strchr(p, ']') : p + strcspn(p, " \t");

	if (!end)
		return NULL;
	if (glued && memchr(p, ':', (size_t)(end - p)))
		end = strchr(p, ':') + 1;
	else if (*p == '[')
		end += 1 + (end[1] == ':');
	for (const char *q = p; q < end; q++)
		if (strchr("{}\"'=, \t", *q))
			return NULL;
	return end > p ? end : NULL;
}

/* A part of KIND, of which some are glued to what follows, may end at P. */
static bool is_end(const char *p, enum pair_prefix_kind kind)
{
	return strchr(" \t", *p) || (p[-1] == ']' && *p == '[') ||
	       (p[-1] == ':' && kind != PAIR_PREFIX_TIME) || p[-1] == '>';
}

/* Sets what stands at P, in LINE.  Returns its end, or NULL. */
static char *read_part(char *line, char *p, struct pair_prefix_part *ret)
{
	char *in = p + (*p == '[' || *p == '('), *end;
	enum pair_prefix_kind kind = PAIR_PREFIX_TIME;

	*ret = (struct pair_prefix_part){.p = p, .rank = -1};
	if ((*p == '[' &&
		    (end = pair_mark_bracket_rank(line, p, &ret->rank))) ||
		(end = pair_mark_rank(p, &ret->rank)))
		kind = PAIR_PREFIX_RANK;
	else if (p == line && (end = task_end(p, &ret->rank)))
		kind = PAIR_PREFIX_TASK;
	else if ((end = process_end(p)))
		kind = PAIR_PREFIX_PROCESS;
	else if (str_is_digit(*in)) {
		end = pair_mark_time(in);
		if (!end && p == line)
			end = seconds_end(in);
	} else if (str_is_upper(*in)) {
		char *word = pair_mark_word(in);

		end = pair_mark_named_time(in, word);
		if (!end && pair_mark_leveled(in, word)) {
			end = word + (word[0] == ':' && str_is_letter(word[1]));
			kind = PAIR_PREFIX_LEVEL;
		}
	}
	if (end && kind != PAIR_PREFIX_PROCESS) {
		end += strspn(end, "])");
		end += (*end == ':' || *end == ',') && strchr(" \t", end[1]);
	} else if (!end) {
		end = word_end(p, p > line && p[-1] == ':');
		kind = *p == '[' ? PAIR_PREFIX_BRACKET
		       : end && is_place(p, (size_t)(end - p))
			       ? PAIR_PREFIX_PLACE
			       : PAIR_PREFIX_WORD;
	}
	if (!end || end - line > PAIR_PREFIX_NBYTES || !is_end(end, kind))
		return NULL;
	ret->kind = kind;
	ret->n = (size_t)(end - p);
	return end;
}

static bool is_verbatim(enum pair_prefix_kind kind)
{
	return kind == PAIR_PREFIX_WORD || kind == PAIR_PREFIX_BRACKET;
}

static bool is_same(
	const struct pair_prefix_part *a, const struct pair_prefix_part *b)
{
	if (a->kind != b->kind)
		return false;
	return !is_verbatim(a->kind) ||
	       (a->n == b->n && memcmp(a->p, b->p, a->n) == 0);
}

/* What may be a prefix, at the begin of LINE. */
static size_t read_parts(char *line, struct pair_prefix_part *part)
{
	size_t n = 0;
	char *p = line;

	for (; n < PAIR_PREFIX_NPART; n++) {
		char *end;

		if (n && *p != '[')
			p = pair_skip_blanks(p);
		end = *p ? read_part(line, p, &part[n]) : NULL;
		if (!end ||
			(is_verbatim(part[n].kind) &&
				!(is_joint(p, part[n].n) && (n || *p == '>')) &&
				!is_path(p, part[n].n) &&
				!is_plain(p, part[n].n)))
			break;
		p = end;
	}
	return n;
}

/* PART is the name of something that is one of several: gpu-01: trainer-1 */
static bool is_numbered(const struct pair_prefix_part *part)
{
	for (size_t i = 0; i < part->n; i++)
		if (str_is_digit(part->p[i]))
			return true;
	return false;
}

/* X has a part of KIND before its last. */
static bool has_kind(const struct pair_prefix *x, enum pair_prefix_kind kind)
{
	for (size_t i = 0; i + 1 < x->n; i++)
		if (x->part[i].kind == kind)
			return true;
	return false;
}

/* What stands behind X in its first line. */
static const char *rest_of(const struct pair_prefix *x)
{
	const struct pair_prefix_part *last = &x->part[x->n - 1];
	const char *rest = last->p + last->n;

	return rest + strspn(rest, " \t");
}

/* What LINE has behind as many parts as X has; NULL: it has fewer. */
static char *behind(const struct pair_prefix *x, char *line)
{
	struct pair_prefix now = {.n = x->n};

	return read_parts(line, now.part) < x->n
		       ? NULL
		       : line + (rest_of(&now) - line);
}

/* LINE goes on behind as many parts as X has, and not with a number, but for
 * one that counts: 1/7150, 12: */
static bool has_text(const struct pair_prefix *x, char *line)
{
	char *rest = behind(x, line);
	const char *end;
	double number;

	if (!rest)
		return false;
	end = pair_number(rest, &number);
	if (end)
		return pair_mark_total(rest + (end - rest), &number) ||
		       *end == ':' || *end == ')';
	return *rest && !pair_number_odd(rest, &number);
}

/* One of the lines does. */
static bool have_text(const struct pair_prefix *x, char *const *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has_text(x, line[i]))
			return true;
	return false;
}

/*
 * A line may go on behind the last part of X: a word there is the name of a
 * host, of a container or of a logger, and not that of a number.
 */
static bool may_end(const struct pair_prefix *x, char *const *line, size_t n)
{
	static const char *const streams[] = {"F", "P"};
	const struct pair_prefix_part *last = &x->part[x->n - 1];

	/* INFO:name: what it is the level of is not said. */
	if (last->kind == PAIR_PREFIX_LEVEL && last->p[last->n - 1] == ':')
		return last->p[last->n] == ' ';
	if (last->kind != PAIR_PREFIX_WORD)
		return true;
	if (pair_mark_among(last->p, last->n, streams, ARRAY_SIZE(streams)))
		return x->n > 1;
	if (!strchr(":|->", last->p[last->n - 1]) || !have_text(x, line, n))
		return false;
	if (is_joint(last->p, last->n))
		return x->n > 2 || is_numbered(&x->part[0]) || *last->p == '>';
	return is_numbered(last) || has_kind(x, PAIR_PREFIX_LEVEL) ||
	       has_kind(x, PAIR_PREFIX_BRACKET);
}

/* X is of words alone, as any text that begins so. */
static bool is_weak(const struct pair_prefix *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->part[i].kind != PAIR_PREFIX_WORD)
			return false;
	return true;
}

/* The parts of X are those of LINE too, as far as they are kept. */
static void keep_common(struct pair_prefix *x, char *line)
{
	struct pair_prefix_part part[PAIR_PREFIX_NPART];
	size_t n = read_parts(line, part), i = 0;

	while (i < n && i < x->n && is_same(&x->part[i], &part[i]))
		i++;
	x->n = i;
}

/*
 * Numbers with which X begins, in LINE[0..N), are those of tasks, and no
 * counter: some line has no number behind X, and somewhere they fall.  Where
 * they stay the same, as a counter may with several lines each, a line without
 * a number is a header: what is behind the next begins with one.
 */
static bool are_tasks(const struct pair_prefix *x, char *const *line, size_t n)
{
	bool is_bare = false, any_bare = false, falls = false, rises = false;
	bool any_table = false;
	int last = -1;

	for (size_t i = 0; i < n; i++) {
		int task = -1;
		const char *rest = behind(x, line[i]);

		any_table |= is_bare && rest && str_is_digit(*rest);
		is_bare = rest && !strpbrk(rest, "0123456789");
		any_bare |= is_bare;
		task_end(line[i], &task);
		falls |= task < last;
		rises |= i > 0 && task > last;
		last = task;
	}
	return any_bare && (falls || (!rises && any_table));
}

/* From here on X stands for itself. */
static void keep(struct pair_prefix *x)
{
	const struct pair_prefix_part *last = &x->part[x->n - 1];
	const char *from = x->part[0].p;

	memcpy(x->text, from, (size_t)(last->p + last->n - from));
	for (size_t i = 0; i < x->n; i++)
		x->part[i].p = x->text + (x->part[i].p - from);
}

bool pair_prefix_learn(struct pair_prefix *x, char *const *line, size_t n)
{
	*x = (struct pair_prefix){0};
	x->n = n ? read_parts(line[0], x->part) : 0;
	for (size_t i = 1; i < n && x->n; i++)
		keep_common(x, line[i]);
	if (x->n && x->part[0].kind == PAIR_PREFIX_TASK &&
		!are_tasks(x, line, n))
		x->n = 0;
	while (x->n && !may_end(x, line, n))
		x->n--;
	if (x->n && n == 1 ? *rest_of(x) != '{'
			   : is_weak(x) && (n < NLINE_WEAK || x->n > 2))
		x->n = 0;
	if (x->n)
		keep(x);
	return x->n;
}

char *pair_prefix_skip(const struct pair_prefix *x, char *line, int *rank)
{
	char *p = line;

	*rank = -1;
	for (size_t i = 0; i < x->n; i++) {
		struct pair_prefix_part part;
		char *end;

		if (i && *p != '[')
			p = pair_skip_blanks(p);
		end = *p ? read_part(line, p, &part) : NULL;
		if (!end || !is_same(&x->part[i], &part))
			return NULL;
		if (part.rank >= 0)
			*rank = part.rank;
		p = end;
	}
	return p + (*p == ' ' || *p == '\t');
}

/* --- programs ------------------------------------------------------------- */

char *pair_prefix_program(const char *name, char *p)
{
	char *end = pair_skip_digits(p + 1);
	const char *word = p;
	size_t n;

	if (end - p < 4 || strncmp(end, "]: ", 3) != 0)
		return NULL;
	while (word > name && word[-1] != ' ')
		word--;
	n = (size_t)(p - word);
	return pair_fits(word, n, ~0U) || pair_mark_train(word, n) ||
			       pair_mark_valid(word, n)
		       ? NULL
		       : end + 2;
}
