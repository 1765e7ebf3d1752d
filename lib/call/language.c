/* SPDX-License-Identifier: MIT */
/* In what language a schedule is written, by how it begins and its file. */
#include <ctype.h>
#include <string.h>

#include "base/diag.h"
#include "call/call_impl.h"
#include "text/json.h"

static bool ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);

	return n >= k && strcmp(s + n - k, suffix) == 0;
}

static bool begins(const char *s, const char *word)
{
	return strncmp(s, word, strlen(word)) == 0;
}

/* Whether the line S is YAML's "key:" or "key: value", or an item of a list. */
static bool is_yaml_line(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] == ' ')
		i++;
	if (i < n && s[i] == '-' && (i + 1 == n || s[i + 1] == ' '))
		return true;
	for (; i < n; i++) {
		if (s[i] == ':')
			return i + 1 == n || s[i + 1] == ' ';
		if (!isalnum((unsigned char)s[i]) && !strchr("_-.", s[i]))
			break;
	}
	return false;
}

/* Whether S begins as YAML: its first two lines are, and assign nothing. */
static bool is_yaml(const char *s, size_t n)
{
	size_t lines = 0;

	while (n > 0 && lines < 2) {
		size_t len = strcspn(s, "\n"), at;

		if (len > n)
			len = n;
		at = strspn(s, " \t\r");
		if (at < len && s[at] != '#' && !begins(s + at, "---")) {
			size_t own = len - (len > 0 && s[len - 1] == '\r');
			if (!is_yaml_line(s, own) ||
				(memchr(s, '=', len) && !memchr(s, '"', len) &&
					!memchr(s, '\'', len)))
				return false;
			lines++;
		}
		len += len < n;
		s += len;
		n -= len;
	}
	return lines > 0;
}

static bool is_shell(const char *s)
{
	static const char *const commands[] = {"python ", "python3 ",
		"torchrun ", "accelerate ", "deepspeed ", "sbatch ", "srun ",
		"export ", "CUDA_VISIBLE_DEVICES=", "yolo ", "fairseq-train ",
		"$ ", "llamafactory-cli ", "mpirun "};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (begins(s, commands[i]))
			return true;
	return begins(s, "#!") && memchr(s, 's', strcspn(s, "\n")) &&
	       strstr(s, "sh") && strstr(s, "sh") < s + strcspn(s, "\n");
}

/* SOLVER.BASE_LR 0.02, as detectron2 takes settings. */
static bool is_pairs(const char *s)
{
	size_t n = 0, dots = 0;

	while (isupper((unsigned char)s[n]) || s[n] == '_' || s[n] == '.')
		dots += s[n++] == '.';
	return dots > 0 && s[n] == ' ';
}

static bool is_json(const char *s, size_t n)
{
	struct json_value *root;
	struct diag d;

	if (json_parse(&root, s, n, &d) < 0)
		return false;
	json_release(root);
	return true;
}

enum call_language call_language(const char *s, size_t n, const char *file)
{
	static const struct {
		const char *suffix;
		enum call_language language;
	} files[] = {{".json", CALL_JSON}, {".yaml", CALL_YAML},
		{".yml", CALL_YAML}, {".sh", CALL_SHELL}, {".bash", CALL_SHELL},
		{".slurm", CALL_SHELL}, {".sbatch", CALL_SHELL},
		{".py", CALL_PYTHON}};
	size_t blank = strspn(s, " \t\r\n");

	for (size_t i = 0; file && i < sizeof(files) / sizeof(files[0]); i++)
		if (ends(file, files[i].suffix))
			return files[i].language;
	s += blank;
	n -= blank;
	if (begins(s, "--") && s[2] != '-')
		return CALL_FLAGS;
	if (*s == '{' || *s == '[')
		return is_json(s, n) ? CALL_JSON : CALL_DICT;
	if (is_pairs(s))
		return CALL_FLAGS;
	if (is_shell(s))
		return CALL_SHELL;
	if ((file || memchr(s, '\n', n)) && is_yaml(s, n))
		return CALL_YAML;
	return file ? CALL_PYTHON : CALL_WORDS;
}
