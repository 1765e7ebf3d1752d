#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The files of tests/spzip/version-1: every mode and coding of spzip(5), most of them
# written from the page by make.py there, decode to what sums says.
# bats file_tags=optimized

load helper

@test "spzip and examples/spzip.py decode every one of them" {
	local name size sum own n=0
	cd "$ROOT/tests/spzip/version-1"
	spzip -t --base . ./*.spzip
	while read -r name size sum own; do
		# what is decoded for ever is as it ever was
		[ "$(sha256sum <"$name.spzip")" = "$own  -" ] ||
			{ echo "$name is not what it was"; false; }
		[ "$(spzip -dc --base . "$name.spzip" | sha256sum)" = "$sum  -" ] ||
			{ echo "$name"; false; }
		n=$((n + 1))
	done <sums
	[ $n -eq "$(ls ./*.spzip | wc -l)" ]
	PYTHONPATH=$ROOT/examples PYTHONDONTWRITEBYTECODE=1 "$NUMPY" - <<-'END'
	import glob
	import hashlib
	import spzip

	for line in open("sums"):
	    name, size, sum, own = line.split()
	    bases = [open(b, "rb").read() for b in glob.glob(name + ".base")]
	    raw = spzip.decode(open(name + ".spzip", "rb").read(), bases)
	    assert len(raw) == int(size), name
	    assert hashlib.sha256(raw).hexdigest() == sum, name
	END
}

@test "they have every mode, coding, width, lead and byte order" {
	cd "$ROOT/tests/spzip/version-1"
	PYTHONPATH=$ROOT/examples PYTHONDONTWRITEBYTECODE=1 "$NUMPY" - <<-'END'
	import glob
	import spzip

	seen = set()

	def watch(name, tell):
	    plain = getattr(spzip, name)

	    def watched(*args):
	        seen.update(tell(*args))
	        return plain(*args)
	    setattr(spzip, name, watched)

	watch("chunk", lambda p, most, base: {
	    ("mode", p[8]), ("width", p[8], p[9] & 3), ("big", p[9] >> 2 & 1),
	    ("lead", p[9] >> 3 & 7), ("twos", p[9] >> 6, p[9] & 3)})
	watch("values", lambda d, count, width: {
	    ("mask", d[0], width), ("zsign", d[1]), ("value", d[2], width),
	    ("drop", d[4] > 0), ("exceptions", d[12] > 0), ("base", d[16] > 0)})
	watch("delta", lambda d, base, count, width: {
	    ("delta", d[0], d[1] & 1, width), ("near", d[1] >> 1),
	    ("nclass", d[3])})
	watch("by_keys", lambda d, *rest: {
	    ("kind", k & 224, (k & 31) > 0) for k in
	    d[7 + d[3]:7 + 2 * d[3]]})
	watch("symbols", lambda d, n: {("symbols", d[0])} if n else set())
	for name in glob.glob("*.spzip"):
	    bases = [open(b, "rb").read() for b in
	             glob.glob(name.replace(".spzip", ".base"))]
	    spzip.decode(open(name, "rb").read(), bases)
	want = {("mode", m) for m in range(7)} | \
	    {("delta", c, f, w) for c in (0, 1) for f in (0, 1)
	     for w in (1, 2, 4, 8)} | {("near", n) for n in (0, 1)} | \
	    {("nclass", n) for n in (0, 5, 16)} | {("kind", 64, False)} | \
	    {("kind", k, s) for k in (0, 128) for s in (False, True)} | \
	    {("width", m, w) for m in (2, 3, 5, 6) for w in range(4)} | \
	    {("mask", m, w) for m in range(5) for w in (1, 2, 4, 8)} | \
	    {("value", v, w) for v in (1, 2, 3, 4) for w in (1, 2, 4, 8)} | \
	    {("symbols", c) for c in range(6)} | \
	    {("twos", t, w) for t in (0, 1) for w in range(4)} | \
	    {("lead", k) for k in range(8)} | \
	    {(x, b) for x in ("big", "zsign") for b in (0, 1)} | \
	    {(x, b) for x in ("drop", "exceptions", "base")
	     for b in (False, True)}
	assert want <= seen, sorted(want - seen)
	END
}

@test "spzip and examples/spzip.py refuse the same of what is changed in them" {
	run -0 env PYTHONPATH="$ROOT/examples" PYTHONDONTWRITEBYTECODE=1 \
		"$NUMPY" "$ROOT/tests/spzip/agree.py" "$(command -v spzip)" \
		"$ROOT/tests/spzip/version-1" $((FULL ? 20000 : 400))
}
