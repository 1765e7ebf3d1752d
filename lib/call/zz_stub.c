#include "text/py_expr.h"
__attribute__((weak)) int py_fn_new(struct py_fn **r,const struct py_expr*e,const struct py_name*n,const struct py_expr**w,struct diag*d){(void)r;(void)e;(void)n;(void)w;(void)d;return -1;}
__attribute__((weak)) void py_fn_free(struct py_fn*f){(void)f;}
__attribute__((weak)) double py_fn_at(const struct py_fn*f,double x){(void)f;return x;}
__attribute__((weak)) bool py_fn_is_const(const struct py_fn*f){(void)f;return false;}
__attribute__((weak)) int py_fn_show(struct buf*b,const struct py_fn*f){(void)b;(void)f;return 0;}
