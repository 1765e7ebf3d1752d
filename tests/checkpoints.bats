#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Checkpoints of TensorFlow: what tests/weights/checkpoint.py has it write, and
# tables that it would not.
load helper
load weights

given() {
	cp "$ROOT"/tests/weights/{saved,two,parts}.* .
}

# A table of LevelDB of ENTRIES, (key, value), in blocks of so many; and what an
# entry of a checkpoint is.
maker='
import struct
TABLE = [i for i in range(256)]
for i in TABLE:
    c = i
    for _ in range(8):
        c = c >> 1 ^ 0x82f63b78 if c & 1 else c >> 1
    TABLE[i] = c
def crc(b):
    c = 0xffffffff
    for x in b:
        c = TABLE[(c ^ x) & 255] ^ c >> 8
    c ^= 0xffffffff
    return ((c >> 15 | c << 17) + 0xa282ead8) & 0xffffffff
def var(n):
    b = b""
    while n > 127:
        b, n = b + bytes([n & 127 | 128]), n >> 7
    return b + bytes([n])
def field(number, x):
    if isinstance(x, int):
        return var(number << 3) + var(x)
    return var(number << 3 | 2) + var(len(x)) + x
def item(key, value, shared=0):
    return var(shared) + var(len(key) - shared) + var(len(value)) + key[shared:] + value
def sealed(b, how=0):
    b += bytes([how])
    return b + struct.pack("<I", crc(b))
def block(items, how=0):
    return sealed(b"".join(items) + struct.pack("<II", 0, 1), how)
def entry(shape=(3,), dtype=1, shard=0, offset=0, n=None, **more):
    dims = b"".join(field(2, field(1, d)) for d in shape)
    return (field(1, dtype) + field(2, dims) + field(3, shard) + field(4, offset)
            + field(5, 12 if n is None else n) + more.get("tail", b""))
header = field(1, 1) + field(3, field(1, 1))
def table(items, name="x", index=None, how=0):
    data = block(items, how)
    handle = var(0) + var(len(data) - 5)
    at = len(data)
    meta = block([])
    top = block(index(handle) if index else [item(b"~", handle)])
    b = data + meta + top + (var(at) + var(len(meta) - 5) + var(at + len(meta))
        + var(len(top) - 5)).ljust(40, b"\0") + struct.pack("<Q", 0xdb4775248b80fb57)
    open(name + ".index", "wb").write(b)
def one(key=b"w", value=None, head=None, **how):
    table([item(b"", header if head is None else head),
           item(key, entry() if value is None else value)], **how)
open("x.data-00000-of-00001", "wb").write(np.arange(3, dtype="<f4").tobytes())
'

@test "checkpoints are listed as TensorFlow reads them" {
	given
	wstat -f csv saved two | cut -d, -f1-6,10-12 |
		diff "$ROOT/tests/weights/checkpoint.csv" -
	# By the name of the index, and of a directory that has one.
	wstat saved.index | tail -n +2 | sed 's/saved.index/saved/' |
		diff - <(wstat saved | tail -n +2)
	mkdir one
	mv two.* one
	wstat one | tail -n +2 | cut -d, -f2- |
		diff - <(wstat one/two | tail -n +2 | cut -d, -f2-)
	# A SavedModel's are below it.
	mkdir -p model/variables
	for f in saved.*; do mv "$f" "model/variables/variables.${f#*.}"; done
	touch model/saved_model.pb
	wstat --hash model | tail -n +2 | cut -d, -f2- |
		diff - <(wstat --hash model/variables | tail -n +2 | cut -d, -f2-)
	wcmp model model/variables/variables
}

@test "a checkpoint becomes safetensors, and what that cannot have is said" {
	given
	run -0 --separate-stderr wprune -s 0 --neg-zero keep saved \
		-o got.safetensors
	[[ $stderr == *'of a dtype that safetensors does not have: left out, as 2 tensors in all'* ]]
	wstat got.safetensors | tail -n +2 | cut -d, -f2- | sort |
		diff - <(wstat saved | grep -v OTHER | tail -n +2 |
			cut -d, -f2- | sort)
	wprune -q -s 50% --scope global two -o half.safetensors
	wstat half.safetensors | awk -F, 'NR > 1 {n += $6} END {exit n != 18}'
	refused 'wprune: *safetensors*' wprune -s .5 two.index -o three.index
	refused 'wprune: *' wprune -s .5 --in-place two.index
	for f in saved.* two.*; do
		spzip -c $f | spzcat | cmp - $f
	done
}

@test "what a checkpoint lacks is named, with the way out" {
	given
	refused 'wstat: .: a directory with two indexes, *; name one' wstat .
	refused 'wstat: parts.index:w: a variable that is kept in parts; *' \
		wstat parts
	refused 'wstat: saved.data-00000-of-00001: *: name the .index file*' \
		wstat saved.data-00000-of-00001
	rm two.data-00001-of-00002
	refused 'wstat: two.index:two.data-00001-of-00002: cannot open*' \
		wstat two
	truncate -s 40 two.data-00000-of-00002
	refused 'wstat: two.index:a: 48 bytes at byte 0 of shard 0, which has 40' \
		wstat two
	mv two.index three
	refused 'wstat: three:a: the index of a TensorFlow checkpoint; *NAME.index*' \
		wstat three
	refused 'wstat: <stdin>:*' wstat <saved.index
	refused 'wstat: none: cannot open: *' wstat none
}

@test "tables that are damaged or lie are refused, by one line" {
	local -A want=(
		['one()']=''
		['one(value=entry((0, 7), n=0))']=''
		['one(how=1)']='packed by Snappy'
		['one(how=2)']='packed in an unknown way'
		['one(head=field(1, 0))']='without the header'
		['one(head=field(1, 100000))']='without the header'
		['one(value=entry(shard=1))']='w: type 1 in shard 1'
		['one(value=entry(dtype=20))']='w: type 20 in shard 0'
		['one(value=entry(dtype=99))']='w: type 99 in shard 0'
		['one(value=entry(offset=4))']='w: 12 bytes at byte 4'
		['one(value=entry(offset=2**64 - 4))']='w: 12 bytes at byte'
		['one(value=entry(n=8))']='w: 8 bytes of data; type and shape need 12'
		['one(value=entry((2**32, 2**32)))']='w: a shape that no file'
		['one(value=entry((2**61,)))']='w: *a shape that no file'
		['one(value=entry((1,) * 65))']='w: a variable of more than 64'
		['one(value=entry(tail=field(7, b"")))']='w: a variable that is kept in parts'
		['one(value=b"\xff")']='w: an entry that is none'
		['one(value=field(1, b"x"))']='w: an entry that is none'
		['one(value=entry(tail=field(2, b"\x08\x01")))']='w: an entry that is none'
		['one(key=b"a\0b")']='a: a name with a NUL'
		['one(key=b"w" * 4097)']='a name of 4097 bytes'
		['table([item(b"", header), item(b"b", entry()), item(b"a", entry())])']='names out of their order'
		['table([item(b"", header), item(b"b", entry()), item(b"b", entry())])']='names out of their order'
		['table([item(b"", header), var(1) + b"\0\0"])']='longer than its block'
		['table([item(b"", header), b"\0\1"])']='cut short'
		['table([item(b"", header)], index=lambda h: [item(b"a", h), item(b"b", h)])']='a block that comes twice'
		['table([item(b"", header)], index=lambda h: [item(b"a", b"\x80")])']='a block that is not there'
		['table([item(b"", header)], index=lambda h: [item(b"a", var(0) + var(2**40))])']='a block that is not there'
		['table([item(b"", header), item(b"k" * 4096, entry())] + [item(b"k" * 4092 + bytes([k, j, i + 1, 1]), entry(), 4090) for k in range(108, 110) for j in range(1, 256) for i in range(99)])']='more than * bytes of names'
	)
	for code in "${!want[@]}"; do
		py <<<"$maker$code"
		if [ -z "${want[$code]}" ]; then
			limited wstat x | tail -n +2 | cut -d, -f2 | diff - <(echo w)
		else
			refused "wstat: x.index:*${want[$code]}*" limited wstat x
		fi
	done
	# Cut off, or with a byte that is another.
	py <<<"${maker}one()"
	cp x.index good
	for n in $(seq 8 $(($(stat -c %s good) - 1))); do
		head -c "$n" good >x.index
		refused 'wstat: x.index: *' limited wstat x.index
	done
	for i in 0 6 9 20 $(($(stat -c %s good) - 55)); do
		py <<-END
			b = bytearray(open("good", "rb").read())
			b[$i] ^= 1
			open("x.index", "wb").write(b)
		END
		refused 'wstat: x.index: *' limited wstat x.index
	done
}
