#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Completions: the scripts that install puts where shells look for them, in the
# shells themselves.

load helper

# Types each line of standard input to the shell $1, which inserts all that it
# would complete the last word to.
completed() {
	local scripts
	scripts=("$BUILD"/completion/*."$1")
	[ "${#scripts[@]}" -eq "$(grep -lE '^int main\(' "$ROOT"/cmd/*.c | wc -l)" ]
	"$PYTHON" -B "$ROOT/tests/complete.py" "$1" "${scripts[@]}"
}

# The long options that --help of $1 tells, in one line.
told() {
	"$1" --help | grep -oE '^  (-., |    )--[a-z0-9-]+' |
		grep -oE -- '--.*' | sort | tr '\n' ' '
}

in_shell() {
	local tool
	command -v "$1" >/dev/null || skip "no $1"
	touch data.csv 'model one.safetensors'
	mkdir dir
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune spzip; do
		echo "$tool --"
		echo "$tool $(told "$tool")" >>want
	done >lines
	# zsh goes on with the value of what comes last, if it has one.
	completed "$1" <lines | sed 's/=$/ /' >got
	diff want got
	cat >lines <<-'END'
		lrsched -f 
		lrsched --format=n
		lrsched --pl
		lrfind -m 
		lrfind --use o
		lrcheck --format t
		wprune --nan 
		wprune --ties h
		lrsched -n 
		lrcheck --tol=
		wstat da
		wstat mo
		spzip -o d
		lrsched @da
		lrcheck --spec=@da
		wprune --report=da
		lrsched --plot=da
		unspzip --li
		spzcat da
		lrsched -- --
		lrsched --lis dat
		lrsched -D a=b OneCycleL
	END
	completed "$1" <lines | sed 's/  *$//' >got
}

@test "bash completes options, values, files and schedules" {
	in_shell bash
	diff - got <<-'END'
		lrsched -f csv json npy tsv
		lrsched --format=npy
		lrsched --plot
		lrfind -m all capel centre ignite keras ktrain lightning lightning-2.5.2 minimum slide smith smith-exp steep torch-lr-finder valley
		lrfind --use onecycle
		lrcheck --format table
		wprune --nan error keep prune
		wprune --ties hash
		lrsched -n
		lrcheck --tol=
		wstat data.csv
		wstat model\ one.safetensors
		spzip -o data.csv dir
		lrsched @data.csv
		lrcheck --spec=@data.csv
		wprune --report=data.csv
		lrsched --plot=data.csv
		unspzip --list
		spzcat data.csv
		lrsched -- --
		lrsched --lis dat
		lrsched -D a=b OneCycleLR
	END
}

@test "zsh completes the same" {
	in_shell zsh
	diff - got <<-'END'
		lrsched -f csv json npy tsv
		lrsched --format=npy
		lrsched --plot=
		lrfind -m all capel centre ignite keras ktrain lightning lightning-2.5.2 minimum slide smith smith-exp steep torch-lr-finder valley
		lrfind --use onecycle
		lrcheck --format table
		wprune --nan error keep prune
		wprune --ties hash
		lrsched -n
		lrcheck --tol=
		wstat data.csv
		wstat model\ one.safetensors
		spzip -o data.csv dir/
		lrsched @data.csv
		lrcheck --spec=@data.csv
		wprune --report=data.csv
		lrsched --plot=data.csv
		unspzip --list
		spzcat data.csv
		lrsched -- --
		lrsched --lis dat
		lrsched -D a=b OneCycleLR
	END
}

@test "fish completes the same" {
	command -v fish >/dev/null || skip 'no fish'
	touch data.csv
	asked() { fish -c "for f in '$BUILD'/completion/*.fish; source \$f; end
		complete -C '$1'" | cut -f 1 | sort | tr '\n' ' '; }
	[ "$(asked 'lrsched -f ')" = 'csv json npy tsv ' ]
	[ "$(asked 'lrsched OneCycleL')" = 'OneCycleLR ' ]
	[ "$(asked 'wstat da')" = 'data.csv ' ]
	[ "$(asked 'spzip -o da')" = 'data.csv ' ]
	[ "$(asked 'unspzip --li')" = '--list ' ]
}

@test "every shape and constructor that --list has is offered" {
	command -v bash >/dev/null
	echo 'lrsched ' | completed bash >got
	lrsched --list | grep -oE '^[A-Za-z][A-Za-z0-9_.]*' >names
	[ "$(wc -l <names)" -gt 200 ]
	{ cat names && sed -n 's/.*[.]//p' names; } | sort -u >want
	tr ' ' '\n' <got | sed '1d; s/\r//' | grep . | sort -u >offered
	diff <(grep . want) offered
}

@test "install puts them where shells look, and each tool prints its own" {
	! sanitized || skip 'make would build what it installs without sanitizers'
	local to=(DESTDIR="$PWD/d" PREFIX=/usr
		B="$(realpath --relative-to="$ROOT" "$BUILD")") tool name
	make -s -C "$ROOT" install "${to[@]}"
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune spzip; do
		"$tool" --completion bash |
			cmp - d/usr/share/bash-completion/completions/$tool
		"$tool" --completion zsh |
			cmp - d/usr/share/zsh/site-functions/_$tool
		"$tool" --completion fish |
			cmp - d/usr/share/fish/vendor_completions.d/$tool.fish
	done
	for name in unspzip spzcat; do
		grep -q "^complete .* $name" \
			d/usr/share/bash-completion/completions/$name
	done
	# As zsh finds them: by fpath, not by sourcing.
	if command -v zsh >/dev/null; then
		run -0 zsh -f -c 'fpath=(d/usr/share/zsh/site-functions $fpath)
			autoload -U compinit; compinit -u -D
			print $_comps[lrsched] $_comps[unspzip]'
		[ "$output" = '_lrsched _spzip' ]
	fi
	run -2 wstat --completion csh
	[[ $output == *"unknown 'csh'; expected bash, zsh or fish"* ]]
	run -2 bash -c 'wstat --completion bash >/dev/full'
}
