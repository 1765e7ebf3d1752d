#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Scores suggestions of learning rates on tests whose good rates are known.

score.py [--quick] [LRFIND [METHOD...]]

1. Every method, through lrfind itself with the constants it has.
2. The default with its two constants, and those of its intervals, fitted anew
   without the family that is scored (full only).
3. What is left of it when points are left out or spiked (full only).
   On two long curves of real networks this is part of the bar.
4. Probes, simulated from runs at constant rates by their protocol, through
   lrfind itself; and in numpy with constants chosen without the family.

A family is a network, whatever trains it.  Standard errors are over families.
--quick has neither what is fitted anew nor all trials of probes, so its bar is
of the constants in use.  Exits 1 where a line of the bar does not hold.
"""
import collections, gzip, io, json, os, subprocess, sys, tempfile

import numpy as np

import estimate
from estimate import Basin

HERE = os.path.dirname(os.path.abspath(__file__))
EDGE = 1e-9   # the grids of rates are exact to 1e-12 only
HEADER = "run,step,lr,loss\n"
HALF = .125   # decades: half a step of the grid that the truth is known on


class Truth:
    """A test's net, its curve, and log10 of the rates that train it well."""

    def __init__(self, t, kind=None):
        self.family, self.net = t["net"], t["net"] + "/" + t["opt"]
        self.kind = kind
        self.lo, self.hi, self.limit = np.log10(
            [t["good_lo"], t["good_hi"], t["limit"]])

    def curve(self, t):
        self.n = t["N"]
        self.loss = np.array(t["loss"], float)
        self.ended = len(self.loss) < self.n
        k = np.arange(self.n) / (self.n - 1)
        self.x = np.log10(t["lo"]) + k * np.log10(t["hi"] / t["lo"])
        return self

    def rows(self, run, keep=slice(None), loss=None):
        """Its log as CSV; where it ends early the next loss was not finite."""
        loss = self.loss if loss is None else loss
        y = list(loss) + ["nan"] * self.ended
        lines = [f"{run},{i},{10 ** x!r},{v}\n" for i, (x, v)
                 in enumerate(zip(self.x, y))]
        return "".join(lines[keep])

    def basin(self):
        """Losses that are not finite are gaps where as many finite ones come
        after them, else the end."""
        known = np.isfinite(self.loss)
        end, i = len(known), len(known)
        while i > 0:
            last = i
            while i > 0 and not known[i - 1]:
                i -= 1
            if last - i > known[last:].sum():
                end = i
            while i > 0 and known[i - 1]:
                i -= 1
        known[end:] = False
        x = self.x[:len(known)][known]
        return Basin(10 ** x, self.loss[known],
                     self.ended or end < len(known))


def load_tests():
    tests = []
    for name in "dev", "dev2":
        with open(os.path.join(HERE, name + ".jsonl")) as f:
            for line in f:
                t = json.loads(line)
                tests.append(Truth(t, name).curve(t))
    return tests


def lrfind(path, text, *args):
    """The rows that lrfind prints of TEXT, by run and method."""
    ran = subprocess.run([path, "-q", "-f", "csv", *args], input=text,
                         text=True, stdout=subprocess.PIPE)
    if ran.returncode > 1:
        sys.exit(f"{path} exits with {ran.returncode}")
    lines = ran.stdout.splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line.split(","))) for line in lines[1:]]
    return {(r["run"], r["method"]): r for r in rows}


# --- scores ------------------------------------------------------------------

def share(hits, families):
    """The share of HITS, in percent, and its standard error over FAMILIES."""
    hits = np.asarray(hits, float)
    p = hits.mean()
    sums = collections.defaultdict(float)
    for h, f in zip(hits, families):
        sums[f] += h - p
    n = len(sums)
    se = np.sqrt(sum(v * v for v in sums.values()) * n / max(1, n - 1))
    return 100 * p, 100 * se / len(hits)


def judge(truths, found):
    """Of each suggestion (log10; None: no answer): in, in+-, above, 2x."""
    ret = []
    for t, s in zip(truths, found):
        s = np.nan if s is None else s
        two = np.log10(2) + EDGE
        ret.append((t.lo - EDGE <= s <= t.hi + EDGE,
                    t.lo - HALF - EDGE <= s <= t.hi + HALF + EDGE,
                    s > t.limit + EDGE,
                    t.lo - two <= s <= t.hi + two,
                    not np.isnan(s)))
    return np.array(ret, float)


HEADS = "in", "in+-", "above", "2x", "answered"


def print_heads(what):
    print(f"{what:<24}" + "".join(f"{h:>13}" for h in HEADS))


def print_scores(name, truths, found):
    hits = judge(truths, found)
    families = [t.family for t in truths]
    cells = [share(hits[:, k], families) for k in range(len(HEADS))]
    print(f"{name:<24}" + "".join(f"{p:6.1f} ({s:4.1f})" for p, s in cells))
    return dict(zip(HEADS, (p for p, _ in cells)))


# --- one curve ---------------------------------------------------------------

def score_methods(path, tests, names):
    text = HEADER + "".join(
        t.rows(i) for i, t in enumerate(tests))
    rows = lrfind(path, text, "-m", "all")
    methods = [m for m in dict.fromkeys(m for _, m in rows)
               if not names or m in names or m == "centre"]
    print_heads(f"{len(tests)} tests, method")
    ret = {}
    for m in methods:
        got = [rows[str(i), m] for i in range(len(tests))]
        found = [np.log10(float(r["suggest"])) if r["suggest"] else None
                 for r in got]
        if any(s is not None for s in found):
            ret[m] = print_scores(m, tests, found)
    default = [rows[str(i), "centre"] for i in range(len(tests))]
    for kind in "dev", "dev2":
        pick = [i for i, t in enumerate(tests) if t.kind == kind]
        print_scores(f"  centre, {kind}", [tests[i] for i in pick], [
            np.log10(float(default[i]["suggest"]))
            if default[i]["suggest"] else None for i in pick])
    return ret, default


def score_rates(tests, rows):
    """How often lr_max trains, and the interval holds good rates."""
    pairs = [(t, r) for t, r in zip(tests, rows) if r["status"] == "ok"]
    family = [t.family for t, _ in pairs]
    for m, name in ((1, "lr_max <= limit"), (0, "lr_max >= good_hi/3")):
        hits = [np.log10(float(r["lr_max"])) <= t.limit + EDGE if m else
                np.log10(float(r["lr_max"]) * 3) >= t.hi - EDGE
                for t, r in pairs]
        print("{:<24}{:6.1f} ({:4.1f})".format(name, *share(hits, family)))


def fit(basins, truths, weight):
    """Offset and speed that come nearest to the good ranges, by least squares
    of the distance to them: a projection and a fit in turn."""
    a = np.array([[1, 1 / np.sqrt(b.density)] for b in basins])
    c = np.array([b.centre for b in basins])
    lo, hi = (np.array([getattr(t, k) for t in truths]) for k in ("lo", "hi"))
    w = np.sqrt(weight)[:, None]
    k = np.zeros(2)
    for _ in range(2000):
        goal = np.clip(c - a @ k, lo, hi)
        new = np.linalg.lstsq(w * a, (c - goal) * w[:, 0], rcond=None)[0]
        if np.abs(new - k).max() < 1e-7:
            break
        k = new
    return k  # offset, speed


def by_net(truths):
    """Weights under which every net counts the same."""
    n = collections.Counter(t.net for t in truths)
    return np.array([1 / n[t.net] for t in truths])


def weighted_quantile(v, w, q):
    order = np.argsort(v)
    cum = np.cumsum(w[order]) / w.sum()
    return v[order][min(len(v) - 1, np.searchsorted(cum, q))]


def fit_reach(basins, truths, s, percent):
    """How far below and above, in roots of the width, an interval has to
    reach to meet the good range of PERCENT of the nets."""
    root = np.array([b.root for b in basins])
    lo, hi = (np.array([getattr(t, k) for t in truths]) for k in ("lo", "hi"))
    w = by_net(truths)
    # One more net than was seen: what a conformal interval takes.
    n = len({t.net for t in truths})
    q = min(1, (1 - (100 - percent) / 200) * (n + 1) / n)
    return (weighted_quantile(np.maximum(0, (s - hi) / root), w, q),
            weighted_quantile(np.maximum(0, (lo - s) / root), w, q))


def nested(tests, basins):
    """Suggestions and intervals whose constants never saw the family."""
    ok = [i for i, b in enumerate(basins) if b.status == "ok"]
    found = [None] * len(tests)
    reach = {80: [None] * len(tests), 90: [None] * len(tests)}
    constants = []
    for family in sorted({t.family for t in tests}):
        rest = [i for i in ok if tests[i].family != family]
        tr, br = [tests[i] for i in rest], [basins[i] for i in rest]
        offset, speed = fit(br, tr, by_net(tr))
        constants.append((offset, speed))
        s = np.array([b.suggest(speed, offset) for b in br])
        ends = {p: fit_reach(br, tr, s, p) for p in reach}
        for i in ok:
            if tests[i].family != family:
                continue
            found[i] = basins[i].suggest(speed, offset)
            for p, (below, above) in ends.items():
                r = basins[i].root
                reach[p][i] = found[i] - below * r, found[i] + above * r
    return found, reach, np.array(constants)


def print_interval(name, tests, ends):
    """Nets count the same; the standard error is over families."""
    known = [(t, e) for t, e in zip(tests, ends) if e]
    truths = [t for t, _ in known]
    w = by_net(truths)
    meets = np.array([e[0] <= t.hi + EDGE and e[1] >= t.lo - EDGE
                      for t, e in known], float)
    below = np.array([e[1] <= t.limit + EDGE for t, e in known], float)
    width = np.array([e[1] - e[0] for _, e in known])
    p = (w * meets).sum() / w.sum()
    sums = collections.defaultdict(float)
    for t, h, v in zip(truths, meets, w):
        sums[t.family] += v * (h - p)
    n = len(sums)
    se = np.sqrt(sum(v * v for v in sums.values()) * n / (n - 1)) / w.sum()
    nets = collections.defaultdict(list)
    for (t, _), h in zip(known, meets):
        nets[t.family].append(h)
    families = np.mean([np.mean(v) > .5 for v in nets.values()])
    print(f"{name:<24}{100 * p:6.1f} ({100 * se:4.1f})"
          f"{100 * families:13.1f}{100 * (w * below).sum() / w.sum():13.1f}"
          f"{np.median(width):13.2f}")
    return 100 * p, np.median(width)


def score_nested(tests, rows):
    basins = [t.basin() for t in tests]
    found, reach, constants = nested(tests, basins)
    print_heads("\nleave-one-family-out")
    got = print_scores("centre", tests, found)
    for kind in "dev", "dev2":
        pick = [i for i, t in enumerate(tests) if t.kind == kind]
        print_scores(f"  {kind}", [tests[i] for i in pick],
                     [found[i] for i in pick])
    ok = [i for i, b in enumerate(basins) if b.status == "ok"]
    every = [tests[i] for i in ok]
    print("constants: offset %.3f to %.3f, speed %.2f to %.2f; of all: "
          "%.3f, %.2f" % (*constants[:, 0][[constants[:, 0].argmin(),
                                           constants[:, 0].argmax()]],
                          constants[:, 1].min(), constants[:, 1].max(),
                          *fit([basins[i] for i in ok], every,
                               by_net(every))))
    print("\n{:<24}{:>13}{:>13}{:>13}{:>13}".format(
        "intervals", "meets good", "of families", "top <= limit",
        "decades"))
    for p in 80, 90:
        got[p] = print_interval(f"  {p} %, left out", tests, reach[p])
    fixed = [tuple(np.log10(float(r[k])) for k in ("suggest_lo",
             "suggest_hi")) if r["suggest_lo"] else None for r in rows]
    print_interval("  90 %, lrfind's", tests, fixed)
    for kind in "dev", "dev2":
        pick = [i for i, t in enumerate(tests) if t.kind == kind]
        print_interval(f"    {kind}", [tests[i] for i in pick],
                       [fixed[i] for i in pick])
    return got


def spiked(rng, loss):
    """Two losses of a hundred ten times as high."""
    return np.where(rng.random(len(loss)) < .02, 10 * loss, loss)


def print_moved(name, moved, lost):
    f = 10 ** np.abs(moved)
    print(f"{name:<24}{np.quantile(f, .95):13.2f}{f.max():13.2f}{lost:13d}")


def score_invariance(path, tests, rows):
    """How far suggestions move where points are missing or spiked."""
    rng = np.random.default_rng(9)
    spikes = [spiked(rng, t.loss) for t in tests]
    cases = [(f"1 point of {k}", slice(0, None, k), None)
             for k in (2, 3, 5)] + [("2 % ten times as high", slice(None),
                                     spikes)]
    for name, keep, losses in cases:
        text = HEADER + "".join(t.rows(i, keep, losses and losses[i])
                                for i, t in enumerate(tests))
        got = lrfind(path, text)
        now = [got[str(i), "centre"]["suggest"] for i in range(len(tests))]
        both = [(r["suggest"], s) for r, s in zip(rows, now) if r["suggest"]]
        print_moved(name, [np.log10(float(s) / float(r))
                           for r, s in both if s],
                    sum(not s for _, s in both))


def score_real(path):
    """The same of the two curves of cifar.csv, which are much longer."""
    with open(os.path.join(HERE, "cifar.csv")) as f:
        table = [line.split(",") for line in f][1:]
    rng = np.random.default_rng(9)
    loss = np.array([float(r[3]) for r in table])

    def suggest(rows):
        # Thinned, they may look as if they were averaged; they are not.
        got = lrfind(path, HEADER + "".join(",".join(r) for r in rows),
                     "--loss-kind", "raw")
        return np.log10([float(got[k, "centre"]["suggest"])
                         for k in ("mobilenet", "small")])

    whole = suggest(table)
    print("\n{:<24}{:>13}{:>13}{:>13}".format(
        "factor moved by", "95 %", "largest", "unanswered"))
    worst = []
    for k in 2, 3, 5:
        for first in range(k):
            worst.extend(np.abs(suggest(
                [r for r in table if int(r[1]) % k == first]) - whole))
    print_moved("cifar, thinned", worst, 0)
    for _ in range(10):
        worst.extend(np.abs(suggest(
            [r[:3] + [f"{y}\n"] for r, y in zip(table, spiked(rng, loss))])
            - whole))
    print_moved("cifar, or spiked", worst, 0)
    return 10 ** max(worst)


# --- probes ------------------------------------------------------------------

class Bank(Truth):
    """A net with runs at constant rates, and range tests of it."""

    def __init__(self, t):
        super().__init__(t)
        self.rates = np.array(t["log10_rate"])
        self.runs = t["runs"]
        self.levels = {s: np.array([estimate.level_of(y) for y in runs])
                       for s, runs in t["runs"].items()}
        self.tests = [Truth({**t, **r}).curve(r) for r in t["range_tests"]]

    def nearest(self, x):
        return int(np.abs(self.rates - x).argmin())

    def probe_rows(self, seed, picks):
        return "".join(
            f"{k},{i},{10 ** self.rates[k]!r},{'nan' if v is None else v}\n"
            for k in picks for i, v in enumerate(self.runs[seed][k]))


def load_bank():
    with gzip.open(os.path.join(HERE, "bank.jsonl.gz"), "rt") as f:
        return [Bank(json.loads(line)) for line in f]


STEPS = -.5, 0, .5, 1   # decades from the start to the four probes
ROUNDS = 6              # probes at an end are added so often at most


def run_trial(bank, seed, start, ask):
    """The protocol from START on: ASK(picks) is the suggestion and status of
    the runs PICKS.  Returns the answer and how many runs it took."""
    picks = list(dict.fromkeys(bank.nearest(start + d) for d in STEPS))
    for _ in range(ROUNDS):
        s, status = ask(picks)
        if status == "bracketed":
            break
        x = bank.rates[picks]
        more = bank.nearest(x.min() - .5 if status == "open-low"
                            else x.max() + .5)
        if more in picks:
            break  # the bank has no rate there
        picks.append(more)
    return s, status, len(picks)


def starts_of(path, banks):
    """What lrfind would begin probes at, for each range test of each net."""
    ret = []
    for b in banks:
        for t in b.tests:
            ran = subprocess.run(
                [path, "-q", "-f", "report"], text=True,
                input="step,lr,loss\n" + "".join(
                    r.split(",", 1)[1] for r in
                    t.rows(0).splitlines(keepends=True)),
                stdout=subprocess.PIPE)
            lines = ran.stdout.splitlines()
            last = lines[-1]
            ret.append((b, t, lines[0].split()[1],
                        np.log10(float(last.split("lr=")[1]))
                        if "lr=" in last else None))
    return ret


def average(truths, found, name, cost=None):
    """Nets count the same."""
    hits = judge(truths, found)
    nets = collections.defaultdict(list)
    for t, h in zip(truths, hits):
        nets[t.net, t.family].append(h)
    mean = {k: np.mean(v, 0) for k, v in nets.items()}
    table = np.array(list(mean.values()))
    cells = [share(table[:, k], [f for _, f in mean])
             for k in range(len(HEADS))]
    print(f"{name:<24}" + "".join(f"{p:6.1f} ({s:4.1f})" for p, s in cells)
          + (f"{cost:9.0f}" if cost else ""))
    return dict(zip(HEADS, (p for p, _ in cells)))


Trial = collections.namedtuple(
    "Trial", "bank answered start alone both cost interval")


def probes_of_lrfind(path, banks, quick):
    """Each trial through lrfind, with and without the log of the test."""
    trials, closing = [], collections.Counter()
    with tempfile.TemporaryDirectory() as tmp:
        log = os.path.join(tmp, "range.csv")
        for k, (b, t, status, start) in enumerate(starts_of(path, banks)):
            if start is None or quick and k % 3:
                continue
            with open(log, "w") as f:
                f.write("step,lr,loss\n" + "".join(
                    r.split(",", 1)[1] for r in
                    t.rows(0).splitlines(keepends=True)))
            for seed in b.runs:
                def ask(picks, *more):
                    text = HEADER + b.probe_rows(seed, picks)
                    row = lrfind(path, text, "-", *more)["probes", "centre"]
                    ask.picks, ask.row = picks, row
                    return np.log10(float(row["suggest"])), row["status"]
                s, word, n = run_trial(b, seed, start, ask)
                row = ask.row
                trials.append(Trial(
                    b, status == "ok", start, s, ask(ask.picks, log)[0],
                    200 * n, (np.log10(float(row["suggest_lo"])),
                              np.log10(float(row["suggest_hi"])))))
                closing[word] += 1
    begun = [t for t in trials if t.answered]
    print_heads(f"\n{len(begun)} trials, {len({t.bank.net for t in begun})} nets")

    def line(name, pick, what):
        return average([t.bank for t in pick], [getattr(t, what)
                                                for t in pick],
                       name, np.mean([t.cost for t in pick]))
    line("start (range test)", begun, "start")
    got = line("probes", begun, "alone")
    line("  with the range test", begun, "both")
    flat = [t for t in trials if not t.answered]
    if flat:
        line(f"{len(flat)} after a flat test", flat, "alone")
    print("closing status:", ", ".join(
        f"{k} {v}" for k, v in closing.most_common()))
    print_interval("interval of probes", [t.bank for t in trials],
                   [t.interval for t in trials])
    return got


def probes_left_out(banks):
    """The same in numpy; start, power and offset never saw the family."""
    tests = load_tests()
    basins = [t.basin() for t in tests]
    ok = [i for i, b in enumerate(basins) if b.status == "ok"]
    grid = [(p, o) for p in (16, 32, 64, 128) for o in (0, .06, .12, .18, .24)]
    families = sorted({b.family for b in banks})
    found = {g: collections.defaultdict(list) for g in grid}
    starts = {}
    for family in families:
        rest = [i for i in ok if tests[i].family != family]
        tr = [tests[i] for i in rest]
        starts[family] = fit([basins[i] for i in rest], tr, by_net(tr))
    for b in banks:
        offset, speed = starts[b.family]
        y0 = {s: np.median([r[0] for r in runs if r[0] is not None])
              for s, runs in b.runs.items()}
        for t in b.tests:
            basin = t.basin()
            if basin.status != "ok":
                continue
            start = basin.suggest(speed, offset)
            for seed in b.runs:
                for g in grid:
                    def ask(picks):
                        return estimate.probes(b.rates[picks],
                                               b.levels[seed][picks],
                                               y0[seed], *g)
                    found[g][b.family].append(
                        (b, run_trial(b, seed, start, ask)[0]))
    best = {}
    for family in families:
        def utility(g):
            rest = [p for f in families if f != family for p in found[g][f]]
            h = judge(*zip(*rest))
            w = by_net([b for b, _ in rest])[:, None]
            m = (h * w).sum(0) / w.sum()
            return m[1] + .5 * m[3] - 3 * m[2]
        best[family] = max(grid, key=utility)
    pairs = [p for f in families for p in found[best[f]][f]]
    got = average(*zip(*pairs), "probes, left out")
    chosen = collections.Counter(best.values())
    print("power and offset chosen:", ", ".join(
        f"{p} {o} ({n})" for (p, o), n in chosen.most_common()))
    return got


# --- the bar -----------------------------------------------------------------

def check(lines):
    bad = 0
    print("\nquality bar")
    for what, got, op, want in lines:
        holds = got >= want if op == ">=" else got <= want
        bad += not holds
        print(f"  {'holds' if holds else 'FAILS'}: {what} {got:.1f} "
              f"{op} {want}")
    return bad


def main():
    args = sys.argv[1:]
    quick = "--quick" in args
    args = [a for a in args if a != "--quick"]
    path = args[0] if args else os.path.join(HERE, "../../build/lrfind")
    tests, banks = load_tests(), load_bank()
    methods, rows = score_methods(path, tests, args[1:])
    score_rates(tests, rows)
    one = methods["centre"]
    lines = []
    if not quick:
        one = score_nested(tests, rows)
        lines += [("interval, meets", one[90][0], ">=", 90),
                  ("interval, decades", one[90][1], "<=", .8)]
    lines += [("in", one["in"], ">=", 66), ("above", one["above"], "<=", .5),
              ("2x", one["2x"], ">=", 87),
              ("answered", one["answered"], ">=", 93),
              ("largest factor moved by", score_real(path), "<=", 1.5)]
    if not quick:
        score_invariance(path, tests, rows)
    probes = probes_of_lrfind(path, banks, quick)
    if not quick:
        probes = probes_left_out(banks)
    lines += [("probes, in+-", probes["in+-"], ">=", 90),
              ("probes, above", probes["above"], "<=", 0),
              ("probes, 2x", probes["2x"], ">=", 96)]
    sys.exit(1 if check(lines) else 0)


if __name__ == "__main__":
    main()
