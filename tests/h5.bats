#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# examples/h5: weights out of an HDF5 file and back into it.

load helper
load weights

setup_file() {
	command -v h5import h5dump >/dev/null ||
		skip 'hdf5-tools are not installed'
}

H5=$ROOT/examples/h5/h5.sh

# Adds dataset $1 of shape $2 to m.h5 from the numbers in file $3, as floats of
# $4 bits; what follows are lines of h5import's configuration, which knows no
# paths with blanks.
dataset() {
	printf '%s\n' 'PATH x' 'INPUT-CLASS TEXTFP' 'INPUT-SIZE 32' \
		"RANK $(wc -w <<<"$2")" "DIMENSION-SIZES $2" \
		"OUTPUT-SIZE $4" "${@:5}" >config
	h5import "$3" -c config -o more.h5
	h5copy -p -i more.h5 -o m.h5 -s x -d "$1"
	rm more.h5 config
}

weights() {
	py <<-'END'
		np.savetxt("a", rng.standard_normal((30, 20)).round(4), "%.4f")
		np.savetxt("b", rng.standard_normal(20).round(4), "%.4f")
	END
	dataset 'layers/dense {/vars/0' '30 20' a 32
	dataset 'layers/dense {/vars/1:0' '20' b 32
	dataset 'layers/conv "x"/kernel*' '3 5 2 20' a 32 'OUTPUT-BYTE-ORDER BE'
	dataset 'optimizer/m' '30 20' a 64
}

@test "apart and together: the numbers of h5dump, and no other byte changes" {
	weights
	"$H5" apart m.h5 m.npz
	"$H5" together m.h5 m.npz same.h5
	cmp m.h5 same.h5
	wprune -q -s 80% --only '*dense*/0' --only '*kernel*' m.npz -o p.npz
	"$H5" together m.h5 p.npz p.h5
	for f in m p; do
		h5dump -d 'layers/dense {/vars/0' -b LE -o $f.0 $f.h5 >/dev/null
		h5dump -d '/layers/conv "x"/kernel*' -b LE -o $f.k $f.h5 >/dev/null
	done
	h5dump -A 0 -p -H m.h5 | tail -n +2 >m.head
	h5dump -A 0 -p -H p.h5 | tail -n +2 | cmp - m.head
	py <<-'END'
		a, b = np.loadtxt("a").astype("f4"), np.loadtxt("b").astype("f4")
		z, p = np.load("m.npz"), np.load("p.npz")
		kernel = 'layers/conv "x"/kernel*'
		assert z.files and set(z.files) == {
		    "layers/dense {/vars/0", "layers/dense {/vars/1:0",
		    kernel, "optimizer/m"}
		assert (z["layers/dense {/vars/0"] == a).all()
		assert (z["layers/dense {/vars/1:0"] == b).all()
		assert z[kernel].dtype == ">f4" and z[kernel].shape == (3, 5, 2, 20)
		assert (z[kernel].ravel() == a.ravel()).all()
		assert z["optimizer/m"].dtype == "<f8"
		for name, f in ("layers/dense {/vars/0", "p.0"), (kernel, "p.k"):
		    x = np.fromfile(f, "<f4")
		    assert (x == p[name].ravel()).all() and (x == 0).sum() == 480
		    assert (x[x != 0] == a.ravel()[x != 0]).all()
		old, new = open("m.h5", "rb").read(), open("p.h5", "rb").read()
		assert len(old) == len(new)
		changed = [i for i in range(len(old)) if old[i] != new[i]]
		inside = [(old.index(z[n].tobytes()), 2400)
		          for n in ("layers/dense {/vars/0", kernel)]
		assert changed and all(
		    any(at <= i < at + n for at, n in inside) for i in changed)
	END
	only_files m.h5 same.h5 p.h5 m.npz p.npz a b m.0 p.0 m.k p.k m.head
}

@test "what cannot be taken apart or put together is refused" {
	weights
	"$H5" apart m.h5 m.npz
	dataset 'packed' '30 20' a 32 'CHUNKED-DIMENSION-SIZES 10 10' \
		'COMPRESSION-TYPE GZIP' 'COMPRESSION-PARAM 1'
	refused 'h5.sh: m.h5: packed: chunked,*h5repack*' "$H5" apart m.h5 out
	h5repack -l CONTI -f NONE m.h5 flat.h5
	"$H5" apart flat.h5 flat.npz
	refused 'h5.sh: m.npz: no packed; *' "$H5" together flat.h5 m.npz out
	py <<-'END'
		z = dict(np.load("flat.npz"))
		np.savez("shape", **{**z, "packed": z["packed"].T.copy()})
		np.savez("fine", **z)
	END
	refused 'h5.sh: shape.npz: packed: not <f4 (30, 20)*' \
		"$H5" together flat.h5 shape.npz out
	"$H5" together flat.h5 fine.npz same.h5
	cmp flat.h5 same.h5
	"$H5" apart m.npz out 2>err && false
	grep -q 'h5.sh: m.npz: h5dump cannot read it' err
	[ ! -e out ]
	refused 'h5.sh: usage: *' "$H5" apart m.h5
}
