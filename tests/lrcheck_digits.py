# SPDX-License-Identifier: MIT
# Runs that follow a schedule and runs that do not, printed with few digits, and
# what lrcheck says of them: python3 lrcheck_digits.py N SEED.  The rates are
# computed here; what is false of a verdict is decided on the exact ones.
import csv
import json
import math
import random
import re
import subprocess
import sys


def cosine(T, m):
    return lambda t: m + (1 - m) * (1 + math.cos(math.pi * min(t, T) / T)) / 2


def warm(W, T):
    c = cosine(T - W, 0)
    return lambda t: t / W if t < W else c(t - W)


def make_schedule(r):
    T = r.choice([r.randint(40, 3000), 100 * r.randint(1, 30)])
    kind = r.randrange(6)
    if kind == 0:
        return f"cos:{T}", cosine(T, 0), T
    if kind == 1:
        W = max(1, T // r.randint(3, 20))
        return f"warmup:{W} cos:{T - W}", warm(W, T), T
    if kind == 2:
        return f"linear:{T}", lambda t: 1 - min(t, T) / T, T
    if kind == 3:
        E = max(2, T // r.randint(2, 6))
        return f"step,every={E},by=0.1", lambda t: 0.1 ** (t // E), T
    if kind == 4:
        g = r.choice([0.99, 0.999, 0.9])
        return f"decay,by={g}", lambda t: g**t, T
    return f"cos:{T}:0.1x", cosine(T, 0.1), T


def make_run(r, T, begin):
    """The step asked for and the factor, by the step logged."""
    kind = r.choice(
        ["right", "right", "right", "stuck", "late", "early", "factor",
         "processes", "accumulation", "restarted"])
    k = r.choice([1, 1, 2, 3, r.randint(1, 40)])
    if kind == "late":
        return kind, k, lambda t: (max(t - k, 0), 1)
    if kind == "early":
        return kind, k, lambda t: (t + k, 1)
    if kind == "stuck":
        return kind, 0, lambda t: (0, 1)
    if kind == "factor":
        f = r.choice([2, 4, 8, 0.5, 0.25, 1.1])
        return kind, f, lambda t: (t, f)
    k = r.choice([2, 4, 8])
    if kind == "processes":
        return kind, k, lambda t: (k * t, 1)
    if kind == "accumulation":
        return kind, k, lambda t: (t // k, 1)
    if kind == "restarted":
        s = begin + r.randint(max(3, T // 4), max(4, T // 2))
        return kind, s, lambda t: (t if t < s else t - s, 1)
    return kind, 0, lambda t: (t, 1)


class Round(str):
    """A format as others: what Python prints of round(x, 5)."""

    def __mod__(self, x):
        return repr(round(x, int(self)))


def make_form(r, base):
    """A printing function, and the half unit of what it prints."""
    style = r.choice("fffeeegrpp")
    if style in "fp":
        n = max(1, r.randint(0, 3) - math.floor(math.log10(base)))
        form = f"%.{n}f" if style == "f" else Round(n)
        return form, lambda x: 10.0**-n / 2
    if style == "r":
        return "%r", lambda x: 0
    n = r.randint(0, 4) if style == "e" else r.randint(2, 6)
    d = n + 1 if style == "e" else n
    return f"%.{n}{style}", lambda x: (
        10.0 ** (math.floor(math.log10(abs(x))) - d + 1) / 2 if x else 0)


def write(r, path, rows, form):
    layout = r.choice(["csv", "text", "json"])
    with open(path, "w") as f:
        if layout == "csv":
            f.write("step,lr\n")
        for t, x in rows:
            x = form % x
            if layout == "csv":
                f.write(f"{t},{x}\n")
            elif layout == "text":
                f.write(f"step {t} | loss 2.51 | lr {x}\n")
            else:
                f.write('{"step": %d, "lr": %s}\n' % (t, x))


def make_case(r, path):
    spec, f, T = make_schedule(r)
    base = r.choice([1e-3, 3e-4, 1e-4, 0.1, 0.05, 2.5e-4, 0.003, 1.2e-4, 5e-5])
    every = r.choice([1, 1, 1, 5, 10, 50])
    begin = r.choice([0, 0, 0, r.randint(0, T // 3)])
    kind, by, at = make_run(r, T, begin)
    end = r.choice([T, r.randint(begin + 1, T), begin + 59])
    steps = range(begin, min(end, T) + 1, every)

    def rate(t):
        step, factor = at(t)
        return base * factor * f(step)

    rows = [(t, rate(t)) for t in steps]
    form, half = make_form(r, base)
    write(r, path, rows, form)
    return dict(spec=spec, f=f, T=T, base=base, kind=kind, by=by, rows=rows,
                form=form, half=half, every=every)


def agrees(case, other):
    """Whether OTHER's exact rates are those of the run."""
    return all(abs(x - case["base"] * other(t)) <= 2e-6 * max(abs(x), 1e-3 * case["base"])
               for t, x in case["rows"])


def claims(case, cause, by):
    """What the run would be if CAUSE by BY were it."""
    f = case["f"]
    k = float(by) if by else None
    if cause == "stuck":
        return lambda t: f(0)
    if k is None:
        return None
    table = {
        "late": lambda t: f(max(t - k, 0)),
        "early": lambda t: f(t + k),
        "factor": lambda t: k * f(t),
        "processes": lambda t: f(k * t),
        "accumulation": lambda t: f(t // k),
        "per-epoch": lambda t: f(t // k),
        "restarted": lambda t: f(t if t < k else t - k),
    }
    return table.get(cause)


def judge(case, row, said):
    """What is wrong with ROW and the remarks SAID; None: nothing."""
    status, first, cause, by = row[2], row[4], row[8], row[9]
    printed = [float(case["form"] % x) for _, x in case["rows"]]
    want = [case["base"] * case["f"](t) for t, _ in case["rows"]]
    near = all(abs(p - w) <= case["half"](p) * 1.0001 + 2e-6 * abs(w) +
               3e-7 * max(printed)
               for p, w in zip(printed, want))
    if status == "followed":
        return None if near else "followed, and it does not"
    if status == "undecided":
        return None if near or case["form"][-1] in "efgr" or \
            isinstance(case["form"], Round) else "undecided, and it is not"
    if near:
        return f"{status}, and every print is the schedule's"
    if not cause or "=" in cause or " " in cause:
        return None if " or " not in cause or case["kind"] in cause or \
            case["kind"] in ("right",) else \
            f"{cause}, and it is {case['kind']}"
    other = claims(case, cause, by)
    if other and agrees(case, other):
        return None
    open_ = re.search(r"leave ([\w-]+) by (\S+) to ([-+.\de]*\d)", said)
    if open_ and open_[1] == case["kind"] and \
            float(open_[2]) <= case["by"] <= float(open_[3]):
        return None
    if "leave" in said and re.search(r"or " + case["kind"], said):
        return None
    # Of exact rates the likeliest cause is told alone.
    if case["form"] == "%r":
        return None
    if cause == "factor" and case["kind"] == "factor" and \
            abs(float(by) / case["by"] - 1) < 0.01:
        return None
    return f"{cause} {by}, and it is {case['kind']} {case['by']}"


def judge_found(case, row, said):
    """The same of what was found without -s: the course is the run's, or open."""
    status, base, words = row[2], row[5], row[6]
    if status != "found":
        return None
    rates = subprocess.run(
        ["lrsched", "-H", "-l", base, "--at",
         ",".join(str(max(0, t - int(row[4]))) for t, _ in case["rows"]),
         words],
        capture_output=True, text=True)
    if rates.returncode:
        return f"{words} cannot be read: {rates.stderr}"
    got = [float(x.split(",")[1]) for x in rates.stdout.split()]
    off = max(abs(a - b) for a, (_, b) in zip(got, case["rows"]))
    peak = max(b for _, b in case["rows"])
    if off <= 1e-6 * peak or "may be rounded" in said:
        return None
    # Of the same words with rates as the digits show them that is all.
    same = words.split() and words.split()[0].split(":")[0]
    return f"found {words}, off by {off / peak:.2g}" if off > 1e-3 * peak \
        or same not in case["spec"] else None


def main():
    n, seed = int(sys.argv[1]), int(sys.argv[2])
    bad, count = 0, {}
    for i in range(n):
        r = random.Random(f"{seed}.{i}")
        case = make_case(r, "run.log")
        if len(case["rows"]) < 5:
            continue
        p = subprocess.run(
            ["lrcheck", "-s", case["spec"], "-n", str(case["T"]), "-l",
             repr(case["base"]), "run.log"], capture_output=True, text=True)
        if p.returncode == 2:
            print(f"{seed}.{i}: {p.stderr}")
            bad += 1
            continue
        row = next(csv.reader([p.stdout.split("\n")[1]]))
        fault = judge(case, row, p.stderr)
        key = ("right" if case["kind"] == "right" else "wrong", row[2])
        count[key] = count.get(key, 0) + 1
        if not fault:
            p = subprocess.run(["lrcheck", "run.log"], capture_output=True,
                               text=True)
            row = next(csv.reader([p.stdout.split("\n")[1]]))
            fault = judge_found(case, row, p.stderr)
            key = ("alone", row[2])
            count[key] = count.get(key, 0) + 1
        if fault:
            bad += 1
            print(f"{seed}.{i}: {case['spec']} {case['base']} "
                  f"{case['form']} {case['kind']} {case['by']} "
                  f"rows {case['rows'][0][0]}..{case['rows'][-1][0]}"
                  f"/{case['every']}: {fault} {p.stdout.split(chr(10))[1]} {p.stderr}")
    print(json.dumps({" ".join(k): v for k, v in sorted(count.items())}))
    return bad > 0


sys.exit(main())
