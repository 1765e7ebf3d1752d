#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The examples of the manual pages and of the README work as printed.

load helper

# Prints the commands of rendered text: each line that begins with "$ " and
# the lines after it that continue it: after a backslash, or indented deeper.
commands() {
	sed 's/.\x08//g' | awk '
		{ indent = match($0, /[^ ]/) - 1 }
		/^ *\$ / {
			at = indent
			sub(/^ *\$ /, "")
			print
			on = 1
			next
		}
		on && indent > at { print; next }
		{ on = 0 }'
}

page_commands() {
	mandoc -T ascii -O width=1000 "$ROOT/man/$1" | commands
}

# Runs the commands of $1 (on standard input) as one session.
session() {
	commands=$(cat)
	[ -n "$commands" ]
	run bash -e -o pipefail -c "$commands"
	[ "$status" -eq 0 ] || {
		printf '%s\n--- status %s\n%s\n' "$commands" "$status" "$output"
		false
	}
}

@test "lrsched.1" { session < <(page_commands lrsched.1); }
@test "lrcheck.1" { session < <(page_commands lrcheck.1); }
@test "lrfind.1" { session < <(page_commands lrfind.1); }
@test "lrlog.1" { session < <(page_commands lrlog.1); }
@test "lrwatch.1" { session < <(page_commands lrwatch.1); }
@test "wcmp.1" { session < <(page_commands wcmp.1); }
@test "wstat.1" { session < <(page_commands wstat.1); }
@test "wplan.1" { session < <(page_commands wplan.1); }
@test "wprune.1" { session < <(page_commands wprune.1); }
@test "spzip.1" { session < <(page_commands spzip.1); }
@test "spzip.5" { session < <(page_commands spzip.5); }
@test "trimtab.7" { session < <(page_commands trimtab.7); }

@test "README.md" {
	lrsched -n 1000 -l 0.1 'LinearLR(opt, 0.1, 1.0, 100)' >training.csv
	lrsched range:400,from=1e-5,to=10 | awk -F, 'BEGIN { OFS = "," }
		NR == 1 { print "step", "lr", "loss"; next }
		{ print $1, $2, 2.3 - 2 / (1 + 0.01 / $2) + $2 * $2 }' >run.csv
	"$NUMPY" - <<-'EOF'
		import json, struct, numpy
		rng = numpy.random.default_rng(1)
		head, data = {}, b""
		for name, shape in [("fc1.weight", [64, 100]), ("fc1.bias", [64])]:
		    w = rng.standard_normal(shape).astype("<f4").tobytes()
		    head[name] = {"dtype": "F32", "shape": shape,
		                  "data_offsets": [len(data), len(data) + len(w)]}
		    data += w
		head = json.dumps(head).encode()
		open("model.safetensors", "wb").write(
		    struct.pack("<Q", len(head)) + head + data)
	EOF
	cp "$ROOT/tests/compat/pairs.pt" checkpoint.pt
	session < <(awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' \
		"$ROOT/README.md" | commands)
}

@test "every option of --help is in the manual page, and the other way round" {
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune spzip; do
		"$tool" --help | grep -oE -- '--[a-z][a-z-]+' | sort -u >help
		grep -oE '^\.It .*' "$ROOT/man/$tool.1" |
			sed 's/\\-/-/g' |
			grep -oE -- 'Fl (Fl )?-?[a-z][a-z-]+' |
			sed -n 's/^Fl Fl /--/p; s/^Fl -/--/p' |
			sort -u >page
		run diff help page
		[ "$status" -eq 0 ] || { echo "$tool: $output"; false; }
	done
}
