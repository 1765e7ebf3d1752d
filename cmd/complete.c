/* SPDX-License-Identifier: MIT */
/*
 * Completions for bash, zsh and fish; see complete.h.  What a value may be is
 * one of a few words, a file, a part of a SPEC, or what only the user knows.
 */
#include <string.h>

#include "base/buf.h"
#include "complete.h"

const char *const complete_shell_name[] = {
	[COMPLETE_BASH] = "bash",
	[COMPLETE_ZSH] = "zsh",
	[COMPLETE_FISH] = "fish",
	NULL,
};

/* The names of shapes and calls, a call's also without its library. */
#define SPEC_NAMES                       \
	"lrsched --list 2>/dev/null |\n" \
	"\t\tsed -n '/^[A-Za-z]/!d; s/[^A-Za-z0-9_.].*//p; s/.*\\.//p'"

static bool is_offered(const struct opt_row *r)
{
	return r->help && r->kind != OPT_TITLE && r->kind != OPT_REFUSED;
}

static bool is_optional(const struct opt_row *r)
{
	return r->arg && *r->arg == '[';
}

static void add_words(struct buf *b, const char *const *word)
{
	for (size_t i = 0; word[i]; i++)
		buf_printf(b, "%s%s", i ? " " : "", word[i]);
}

/* For "%.*s": the tool, the first of its commands. */
#define TOOL(t) (int)strcspn((t)->commands, " "), (t)->commands

/*
 * S within single quotes; a backslash before those of its characters that
 * SPECIAL has.
 */
static void add_escaped(struct buf *b, const char *s, const char *special)
{
	for (; *s; s++) {
		if (strchr(special, *s))
			buf_addc(b, '\\');
		if (*s == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *s);
	}
}

/* How a shell is told what may follow: words, or none, files, schedules. */
struct action {
	const char *begin, *end, *none, *files, *spec;
};

static void add_action(
	struct buf *b, const struct action *how, const char *const *word)
{
	if (!word)
		buf_adds(b, how->none);
	else if (word == opt_files)
		buf_adds(b, how->files);
	else if (word == opt_spec)
		buf_adds(b, how->spec);
	else {
		buf_adds(b, how->begin);
		add_words(b, word);
		buf_adds(b, how->end);
	}
}

/* --- bash ----------------------------------------------------------------- */

static const struct action bash_action = {
	"words='", "'", ":", "files=y", "spec=y"};

/* The option's names in the pattern of a case. */
static void add_bash_case(struct buf *b, const struct opt_row *r)
{
	bool needs = !is_optional(r);

	buf_addc(b, '\t');
	if (r->letter && needs)
		buf_printf(b, "-%c%s", r->letter, r->name ? " | " : "");
	if (r->name && needs)
		buf_printf(b, "--%s | ", r->name);
	if (r->name)
		buf_printf(b, "--%s=", r->name);
	buf_adds(b, ") ");
	add_action(b, &bash_action, r->word);
	buf_adds(b, " ;;\n");
}

static void add_bash_options(struct buf *b, const struct opt_row *row)
{
	const char *sep = "";

	for (const struct opt_row *r = row; r->kind != OPT_END; r++) {
		if (!is_offered(r))
			continue;
		if (r->letter)
			buf_printf(b, "%s-%c", sep, r->letter);
		sep = r->letter ? " " : sep;
		if (r->name)
			buf_printf(b, "%s--%s", sep, r->name);
		sep = " ";
	}
}

static bool takes_spec(const struct opt_table *t)
{
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (r->word == opt_spec)
			return true;
	return t->operand == opt_spec;
}

static void add_bash(struct buf *b, const struct opt_table *t)
{
	/* The line is cut around = and @, and a quote may begin a word. */
	static const char begin[] =
		"()\n{\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} words='' files='' i\n"
		"\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]} options=y%s\n"
		"\tlocal before=${COMP_WORDS[COMP_CWORD - 2]}\n"
		"\tcase $prev in\n"
		"\t=) prev=$before= ;;\n"
		"\t=@) prev=$before= cur=@$cur ;;\n"
		"\t@) prev=$before cur=@$cur ;;\n"
		"\t*) [[ $cur != =* ]] || prev=$prev= cur=${cur#=} ;;\n"
		"\tesac\n"
		"\tcur=${cur#[\\'\\\"]}\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\t[[ ${COMP_WORDS[i]} != -- ]] || prev='' options=''\n"
		"\tdone\n"
		"\tcase $prev in\n";
	static const char spec[] =
		"\tif [[ $spec && $cur == @* ]]; then\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"${cur#@}\" |\n"
		"\t\t\twhile IFS= read -r i; do printf '@%q\\n' \"$i\"; "
		"done)\n"
		"\telif [[ $spec ]]; then\n"
		"\t\twords=$(" SPEC_NAMES ")\n"
		"\t\tcompopt -o nospace\n"
		"\tfi\n";
	static const char end[] =
		"\tif [[ $files ]]; then\n"
		"\t\tcompopt -o filenames\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
		"\telif [[ $words ]]; then\n"
		"\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
		"\"$cur\")\n"
		"\tfi\n"
		"}\n";

	buf_printf(b, "# bash completion for %.*s\n_%.*s", TOOL(t), TOOL(t));
	buf_printf(b, begin, takes_spec(t) ? " spec=''" : "");
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (is_offered(r) && r->arg)
			add_bash_case(b, r);
	buf_adds(b, "\t*)\n\t\tif [[ $options && $cur == -* ]]; then\n"
		    "\t\t\twords='");
	add_bash_options(b, t->row);
	buf_adds(b, "'\n\t\telse\n\t\t\t");
	add_action(b, &bash_action, t->operand);
	buf_printf(b, "\n\t\tfi ;;\n\tesac\n\tCOMPREPLY=()\n%s%s",
		takes_spec(t) ? spec : "", end);
	buf_printf(b, "complete -F _%.*s %s\n", TOOL(t), t->commands);
}

/* --- zsh ------------------------------------------------------------------ */

static const struct action zsh_action = {
	"(", ")", " ", "_files", "_trimtab_spec"};

/* Options with a TAKE of their own may stand several times. */
static bool is_repeated(const struct opt_row *r)
{
	return r->kind == OPT_COUNT || r->kind == OPT_CALL;
}

/* The names, in braces if both, before the rest in quotes. */
static void add_zsh_names(struct buf *b, const struct opt_row *r)
{
	const char *plus = r->arg ? "+" : "";
	const char *equals = is_optional(r) ? "=-" : r->arg ? "=" : "";
	const char *many = is_repeated(r) ? "*" : "";

	if (!r->letter) {
		buf_printf(b, "'%s--%s%s", many, r->name, equals);
		return;
	}
	if (!r->name) {
		buf_printf(b, "'%s-%c%s", many, r->letter, plus);
		return;
	}
	if (*many)
		buf_adds(b, "'*'");
	else
		buf_printf(b, "'(-%c --%s)'", r->letter, r->name);
	buf_printf(b, "{-%c%s,--%s%s}'", r->letter, plus, r->name, equals);
}

static void add_zsh_option(struct buf *b, const struct opt_row *r)
{
	const char *arg = r->arg;

	buf_adds(b, "\t\t");
	add_zsh_names(b, r);
	buf_addc(b, '[');
	add_escaped(b, r->help, "[]\\");
	buf_addc(b, ']');
	if (arg) {
		buf_adds(b, is_optional(r) ? "::" : ":");
		add_escaped(b, arg + strspn(arg, "[="), ":\\");
		buf_addc(b, ':');
		add_action(b, &zsh_action, r->word);
	}
	buf_adds(b, "' \\\n");
}

static void add_zsh(struct buf *b, const struct opt_table *t)
{
	static const char spec[] =
		"_trimtab_spec() {\n"
		"\tif compset -P @; then\n"
		"\t\t_files\n"
		"\telse\n"
		"\t\tlocal -a names=(${(f)\"$(" SPEC_NAMES ")\"})\n"
		"\t\tcompadd -S '' -a names\n"
		"\tfi\n"
		"}\n\n";

	buf_printf(b,
		"#compdef %s\n# zsh completion for %.*s\n\n%s_%.*s() {\n"
		"\t_arguments -s -S \\\n",
		t->commands, TOOL(t), takes_spec(t) ? spec : "", TOOL(t));
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (is_offered(r))
			add_zsh_option(b, r);
	/* Run at once where it is loaded when first asked for. */
	buf_adds(b, "\t\t'*: :");
	add_action(b, &zsh_action, t->operand);
	buf_printf(b,
		"'\n}\n\nif [[ $funcstack[1] == _%.*s ]]; then\n\t_%.*s "
		"\"$@\"\n"
		"else\n\tcompdef _%.*s %s\nfi\n",
		TOOL(t), TOOL(t), TOOL(t), t->commands);
}

/* --- fish ----------------------------------------------------------------- */

static const struct action fish_action = {
	" -a '", "'", "", "", " -a '(__trimtab_spec)'"};

static void add_fish_option(
	struct buf *b, const struct opt_row *r, const struct opt_table *t)
{
	buf_printf(b, "complete -c %.*s", TOOL(t));
	if (r->letter)
		buf_printf(b, " -s %c", r->letter);
	if (r->name)
		buf_printf(b, " -l %s", r->name);
	if (r->arg && !is_optional(r))
		buf_adds(b, r->word == opt_files ? " -r -F" : " -x");
	add_action(b, &fish_action, r->word);
	buf_adds(b, " -d '");
	add_escaped(b, r->help, "\\");
	buf_adds(b, "'\n");
}

static void add_fish(struct buf *b, const struct opt_table *t)
{
	static const char spec[] = "\nfunction __trimtab_spec\n"
				   "\t" SPEC_NAMES "\nend\n";
	const char *other = strchr(t->commands, ' ');

	buf_printf(b, "# fish completion for %.*s%s", TOOL(t),
		takes_spec(t) ? spec : "\n");
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (is_offered(r))
			add_fish_option(b, r, t);
	if (t->operand == opt_spec) {
		buf_printf(b, "complete -c %.*s", TOOL(t));
		add_action(b, &fish_action, opt_spec);
		buf_addc(b, '\n');
	}
	for (; other; other = strchr(other + 1, ' '))
		buf_printf(b, "complete -c %.*s -w %.*s\n",
			(int)strcspn(other + 1, " "), other + 1, TOOL(t));
}

void complete_add(
	struct buf *b, const struct opt_table *t, enum complete_shell shell)
{
	static void (*const add[])(
		struct buf * b, const struct opt_table *t) = {
		[COMPLETE_BASH] = add_bash,
		[COMPLETE_ZSH] = add_zsh,
		[COMPLETE_FISH] = add_fish,
	};

	add[shell](b, t);
}
