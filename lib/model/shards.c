/* SPDX-License-Identifier: MIT */
/*
 * Models in several files: the index of Hugging Face's writers
 * (NAME.safetensors.index.json or NAME.bin.index.json, with a weight_map from
 * tensors to files beside it), or a directory with the files and without an
 * index.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "file/dir.h"
#include "file/path.h"
#include "model/model_impl.h"
#include "text/json.h"

#define INDEX_NBYTES_MAX ((uint64_t)256 << 20)

bool model_shards_is(const char *path, const unsigned char *p, size_t n)
{
	size_t at = 0;

	if (!path_ends_in(path, ".json"))
		return false;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < n && p[at] && strchr(" \t\r\n", p[at]))
		at++;
	return at < n && p[at] == '{';
}

static int add_name(struct model_shards *s, const char *name, struct diag *d)
{
	return array_push(&s->name, &s->n, &name, sizeof(name), d);
}

static int by_count(const void *a, const void *b)
{
	return dir_compare(*(const char *const *)a, *(const char *const *)b);
}

/* --- the index ------------------------------------------------------------ */

/* An entry of weight_map: names of files come from others, and stay here. */
static int on_weight(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const char *shard = json_text(v);

	if (!shard)
		diag_set(d, DIAG_DATA, "no text; expected the name of a shard");
	else if (!*shard || strcmp(shard, ".") == 0 ||
		 strcmp(shard, "..") == 0 || strpbrk(shard, "/\\"))
		diag_set(d, DIAG_DATA,
			"shard '%.80s'; expected a file beside the index, "
			"without '/'",
			shard);
	else
		return add_name(ctx, shard, d);
	return diag_at(d, "%.100s", name);
}

static void drop_doubles(struct model_shards *s)
{
	size_t n = 0;

	if (s->n)
		qsort(s->name, s->n, sizeof(*s->name), by_count);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || strcmp(s->name[n - 1], s->name[i]) != 0)
			s->name[n++] = s->name[i];
	s->n = n;
}

static int take_index(
	struct model_shards *s, const char *text, size_t n, struct diag *d)
{
	const struct json_value *map;

	if (json_parse(&s->root, text, n, d))
		return -1;
	map = json_member(s->root, "weight_map");
	if (!map)
		return diag_set(d, DIAG_DATA,
			"JSON text; expected NPY or safetensors, or an index "
			"with a weight_map");
	if (json_each(map, on_weight, s, d))
		return -1;
	drop_doubles(s);
	return s->n ? 0
		    : diag_set(d, DIAG_DATA,
			      "a weight_map without tensors; expected some");
}

int model_shards_index(
	struct model_shards *ret, struct input *in, struct diag *d)
{
	size_t n = (size_t)in->size;
	char *text;
	int bad;

	*ret = (struct model_shards){0};
	if (in->size > INDEX_NBYTES_MAX) {
		diag_set(d, DIAG_DATA,
			"an index of %llu bytes; expected at most %llu",
			(unsigned long long)in->size,
			(unsigned long long)INDEX_NBYTES_MAX);
		return diag_at(d, "%s", in->name);
	}
	text = malloc(n + 1);
	if (!text)
		return diag_nomem(d, n);
	bad = input_pread(in, text, n, 0, d);
	if (!bad && take_index(ret, text, n, d))
		bad = diag_at(d, "%s", in->name);
	free(text);
	return bad;
}

/* --- a directory ---------------------------------------------------------- */

/*
 * What a directory may hold, of several the first: files and their index.  Of
 * PyTorch's an index has to tell, since there are others of that name.
 */
static const struct shard_kind {
	const char *file, *index; /* how they end; NULL: no such */
} kinds[] = {
	{".safetensors", ".safetensors.index.json"},
	{NULL, ".bin.index.json"},
	{".gguf", NULL},
};

/* Which part a file is has so many digits in its name. */
#define NPART_DIGIT ((size_t)5)

/* A part of what torch.distributed.checkpoint writes. */
#define CHECKPOINT_END ".distcp"

static int no_shards(const struct dir *dir, const char *path, struct diag *d)
{
	bool is_checkpoint = false;

	for (size_t i = 0; i < dir->n; i++)
		is_checkpoint |=
			path_ends_in(dir->entry[i].name, CHECKPOINT_END);
	diag_set(d, DIAG_DATA,
		is_checkpoint
			? "a distributed checkpoint of PyTorch; expected "
			  "weights: python3 -m torch.distributed.checkpoint."
			  "format_utils dcp_to_torch DIR OUT.pt"
			: "a directory without *.safetensors, an index or "
			  "*.gguf; expected weights, or name the files");
	return diag_at(d, "%s", path);
}

static int two_indexes(
	const char *path, const char *a, const char *b, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"a directory with two indexes, %.80s and %.80s; name one", a,
		b);
	return diag_at(d, "%s", path);
}

/* Adds the files of kind K to S, and stores their index in *FOUND. */
static int find_kind(struct model_shards *s, const struct shard_kind *k,
	const char *path, const char **found, struct diag *d)
{
	for (size_t i = 0; i < s->dir->n; i++) {
		const struct dir_entry *e = &s->dir->entry[i];

		/* What is no file is refused when it is opened. */
		if (e->is_dir || e->name[0] == '.')
			continue;
		if (k->index && path_ends_in(e->name, k->index)) {
			if (*found)
				return two_indexes(path, *found, e->name, d);
			*found = e->name;
		} else if (k->file && path_ends_in(e->name, k->file) &&
			   add_name(s, e->name, d)) {
			return -1;
		}
	}
	return 0;
}

/*
 * Where in NAME stands which of how many parts it is, as all writers put it:
 * "-00002-of-00005".  NULL: it is none.
 */
static const char *find_part(
	const char *name, unsigned long *i, unsigned long *n)
{
	static const char digits[] = "0123456789", of[] = "-of-";
	const char *p = name;

	while ((p = strchr(p, '-'))) {
		p++;
		if (strspn(p, digits) != NPART_DIGIT ||
			strncmp(p + NPART_DIGIT, of, strlen(of)) != 0 ||
			strspn(p + NPART_DIGIT + strlen(of), digits) !=
				NPART_DIGIT)
			continue;
		*i = strtoul(p, NULL, 10);
		*n = strtoul(p + NPART_DIGIT + strlen(of), NULL, 10);
		return p;
	}
	return NULL;
}

/* Sees that S has the file that is called as NAME but for I at AT. */
static int check_part(const struct model_shards *s, const char *name, size_t at,
	unsigned long i, struct diag *d)
{
	char *other = strdup(name);
	int r = 0;

	if (!other)
		return diag_nomem(d, strlen(name));
	for (size_t k = NPART_DIGIT; k-- > 0; i /= 10)
		other[at + k] = (char)('0' + i % 10);
	if (!bsearch(&other, s->name, s->n, sizeof(*s->name), by_count))
		r = diag_set(d, DIAG_DATA,
			"%.100s is not there; expected all parts, or name the "
			"files",
			other);
	free(other);
	return r;
}

/* Without an index the names tell whether all is there. */
static int check_parts(
	const struct model_shards *s, const char *path, struct diag *d)
{
	for (size_t k = 0; k < s->n; k++) {
		const char *name = s->name[k];
		unsigned long i, n;
		const char *p = find_part(name, &i, &n);
		size_t at = p ? (size_t)(p - name) : 0;

		if (!p)
			continue;
		if ((i > 1 && check_part(s, name, at, i - 1, d)) ||
			(i < n && check_part(s, name, at, i + 1, d)))
			return diag_at(d, "%s", path);
	}
	return 0;
}

int model_shards_dir(struct model_shards *ret, const char *path, char **index,
	struct diag *d)
{
	const char *found = NULL;

	*index = NULL;
	*ret = (struct model_shards){.dir = calloc(1, sizeof(*ret->dir))};
	if (!ret->dir)
		return diag_nomem(d, sizeof(*ret->dir));
	if (dir_list_all(ret->dir, path, d))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !found && !ret->n; i++)
		if (find_kind(ret, &kinds[i], path, &found, d))
			return -1;
	if (!found && ret->n == 0)
		return no_shards(ret->dir, path, d);
	if (ret->n)
		qsort(ret->name, ret->n, sizeof(*ret->name), by_count);
	if (!found)
		return check_parts(ret, path, d);
	*index = path_join(path, found);
	return *index ? 0 : diag_nomem(d, strlen(path));
}

void model_shards_free(struct model_shards *s)
{
	if (s->root)
		json_release(s->root);
	if (s->dir)
		dir_free(s->dir);
	free(s->dir);
	free(s->name);
	*s = (struct model_shards){0};
}

/* --- whether they agree --------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct tensor_span *x = *(const struct tensor_span *const *)a;
	const struct tensor_span *y = *(const struct tensor_span *const *)b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x->file > y->file) - (x->file < y->file);
}

struct checking {
	const struct model_shards *s;
	const struct tensor_model *m;
	const struct tensor_span **sorted;
};

static int check_entry(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const struct checking *c = ctx;
	const char *shard = json_text(v);
	const char **at = bsearch(
		&shard, c->s->name, c->s->n, sizeof(*c->s->name), by_count);
	struct tensor_span key = {
		.name = name, .file = (size_t)(at - c->s->name)};
	const struct tensor_span *key_at = &key;

	if (bsearch(&key_at, c->sorted, c->m->ntensor, sizeof(*c->sorted),
		    by_name))
		return 0;
	/* What was copied out of a shard is in the spool, behind all. */
	for (key.file = c->s->n; key.file < c->m->nfile; key.file++)
		if (bsearch(&key_at, c->sorted, c->m->ntensor,
			    sizeof(*c->sorted), by_name))
			return 0;
	diag_set(d, DIAG_DATA,
		"is not there, though the index says so; expected it in %.100s",
		shard);
	return diag_at(d, "%.100s", name);
}

static const char *shard_of(
	const struct checking *c, const struct tensor_span *t)
{
	return t->file < c->s->n ? c->s->name[t->file] : "a shard";
}

/* No name twice, and none that the index has not. */
static int check_names(const struct checking *c, struct diag *d)
{
	const struct json_value *map =
		c->s->root ? json_member(c->s->root, "weight_map") : NULL;

	for (size_t i = 0; i < c->m->ntensor; i++) {
		const struct tensor_span *t = c->sorted[i];

		if (i && strcmp(c->sorted[i - 1]->name, t->name) == 0)
			diag_set(d, DIAG_DATA,
				"is in %.80s and %.80s; "
				"expected it once",
				shard_of(c, c->sorted[i - 1]), shard_of(c, t));
		else if (map && !json_member(map, t->name))
			diag_set(d, DIAG_DATA,
				"is in %.100s and not in the index; expected "
				"it in both",
				shard_of(c, t));
		else
			continue;
		return diag_at(d, "%.100s", t->name);
	}
	return 0;
}

int model_shards_check(const struct model_shards *s,
	const struct tensor_model *m, struct diag *d)
{
	struct checking c = {
		s, m, calloc(m->ntensor + 1, sizeof(struct tensor_span *))};
	int bad;

	if (!c.sorted)
		return diag_nomem(d, m->ntensor * sizeof(*c.sorted));
	if (m->ntensor)
		memcpy(c.sorted, m->tensor, m->ntensor * sizeof(*c.sorted));
	qsort(c.sorted, m->ntensor, sizeof(*c.sorted), by_name);
	bad = check_names(&c, d);
	if (!bad && s->root)
		bad = json_each(
			json_member(s->root, "weight_map"), check_entry, &c, d);
	free(c.sorted);
	return bad ? diag_at(d, "%s", m->name) : 0;
}
