# SPDX-License-Identifier: MIT
# Loaded by the tests of weight files: making and reading them.

# Runs Python with numpy as np, safetensors.py as st and a random generator.
py() {
	{
		echo 'import sys'
		echo "sys.path.insert(0, '$ROOT/tests')"
		echo 'sys.dont_write_bytecode = True'
		echo 'import numpy as np, safetensors as st'
		echo 'rng = np.random.default_rng(7)'
		cat
	} | "$NUMPY" -
}

# A small network: two layers, a bias, an embedding, indices.
model() {
	py <<-'END'
		n = rng.standard_normal
		st.save("m.safetensors", {
		    "fc1.weight": n((40, 30)).astype("<f4"),
		    "fc1.bias": n(40).astype("<f4"),
		    "fc2.weight": n((10, 40)).astype("<f8"),
		    "embed.weight": n((10, 40)).astype("<f2"),
		    "ids": np.arange(5)}, __metadata__={"a": "b"})
	END
}

# Its arguments as little-endian f32.
f32() {
	"$PYTHON" -S -c 'import struct, sys
x = [float(a) for a in sys.argv[1:]]
sys.stdout.buffer.write(struct.pack("<%df" % len(x), *x))' "$@"
}

# The f32 of file $1, as in "1.0 -0.0".
values() {
	"$PYTHON" -S -c 'import struct, sys
x = open(sys.argv[1], "rb").read()
print(*(float("%.7g" % v) for (v,) in struct.iter_unpack("<f", x)))' "$1"
}

# Trouble: status 2, one message like $1, nothing made.
refused() {
	local message=$1
	shift
	run -2 --separate-stderr "$@"
	one_message "$message"
	[ -z "$output" ]
	[ -z "$(compgen -G 'out*')" ]
}

# Runs COMMAND in little memory, where a sanitizer does not need more.
limited() {
	sanitized || ulimit -v 400000
	"$@"
}
