/* SPDX-License-Identifier: MIT */
/* What a suffix promises; see suffix.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/diag.h"
#include "cli.h"
#include "file/path.h"
#include "suffix.h"

#define DRAWN "lrsched, lrcheck, lrfind and lrlog draw with --plot=FILE"

/* Suffixes of formats, their names, and how else one gets them. */
static const struct kind {
	const char *suffix, *format;
	const char *way; /* NULL: none here */
} kinds[] = {
	{"csv", "csv", NULL},
	{"tsv", "tsv", NULL},
	{"tab", "tsv", NULL},
	{"json", "json", NULL},
	{"jsonl", "json", NULL},
	{"ndjson", "json", NULL},
	{"npy", "npy", NULL},
	{"args", "args", NULL},
	{"env", "env", NULL},
	{"svg", "svg", DRAWN},
	{"png", "png", DRAWN},
	{"pdf", "pdf", DRAWN},
	{"npz", "npz", NULL},
	{"safetensors", "safetensors", NULL},
	{"pt", "pt", NULL},
	{"pth", "pt", NULL},
	{"gguf", "gguf", NULL},
	{"onnx", "onnx", NULL},
	{"h5", "h5", NULL},
	{"hdf5", "h5", NULL},
	{"parquet", "parquet", NULL},
	{"xls", "xlsx", NULL},
	{"xlsx", "xlsx", NULL},
	{"yaml", "yaml", NULL},
	{"yml", "yaml", NULL},
	{"pkl", "pickle", NULL},
	{"pickle", "pickle", NULL},
	{"gz", "gzip", "compress with gzip after a pipe"},
	{"xz", "xz", "compress with xz after a pipe"},
	{"zst", "zstd", "compress with zstd after a pipe"},
	{"zip", "zip", NULL},
	{"spzip", "spzip", "compress with spzip after a pipe"},
	{"spz", "spz", NULL},
};

static const struct kind *kind_of(const char *path)
{
	const char *dot = path ? strrchr(path_last(path), '.') : NULL;

	for (size_t i = 0; dot && i < ARRAY_SIZE(kinds); i++)
		if (strcasecmp(dot + 1, kinds[i].suffix) == 0)
			return &kinds[i];
	return NULL;
}

static bool is_suffix(const char *format)
{
	for (size_t i = 0; format && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(format, kinds[i].format) == 0)
			return true;
	return false;
}

int suffix_format(int *format, const char *const *word, const char *path)
{
	const struct kind *kind = kind_of(path);
	char all[128] = "";
	size_t n = 0;
	int last = 0;

	if (!kind)
		return -1;
	if (*format >= 0) {
		suffix_note(path, word[*format]);
		return -1;
	}
	for (int i = 0; word[i]; i++) {
		if (strcmp(word[i], kind->format) == 0) {
			*format = i;
			return -1;
		}
		if (is_suffix(word[i]))
			last = i;
	}
	for (int i = 0; i <= last; i++)
		if (is_suffix(word[i]))
			n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
				!n         ? ""
				: i < last ? ", "
					   : " or ",
				word[i]);
	return cli_usage(
		"%s: %s is not written%s%s; expected the suffix of %s, or "
		"-f FORMAT",
		path, kind->format, kind->way ? ", " : "",
		kind->way ? kind->way : "", all);
}

void suffix_note(const char *path, const char *holds)
{
	const struct kind *kind = kind_of(path);

	if (kind && strcmp(kind->format, holds) != 0)
		cli_note("note: %s holds %s, not %s; expected another suffix",
			path, holds, kind->format);
}

int suffix_check(const char *path, const char *holds, struct diag *d)
{
	const struct kind *kind = kind_of(path);

	if (!kind || strcmp(kind->format, holds) == 0)
		return 0;
	diag_set(d, DIAG_IO, "would hold %s, not %s; expected %s%s", holds,
		kind->format,
		is_suffix(holds) ? "a name that ends in ." : "another suffix",
		is_suffix(holds) ? holds : "");
	return diag_at(d, "%s", path);
}

bool suffix_is(const char *path, const char *format)
{
	const struct kind *kind = kind_of(path);

	return kind && strcmp(kind->format, format) == 0;
}
