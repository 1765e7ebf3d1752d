/* SPDX-License-Identifier: MIT */
/*
 * What a file is that is none of ours, and the way out: one row per kind,
 * told from the first bytes, or of plain numbers from the name.  Longer recipes
 * are in trimtab(7).
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/wire.h"
#include "file/path.h"
#include "format/format_impl.h"

#define TORCH                                                                 \
	"python3 -c 'import torch, safetensors.torch as s; s.save_file("      \
	"torch.load(\"FILE\", weights_only=True), \"OUT\")' (trimtab(7) has " \
	"more)"
#define RECIPE "trimtab(7) shows how to take its arrays out"
#define VARIABLES "its variables are in variables/variables.index beside it"

/* Name and advice. */
#define PICKLE                                                             \
	"a Python pickle, which can run programs and is not opened",       \
		"save its arrays with numpy.save or as safetensors where " \
		"it was made"

/* The same of torch.export.save(). */
#define EXPORTED                                                       \
	"an exported program of PyTorch (.pt2)",                       \
		"python3 -c 'import torch, safetensors.torch as s; "   \
		"s.save_file(torch.export.load(\"FILE\").state_dict, " \
		"\"OUT\")'"

struct kind {
	size_t at, n;
	const char *magic;
	const char *name;   /* with its article */
	const char *advice; /* FILE and OUT are for the user to replace */
};

#define AT(offset, magic) offset, sizeof(magic) - 1, magic

/* The first that fits is meant: special cases stand before general ones. */
static const struct kind kinds[] = {
	{AT(0, "\x89HDF\r\n\x1a\n"), "an HDF5 file",
		"h5dump takes arrays out, as trimtab(7) shows"},
	{AT(0, "GGUF"), "a GGUF file",
		"prune the safetensors that it was converted from, and "
		"convert again"},
	{AT(0, "lmgg"), "an old GGML file",
		"prune the file that it was converted from"},
	{AT(0, "tjgg"), "an old GGML file",
		"prune the file that it was converted from"},
	{AT(0, "fmgg"), "an old GGML file",
		"prune the file that it was converted from"},
	{AT(0, "algg"), "an old GGML adapter",
		"prune the adapter that it was converted from"},
	{AT(4, "ET12"), "an ExecuTorch program",
		"prune the model that it was exported from"},
	{AT(0, "RTEN"), "an RTen model",
		"prune the model that it was converted from"},
	{AT(4, "TFL3"), "a TFLite file",
		"prune the model that it was converted from, and convert "
		"again"},
	{AT(0, "\xd3SPZ\r\n\x1a\n"), "an spzip file", "spzcat FILE unpacks it"},
	{AT(0, "NGSP"), "a Gaussian splat file (.spz)", NULL},
	{AT(0, "\xfd"
	       "7zXZ\0"),
		"xz data", "xzcat FILE unpacks it"},
	{AT(0, "\x28\xb5\x2f\xfd"), "zstd data", "zstdcat FILE unpacks it"},
	{AT(0, "\x04\x22\x4d\x18"), "lz4 data", "lz4cat FILE unpacks it"},
	{AT(0, "\x1f\x8b\x08"), "gzip data", "zcat FILE unpacks it"},
	{AT(0, "BZh"), "bzip2 data", "bzcat FILE unpacks it"},
	{AT(0, "7z\xbc\xaf\x27\x1c"), "a 7z archive", "7z x FILE unpacks it"},
	{AT(0, "Rar!\x1a\x07"), "a RAR archive", "unrar x FILE unpacks it"},
	{AT(257, "ustar"), "a tar archive", "tar -xf FILE unpacks it"},
	{AT(64, "\xef\xbe\xad\xde"), "the weights of a Core ML package",
		"prune the model that it was converted from"},
	{AT(0, "ftrt"), "a TensorRT engine",
		"prune the model that it was made from"},
	{AT(0, "ptrt"), "a TensorRT engine",
		"prune the model that it was made from"},
	{AT(0, "\x12\1\0\0\0\0\0\0\0\0\0\0"), "an MXNet file",
		"save its arrays with numpy.save"},
	{AT(0, "PAR1"), "a Parquet table", RECIPE},
	{AT(0, "ARROW1"), "an Arrow table", "save its columns with numpy.save"},
	{AT(0, "FEA1"), "a Feather table", "save its columns with numpy.save"},
	{AT(0, "MATLAB 5.0 MAT-file"), "a MATLAB file", RECIPE},
	{AT(0, "MATLAB 7.3 MAT-file"), "a MATLAB 7.3 file, which is HDF5",
		"h5dump takes arrays out, as trimtab(7) shows"},
	{AT(512, "\x89HDF\r\n\x1a\n"), "an HDF5 file",
		"h5dump takes arrays out, as trimtab(7) shows"},
	{AT(1024, "\x89HDF\r\n\x1a\n"), "an HDF5 file",
		"h5dump takes arrays out, as trimtab(7) shows"},
	{AT(0, "SQLite format 3\0"), "an SQLite database", NULL},
	{AT(16, "\xde\xc0\xef\xbe"), "an LMDB database", NULL},
	{AT(0, "CDF\1"), "a netCDF file", "save its variables with numpy.save"},
	{AT(0, "CDF\2"), "a netCDF file", "save its variables with numpy.save"},
	{AT(0, "CDF\5"), "a netCDF file", "save its variables with numpy.save"},
	{AT(0, "\x89PNG\r\n\x1a\n"), "a PNG picture", NULL},
	{AT(0, "\xff\xd8\xff"), "a JPEG picture", NULL},
	{AT(0, "GIF8"), "a GIF picture", NULL},
	{AT(0, "II*\0"), "a TIFF picture", NULL},
	{AT(0, "MM\0*"), "a TIFF picture", NULL},
	{AT(0, "RIFF"), "a RIFF file (sound or picture)", NULL},
	{AT(0, "%PDF-"), "a PDF document", NULL},
	{AT(0, "\x7f"
	       "ELF"),
		"a program or library (ELF)", NULL},
	{AT(0, "\0asm"), "a program (WebAssembly)", NULL},
};

/* What the name of a zip file's first member tells. */
static const struct kind zips[] = {
	{AT(0, ".npy"), "an NPZ archive (a zip of NPY files)",
		"unzip -p FILE NAME.npy takes one out, unzip -l FILE lists "
		"them"},
	{AT(0, "/data/weights/"), EXPORTED},
	{AT(0, "/archive_format"), EXPORTED},
	{AT(0, ".pkl"), "a PyTorch file (a zip of pickles)", TORCH},
	{AT(0, "/data/"), "a PyTorch file (a zip of pickles)", TORCH},
	{AT(0, "/.format_version"), "a PyTorch file (a zip of pickles)", TORCH},
	{AT(0, "/.data/"), "a PyTorch file (a zip of pickles)", TORCH},
	{AT(0, "/version"), "a PyTorch file (a zip of pickles)", TORCH},
	{AT(0, "/byteorder"), "a PyTorch file (a zip of pickles)", TORCH},
	{AT(0, "metadata.json"), "a Keras file (a zip)", RECIPE},
	{AT(0, ".weights.h5"), "a Keras file (a zip)", RECIPE},
	{AT(0, ""), "a zip file", "unzip FILE unpacks it"},
};

/* How text begins, in lower case, after blanks. */
static const struct kind texts[] = {
	{AT(0, "version https://git-lfs.github.com/spec/"),
		"a Git LFS pointer, not the file itself",
		"'git lfs pull' fetches it"},
	{AT(0, "<!doctype html"), "an HTML page",
		"download the file itself, not its page"},
	{AT(0, "<html"), "an HTML page",
		"download the file itself, not its page"},
	{AT(0, "<?xml"), "an XML text",
		"a server's message? download the file itself; OpenVINO's? "
		"prune the model that it was converted from"},
	{AT(0, "(dp"), PICKLE},
	{AT(0, "(lp"), PICKLE},
	{AT(0, "ccopy_reg\n"), PICKLE},
	{AT(0, "cnumpy."), PICKLE},
	{AT(0, "%!ps"), "a PostScript document", NULL},
	{AT(0, "#!"), "a script", NULL},
	{AT(0, "model_checkpoint_path:"),
		"the note of which TensorFlow checkpoint is the last",
		"name that one's .index file"},
};

/*
 * Numbers and nothing else, which another file tells the meaning of: known by
 * NAME, and by that other where many files are called so.
 */
static const struct numbers {
	const char *pattern;
	const char *instead; /* of its end, or of all of it; NULL: not asked */
	struct kind kind;
} numbers[] = {
	{"*.data-[0-9]*-of-[0-9]*", NULL,
		{0, 0, "", "a shard of a TensorFlow checkpoint",
			"name the .index file, which says what is in it"}},
	{"*.meta", ".index",
		{0, 0, "", "the graph of a TensorFlow checkpoint",
			"name the .index file, which says what is in it"}},
	{"*.onnx?data", NULL,
		{0, 0, "", "external data of an ONNX model",
			"name the .onnx file, which says what is in it"}},
	{"*-shard[0-9]*of[0-9]*", "model.json",
		{0, 0, "", "a shard of a TensorFlow.js model",
			"prune the model that it was converted from"}},
	{"*.bin", ".xml",
		{0, 0, "", "the weights of an OpenVINO model",
			"prune the model that it was converted from"}},
	{"*.bin", ".param",
		{0, 0, "", "the weights of an ncnn model",
			"prune the model that it was converted from"}},
};

static const struct kind *find(
	const struct kind *k, size_t nkind, const unsigned char *p, size_t n)
{
	for (; nkind--; k++)
		if (k->at + k->n <= n && !memcmp(p + k->at, k->magic, k->n))
			return k;
	return NULL;
}

#define FIND(kinds, p, n) find(kinds, ARRAY_SIZE(kinds), p, n)

static bool contains(
	const unsigned char *p, size_t n, const char *s, size_t nbytes)
{
	for (size_t i = 0; i + nbytes <= n; i++)
		if (memcmp(p + i, s, nbytes) == 0)
			return true;
	return false;
}

/* Section 4.3.7 of the zip specification: a local file header. */
static const struct kind *find_zip(const unsigned char *p, size_t n)
{
	const size_t fixed = 30;
	const struct kind *k = zips;
	size_t nname;

	if (n < fixed || memcmp(p, "PK\3\4", 4) != 0)
		return NULL;
	nname = (size_t)p[26] | (size_t)p[27] << 8;
	if (nname > n - fixed)
		nname = n - fixed;
	while (!contains(p + fixed, nname, k->magic, k->n))
		k++;
	return k;
}

/* Protocols 2 to 5; torch.save() before 1.6 begins with a number of its own. */
static const struct kind *find_pickle(const unsigned char *p, size_t n)
{
	static const struct kind torch = {AT(2, "\x8a\nl\xfc\x9c\x46\xf9 j"
						"\xa8P\x19."),
		"an old PyTorch file (pickles)", TORCH};
	static const struct kind other = {0, 0, "", PICKLE};

	if (n < 3 || p[0] != 0x80 || p[1] < 2 || p[1] > 5)
		return NULL;
	if (find(&torch, 1, p, n))
		return &torch;
	return strchr("}]()cCXUKMJG\x8a\x8c\x95N", p[2]) && p[2] ? &other
								 : NULL;
}

/*
 * Protobuf: field 1, a small integer (ir_version), then one of the fields of
 * ONNX's ModelProto: producer_name, its version, domain, model_version,
 * doc_string, graph or opset_import.
 */
static bool is_protobuf(const unsigned char *p, size_t n)
{
	return n >= 6 && p[0] == 0x08 && p[1] != 0 && p[1] <= 31 && p[2] != 0 &&
	       strchr("\x12\x1a\x22\x28\x32\x3a\x42", p[2]);
}

/*
 * Core ML and, of version 1, TensorFlow's SavedModel begin as ONNX does, but
 * their field 2 is a message and not a name.
 */
bool format_is_onnx(const unsigned char *p, size_t n)
{
	size_t at = 3;

	if (!is_protobuf(p, n))
		return false;
	while (at + 1 < n && p[at] & 0x80)
		at++;
	return p[2] != 0x12 || at + 1 == n || p[at] == 0 || p[at + 1] >= ' ';
}

static const struct kind *find_protobuf(const unsigned char *p, size_t n)
{
	static const struct kind onnx = {0, 0, "", "an ONNX file", NULL};
	static const struct kind core = {0, 0, "", "a Core ML file",
		"prune the model that it was converted from"};
	static const struct kind saved = {
		0, 0, "", "a TensorFlow SavedModel", VARIABLES};

	if (!is_protobuf(p, n))
		return NULL;
	if (format_is_onnx(p, n))
		return &onnx;
	return p[1] == 1 ? &saved : &core;
}

/*
 * A table in which TensorFlow kept names and values alike: its first entry is
 * called nothing, and a message of one field, the list of the others.
 */
static const struct kind *find_slices(const unsigned char *p, size_t n)
{
	static const struct kind slices = {0, 0, "",
		"a TensorFlow checkpoint of before 2017 (V1, one file)",
		"python3 -c 'import numpy as n, tensorflow as t; "
		"r = t.train.load_checkpoint(\"FILE\"); n.savez(\"OUT.npz\", "
		"**{k: r.get_tensor(k) for k in "
		"r.get_variable_to_shape_map()})'"};
	uint64_t nentry, nlist;
	const unsigned char *at;
	struct wire w;

	/* its footer alone is as long, and both numbers are in it */
	if (n < 48 || p[0] || p[1])
		return NULL;
	w = wire_of(p + 2, n - 2);
	if (!wire_varint(&w, &nentry) || *w.p != 0x0a)
		return NULL;
	at = w.p++;
	if (!wire_varint(&w, &nlist) || nlist > nentry ||
		nentry - nlist != (uint64_t)(w.p - at))
		return NULL;
	return *w.p == 0x0a || *w.p == 0x12 ? &slices : NULL;
}

/* A map of one to fifteen members, the first of which has a name. */
static const struct kind *find_msgpack(const unsigned char *p, size_t n)
{
	static const struct kind flax = {0, 0, "",
		"a MessagePack file, as of Flax",
		"save its arrays with safetensors.numpy.save_file"};
	size_t len;

	if (n < 3 || p[0] < 0x81 || p[0] > 0x8f || p[1] < 0xa1 || p[1] > 0xbf)
		return NULL;
	len = (size_t)(p[1] & 0x1f);
	for (size_t i = 2; i < n && i < 2 + len; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f)
			return NULL;
	return &flax;
}

static bool is_text(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < ' ' && !(p[i] >= '\t' && p[i] <= '\r') &&
			    p[i] != 0x1b) ||
			p[i] == 0x7f)
			return false;
	return n > 0;
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

/* RFC 1950: a window of 32 KiB, and a check of this in the second byte. */
static const struct kind *find_zlib(const unsigned char *p, size_t n)
{
	static const struct kind zlib = {0, 0, "",
		"zlib data, as of joblib's packed pickles",
		"joblib.load(\"FILE\") reads it, if you trust it; save its "
		"arrays with numpy.save"};

	return n > 2 && p[0] == 0x78 && (p[0] << 8 | p[1]) % 31 == 0 &&
			       !is_text(p, n)
		       ? &zlib
		       : NULL;
}

static const struct kind *find_json(const unsigned char *p, size_t n)
{
	static const char map[] = "\"weight_map\"";
	static const struct kind index = {0, 0, "",
		"the index of a sharded model",
		"name its shards, the .safetensors files beside it"};
	static const struct kind json = {0, 0, "", "JSON text", NULL};

	return contains(p, n, map, strlen(map)) ? &index : &json;
}

/* Of the first line: only numbers, or cells; NULL for prose. */
static const struct kind *find_table(const unsigned char *p, size_t n)
{
	static const struct kind table = {0, 0, "", "numbers in text",
		"python3 -c 'import numpy as n; n.save(\"OUT.npy\", "
		"n.loadtxt(\"FILE\", \"f4\"))'"};
	static const struct kind commas = {0, 0, "", "numbers in text",
		"python3 -c 'import numpy as n; n.save(\"OUT.npy\", "
		"n.loadtxt(\"FILE\", \"f4\", delimiter=\",\"))'"};
	static const struct kind csv = {0, 0, "", "CSV text", NULL};
	bool number = true, cells = false, comma = false;

	for (; n && *p != '\n' && *p != '\r'; p++, n--) {
		number &= *p && strchr("0123456789+-.,eE \t", *p);
		cells |= n > 1 && p[1] != ' ' && *p && strchr(",;\t", *p);
		comma |= *p == ',';
	}
	if (number)
		return comma ? &commas : &table;
	return cells ? &csv : NULL;
}

static const struct kind *find_text(const unsigned char *p, size_t n)
{
	const struct kind *k;
	unsigned char begin[64];
	size_t nbegin;

	if (!is_text(p, n))
		return NULL;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3, n -= 3;
	while (n > 1 && strchr(" \t\r\n\f\v", *p))
		p++, n--;
	nbegin = n < sizeof(begin) ? n : sizeof(begin);
	for (size_t i = 0; i < nbegin; i++)
		begin[i] = lower(p[i]);
	k = FIND(texts, begin, nbegin);
	if (k)
		return k;
	return n && (*p == '{' || *p == '[') ? find_json(p, n)
					     : find_table(p, n);
}

/* Whether there is a file called as NAME, a path, with its end INSTEAD. */
static bool has_beside(const char *name, const char *instead)
{
	const char *last = path_last(name);
	const char *end = instead[0] == '.' ? strrchr(last, '.') : last;
	char path[4096];
	int n = snprintf(
		path, sizeof(path), "%.*s%s", (int)(end - name), name, instead);

	return n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

static const struct kind *find_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const struct numbers *x = &numbers[i];

		if (fnmatch(x->pattern, path_last(name), 0) == 0 &&
			(!x->instead || has_beside(name, x->instead)))
			return &x->kind;
	}
	return NULL;
}

bool format_is_foreign(const unsigned char *p, size_t n)
{
	const struct kind *k = FIND(kinds, p, n);

	return (k && k->n >= 4) || find_zip(p, n) || find_slices(p, n);
}

int format_refuse(
	const struct format_head *h, const char *expected, struct diag *d)
{
	static const struct kind *(*const finders[])(
		const unsigned char *, size_t) = {find_zip, find_pickle,
		find_protobuf, find_slices, find_msgpack, find_text, find_zlib};
	const unsigned char *p = h->p;
	const size_t n = h->n;
	const struct kind *k = FIND(kinds, p, n);

	/* By chance numbers look like much, but hardly ever like text. */
	if (!k && h->name && !is_text(p, n))
		k = find_named(h->name);
	for (size_t i = 0; !k && i < ARRAY_SIZE(finders); i++)
		k = finders[i](p, n);
	if (k)
		return diag_set(d, DIAG_DATA, "%s; expected %s%s%s", k->name,
			expected ? expected : "NPY or safetensors",
			k->advice ? ": " : "", k->advice ? k->advice : "");
	if (n == 0)
		return diag_set(d, DIAG_DATA, "an empty file; expected %s",
			expected ? expected : "weights");
	if (expected)
		return diag_set(d, DIAG_DATA, "%s; expected %s",
			format_npy.is(p, n) ? "an NPY file"
			: is_text(p, n)     ? "text"
					    : "not a safetensors file",
			expected);
	if (is_text(p, n))
		return diag_set(d, DIAG_DATA,
			"neither NPY nor safetensors but text; expected "
			"weights");
	diag_set(d, DIAG_DATA, "neither NPY nor safetensors");
	return diag_remedy(d, "raw");
}
