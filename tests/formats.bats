#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Weight files that hold several tensors and are not safetensors: NPZ, GGUF.
load helper
load weights

# File, tensor, dtype, shape, n and zeros of each row.
rows() {
	tail -n +2 | cut -d, -f1-6
}

# gguf NAME: tensors a (F32 2x3), q (Q8_0 2x32), h (F16 4), with padding.
gguf() {
	py <<-END
		import struct
		def text(s): return struct.pack("<Q", len(s)) + s.encode()
		kv = text("general.alignment") + struct.pack("<II", 4, 64)
		kv += text("tokens") + struct.pack("<IIQ", 9, 8, 2)
		kv += text("x") + text("yy")
		kv += text("f") + struct.pack("<If", 6, 1.5)
		head = b"GGUF" + struct.pack("<IQQ", 3, 3, 3) + kv
		head += text("a") + struct.pack("<IQQIQ", 2, 3, 2, 0, 0)
		head += text("q") + struct.pack("<IQQIQ", 2, 32, 2, 8, 64)
		head += text("h") + struct.pack("<IQIQ", 1, 4, 1, 192)
		head += bytes(-len(head) % 64)
		data = np.array([0, 1, 2, 3, 4, 5], "<f4").tobytes().ljust(64, b"\0")
		data += bytes(range(68)).ljust(128, b"\1")
		data += np.array([0, 0, 1, 2], "<f2").tobytes().ljust(64, b"\0")
		open("$1", "wb").write(head + data)
	END
}

@test "GGUF is read, block by block where it is quantised" {
	gguf m.gguf
	run -0 --separate-stderr wstat m.gguf
	rows <<<"$output" >got
	diff - got <<-'END'
		m.gguf,a,F32,2x3,6,1
		m.gguf,q,Q8_0,2x32,64,
		m.gguf,h,F16,4,4,2
	END
	wstat <m.gguf | rows | sed 's/^<stdin>/m.gguf/' | diff got -
	wstat < <(cat m.gguf) | rows | sed 's/^<stdin>/m.gguf/' | diff got -
	wprune -s 50% m.gguf -o p.gguf
	run -0 wstat p.gguf
	[[ ${lines[1]} == p.gguf,a,F32,2x3,6,3,* ]]
	[[ ${lines[3]} == p.gguf,h,F16,4,4,2,*,skip:ndim ]]
	# Twelve bytes are other ones, at most.
	[ "$(cmp -l m.gguf p.gguf | wc -l)" -le 12 ]
	spzip -k m.gguf
	spzcat m.gguf.spzip | cmp - m.gguf
}

@test "a GGUF that is cut short, or has more than it can, is refused" {
	gguf m.gguf
	for n in 8 20 30 60 100 200; do
		head -c $n m.gguf >cut.gguf
		refused 'wstat: cut.gguf: GGUF header: cut short*' wstat cut.gguf
	done
	head -c -100 m.gguf >cut.gguf
	refused 'wstat: cut.gguf:h: *bytes at byte*' wstat cut.gguf
	edit() { # FROM TO MESSAGE
		"$PYTHON" -S -c 'import sys, ast
a, b = (ast.literal_eval("b\"%s\"" % x) for x in sys.argv[1:])
s = open("m.gguf", "rb").read()
assert a in s
open("bad.gguf", "wb").write(s.replace(a, b, 1))' "$1" "$2"
		refused "wstat: bad.gguf:*$3*" limited wstat bad.gguf
	}
	edit 'GGUF\3' 'GGUF\1' 'version 1'
	edit 'GGUF\3\0\0\0' 'GGUF\0\0\0\3' 'big-endian'
	edit 'GGUF\3\0\0\0\3\0\0\0\0\0\0\0' 'GGUF\3\0\0\0\3\0\0\0\0\0\0\xff' ''
	edit '\4\0\0\0\x40\0\0\0' '\4\0\0\0\x30\0\0\0' 'power of two'
	edit '\4\0\0\0\x40\0\0\0' '\5\0\0\0\x40\0\0\0' 'no u32'
	edit 'h\1\0\0\0' 'h\5\0\0\0' 'more than 4 dimensions'
	edit 'h\1\0\0\0' 'a\1\0\0\0' 'twice'
	edit 'q\2\0\0\0\x20' 'q\2\0\0\0\x21' 'whole blocks'
	edit 'a\2\0\0\0\3\0\0\0\0\0\0\0' 'a\2\0\0\0\3\0\0\0\0\0\0\xff' 'too many'
	edit '\x40\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0h' '\x40\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0h' ''
}

npz() {
	py <<-'END'
		a = np.array([[0, 1.5, -2], [3, 0, 0]], "<f4")
		np.savez("s.npz", a=a, **{"x/b": np.asfortranarray(a.astype(">f8"))},
		         i=np.arange(4), none=np.zeros((0, 3)), c=a.astype("c16"))
		np.savez_compressed("d.npz", a=a, big=np.zeros((300, 1000), "<f2"))
	END
}

@test "NPZ is read, stored or deflated" {
	npz
	run -0 --separate-stderr wstat s.npz d.npz
	rows <<<"$output" | diff - <(cat <<-'END'
		s.npz,a,F32,2x3,6,3
		s.npz,x/b,F64,2x3,6,3
		s.npz,i,I64,4,4,1
		s.npz,none,F64,0x3,0,0
		s.npz,c,C128,2x3,6,
		d.npz,a,F32,2x3,6,3
		d.npz,big,F16,300x1000,300000,300000
	END
	)
	[ -z "$stderr" ]
	wstat s.npz | cut -d, -f2- >want
	wstat < <(cat s.npz) | cut -d, -f2- | diff want -
	for f in s.npz d.npz; do
		spzip -k $f
		spzcat $f.spzip | cmp - $f
	done
}

@test "a zip whose directory and members do not agree is refused" {
	npz
	# CODE changes the bytes s of FILE; the message is like MESSAGE.
	bad() { # FILE CODE MESSAGE
		"$PYTHON" - "$1" "$2" <<-'END'
			import sys, struct
			s = bytearray(open(sys.argv[1], "rb").read())
			end = s.rfind(b"PK\5\6")
			cd = struct.unpack_from("<I", s, end + 16)[0]
			exec(sys.argv[2])
			open("bad.npz", "wb").write(s)
		END
		refused "wstat: bad.npz:*$3*" limited wstat bad.npz
	}
	bad s.npz 's = s[:-10]' 'cut short'
	bad s.npz 's[cd + 46] = 98' 'another name'
	bad s.npz 's[cd + 10] = 8' 'not what the directory says'
	bad s.npz 's[cd + 8] = s[6] = 1' 'encrypted'
	bad d.npz 's[cd + 10] = s[8] = 9' 'another method'
	bad s.npz 's[cd + 42] += 1' 'not what the directory says'
	bad s.npz 's[cd + 45] = 255' 'behind the end'
	bad s.npz 's[cd] = 0' 'damaged'
	bad s.npz 's[end + 12] -= 1' 'damaged'
	bad s.npz 's[end + 19] = 255' 'not in it'
	bad s.npz 's[cd + 20] = 255' 'two sizes'
	bad s.npz 's[cd + 46 + 5 + 42] = s[cd + 42]' 'not what'
	bad d.npz 's[cd + 16] ^= 1' 'CRC'
	bad d.npz 's[60] ^= 255' ''
	bad d.npz 's[cd + 24] -= 1' 'longer than'
	bad d.npz 's[cd + 24] += 1' ''
	bad s.npz 's[cd + 46 + 5 + 46:cd + 46 + 5 + 47] = b"\0"' 'NUL'
}
