/* SPDX-License-Identifier: MIT */
/* Methods of an object of the text's. */
#include <string.h>

#include "base/array.h"
#include "stepper/stepper_impl.h"

/* The method NAME of V into *RET: 1, 0 if its class has none, or -1. */
int stepper_method(struct py_run *r, const struct py_value *v, const char *name,
	struct py_value *ret)
{
	int found = py_get(r, v, name, strlen(name), ret);

	return found > 0 ? ret->type == PY_FUNCTION : found;
}

bool stepper_has(struct py_run *r, const struct py_value *v, const char *name)
{
	struct py_value f;

	return stepper_method(r, v, name, &f) > 0;
}

/* Calls V's method NAME, if it has it, with ARG[0..N). */
int stepper_call(struct py_run *r, const struct py_value *v, const char *name,
	const struct py_value *x, size_t n, struct py_value *ret)
{
	struct py_arg arg[2] = {{.at = NULL}};
	struct py_value f;
	int found = stepper_method(r, v, name, &f);

	*ret = py_none();
	for (size_t i = 0; i < n; i++)
		arg[i].value = x[i];
	return found <= 0 ? found : py_invoke(r, py_def(&f), &f, arg, n, ret);
}
