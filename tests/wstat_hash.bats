#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wstat --hash, beside zlib's of the bytes that numpy has.

load helper
load weights

@test "--hash is zlib's of the elements, in every format and order" {
	py <<-'END'
		import zlib
		a = {"w": rng.standard_normal((300, 70)).astype("<f4"),
		     "d": rng.standard_normal((9, 8, 7)), "one": np.array(2, "<f2"),
		     "none": np.zeros((0, 3), "<f4"),
		     "long": rng.integers(-9, 9, 1300001).astype("i1"),
		     "i": rng.integers(-9, 9, (5, 6))}
		st.save("a.safetensors", a)
		np.savez("a.npz", **a)
		np.savez_compressed("z.npz", **a)
		np.savez("f.npz", **{k: np.asfortranarray(v) if v.ndim > 1 else v
		                     for k, v in a.items()})
		np.savez("be.npz", **{k: v.astype(v.dtype.newbyteorder(">"))
		                      for k, v in a.items()})
		with open("want", "w") as f:
		    for k in sorted(a):
		        print(k, "x".join(map(str, a[k].shape)), a[k].size,
		              "%08x" % zlib.crc32(a[k].tobytes()), file=f)
	END
	for f in a.safetensors a.npz z.npz f.npz be.npz; do
		run -0 --separate-stderr wstat --hash "$f"
		[ "${lines[0]}" = file,tensor,dtype,shape,n,hash ]
		printf '%s\n' "${lines[@]:1}" | cut -d, -f2,4- | tr , ' ' | sort |
			cmp - want
	done
	run -0 wstat --hash -f json a.safetensors
	[[ ${lines[0]} == *'"hash"'* ]]
}

@test "--hash goes with no other table" {
	f32 1 2 >a
	for how in --hist '--check sparsity>=.5'; do
		run -2 --separate-stderr wstat --raw f32 --hash $how a
		[[ ${stderr_lines[0]} == 'wstat: --'*' with --'*'; expected one' ]]
	done
}
