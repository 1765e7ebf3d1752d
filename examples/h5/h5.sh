#!/bin/sh
# SPDX-License-Identifier: MIT
# The weights of an HDF5 file, as Keras writes them: taken apart into an NPZ
# for wstat, wprune and spzip, and put back into a copy of the file, of which
# no other byte changes.  Needs h5dump (hdf5-tools), zip, unzip and GNU dd.
# Usage: h5.sh apart IN.h5 OUT.npz
#        h5.sh together IN.h5 IN.npz OUT.h5
set -eu
export LC_ALL=C

fail() {
	printf 'h5.sh: %s\n' "$*" >&2
	exit 2
}

# Prints of each dataset of $1: its kind, type, shape, size, offset and name,
# a tab between two, - for none.  What a line belongs to is told by how far
# h5dump indents it, 3 a level: names may have braces of their own.
datasets() {
	h5dump -A 0 -p -H "$1" >"$tmp/dump" || fail "$1: h5dump cannot read it"
	awk '
	function name() { sub(/^[^"]*"/, ""); sub(/" \{$/, ""); return $0 }
	BEGIN {
		OFS = "\t"
		split("16-bit little-endian floating-point 16-bit precision:<f2," \
		    "16-bit big-endian floating-point 16-bit precision:>f2," \
		    "H5T_IEEE_F16LE:<f2,H5T_IEEE_F16BE:>f2," \
		    "H5T_IEEE_F32LE:<f4,H5T_IEEE_F32BE:>f4," \
		    "H5T_IEEE_F64LE:<f8,H5T_IEEE_F64BE:>f8," \
		    "H5T_STD_I8LE:|i1,H5T_STD_U8LE:|u1," \
		    "H5T_STD_I16LE:<i2,H5T_STD_U16LE:<u2," \
		    "H5T_STD_I32LE:<i4,H5T_STD_U32LE:<u4," \
		    "H5T_STD_I64LE:<i8,H5T_STD_U64LE:<u8", pair, ",")
		for (i in pair) {
			split(pair[i], p, ":")
			descr[p[1]] = p[2]
		}
	}
	{ match($0, /^ */); depth = RLENGTH / 3 }
	/^ *GROUP "/ && !inside { path[depth] = name() "/"; next }
	/^ *DATASET "/ && !inside {
		at = depth
		inside = 1
		kind = type = size = offset = shape = "-"
		full = ""
		for (i = 1; i < at; i++)
			full = full path[i]
		full = full name()
		next
	}
	!inside { next }
	/^ *}$/ && depth == at {
		inside = 0
		print kind, type in descr ? descr[type] : "-", shape, size, \
		    offset, full
	}
	depth == at + 1 && $1 == "HARDLINK" { kind = "link" }
	depth == at + 1 && $1 == "DATATYPE" {
		sub(/^ *DATATYPE  /, "")
		type = $0
	}
	depth == at + 1 && $1 == "DATASPACE" {
		shape = "none"
		if ($2 == "SCALAR")
			shape = "()"
		if ($2 == "SIMPLE") {
			shape = $0
			sub(/^[^(]*\( /, "(", shape)
			sub(/ \).*/, ")", shape)
			if (shape !~ /,/)
				sub(/\)/, ",)", shape)
		}
	}
	depth == at + 2 && NF == 1 && kind == "-" { kind = $1 }
	depth == at + 2 && $1 == "CHUNKED" { kind = $1 }
	depth == at + 2 && $1 == "SIZE" && size == "-" { size = $2 }
	depth == at + 2 && $1 == "OFFSET" { offset = $2 }
	' "$tmp/dump"
}

# The datasets of $1 that are tensors: type, shape, size, offset, name.
tensors() {
	datasets "$1" >"$tmp/datasets"
	tab=$(printf '\t')
	while IFS=$tab read -r kind type shape size offset name; do
		case $kind,$type,$shape,$size in
		link,* | *,-,* | *,none,* | *,0) continue ;;
		CONTIGUOUS,*) ;;
		*) fail "$1: $name: chunked, packed or elsewhere; expected" \
			"what 'h5repack -l CONTI -f NONE' makes of it" ;;
		esac
		case /$name/ in
		*/../* | */./* | *"$tab"*)
			fail "$1: $name: cannot be the name of a file" ;;
		esac
		printf '%s\t' "$type" "$shape" "$size" "$offset"
		printf '%s\n' "$name"
	done <"$tmp/datasets" >"$tmp/tensors"
	[ -s "$tmp/tensors" ] || fail "$1: no dataset of numbers in it"
}

# The header of an NPY of type $1 and shape $2.
npy_header() {
	dict="{'descr': '$1', 'fortran_order': False, 'shape': $2, }"
	len=$(((${#dict} + 11 + 63) / 64 * 64 - 10))
	# shellcheck disable=SC2059 # the length, as two bytes in octal
	printf "\\223NUMPY\\001\\000\\$(printf %03o $((len % 256)))\\$(
		printf %03o $((len / 256)))"
	printf "%-$((len - 1))s\n" "$dict"
}

apart() {
	tensors "$1"
	mkdir "$tmp/npz"
	while IFS=$tab read -r type shape size offset name; do
		npy=$tmp/npz/$name.npy
		mkdir -p "$(dirname "$npy")"
		npy_header "$type" "$shape" >"$npy"
		dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$offset" \
			count="$size" status=none >>"$npy"
		printf '%s\n' "$name.npy"
	done <"$tmp/tensors" >"$tmp/names"
	(cd "$tmp/npz" && zip -q -0 -X "$tmp/out.zip" -@ <"$tmp/names") ||
		fail "$2: zip failed"
	mv "$tmp/out.zip" "$2"
}

together() {
	tensors "$1"
	unzip -q -d "$tmp/npz" "$2" || fail "$2: unzip cannot read it"
	cp "$1" "$tmp/out.h5"
	chmod u+w "$tmp/out.h5"
	while IFS=$tab read -r type shape size offset name; do
		npy=$tmp/npz/$name.npy
		[ -f "$npy" ] || fail "$2: no $name; expected all of $1"
		npy_header "$type" "$shape" >"$tmp/header"
		cmp -s -n "$(wc -c <"$tmp/header")" "$tmp/header" "$npy" ||
			fail "$2: $name: not $type $shape, as in $1"
		[ "$(wc -c <"$npy")" -eq $(($(wc -c <"$tmp/header") + size)) ] ||
			fail "$2: $name: not as long as in $1"
		tail -c "$size" "$npy" | dd of="$tmp/out.h5" bs=1M \
			oflag=seek_bytes seek="$offset" conv=notrunc status=none
	done <"$tmp/tensors"
	mv "$tmp/out.h5" "$3"
}

case ${1-},$# in
apart,3) out=$3 ;;
together,4) out=$4 ;;
*) fail "usage: h5.sh apart IN.h5 OUT.npz | together IN.h5 IN.npz OUT.h5" ;;
esac
tmp=$(mktemp -d "$(dirname "$out")/h5.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
tmp=$(cd "$tmp" && pwd)
verb=$1
shift
"$verb" "$@"
