/* SPDX-License-Identifier: MIT */
/*
 * Settings that are not read: a remark on each that may change the rate, by
 * its name, and on each that is spelt nearly as one that is read.  Those that
 * are, with a value that cannot be theirs, are refused.
 */
#include <stdarg.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/near.h"
#include "making/making.h"

void call_add_remark(struct buf *to, const char *line)
{
	if (buf_text(to) && !strstr(to->data, line))
		buf_adds(to, line);
}

int call_remark(struct py_run *r, const char *fmt, ...)
{
	struct buf *to = call_build_of(r)->remarks, line = {0};
	va_list ap;

	if (!to)
		return 0;
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	buf_addc(&line, '\n');
	if (buf_text(&line))
		call_add_remark(to, line.data);
	else
		buf_fail(to);
	buf_free(&line);
	return py_buf_end(r, to);
}

/* Whether S[0..N) has PART as one of the parts that '_' and '.' make. */
static bool has_part(const char *s, size_t n, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(s + i, part, len) == 0 &&
			(i == 0 || strchr("_.", s[i - 1])) &&
			(i + len == n || strchr("_.", s[i + len])))
			return true;
	return false;
}

/* Whether a setting called NAME is about rates. */
static bool is_of_rates(const struct py_str *name)
{
	static const char *const parts[] = {"lr", "lrs", "learning", "warmup",
		"schedule", "scheduler", "sched", "milestones", "anneal",
		"annealing", "cooldown"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (has_part(name->s, name->n, parts[i]))
			return true;
	return false;
}

/*
 * Whether NAME, where it is no setting of a trainer's, is another's that says
 * what the rate is: then this is no configuration of that trainer.
 */
static bool decides(const struct py_str *name)
{
	return py_is_word_of(name,
		"lr base_lr learning_rate max_lr peak_lr blr lr_scheduler "
		"lr_schedule scheduler lr_policy lr_scheduler_type "
		"lr_decay_style sched warmup warmup_steps warmup_ratio "
		"warmup_epochs warmup_iters warmup_updates lr_warmup_steps "
		"lr_warmup_epochs lr_warmup_iters epochs num_epochs max_epochs "
		"num_train_epochs max_steps total_steps num_training_steps "
		"max_iters num_iterations train_iters total_iters");
}

/* Whether NAME is a file that may have more settings. */
static bool is_file(const struct py_str *name)
{
	return py_is_word_of(name, "config cfg config_file _base_ _BASE_ <<");
}

/* What says nothing changes nothing. */
static bool is_set(const struct py_value *v)
{
	return v->type != PY_NONE &&
	       !((v->type == PY_BOOL || v->type == PY_INT) && v->u.i == 0);
}

/* Few letters lie between the two, and none at their beginning. */
static bool is_misspelt(const struct near *near)
{
	size_t a = near->nwrong, b = near->nbest;

	return near_found(near) && a >= 5 && (a > b ? a - b : b - a) <= 1 &&
	       near->wrong[0] == near->best[0];
}

/* Flags that nobody knows, of $NAME or of what has no name. */
static int remark_flags(struct py_run *r, const struct py_arg *arg)
{
	const char *define = call_names_of(r)->define;
	const char *name = arg->name.s + 1;
	int n = (int)arg->name.n - 1;

	if (arg->value.type == PY_UNKNOWN)
		return py_raise(r, arg->at,
			"the flags in '%.*s' are not known; expected %s "
			"%.*s='\"--NAME VALUE\"' (or '\"\"': none)",
			n, name, define, n, name);
	if (n == 0)
		return call_remark(r, "what only the shell knows in the "
				      "command may be more flags");
	return call_remark(r,
		"'%.*s' has no value; it may be more flags (%s "
		"%.*s='\"--NAME VALUE\"')",
		n, name, define, n, name);
}

/* DeepSpeed's configuration: a scheduler in it is the one that runs. */
static int remark_deepspeed(struct py_run *r, const struct py_arg *arg)
{
	const struct py_value *v = &arg->value;

	if (v->type == PY_DICT && py_dict_find(v->u.list, "scheduler", 9))
		return py_raise(r, arg->at,
			"'%.*s' has a scheduler, which runs in place of this; "
			"expected that configuration alone",
			STR_ARG(arg->name));
	return v->type == PY_STR
		       ? call_remark(r,
				 "what '%.*s' names is not read; a scheduler "
				 "in it runs in place of this",
				 STR_ARG(arg->name))
		       : 0;
}

static int remark(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg)
{
	struct near near = {.wrong = arg->name.s, .nwrong = arg->name.n};
	char phrase[NEAR_PHRASE_MAX];
	const struct py_node *p;
	bool misspelt;

	if (arg->name.s[0] == '$')
		return remark_flags(r, arg);
	if (py_is_named(&arg->name, "deepspeed") ||
		py_is_named(&arg->name, "deepspeed_config"))
		return remark_deepspeed(r, arg);
	for (size_t i = 0; (p = py_param(&c->def, i)); i++) {
		if (p->op == 'k')
			continue;
		if (p->s.n == arg->name.n &&
			memcmp(p->s.s, arg->name.s, p->s.n) == 0)
			return 0;
		near_try(&near, p->s.s, p->s.n);
	}
	if (decides(&arg->name) && is_set(&arg->value))
		return py_raise(r, arg->at,
			"'%.*s' is not a setting of %.*s; %s (or another "
			"trainer's: %s trainer=NAME)",
			STR_ARG(arg->name), (int)py_def(&c->def)->s.n,
			py_def(&c->def)->s.s,
			near_phrase(&near, "expected one that is", phrase),
			call_names_of(r)->define);
	if (is_file(&arg->name) && is_set(&arg->value))
		return call_remark(r,
			"what '%.*s' names is not read, and may say more of "
			"the rate",
			STR_ARG(arg->name));
	misspelt = arg->value.type != PY_TYPE && is_misspelt(&near);
	if (!misspelt && !(is_of_rates(&arg->name) && is_set(&arg->value)))
		return 0;
	return call_remark(r, "'%.*s' is not read%s%s", STR_ARG(arg->name),
		misspelt ? "; " : "",
		misspelt ? near_phrase(&near, "", phrase) : "");
}

int call_remark_unread(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (arg[i].name.n > 0 && remark(r, c, &arg[i]) < 0)
			return -1;
	return 0;
}

int call_remark_setting(
	struct py_run *r, const struct py_str *name, const struct py_value *v)
{
	static const struct py_str rates[] = {{2, "lr"}, {13, "learning_rate"}};

	if (call_same_name(name, &rates[0]) ||
		call_same_name(name, &rates[1]) || !is_of_rates(name) ||
		!is_set(v) || v->type == PY_LIST || v->type == PY_FUNCTION)
		return 0;
	return call_remark(r, "'%.*s' is not read", STR_ARG(*name));
}

const struct py_node *call_parameter(
	const struct call_constructor *c, const struct py_str *name)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&c->def, i)); i++)
		if (p->op != 'k' && call_same_name(&p->s, name))
			break;
	return p;
}

/* Whether what P stands for is a number, by its default. */
static bool is_numeric(const struct py_node *p)
{
	const struct py_node *e = p->arg;

	if (e && e->form == PY_UNARY)
		e = e->arg;
	return e && e->form == PY_CONST &&
	       (e->value.type == PY_INT || e->value.type == PY_FLOAT);
}

/* Texts have words for values; that ARG's cannot be the one of its is said. */
static int check_value(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg)
{
	const struct py_value *v = &arg->value;
	const struct py_node *p = call_parameter(c, &arg->name);
	bool flag;

	if (!p)
		return 0;
	flag = p->arg && p->arg->form == PY_CONST &&
	       p->arg->value.type == PY_BOOL;
	if ((v->type == PY_STR && v->u.str->n == 0 &&
		    !py_is_named(&arg->name, "output_dir")) ||
		(v->type == PY_BOOL && v->u.i && !flag))
		return py_raise(r, arg->at,
			"'%.*s' has no value; expected one behind it (a dict: "
			"'{\"NAME\": VALUE}')",
			STR_ARG(arg->name));
	if (v->type == PY_STR && (flag || is_numeric(p)))
		return py_raise(r, arg->at, "'%.*s' is '%.*s'; expected %s",
			STR_ARG(arg->name), STR_ARG(*v->u.str),
			flag ? "true or false" : "a number");
	return 0;
}

int call_check_values(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (check_value(r, c, &arg[i]) < 0)
			return -1;
	return 0;
}
