#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# re: in patterns of names, against Python, wherever patterns are.
load helper
load weights

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	py <<-'END'
		n = rng.standard_normal
		st.save("m", {f"layers.{i}.{k}.weight": n((6, 8)).astype("<f4")
		              for i in (0, 1, 10) for k in ("q", "mlp")})
	END
}

@test "expressions match as Python's re.match() has it" {
	run -0 env PYTHONPATH="$ROOT/tests" PYTHONDONTWRITEBYTECODE=1 \
		"$NUMPY" "$ROOT/tests/patterns.py" "$BUILD/wstat"
	[[ $output =~ ^150\ patterns,\ [0-9]{3,4}\ matches,\ 16\ refused$ ]]
}

@test "options and rules of wprune, wstat and wplan" {
	wprune -q -s 1/2 --only 're:layers\.1\.' m -o a
	wprune -q -s 1/2 --only 'layers.1.*' m -o b
	cmp a b
	wprune -q -s 1/2 --exclude 're:.*mlp' --include 're:' m -o a
	wprune -q -s 1/2 --exclude '*mlp*' m -o b
	cmp a b
	printf '%s\n' pattern,sparsity 're:layers\.[01]\.(q|k|v)\.,1/4' \
		'"re:.*\.\d{1,2}\.mlp",3/4' 're:weight,1' >r
	sed '1s/$/,min,max/; 2,$s/$/,,/' r >rules
	run -0 --separate-stderr wprune --rules rules m -o p --report -
	[ "$(cut -d, -f2,8 <<<"$output" | sort | sed 1q)" = 'layers.0.mlp.weight,36' ]
	[ "$(grep -c ',36,36,' <<<"$output")" = 3 ]
	[ "$(grep -c ',12,12,' <<<"$output")" = 2 ]
	[[ $stderr == *"wprune: rules: the pattern 're:weight' decides about no tensor"* ]]
	wstat --hist m >h
	wplan -q --rules rules h -o plan || {
		wstat --hist --bracket plan m >h2
		wplan -q --rules rules h2 -o plan
	}
	wprune -q -p plan m -o q
	cmp p q
}

@test "what cannot be matched is refused, in little memory" {
	refused "wprune: --include: 're:a(': ( without ), at character 3 after re:*" \
		wprune -s .5 --include 're:a(' m -o out
	refused "wprune: --only: 're:(?!a)': (? of a kind that is not known, *" \
		wprune -s .5 --only 're:(?!a)' m -o out
	printf '%s\n' pattern,sparsity,min,max '"re:a{2,1}",.5,,' >rules
	refused "wprune: rules:2: pattern 're:a{2,1}'; *" \
		wprune --rules rules m -o out
	for p in '((a{1000}){1000}){1000}' "$(printf '(%.0s' {1..5000})" \
		"$(printf '[a-z]?%.0s' {1..3000})" '((((a*)*)*)*)*{9}'; do
		run -2 limited wprune -s .5 --only "re:$p" m -o out
	done
	# (l*)* and the like take no longer than others
	run -0 limited within 20 wprune -q -s .5 \
		--only 're:((((\w|\.)*)*)*)*[0-9]*(.?){500}t$' m -o out
	# many of them, each as small as it is
	{
		echo pattern,sparsity,min,max
		printf 're:layers.%s.x,.5,,\n' {1..20000}
	} >rules
	run -0 limited wprune -q --rules rules m -o out
}
