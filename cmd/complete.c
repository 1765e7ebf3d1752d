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

static int add_words(struct buf *b, const char *const *word)
{
	for (size_t i = 0; word[i]; i++)
		if (buf_printf(b, "%s%s", i ? " " : "", word[i]))
			return -1;
	return 0;
}

/* The tool, the first of its COMMANDS, behind what stands BEFORE it. */
static int add_tool(struct buf *b, const char *before, const char *commands)
{
	return buf_printf(
		b, "%s%.*s", before, (int)strcspn(commands, " "), commands);
}

/*
 * S within single quotes; a backslash before those of its characters that
 * SPECIAL has.
 */
static int add_escaped(struct buf *b, const char *s, const char *special)
{
	for (; *s; s++) {
		if (strchr(special, *s) && buf_addc(b, '\\'))
			return -1;
		if (*s == '\'' ? buf_adds(b, "'\\''") : buf_addc(b, *s))
			return -1;
	}
	return 0;
}

/* --- bash ----------------------------------------------------------------- */

static int add_bash_action(struct buf *b, const char *const *word)
{
	if (!word)
		return buf_adds(b, ":");
	if (word == opt_files)
		return buf_adds(b, "files=y");
	if (word == opt_spec)
		return buf_adds(b, "spec=y");
	return buf_adds(b, "words='") || add_words(b, word) ||
	       buf_addc(b, '\'');
}

/* The option's names in the pattern of a case. */
static int add_bash_case(struct buf *b, const struct opt_row *r)
{
	bool needs = !is_optional(r);

	if (buf_adds(b, "\t"))
		return -1;
	if (r->letter && needs &&
		buf_printf(b, "-%c%s", r->letter, r->name ? " | " : ""))
		return -1;
	if (r->name && needs && buf_printf(b, "--%s | ", r->name))
		return -1;
	if (r->name && buf_printf(b, "--%s=", r->name))
		return -1;
	return buf_adds(b, ") ") || add_bash_action(b, r->word) ||
	       buf_adds(b, " ;;\n");
}

static int add_bash_options(struct buf *b, const struct opt_row *row)
{
	const char *sep = "";

	for (const struct opt_row *r = row; r->kind != OPT_END; r++) {
		if (!is_offered(r))
			continue;
		if (r->letter && buf_printf(b, "%s-%c", sep, r->letter))
			return -1;
		sep = r->letter ? " " : sep;
		if (r->name && buf_printf(b, "%s--%s", sep, r->name))
			return -1;
		sep = " ";
	}
	return 0;
}

static bool takes_spec(const struct opt_table *t)
{
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (r->word == opt_spec)
			return true;
	return t->operand == opt_spec;
}

static int add_bash(struct buf *b, const struct opt_table *t)
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

	if (add_tool(b, "# bash completion for ", t->commands) ||
		add_tool(b, "\n_", t->commands) ||
		buf_printf(b, begin, takes_spec(t) ? " spec=''" : ""))
		return -1;
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (is_offered(r) && r->arg && add_bash_case(b, r))
			return -1;
	return buf_adds(b, "\t*)\n\t\tif [[ $options && $cur == -* ]]; then\n"
			   "\t\t\twords='") ||
	       add_bash_options(b, t->row) ||
	       buf_adds(b, "'\n\t\telse\n\t\t\t") ||
	       add_bash_action(b, t->operand) ||
	       buf_adds(b, "\n\t\tfi ;;\n\tesac\n\tCOMPREPLY=()\n") ||
	       buf_adds(b, takes_spec(t) ? spec : "") || buf_adds(b, end) ||
	       add_tool(b, "complete -F _", t->commands) ||
	       buf_printf(b, " %s\n", t->commands);
}

/* --- zsh ------------------------------------------------------------------ */

static int add_zsh_action(struct buf *b, const char *const *word)
{
	if (!word)
		return buf_addc(b, ' ');
	if (word == opt_files)
		return buf_adds(b, "_files");
	if (word == opt_spec)
		return buf_adds(b, "_trimtab_spec");
	return buf_addc(b, '(') || add_words(b, word) || buf_addc(b, ')');
}

/* Options with a TAKE of their own may stand several times. */
static bool is_repeated(const struct opt_row *r)
{
	return r->kind == OPT_COUNT || r->kind == OPT_CALL;
}

/* The names, in braces if both, before the rest in quotes. */
static int add_zsh_names(struct buf *b, const struct opt_row *r)
{
	const char *plus = r->arg ? "+" : "";
	const char *equals = is_optional(r) ? "=-" : r->arg ? "=" : "";
	const char *many = is_repeated(r) ? "*" : "";

	if (!r->letter)
		return buf_printf(b, "'%s--%s%s", many, r->name, equals);
	if (!r->name)
		return buf_printf(b, "'%s-%c%s", many, r->letter, plus);
	if (*many ? buf_adds(b, "'*'")
		  : buf_printf(b, "'(-%c --%s)'", r->letter, r->name))
		return -1;
	return buf_printf(
		b, "{-%c%s,--%s%s}'", r->letter, plus, r->name, equals);
}

static int add_zsh_option(struct buf *b, const struct opt_row *r)
{
	const char *arg = r->arg;

	if (buf_adds(b, "\t\t") || add_zsh_names(b, r) || buf_addc(b, '[') ||
		add_escaped(b, r->help, "[]\\") || buf_addc(b, ']'))
		return -1;
	if (arg && (buf_adds(b, is_optional(r) ? "::" : ":") ||
			   add_escaped(b, arg + strspn(arg, "[="), ":\\") ||
			   buf_addc(b, ':') || add_zsh_action(b, r->word)))
		return -1;
	return buf_adds(b, "' \\\n");
}

static int add_zsh(struct buf *b, const struct opt_table *t)
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

	if (buf_printf(b, "#compdef %s\n", t->commands) ||
		add_tool(b, "# zsh completion for ", t->commands) ||
		buf_adds(b, "\n\n") || buf_adds(b, takes_spec(t) ? spec : "") ||
		add_tool(b, "_", t->commands) ||
		buf_adds(b, "() {\n\t_arguments -s -S \\\n"))
		return -1;
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (is_offered(r) && add_zsh_option(b, r))
			return -1;
	/* Run at once where it is loaded when first asked for. */
	return buf_adds(b, "\t\t'*: :") || add_zsh_action(b, t->operand) ||
	       buf_adds(b, "'\n}\n\n") ||
	       add_tool(b, "if [[ $funcstack[1] == _", t->commands) ||
	       add_tool(b, " ]]; then\n\t_", t->commands) ||
	       add_tool(b, " \"$@\"\nelse\n\tcompdef _", t->commands) ||
	       buf_printf(b, " %s\nfi\n", t->commands);
}

/* --- fish ----------------------------------------------------------------- */

static int add_fish_action(struct buf *b, const char *const *word)
{
	if (!word || word == opt_files)
		return 0;
	if (buf_adds(b, " -a '"))
		return -1;
	if (word == opt_spec)
		return buf_adds(b, "(__trimtab_spec)'");
	return add_words(b, word) || buf_addc(b, '\'');
}

static int add_fish_option(
	struct buf *b, const struct opt_row *r, const char *commands)
{
	if (add_tool(b, "complete -c ", commands) ||
		(r->letter && buf_printf(b, " -s %c", r->letter)) ||
		(r->name && buf_printf(b, " -l %s", r->name)) ||
		(r->arg && !is_optional(r) &&
			buf_adds(b, r->word == opt_files ? " -r -F" : " -x")) ||
		add_fish_action(b, r->word) || buf_adds(b, " -d '") ||
		add_escaped(b, r->help, "\\"))
		return -1;
	return buf_adds(b, "'\n");
}

static int add_fish(struct buf *b, const struct opt_table *t)
{
	static const char spec[] = "\nfunction __trimtab_spec\n"
				   "\t" SPEC_NAMES "\nend\n";
	const char *other = strchr(t->commands, ' ');

	if (add_tool(b, "# fish completion for ", t->commands) ||
		buf_adds(b, takes_spec(t) ? spec : "\n"))
		return -1;
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		if (is_offered(r) && add_fish_option(b, r, t->commands))
			return -1;
	if (t->operand == opt_spec &&
		(add_tool(b, "complete -c ", t->commands) ||
			add_fish_action(b, opt_spec) || buf_addc(b, '\n')))
		return -1;
	for (; other; other = strchr(other + 1, ' '))
		if (add_tool(b, "complete -c ", other + 1) ||
			add_tool(b, " -w ", t->commands) || buf_addc(b, '\n'))
			return -1;
	return 0;
}

int complete_add(
	struct buf *b, const struct opt_table *t, enum complete_shell shell)
{
	static int (*const add[])(struct buf * b, const struct opt_table *t) = {
		[COMPLETE_BASH] = add_bash,
		[COMPLETE_ZSH] = add_zsh,
		[COMPLETE_FISH] = add_fish,
	};

	return add[shell](b, t) || buf_terminate(b) ? -1 : 0;
}
