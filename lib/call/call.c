/* SPDX-License-Identifier: MIT */
/*
 * Which constructor a call means, and its expansion.
 */
#include "call/call.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/near.h"
#include "call/expand.h"

static const struct call_module modules[] = {
	{"torch", "pytorch lr_scheduler", call_torch, false},
	{"keras", "tf tensorflow tf_keras", call_keras, false},
	{"optax", "", call_optax, false},
	{"hf", "transformers", call_hf, false},
	{"timm", "", call_timm, false},
	{"tfa", "tensorflow_addons", call_tfa, false},
	{"fastai", "", call_fastai, false},
	{"megatron", "megatron_core", call_megatron, false},
	{"fairseq", "", call_fairseq, true},
	{"deepspeed", "", call_deepspeed, false},
	{"paddle", "", call_paddle, false},
	{"mxnet", "mx", call_mxnet, false},
	{"caffe", "", call_caffe, false},
	{"darknet", "", call_darknet, false},
	{"tfmot", "tensorflow_model_optimization sparsity pruning_schedule",
		call_tfmot, false},
	{"inc", "neural_compressor", call_inc, false},
	{"pytorch_warmup", "warmup", call_pytorch_warmup, false},
	{"ignite", "", call_ignite, false},
	{"mmengine", "mmcv", call_mmengine, false},
	{"composer", "", call_composer, false},
	{"fvcore", "", call_fvcore, false},
	{"mlx", "", call_mlx, false},
	{"allennlp", "", call_allennlp, false},
	{"rex", "REX_LR", call_rex, false},
	{"nanogpt", "nanoGPT", call_nanogpt, true},
	{"llmc", "llm", call_llmc, false},
};

#define WORDS_NBYTES_MAX ((size_t)4 << 20)

#define NMODULE (sizeof(modules) / sizeof(modules[0]))

const struct call_module *call_module_nth(size_t i)
{
	return i < NMODULE ? &modules[i] : NULL;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

bool call_is(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (is_name_char(s[i]) || (s[i] == '.' && i)))
		i++;
	return i > 0 && i < n && s[i] == '(' && (s[0] < '0' || s[0] > '9');
}

int call_fail(struct call *c, const struct py_expr *at, const char *fmt, ...)
{
	char text[sizeof(c->run->d->text)];
	va_list ap;
	struct diag d;

	va_start(ap, fmt);
	diag_vset(&d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	memcpy(text, d.text, sizeof(text));
	c->run->where = at ? at->at : c->at;
	c->run->blamed = true;
	return diag_set(c->run->d, DIAG_USAGE, "%.*s: %s", (int)c->expr->n,
		c->expr->s, text);
}

const char *call_row_name(const struct call_row *row, size_t *n)
{
	*n = strcspn(row->signature, "(");
	return row->signature;
}

/* Whether WORD[0..N) is one of the blank-separated words of LIST. */
static bool is_among(const char *list, const char *word, size_t n)
{
	size_t len;

	for (; *list; list += len + (list[len] == ' ')) {
		len = strcspn(list, " ");
		if (len == n && !memcmp(list, word, n))
			return true;
	}
	return false;
}

/* The module that a dotted path names, or NULL. */
static const struct call_module *module_of(const char *s, size_t n)
{
	const char *dot;
	size_t i;

	for (; (dot = memchr(s, '.', n));
		n -= (size_t)(dot + 1 - s), s = dot + 1)
		for (i = 0; i < NMODULE; i++)
			if (is_among(modules[i].name, s, (size_t)(dot - s)) ||
				is_among(
					modules[i].alias, s, (size_t)(dot - s)))
				return &modules[i];
	return NULL;
}

static const struct call_row *row_of(const struct call_module *m,
	const char *name, size_t n, struct near *near)
{
	const struct call_row *row;
	const char *have;
	size_t nhave;

	for (row = m->row; row->signature; row++) {
		have = call_row_name(row, &nhave);
		if (nhave == n && !memcmp(have, name, n))
			return row;
		near_try(near, have, nhave);
	}
	return NULL;
}

const char *call_signature(const char *name, size_t n)
{
	struct near near = {.wrong = name, .nwrong = n};
	const struct call_row *row = NULL;

	for (size_t i = 0; i < NMODULE && !row; i++)
		if (!modules[i].named)
			row = row_of(&modules[i], name, n, &near);
	return row ? row->signature : NULL;
}

void call_near(struct near *near)
{
	for (size_t i = 0; i < NMODULE; i++)
		if (!modules[i].named)
			row_of(&modules[i], "", 0, near);
}

/* Finds the row of C's call; HINT is the module around it, or NULL. */
static int resolve(struct call *c, const struct call_module *hint)
{
	const char *s = c->expr->s, *dot;
	const struct call_module *said = module_of(s, c->expr->n);
	size_t n = c->expr->n, i;
	char phrase[NEAR_PHRASE_MAX];
	struct near near;

	if (c->expr->op[0] == '.')
		return call_fail(c, NULL,
			"a method of a value; expected the call of a "
			"constructor");
	while ((dot = memchr(s, '.', n))) {
		n -= (size_t)(dot + 1 - s);
		s = dot + 1;
	}
	near = (struct near){.wrong = s, .nwrong = n};
	c->module = said ? said : hint;
	c->row = c->module ? row_of(c->module, s, n, &near) : NULL;
	for (i = 0; !c->row && !said && i < NMODULE; i++) {
		if (modules[i].named)
			continue;
		c->module = &modules[i];
		c->row = row_of(c->module, s, n, &near);
	}
	if (c->row)
		return 0;
	return call_fail(c, NULL, "no such constructor%s%s; %s",
		said ? " in " : "", said ? said->name : "",
		near_phrase(&near, "lrsched --list shows all", phrase));
}

/* Frees the texts parsed since UNTIL was the newest. */
static void text_free(struct call_run *run, const struct call_text *until)
{
	struct call_text *t;

	while ((t = run->text) != until) {
		run->text = t->next;
		py_tree_free(t->tree);
		free(t);
	}
}

static int expand(struct call *c, const struct call_module *hint,
	struct buf *name, struct buf *words)
{
	struct py_eval saved = c->run->eval;
	const struct call_text *text = c->run->text;
	const char *row;
	size_t n;
	int r;

	if (c->depth > CALL_DEPTH_MAX)
		return call_fail(c, NULL,
			"calls in calls too deep; expected at most %d",
			CALL_DEPTH_MAX);
	if (++c->run->ncall > CALL_NUMBER_MAX)
		return call_fail(c, NULL,
			"more than %d calls in one; expected fewer",
			CALL_NUMBER_MAX);
	if (resolve(c, hint) || call_bind(c))
		return -1;
	row = call_row_name(c->row, &n);
	if (name && ((name->len && buf_addc(name, ' ')) ||
			    buf_adds(name, c->module->name) ||
			    buf_addc(name, '.') || buf_add(name, row, n)))
		return diag_nomem(c->run->d, name->len);
	r = call_script(c, words);
	if (!r && words->len > WORDS_NBYTES_MAX)
		r = call_fail(c, NULL,
			"more than %zu MiB of words; expected a simpler call",
			WORDS_NBYTES_MAX >> 20);
	text_free(c->run, text);
	c->run->eval.where = NULL;
	c->run->eval.names = saved.names;
	c->run->eval.call = saved.call;
	c->run->eval.ctx = saved.ctx;
	return r;
}

int call_words(struct call_run *run, struct call *outer,
	const struct py_expr *e, double base, bool alone, struct buf *name,
	struct buf *words)
{
	struct call c = {.run = run,
		.expr = e,
		.around = outer,
		.base = base,
		.alone = alone};

	c.at = e->at;
	c.depth = outer ? outer->depth + 1 : 0;
	return expand(&c, outer ? outer->module : NULL, name, words);
}

int call_as(struct call *outer, const struct py_expr *e, struct buf *words)
{
	struct call c = {.run = outer->run,
		.expr = e,
		.outer = outer,
		.around = outer->around,
		.at = outer->at,
		.base = outer->base,
		.alone = outer->alone,
		.depth = outer->depth + 1};

	return expand(&c, outer->module, NULL, words);
}

static void run_free(struct call_run *run)
{
	py_eval_free(&run->eval);
	text_free(run, NULL);
}

int call_expand(struct buf *words, struct buf *name, const char *s, size_t n,
	bool alone, const struct call_env *env, size_t *where, struct diag *d)
{
	struct call_run run = {.env = env, .d = d};
	const struct py_expr *e;
	struct py_tree *tree;
	int r;

	*where = 0;
	if (py_parse(&tree, s, n, where, d))
		return -1;
	e = py_root(tree);
	run.tree = tree;
	if (e->form == PY_F_CALL)
		r = call_words(&run, NULL, e, env->base, alone, name, words);
	else
		r = diag_set(d, DIAG_USAGE,
			"an expression; expected the call of a constructor");
	*where = run.where;
	run_free(&run);
	py_tree_free(tree);
	return r;
}
