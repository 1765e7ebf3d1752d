#!/bin/bash
# SPDX-License-Identifier: MIT
# Other systems and processors: cross.sh BUILD.
# Compiles everything, without a warning, for musl, macOS and FreeBSD (zig cc:
# pip install ziglang); only our own code, since nothing of theirs is linked.
# Builds for s390x, which is big-endian, and aarch64, and runs unit tests and
# fuzz corpora under qemu-user (gcc-s390x-linux-gnu, gcc-aarch64-linux-gnu,
# qemu-user-static; the libraries are unpacked below BUILD).  What is missing
# is skipped.
set -u
cd "$(dirname "$0")/.." || exit 2
build=$1
passed=0 failed=0 skipped=0

pass() { echo "ok - $*" && passed=$((passed + 1)); }
fail() { echo "not ok - $*" && failed=$((failed + 1)); }
skip() { echo "ok - $1 # skip $2" && skipped=$((skipped + 1)); }

find_zig() {
	if command -v zig >/dev/null; then
		echo 'zig cc'
	elif python3 -m ziglang version >/dev/null 2>&1; then
		echo 'python3 -m ziglang cc'
	fi
}

# The headers of the libraries that are used are the same everywhere.
copy_headers() {
	local name dir
	mkdir -p "$build/include"
	for name in csv.h zlib.h zconf.h jansson.h jansson_config.h; do
		for dir in /usr/include "/usr/include/$(gcc -dumpmachine)"; do
			[ ! -f "$dir/$name" ] ||
				cp "$dir/$name" "$build/include/"
		done
	done
}

compile() {
	local target=$1 cc log=$build/$1.log
	cc=$(find_zig)
	if [ -z "$cc" ]; then
		skip "$target compiles" "zig is not installed"
		return
	fi
	if make -s -j"$(nproc)" B="$build/$target" CC="$cc -target $target" \
		CPPFLAGS="-isystem $build/include" objects >"$log" 2>&1 &&
		! grep -v '^make' "$log" | grep 'warning:'; then
		pass "$target compiles"
	else
		fail "$target: see $log"
	fi
}

# The libraries of Debian for architecture $1, in directory $2.
get_libraries() {
	local arch=$1 root=$2 apt=$2/apt debs
	[ ! -f "$root/usr/include/jansson.h" ] || return 0
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" \
		"$apt/debs"
	debs=(-o "APT::Architecture=$arch" -o "APT::Architectures::=$arch"
		-o "Dir::State=$apt/state" -o "Dir::Cache=$apt/cache"
		-o Dir::State::status=/dev/null -o APT::Sandbox::User=root)
	(cd "$apt/debs" && apt-get "${debs[@]}" update &&
		apt-get "${debs[@]}" download \
			libcsv-dev zlib1g-dev libjansson-dev) >"$apt/log" 2>&1 ||
		return 1
	for deb in "$apt"/debs/*.deb; do
		dpkg -x "$deb" "$root" || return 1
	done
}

# A test that was built, run by $1: its TAP is good to the end.
run_one() {
	local log=$build/run.log name=$2
	shift 2
	if "$@" >"$log" 2>&1 && ! grep -q '^not ok' "$log" &&
		[ "$(grep -c '^ok' "$log")" = \
			"$(sed -n 's/^1\.\.//p' "$log")" ]; then
		pass "$name"
	else
		grep -A3 '^not ok' "$log" || tail -n 5 "$log"
		fail "$name"
	fi
}

emulate() {
	local cpu=$1 arch=$2 tuple=$1-linux-gnu qemu test name root
	root=$(pwd)/$build/$cpu.root
	qemu=$(command -v "qemu-$cpu-static" || command -v "qemu-$cpu")
	if ! command -v "$tuple-gcc" >/dev/null || [ -z "$qemu" ]; then
		skip "$cpu" "gcc-$tuple or qemu-user-static is not installed"
		return
	fi
	if ! get_libraries "$arch" "$root"; then
		skip "$cpu" "no libraries of Debian for $arch"
		return
	fi
	# Completions come from running the tools.
	if ! make -s -j"$(nproc)" B="$build/$cpu" CC="$tuple-gcc" COMPLETIONS= \
		CPPFLAGS="-isystem $root/usr/include \
			-isystem $root/usr/include/$tuple" \
		LDFLAGS="-static -L$root/usr/lib/$tuple" tests \
		>"$build/$cpu.log" 2>&1; then
		fail "$cpu builds: see $build/$cpu.log"
		return
	fi
	pass "$cpu builds"
	for test in "$build/$cpu"/unit/test_*; do
		run_one "$qemu" "$cpu $(basename "$test")" "$qemu" "$test"
	done
	for test in "$build/$cpu"/fuzz/fuzz_*; do
		name=$(basename "$test")
		run_one "$qemu" "$cpu $name" \
			"$qemu" "$test" "tests/fuzz/corpus/${name#fuzz_}"
	done
}

mkdir -p "$build"
build=$(realpath --relative-to=. "$build")
copy_headers
for target in aarch64-linux-musl aarch64-macos x86_64-freebsd; do
	compile "$target"
done
emulate s390x s390x
emulate aarch64 arm64
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
