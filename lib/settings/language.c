/* SPDX-License-Identifier: MIT */
/* In what language a schedule is written, by how it begins and its file. */
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "file/path.h"
#include "settings/settings_impl.h"
#include "text/json.h"

/* Whether the line S is YAML's "key:" or "key: value", or an item of a list. */
static bool is_yaml_line(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	if (i < n && s[i] == '-' && (i + 1 == n || s[i + 1] == ' '))
		return true;
	for (; i < n; i++) {
		if (s[i] == ':')
			return i + 1 == n || s[i + 1] == ' ';
		if (!str_is_alnum(s[i]) && !strchr("_-.", s[i]))
			break;
	}
	return false;
}

bool settings_is_prose(const char *s, size_t n)
{
	size_t words = 1;

	for (size_t i = 0; i < n; i++) {
		if (!str_is_alnum(s[i]) && !strchr(" '-:", s[i]))
			return false;
		words += s[i] == ' ';
	}
	return n > 0 && str_is_upper(s[0]) && s[n - 1] == ':' && words > 3;
}

/* Whether the line S[0..N) assigns, apart from its comment: x: int = 3 */
static bool assigns(const char *s, size_t n)
{
	for (size_t i = 0; i + 2 < n && s[i] != '#'; i++)
		if (memcmp(s + i, " = ", 3) == 0)
			return true;
	return false;
}

bool settings_opens_block(const char *s, size_t n)
{
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		n--;
	while (n > 0 && (str_is_digit(s[n - 1]) || strchr("+-", s[n - 1])))
		n--;
	return n > 2 && strchr("|>", s[n - 1]) && s[n - 2] == ' ' &&
	       strchr(":-", s[n - 3]);
}

/* Whether S begins as YAML: its first two lines are, and assign nothing. */
static bool is_yaml(const char *s, size_t n)
{
	size_t lines = 0, block = SIZE_MAX;

	while (n > 0 && lines < 2) {
		size_t len = strcspn(s, "\n"), at;

		if (len > n)
			len = n;
		at = strspn(s, " \t\r");
		/* The lines of a text are not looked at. */
		block = at < len && at <= block ? SIZE_MAX : block;
		if (at < len && block == SIZE_MAX && s[at] != '#' &&
			!str_after(s + at, "---")) {
			size_t own = len - (len > 0 && s[len - 1] == '\r');

			if (settings_opens_block(s, own))
				block = at;
			bool prose = settings_is_prose(s + at, own - at);
			if (!prose &&
				(!is_yaml_line(s, own) || assigns(s, own)))
				return false;
			lines += !prose;
		}
		len += len < n;
		s += len;
		n -= len;
	}
	return lines > 0;
}

/* S without lines of comments before it. */
static const char *first_code(const char *s)
{
	s += strspn(s, " \t\r\n");
	while (*s == '#') {
		s += strcspn(s, "\n");
		s += strspn(s, " \t\r\n");
	}
	return s;
}

/* Whether S begins with the name of a table on a line of its own: [a.b] */
static bool is_header(const char *s)
{
	size_t count = strspn(s, "["), n = count;

	if (count < 1 || count > 2 || !(str_is_letter(s[n]) || s[n] == '_'))
		return false;
	while (str_is_name_char(s[n]) || s[n] == '-' || s[n] == '.')
		n++;
	if (strspn(s + n, "]") != count)
		return false;
	n += count;
	n += strspn(s + n, " \t\r");
	return !s[n] || strchr("#\n", s[n]);
}

/* Whether S begins with a key and its = */
static bool is_member(const char *s)
{
	const char *p = s;

	while (str_is_name_char(*p) || (*p && strchr("-.\"' \t", *p)))
		p++;
	return p > s && p[0] == '=' && p[1] != '=';
}

/*
 * Whether S has a table's name, behind it a key or another, and nothing but
 * keys before it: scripts have such in their strings.
 */
static bool is_toml(const char *s)
{
	for (s = first_code(s); !is_header(s);
		s = first_code(s + strcspn(s, "\n")))
		if (!is_member(s))
			return false;
	s = first_code(s + strcspn(s, "\n"));
	return is_header(s) || is_member(s);
}

/* Whether S has a flag behind one of BEFORE: "--lr". */
static bool has_flag(const char *s, const char *before)
{
	for (; (s = strstr(s, "--")); s += 2)
		if (strchr(before, s[-1]) && str_is_letter(s[2]))
			return true;
	return false;
}

/* Whether S uses what only a shell has: $NAME, ${, $( or a '\' at an end. */
static bool has_shell(const char *s)
{
	for (size_t i = 0; s[i]; i++)
		if ((s[i] == '$' && s[i + 1] &&
			    (str_is_alnum(s[i + 1]) ||
				    strchr("_{(@", s[i + 1]))) ||
			(s[i] == '\\' &&
				(s[i + 1] == '\n' || s[i + 1] == '\r')))
			return true;
	return false;
}

static bool begins_with_any(const char *s, const char *const list[])
{
	for (; *list; list++)
		if (str_after(s, *list))
			return true;
	return false;
}

/* S without NAME=VALUE words before a command, CUDA_VISIBLE_DEVICES=0 say. */
static const char *behind_assignments(const char *s)
{
	size_t n;

	for (;; s += n) {
		for (n = 0; str_is_upper(s[n]) || s[n] == '_' ||
			    (n > 0 && str_is_digit(s[n]));)
			n++;
		if (n == 0 || s[n] != '=')
			return s;
		n += strcspn(s + n, " \t\n");
		if (s[n] != ' ')
			return s;
		n += strspn(s + n, " ");
	}
}

/* Whether S gives a name flags: ARGS=(--lr 1e-4 ... */
static bool keeps_flags(const char *s)
{
	size_t n = 0;

	while (str_is_name_char(s[n]))
		n++;
	if (n == 0 || s[n] != '=' || !s[n + 1] || !strchr("(\"'", s[n + 1]))
		return false;
	s += n + 2;
	s += strspn(s, " \t\r\n");
	return str_after(s, "--") && str_is_lower(s[2]);
}

/* Whether S[1..] is a command, or a shell script, with flags. */
static bool is_shell(const char *s)
{
	static const char *const commands[] = {"python ", "python3 ",
		"torchrun ", "accelerate launch ", "deepspeed ", "sbatch ",
		"srun ", "yolo ", "fairseq-train ", "llamafactory-cli ",
		"mpirun ", "#!/bin/bash", "#!/bin/sh", "#!/usr/bin/env bash",
		"#!/usr/bin/env sh", NULL};
	static const char *const python[] = {"import ", "from ", "def ",
		"class ", "\"\"\"", "'''", "@", NULL};

	if (keeps_flags(s))
		return true;
	s = behind_assignments(s);
	if (begins_with_any(s, commands))
		return true;
	if (!strchr(s, '\n'))
		return *s && has_flag(s + 1, " \t");
	return !begins_with_any(s, python) && !strstr(s, "\nimport ") &&
	       !strstr(s, "\ndef ") && has_shell(s) &&
	       has_flag(s + 1, " \t\n(\"'");
}

/* A name as settings have: letters, digits, '_' and '.'; its length. */
static size_t setting(const char *s)
{
	size_t n = 0;

	while (str_is_name_char(s[n]) || s[n] == '.')
		n++;
	return str_is_letter(s[0]) || s[0] == '_' ? n : 0;
}

/* Two words or more that are NAME=value, or SECTION.NAME and a value. */
static bool is_pairs(const char *s)
{
	size_t n = setting(s), words = 0;

	if (s[n] == ' ' && s[n + 1] != '=' && memchr(s, '.', n)) {
		for (size_t i = 0; i < n; i++)
			if (str_is_lower(s[i]))
				return false;
		return true;
	}
	for (; *s; words++) {
		n = setting(s);
		if (n == 0 || s[n] != '=' || strchr(" \t=", s[n + 1]))
			return false;
		s += strcspn(s, " \t\n");
		/* Arguments of a call are Python. */
		if (s[-1] == ',')
			return false;
		s += strspn(s, " \t\n");
	}
	return words > 1;
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

enum settings_language settings_language(
	const char *s, size_t n, const char *file)
{
	static const struct {
		const char *suffix;
		enum settings_language language;
	} files[] = {{".json", SETTINGS_JSON}, {".yaml", SETTINGS_YAML},
		{".yml", SETTINGS_YAML}, {".toml", SETTINGS_TOML},
		{".sh", SETTINGS_SHELL}, {".bash", SETTINGS_SHELL},
		{".slurm", SETTINGS_SHELL}, {".sbatch", SETTINGS_SHELL},
		{".py", SETTINGS_PYTHON}};
	const char *code = first_code(s);

	if (str_after(code, "$ ")) /* a shell's prompt */
		code += 2;
	for (size_t i = 0; file && i < ARRAY_SIZE(files); i++)
		if (path_ends_in(file, files[i].suffix))
			return files[i].language;
	if (str_after(code, "--") && code[2] != '-')
		return SETTINGS_FLAGS;
	if (is_toml(s))
		return SETTINGS_TOML;
	if (*code == '{' || *code == '[')
		return is_json(s, n) ? SETTINGS_JSON : SETTINGS_DICT;
	if (is_pairs(code))
		return SETTINGS_FLAGS;
	if (is_shell(s + strspn(s, " \t\r\n")) || is_shell(code))
		return SETTINGS_SHELL;
	if ((file || memchr(s, '\n', n)) && is_yaml(s, n))
		return SETTINGS_YAML;
	return file ? SETTINGS_PYTHON : SETTINGS_WORDS;
}
