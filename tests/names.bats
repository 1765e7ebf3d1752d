#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names from files, whatever bytes they are: shown tamed where people read,
# kept where programs do.  What may not be shown is Unicode's own table of
# categories, as Python has it.

load helper
load weights

# Escapes of one byte, of two and of eight bits, DEL, bytes that are not UTF-8,
# an overlong escape, a surrogate, an order turned round, a separator, newlines
# that would forge a line of a report, no character.
BAD=(
	$'a\e[31mred' $'a\xc2\x9b31mred' $'a\x9b31mred' $'a\x7f\b\tb' $'a\xff\xc3'
	$'a\xc0\x9b31m' $'a\xed\xa0\x80' $'a\xe2\x80\xae\xe2\x81\xa6b' $'a\xe2\x80\xa8b\xc2\x85c'
	$'a\nforged: ok (robust)' $'a\rforged' $'a\xef\xbf\xbeb'
)

# Standard input is text without anything that a terminal obeys, and no line of
# it begins with "forged"; $1 is in it.
shown_tame() {
	"$PYTHON" -c 'import sys, unicodedata
text = sys.stdin.buffer.read().decode()
for c in text.replace("\n", ""):
    assert unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Zl", "Zp"), ascii(text)
    assert unicodedata.bidirectional(c) not in ("LRE", "RLE", "LRO", "RLO", "PDF",
        "LRI", "RLI", "FSI", "PDI"), ascii(text)
assert not any(s.startswith("forged") for s in text.split("\n")), ascii(text)
assert sys.argv[1] in text, ascii(text)' "$1"
}

# A log whose runs have the bad names, and one good one that is not ASCII.
write_log() {
	local name
	echo 'run,step,lr,loss'
	for name in "${BAD[@]}" 'größe→😀'; do
		name=$name awk 'BEGIN { for (i = 0; i < 60; i++) {
			x = 10 ^ (-5 + i / 10)
			printf "\"%s\",%d,%.6g,%.6g\n", ENVIRON["name"], i, x,
				2.3 - 1.8 * x / (1e-3 + x) + x * x } }'
	done
}

# Weights whose tensors have those of the bad names that JSON can hold.
write_weights() {
	py <<-'END'
		names = ["a\x1b[31mred", "a\x9b31mred", "a\x7f\b\tb", "a\u202e\u2066b",
		    "a\u2028b\x85c", "a\nforged: ok", "a\rforged", "größe→😀"]
		st.save("m.safetensors", {
		    n: rng.standard_normal((40, 30)).astype("<f4") for n in names})
	END
}

@test "reports and messages of lrfind show names tamed" {
	write_log >log.csv
	lrfind -f report --run run log.csv | tee out | shown_tame 'größe→😀: ok'
	grep -qF 'a\x1b[31mred: ok' out
	grep -qF 'a\u009b31mred: ok' out
	grep -qF 'a\x9b31mred: ok' out
	grep -qF 'a\nforged: ok (robust): ok (robust)' out
	head -n 12 log.csv >short.csv
	{ lrfind --run run short.csv 2>&1 >/dev/null || true; } |
		shown_tame 'a\x1b[31mred: too-few'
}

@test "a table on a terminal is tamed, in a pipe it keeps the bytes" {
	write_log >log.csv
	on_terminal lrfind -f csv --run run log.csv | shown_tame 'größe→😀,ok'
	on_terminal lrfind --run run log.csv | shown_tame 'größe→😀: ok'
	on_terminal lrfind -o /dev/tty --run run log.csv |
		shown_tame 'größe→😀,ok'
	on_terminal "$BUILD/lrcheck" --run run log.csv | shown_tame 'größe→😀,'
	lrfind -f csv --run run log.csv >found.csv
	lrcheck --run run log.csv >checked.csv || true
	"$PYTHON" - <<-'END'
		import csv
		def runs(name, column):
		    with open(name, newline="", encoding="utf-8",
		            errors="surrogateescape") as f:
		        return [r[column] for r in csv.DictReader(f)]
		names = list(dict.fromkeys(runs("log.csv", "run")))
		assert len(names) == 13
		assert runs("found.csv", "run") == names + ["all"]
		assert runs("checked.csv", "run") == names
	END
}

@test "columns' names are tamed in messages and lists on a terminal" {
	printf 'step,lr-\e[31m,lr-\xff,loss\n0,1,2,3\n' >log.csv
	{ lrfind --lr x log.csv 2>&1 >/dev/null || true; } |
		shown_tame 'lr-\x1b[31m, lr-\xff, loss; expected'
	on_terminal lrfind --list-columns log.csv | shown_tame 'lr-\xff,lr'
	lrfind --list-columns log.csv | grep -q $'lr-\e\[31m,'
	on_terminal lrsched -n 3 -l 1 cos $'+a\xff\xe2\x80\xae' const,from=1 |
		shown_tame 'step,lr,a\xff\u202e'
	on_terminal lrsched -n 3 -l 1 --explain cos $'+a\x9b\xe2\x80\xae' const,from=1 |
		shown_tame 'a\x9b\u202e:'
	lrsched -n 3 -l 1 --explain cos $'+a\x9b\xe2\x80\xae' const,from=1 |
		shown_tame 'words: +a\x9b\u202e'
	run -2 --separate-stderr lrsched -n 3 cos $'+a\xc2\x9bb' const,from=1
	[[ $stderr == *'control character in a column'* ]]
}

@test "names of tensors are tamed in lists, and in tables on a terminal" {
	write_weights
	spzip -k m.safetensors
	spzip -lv m.safetensors.spz | tee out | shown_tame 'größe→😀'
	grep -qF ' a\x1b[31mred' out
	grep -qF ' a\nforged: ok' out
	on_terminal wstat m.safetensors | shown_tame ',größe→😀,F32'
	on_terminal wprune -s 50% -o out.st --report /dev/tty m.safetensors |
		shown_tame ',größe→😀,F32'
	wstat m.safetensors | grep -q $'a\e\[31mred'
	wprune -s 50% -o out.st --report out.csv m.safetensors
	grep -q $'a\xc2\x9b31mred' out.csv
	{ wstat --per-tensor --check "sparsity>=0.9" m.safetensors 2>&1 || true; } |
		shown_tame 'm.safetensors:größe→😀: '
	wprune -s 50% --exclude $'no\e[31m' -o out2 m.safetensors 2>&1 |
		shown_tame 'no\x1b[31m'
}

@test "names of files are tamed in lists, remarks and messages" {
	local name
	for name in "${BAD[@]}"; do
		{ lrfind "$name" 2>&1 >/dev/null || true; } | shown_tame 'a'
		{ wstat "$name" 2>&1 || true; } | shown_tame 'a'
		head -c 4000 /dev/zero >"$name"
		{
			wprune -v --raw f32 -s 50% "$name" -o w 2>&1
			spzip -kv "$name" 2>&1
			spzip -tv "$name.spz" 2>&1
			spzip -lv "$name.spz"
			spzip -l "$name.spz" "$name.spz"
			spzip "$name.spz" 2>&1 || true
			spzip -d "$name" 2>&1 || true
			{ lrfind "$name" 2>&1 >/dev/null || true; }
		} | shown_tame 'a'
		rm -- "$name" "$name.spz" w
	done
}

@test "a label of progress is tamed" {
	local fifo=$'fifo\e[31m\xc2\x9b'
	mkfifo "$fifo"
	# shellcheck disable=SC2016 # the inner shell's
	timeout 60 sh -c '{ sleep 1.3; echo; } >"$1"' - "$fifo" &
	timeout 60 spzip -fc --progress "$fifo" 2>err >/dev/null
	grep -qF 'fifo\x1b[31m\u009b' err
	run -1 grep -q $'fifo\e' err
}

@test "a caret stands under the place whatever the word has before it" {
	run -2 --separate-stderr lrsched -n 10 $'cos:5,a\e\xc2\x9b\xe2\x80\xaeö=3'
	shown_tame '^' <<<"$stderr"
	"$PYTHON" - "$stderr" <<-'END'
		import sys
		word, caret = sys.argv[1].split("\n")[1:3]
		assert word[caret.index("^"):].startswith("a"), (word, caret)
	END
	run -2 --separate-stderr lrsched -n 10 $'fn,of=(lambda \e\xe2\x80\xae:1+$)'
	shown_tame '^' <<<"$stderr"
}
