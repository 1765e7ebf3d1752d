/* SPDX-License-Identifier: MIT */
/* Strict CSV reading; messages name file, line and column. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("train: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/* What number() and whole() say, with the place in C where there is one. */
static void __attribute__((noreturn, format(printf, 3, 4)))
bad(const struct csv *c, const char *what, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c)
		die("%s:%zu: %s: %s", c->name, c->number, what, text);
	die("%s: %s", what, text);
}

double number(const char *text, double lo, double hi, const struct csv *c,
	const char *what)
{
	char *end;
	double v = strtod(text, &end);

	if (!*text || *end || text[strspn(text, "0123456789+-.eE")] ||
		!(v >= lo && v <= hi))
		bad(c, what, "found '%.40s'; expected a number from %g to %g",
			text, lo, hi);
	return v;
}

uint64_t whole(const char *text, uint64_t lo, uint64_t hi, const struct csv *c,
	const char *what)
{
	char *end;
	uint64_t v;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || v < lo || v > hi)
		bad(c, what,
			"found '%.40s'; expected a whole number from %" PRIu64
			" to %" PRIu64,
			text, lo, hi);
	return v;
}

static void csv_split(struct csv *c)
{
	c->nfields = 0;
	for (char *at = c->line; at; c->nfields++) {
		if (c->nfields == FIELDS_MAX)
			die("%s:%zu: found more than %d fields", c->name,
				c->number, FIELDS_MAX);
		c->field[c->nfields] = at;
		at = strchr(at, ',');
		if (at)
			*at++ = '\0';
	}
}

/* Reads the next line that is not blank; false at the end of the file. */
static bool csv_next(struct csv *c)
{
	ssize_t n;

	do {
		n = getline(&c->line, &c->cap, c->f);
		/* Memory may run out as well as reading fail. */
		if (n < 0 && !feof(c->f))
			die("%s: %s", c->name, strerror(errno));
		if (n < 0)
			return false;
		c->number++;
		if (memchr(c->line, '\0', (size_t)n))
			die("%s:%zu: found a NUL byte; expected text", c->name,
				c->number);
		c->line[strcspn(c->line, "\r\n")] = '\0';
	} while (!*c->line);
	csv_split(c);
	return true;
}

static void csv_expect(const struct csv *c, int nfields)
{
	if (c->nfields != nfields)
		die("%s:%zu: found %d field%s; expected %d", c->name, c->number,
			c->nfields, c->nfields == 1 ? "" : "s", nfields);
}

void data_read(const char *path, struct data *d)
{
	struct csv c = {.f = fopen(path, "r"), .name = path};
	int n = 0;

	if (!c.f)
		die("%s: %s", path, strerror(errno));
	for (; csv_next(&c); n++) {
		struct image *im = &d->image[n];

		if (n == IMAGES_MAX)
			die("%s: found more than %d images", path, IMAGES_MAX);
		csv_expect(&c, MLP_INPUTS + 1);
		for (int i = 0; i < MLP_INPUTS; i++)
			im->pixel[i] =
				(float)number(c.field[i], 0, 16, &c, "pixel") /
				16.0f;
		im->label = (int)whole(
			c.field[MLP_INPUTS], 0, MLP_CLASSES - 1, &c, "digit");
		if (n % HOLDOUT == HOLDOUT - 1)
			d->check[d->ncheck++] = im;
		else
			d->train[d->ntrain++] = im;
	}
	if (n < HOLDOUT)
		die("%s: found %d images; expected at least %d", path, n,
			HOLDOUT);
	free(c.line);
	fclose(c.f);
}

static int find_column(const struct csv *c, const char *name)
{
	int found = -1;

	for (int i = 0; i < c->nfields; i++) {
		if (strcmp(c->field[i], name) != 0)
			continue;
		if (found >= 0)
			die("%s:%zu: found two columns '%s'; expected one",
				c->name, c->number, name);
		found = i;
	}
	return found;
}

void schedule_open(struct schedule *s, FILE *f, const char *name)
{
	struct csv *c = &s->csv;

	*c = (struct csv){.f = f, .name = name};
	if (!csv_next(c))
		die("%s: found nothing; expected a header with 'step'", name);
	s->run = find_column(c, "run");
	s->step = find_column(c, "step");
	s->lr = find_column(c, "lr");
	s->momentum = find_column(c, "momentum");
	s->ncolumns = c->nfields;
	if (s->step < 0)
		die("%s:%zu: found no column 'step'; expected one", name,
			c->number);
}

static void take_run(struct schedule *s, struct row *row)
{
	const char *run = s->csv.field[s->run];
	size_t n = strlen(run);

	if (n == 0 || n >= RUN_MAX)
		die("%s:%zu: run: found %zu bytes; expected 1 to %d",
			s->csv.name, s->csv.number, n, RUN_MAX - 1);
	row->is_first = row->run[0] && strcmp(row->run, run) != 0;
	memcpy(row->run, run, n + 1);
}

bool schedule_next(struct schedule *s, struct row *row)
{
	struct csv *c = &s->csv;

	if (!csv_next(c))
		return false;
	csv_expect(c, s->ncolumns);
	if (s->run >= 0)
		take_run(s, row);
	row->step = whole(c->field[s->step], 0, INT64_MAX, c, "step");
	if (s->lr >= 0) {
		row->lr_text = c->field[s->lr];
		row->lr = number(row->lr_text, 0, 1e9, c, "lr");
	}
	if (s->momentum >= 0)
		row->momentum =
			number(c->field[s->momentum], 0, 1, c, "momentum");
	return true;
}

void schedule_close(struct schedule *s)
{
	free(s->csv.line);
}
