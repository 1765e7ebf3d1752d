# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["optax==0.2.8", "jax==0.10.2", "jaxlib==0.10.2"]
# ///
"""Numbers of the schedules of Optax.

Most were computed with jax_enable_x64, where differences of a formula cannot
hide behind rounding; those whose name ends in -f32 without, as most runs do.
"""
import jax
import jax.numpy as jnp
import numpy as np
import optax

from golden import Golden, sample

names = dict(vars(optax.schedules), np=np, jnp=jnp, optax=optax)
names = {k: v for k, v in names.items() if not k.startswith("_")}
g = Golden("optax", optax.__version__)


def values(call, steps, x64):
    steps = range(steps) if isinstance(steps, int) else steps
    with jax.enable_x64(x64):
        f = eval(call, dict(names))
        counts = jnp.asarray(list(steps))
        got = jax.vmap(lambda t: jnp.asarray(f(t)))(counts)
        assert got.dtype == ("float64" if x64 else "float32"), call
        return dict(zip(steps, np.asarray(got).tolist()))


def case(config, call, steps, args=None, wrong=""):
    wide = not config.endswith("-f32")
    g.add(config, args or f"'{call}'", wrong, "f64" if wide else "f32",
          lr=values(call, steps, wide))


case("constant", "optax.constant_schedule(0.1)", 4)
case("constant-keyword", "constant_schedule(value=3e-4)", 4)

case("linear", "optax.linear_schedule(0.1, 0.01, 100)", 104)
case("linear-f32", "optax.linear_schedule(0.1, 0.01, 100)", 104)
case("linear-from-0", "optax.linear_schedule(0.0, 1e-3, 500)",
     sample(504, [500]))
case("linear-begin",
     "optax.schedules.linear_schedule(init_value=1.0, end_value=0.1, "
     "transition_steps=50, transition_begin=10)", 64)
case("linear-no-steps", "optax.linear_schedule(0.1, 0.01, 0)", 4)
case("linear-begin-negative",
     "optax.linear_schedule(0.1, 0.01, 10, transition_begin=-5)", 14)

case("polynomial", "optax.polynomial_schedule(1.0, 0.01, 2, 100)", 104)
case("polynomial-f32", "optax.polynomial_schedule(1.0, 0.01, 2, 100)", 104)
case("polynomial-begin",
     "optax.polynomial_schedule(init_value=0.1, end_value=0.0, power=0.5, "
     "transition_steps=60, transition_begin=7)", 70)
case("polynomial-rises", "optax.polynomial_schedule(1e-4, 1e-2, 3.5, 40)", 44)

case("exponential", "optax.exponential_decay(0.1, 100, 0.96)", sample(2000))
case("exponential-f32", "optax.exponential_decay(0.1, 100, 0.9375)",
     sample(1500))
case("exponential-staircase",
     "optax.exponential_decay(init_value=0.1, transition_steps=10, "
     "decay_rate=0.5, transition_begin=5, staircase=True)", 60)
case("exponential-floor",
     "optax.exponential_decay(0.1, 10, 0.5, end_value=0.02)", 50)
case("exponential-grows-to",
     "optax.exponential_decay(1e-3, 10, 2.0, transition_begin=3, "
     "end_value=8e-3)", 50)
case("exponential-floor-above-start",
     "optax.exponential_decay(0.1, 10, 0.5, 4, end_value=0.2)", 10)
case("exponential-rate-0", "optax.exponential_decay(0.1, 10, 0.0)", 12)
case("exponential-no-steps", "optax.exponential_decay(0.1, 0, 0.5)", 4)
case("exponential-long", "optax.exponential_decay(1e-2, 1000, 0.99)",
     sample(200000))

case("piecewise-constant",
     "optax.piecewise_constant_schedule(0.1, {30: 0.1, 60: 0.1, 80: 0.1})",
     sample(90, [30, 60, 80]))
case("piecewise-constant-unordered",
     "optax.piecewise_constant_schedule(1.0, {60: 0.5, 20: 2.0})",
     sample(70, [20, 60]))
case("piecewise-constant-none", "optax.piecewise_constant_schedule(0.1)", 3)
case("piecewise-constant-to-0",
     "optax.piecewise_constant_schedule(0.1, {5: 0.3, 9: 0.0})", 12)
case("piecewise-constant-at-0",
     "optax.piecewise_constant_schedule(0.1, {0: 0.5, 3: 0.5})", 6)
case("piecewise-constant-f32",
     "optax.piecewise_constant_schedule(0.1, {30: 0.1, 60: 0.1})",
     sample(90, [30, 60]))
case("piecewise-linear",
     "optax.piecewise_interpolate_schedule(\"linear\", 1.0, "
     "{4: 0.1, 8: 0.01})", 12)
case("piecewise-cosine",
     "optax.piecewise_interpolate_schedule(\"cosine\", 0.1, "
     "{30: 2.0, 60: 0.25, 61: 0.5, 100: 0.5})", 104)
case("piecewise-cosine-f32",
     "optax.piecewise_interpolate_schedule(\"cosine\", 0.1, "
     "{30: 2.0, 60: 0.25})", 64)
case("piecewise-linear-at-0",
     "optax.piecewise_interpolate_schedule(\"linear\", 1.0, "
     "{0: 0.5, 10: 0.2})", 13)
case("piecewise-linear-none",
     "optax.piecewise_interpolate_schedule(\"linear\", 0.5)", 3)

case("cosine", "optax.cosine_decay_schedule(0.1, 1000)", sample(1004))
case("cosine-f32", "optax.cosine_decay_schedule(0.1, 100)", 104)
case("cosine-alpha",
     "optax.cosine_decay_schedule(init_value=0.1, decay_steps=100, "
     "alpha=0.1)", 104)
case("cosine-exponent",
     "optax.cosine_decay_schedule(0.1, 100, 0.05, exponent=2.0)", 104)
case("cosine-exponent-half",
     "optax.cosine_decay_schedule(0.1, 100, exponent=0.5)", 104)

case("warmup-constant", "optax.warmup_constant_schedule(0.0, 1e-3, 50)", 54)
case("warmup-constant-0", "optax.warmup_constant_schedule(0.0, 1e-3, 0)", 4)
case("warmup-cosine",
     "optax.warmup_cosine_decay_schedule(0.0, 0.1, 500, 10000)",
     sample(10004, [500, 10000]))
case("warmup-cosine-end",
     "optax.warmup_cosine_decay_schedule(init_value=1e-4, peak_value=0.1, "
     "warmup_steps=20, decay_steps=100, end_value=1e-3, exponent=1.5)", 104)
case("warmup-cosine-0",
     "optax.warmup_cosine_decay_schedule(0.0, 0.1, 0, 60, 0.01)", 63)
case("warmup-cosine-one-left",
     "optax.warmup_cosine_decay_schedule(0.0, 0.1, 9, 10, 0.01)", 13)
case("warmup-cosine-f32",
     "optax.warmup_cosine_decay_schedule(0.0, 0.1, 20, 120, 0.01)", 124)
case("warmup-exponential",
     "optax.warmup_exponential_decay_schedule(0.0, 0.1, 10, 20, 0.5)", 80)
case("warmup-exponential-all",
     "optax.warmup_exponential_decay_schedule(init_value=0.01, "
     "peak_value=0.1, warmup_steps=10, transition_steps=8, decay_rate=0.6, "
     "transition_begin=4, staircase=True, end_value=0.02)", 80)

case("onecycle-cosine", "optax.cosine_onecycle_schedule(1000, 0.1)",
     sample(1004, [300, 1000]))
case("onecycle-cosine-all",
     "optax.cosine_onecycle_schedule(transition_steps=97, peak_value=0.5, "
     "pct_start=0.45, div_factor=10.0, final_div_factor=100.0)", 100)
case("onecycle-cosine-no-rise",
     "optax.cosine_onecycle_schedule(50, 0.1, pct_start=0.0)", 53)
case("onecycle-cosine-f32", "optax.cosine_onecycle_schedule(100, 0.1)", 104)
case("onecycle-linear", "optax.linear_onecycle_schedule(1000, 0.1)",
     sample(1004, [300, 850, 1000]))
case("onecycle-linear-all",
     "optax.linear_onecycle_schedule(83, 0.3, pct_start=0.25, pct_final=0.7, "
     "div_factor=20.0, final_div_factor=50.0)", 87)
case("onecycle-linear-f32", "optax.linear_onecycle_schedule(100, 0.1)", 104)

case("sgdr",
     "optax.sgdr_schedule([dict(init_value=0.0, peak_value=0.1 * 0.5 ** i, "
     "warmup_steps=5, decay_steps=20 * 2 ** i, end_value=0.001) "
     "for i in range(3)])", 144)
case("sgdr-literal",
     "optax.sgdr_schedule([{\"init_value\": 0.01, \"peak_value\": 0.1, "
     "\"warmup_steps\": 0, \"decay_steps\": 30}, {\"init_value\": 0.0, "
     "\"peak_value\": 0.05, \"warmup_steps\": 10, \"decay_steps\": 40, "
     "\"exponent\": 2.0}])", 74)

case("join",
     "optax.join_schedules([optax.linear_schedule(0, 1e-3, 500), "
     "optax.cosine_decay_schedule(1e-3, 9500)], [500])",
     sample(10004, [500, 10000]))
case("join-three",
     "optax.join_schedules(schedules=[optax.linear_schedule(0.0, 0.1, 20), "
     "optax.constant_schedule(0.1), optax.exponential_decay(0.1, 10, 0.8)], "
     "boundaries=[20, 50])", 100)
case("join-cut",
     "optax.join_schedules([optax.linear_schedule(0.0, 0.1, 20), "
     "optax.cosine_decay_schedule(0.2, 30)], [10])", 44)
case("join-gap",
     "optax.join_schedules([optax.linear_schedule(0.0, 0.1, 5), "
     "optax.polynomial_schedule(0.3, 0.0, 2, 10)], [12])", 26)
case("join-nested",
     "optax.join_schedules([optax.join_schedules([optax.linear_schedule(0.0, "
     "0.1, 10), optax.constant_schedule(0.1)], [10]), "
     "optax.warmup_cosine_decay_schedule(0.0, 0.05, 5, 30)], [25])", 60)
case("join-lambda",
     "optax.join_schedules([lambda step: 1e-3 * step / 10, lambda step: 1e-3 "
     "* 0.9 ** step], [10])", 30)
case("join-f32",
     "optax.join_schedules([optax.linear_schedule(0.0, 0.1, 20), "
     "optax.cosine_decay_schedule(0.1, 80)], [20])", 104)

case("words-warmup-cosine",
     "optax.warmup_cosine_decay_schedule(0.0, 0.1, 500, 10000)",
     sample(10004, [500, 10000]), "-l 0.1 warmup:500 cos:9500")
case("words-cosine-exponent",
     "optax.cosine_decay_schedule(0.1, 100, 0.05, exponent=2.0)", 104,
     "-l 0.1 cos:100:.05x,pow=2")
case("words-onecycle-cosine", "optax.cosine_onecycle_schedule(1000, 0.1)",
     sample(1004, [300, 1000]),
     "-l 0.1 cos:300,from=.04x,to=1x cos:700:.000004x")
g.save()
