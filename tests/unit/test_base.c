/* SPDX-License-Identifier: MIT */
/*
 * Buffers, diagnostics, inputs, outputs, the ordered pool and CRC-32.
 */
#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/le.h"
#include "base/names.h"
#include "base/pool.h"
#include "base/str.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "base/zip.h"
#include "file/input.h"
#include "file/output.h"
#include "tap.h"

static char dir[] = "/tmp/test_base.XXXXXX";

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* S[0..n) stands before "!", which no answer may depend on. */
static const struct {
	const char *s, *other;
	bool is, in_any_case, ends_in, has;
} pieces[] = {
	{"!", "", true, true, true, true},
	{"!", "a", false, false, false, false},
	{"abc!", "", false, false, true, true},
	{"abc!", "abc", true, true, true, true},
	{"abc!", "abc!", false, false, false, false},
	{"abc!", "aBc", false, true, false, false},
	{"abc!", "bc", false, false, true, true},
	{"abc!", "c!", false, false, false, false},
	{"abc!", "ab", false, false, false, true},
	{"abc!", "xabc", false, false, false, false},
	{"aab!", "ab", false, false, true, true},
	{"aabx!", "ab", false, false, false, true},
};

static void test_str(void)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const char *s = pieces[i].s, *other = pieces[i].other;
		size_t n = strlen(s) - 1;

		wrong += str_is(s, n, other) != pieces[i].is ||
			 str_is_in_any_case(s, n, other) !=
				 pieces[i].in_any_case ||
			 str_ends_in(s, n, other) != pieces[i].ends_in ||
			 str_has(s, n, other) != pieces[i].has;
	}
	ok(wrong == 0, "pieces of text are compared with words");
	ok(str_is_word_of("ab!", 2, "ab") && str_is_word_of("b!", 1, "a b c") &&
			str_is_word_of("c!", 1, "a b  c ") &&
			!str_is_word_of("b!", 1, "ab bc") &&
			!str_is_word_of("a b!", 3, "a b c") &&
			!str_is_word_of("!", 0, "a  b") &&
			!str_is_word_of("a!", 1, ""),
		"a word is one of a list of words");
	wrong = 0;
	for (int c = -128; c < 128; c++) {
		bool is_name = c == '_' || (c > 0 && isalnum(c));

		wrong += str_is_name_char((char)c) != is_name ||
			 str_is_python_name_char((char)c) != (is_name || c < 0);
	}
	ok(wrong == 0, "names are of letters, digits and '_'");
}

static void test_buf(void)
{
	struct buf b = {0};

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	is_u64(b.len, 3890, "1000 numbers appended");
	buf_text(&b);
	ok(strncmp(b.data, "0,1,2,", 6) == 0, "content is in order");
	ok(buf_reserve(&b, SIZE_MAX) == -1 && buf_failed(&b),
		"a size that overflows is refused, and the buffer has failed");
	buf_free(&b);
	ok(!b.data && !b.len && !buf_failed(&b), "freed is empty");
}

/* Nothing of a buffer that has failed can be had. */
static void test_buf_failed(void)
{
	struct buf b = {0}, other = {0};
	struct diag d = {0};

	buf_adds(&b, "ab");
	buf_fail(&b);
	buf_adds(&b, "c");
	buf_addc(&b, 'c');
	buf_printf(&b, "%d", 1);
	buf_add_double(&b, 1);
	ok(b.len == 2 && !buf_text(&b), "what is appended after that is lost");
	ok(buf_end(&b, &d) == -1 && d.class == DIAG_NOMEM,
		"who uses it is told that there is no memory");
	buf_adds(&other, "x");
	buf_join(&other, &b);
	ok(!buf_take(&other) && !other.data && !buf_failed(&other),
		"it spoils what it is appended to; to take that empties it");
	buf_clear(&b);
	buf_adds(&b, "new");
	is_text(buf_text(&b), "new", "cleared it is as good as another");
	buf_fail(&b);
	ok(buf_scratch(&b, 8) && !buf_failed(&b), "as scratch it is, too");
	buf_free(&b);
}

static void test_diag(void)
{
	struct diag d;

	diag_set(&d, DIAG_DATA, "found %s", "a\033[2Jb");
	is_text(d.text, "found a\\x1b[2Jb", "terminal escapes are tamed");
	diag_at(&d, "%d", 12);
	diag_at(&d, "run.csv");
	is_text(d.place, "run.csv:12", "places join from outside in");
	for (int i = 0; i < 100; i++)
		diag_at(&d, "a-long-name");
	ok(strlen(d.place) < sizeof(d.place), "a long place is cut");
	diag_set(&d, DIAG_DATA,
		"\xc2\x9b"
		"2J\xc3\xa9\xe2\x80\x9b");
	is_text(d.text, "\\u009b2J\xc3\xa9\xe2\x80\x9b",
		"so are those of one character, but no other UTF-8");
	diag_at(&d, "7");
	diag_at(&d, "%0300d", 5);
	ok(strlen(d.place) == sizeof(d.place) - 1 &&
			strncmp(d.place, "...0", 4) == 0 &&
			strcmp(d.place + strlen(d.place) - 3, "5:7") == 0,
		"a long name loses its beginning, not its line");
	ok(diag_remedy(&d, "nan") == -1 && diag_at(&d, "x") == -1 && d.remedy &&
			strcmp(d.remedy, "nan") == 0,
		"a remedy stays when a place is added");
	diag_set(&d, DIAG_DATA, "another");
	ok(!d.remedy, "another message has no remedy yet");
}

/* What S is shown as, and again as that. */
static void shows(const char *s, const char *want, const char *what)
{
	struct buf b = {0};
	char text[64];

	tame_add(&b, s, strlen(s));
	ok(buf_text(&b) && strcmp(b.data, want) == 0, "%s is shown as %s", what,
		want);
	tame_copy(text, sizeof(text), b.data);
	is_text(text, want, "and that as itself");
	buf_free(&b);
}

static void test_tame(void)
{
	char text[8];

	shows("a \\ ~\xc3\xb6\xf0\x9f\x98\x80",
		"a \\ ~\xc3\xb6\xf0\x9f\x98\x80", "text");
	shows("\n\r\t\x01\x1b\x7f", "\\n\\r\\t\\x01\\x1b\\x7f", "C0");
	shows("\xc2\x80\xc2\x85\xc2\x9f\xc2\xa0",
		"\\u0080\\u0085\\u009f\xc2\xa0", "C1");
	shows("\x80\xbf\xff\xfe", "\\x80\\xbf\\xff\\xfe", "what is no UTF-8");
	shows("\xc0\x9b\xc1\xbf", "\\xc0\\x9b\\xc1\\xbf", "an overlong of two");
	shows("\xe0\x82\x9b", "\\xe0\\x82\\x9b", "an overlong of three");
	shows("\xf0\x80\x82\x9b", "\\xf0\\x80\\x82\\x9b", "one of four");
	shows("\xed\x9f\xbf\xed\xa0\x80\xed\xbf\xbf\xee\x80\x80",
		"\xed\x9f\xbf\\xed\\xa0\\x80\\xed\\xbf\\xbf\xee\x80\x80",
		"a surrogate");
	shows("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "beyond Unicode");
	shows("\xe2\x82", "\\xe2\\x82", "half a character");
	shows("\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf",
		"\\u2028\\u202e\xe2\x80\xaf", "a separator, an override");
	shows("\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xa6\xe2\x81\xaf\xe2\x81\xb0",
		"\xe2\x81\x9f\\u2060\\u2066\\u206f\xe2\x81\xb0", "an isolate");
	shows("\xd8\x9b\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90",
		"\xd8\x9b\\u061c\\u200e\\u200f\xe2\x80\x90",
		"a mark of direction");
	shows("\xc2\xac\xc2\xad\xc2\xae\xe1\xa0\x8e\xe2\x80\x8b\xef\xbb\xbf",
		"\xc2\xac\\u00ad\xc2\xae\\u180e\\u200b\\ufeff",
		"what is not seen");
	shows("\xe2\x80\x8c\xe2\x80\x8d", "\xe2\x80\x8c\xe2\x80\x8d",
		"a joiner within words");
	shows("\xf3\xa0\x81\x81\xf3\xa0\x84\x80\xef\xbf\xb9\xef\xbf\xbc",
		"\\U000e0041\xf3\xa0\x84\x80\\ufff9\xef\xbf\xbc", "a tag");
	shows("\xef\xbf\xbd\xef\xbf\xbe\xf0\x9f\xbf\xbf",
		"\xef\xbf\xbd\\ufffe\\U0001ffff", "no character");
	tame_copy(text, sizeof(text), "12345\xe2\x82\xac");
	is_text(text, "12345", "what does not fit is cut by characters");
	tame_copy(text, sizeof(text), "123\n4\n");
	is_text(text, "123\\n4", "an escape is not cut either");
	tame_copy_end(text, sizeof(text), "1234567");
	is_text(text, "1234567", "what fits is whole");
	tame_copy_end(text, sizeof(text), "12\xe2\x82\xac\x01");
	is_text(text, "...\\x01", "the beginning is cut by characters");
}

static void test_crc(void)
{
	uint32_t a = zip_crc32(0, "12345", 5), b = zip_crc32(0, "6789", 4);

	is_u64(zip_crc32(0, "123456789", 9), 0xcbf43926, "the check value");
	is_u64(zip_crc32_combine(a, b, 4), 0xcbf43926, "combined");
	is_u64(le_load32("\x78\x56\x34\x12"), 0x12345678, "little-endian");
}

/* Every length around the steps of folding, at every alignment. */
static void test_crc_folded(void)
{
	static uint8_t p[2048 + 16];
	uint64_t seed = 3;
	size_t bad = 0;

	for (size_t i = 0; i < sizeof(p); i++)
		p[i] = (uint8_t)tap_random(&seed);
	for (size_t n = 0; n <= 2048; n++)
		for (size_t at = 0; at < (n < 600 ? 16 : 1); at++) {
			uint32_t from = (uint32_t)tap_random(&seed);

			bad += zip_crc32(from, p + at, n) !=
			       zip_crc32_portable(from, p + at, n);
		}
	is_u64(bad, 0, "CRCs of 0 to 2048 bytes are those of zlib");
}

static void test_files(void)
{
	struct output o;
	struct input in;
	struct diag d;
	char got[16] = "";
	struct stat st;

	ok(output_open(&o, path_of("f"), NULL, &d) == 0, "an output opens");
	ok(output_write(&o, "Jello world", 11, &d) == 0, "write");
	ok(stat(path_of("f"), &st) != 0, "nothing there before");
	ok(output_finish(&o, &d) == 0 && stat(path_of("f"), &st) != 0,
		"nothing there when it is finished");
	ok(output_publish(&o, &d) == 0, "publish");
	ok(input_open(&in, path_of("f"), &d) == 0 && in.seekable, "opens");
	is_u64(in.size, 11, "its size");
	ok(input_pread(&in, got, 5, 0, &d) == 0, "pread");
	is_text(got, "Jello", "what was written is read");
	ok(input_pread(&in, got, 5, 8, &d) == -1 && d.class == DIAG_DATA,
		"reading past the end is bad data");
	ok(input_unchanged(&in, &d) == 0, "unchanged");
	ok(truncate(path_of("f"), 3) == 0 && input_unchanged(&in, &d) == -1,
		"a change is seen");
	input_close(&in);

	output_open(&o, path_of("f"), NULL, &d);
	output_write(&o, "x", 1, &d);
	output_abort(&o);
	ok(stat(path_of("f"), &st) == 0 && st.st_size == 3,
		"abort leaves the old file");
	ok(input_open(&in, dir, &d) == -1 && d.class == DIAG_IO,
		"a directory is refused");
	ok(output_open(&o, path_of("no/f"), NULL, &d) == -1,
		"no such directory");
	unlink(path_of("f"));
}

static void write_x(const char *path)
{
	struct output o;
	struct diag d;

	ok(output_open(&o, path, NULL, &d) == 0 &&
			output_write(&o, "x", 1, &d) == 0 &&
			output_finish(&o, &d) == 0 &&
			output_publish(&o, &d) == 0,
		"x is written");
}

static void test_mode(void)
{
	struct stat st;
	mode_t mask = umask(027);

	write_x(path_of("f"));
	ok(stat(path_of("f"), &st) == 0 && (st.st_mode & 07777) == 0640,
		"a new file's mode is the umask's");
	chmod(path_of("f"), 04751);
	write_x(path_of("f"));
	ok(stat(path_of("f"), &st) == 0 && (st.st_mode & 07777) == 0751,
		"a file keeps its permissions, not its set-id bits");
	umask(mask);
	unlink(path_of("f"));
}

/* Standard input in the middle of a file, at its end, and beyond. */
static void test_offset(void)
{
	static const struct {
		off_t at;
		uint64_t size;
	} cases[] = {{0, 5}, {2, 3}, {5, 0}, {9, 0}};
	int fd = open(path_of("f"), O_RDWR | O_CREAT, 0600);
	int saved = dup(STDIN_FILENO);
	struct input in;
	struct diag d;
	char c;

	ok(write(fd, "01234", 5) == 5 && dup2(fd, STDIN_FILENO) == 0, "stdin");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		lseek(fd, cases[i].at, SEEK_SET);
		ok(input_open(&in, "-", &d) == 0, "opens at an offset");
		is_u64(in.size, cases[i].size, "the rest of it");
		ok(input_unchanged(&in, &d) == 0, "which is unchanged");
		if (in.size)
			ok(input_pread(&in, &c, 1, 0, &d) == 0 &&
					c == '0' + cases[i].at,
				"its byte 0 is where it stood");
		else
			ok(input_pread(&in, &c, 1, 0, &d) == -1, "has nothing");
	}
	ok(write(fd, "+", 1) == 1 && input_unchanged(&in, &d) == -1,
		"a file that grew is seen");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
	unlink(path_of("f"));
}

/* Items 0..nitem-1; the slot of item FAIL fails in the stage named. */
struct stream {
	uint64_t nitem, next, drained, fail;
	char stage;
	uint64_t slot[16];
	uint64_t sum;
};

static int fill(void *ctx, size_t slot, struct diag *d)
{
	struct stream *s = ctx;

	if (s->next == s->fail && s->stage == 'f')
		return diag_set(
			d, DIAG_DATA, "fill %llu", (unsigned long long)s->next);
	if (s->next == s->nitem)
		return 0;
	s->slot[slot] = s->next++;
	return 1;
}

static int work(void *ctx, size_t slot, struct diag *d)
{
	struct stream *s = ctx;
	uint64_t item = s->slot[slot];

	if (s->stage == 'w' && item >= s->fail)
		return diag_set(
			d, DIAG_DATA, "work %llu", (unsigned long long)item);
	s->slot[slot] = item * item;
	return 0;
}

static int drain(void *ctx, size_t slot, struct diag *d)
{
	struct stream *s = ctx;
	uint64_t item = s->drained++;

	if (s->stage == 'd' && item == s->fail)
		return diag_set(
			d, DIAG_DATA, "drain %llu", (unsigned long long)item);
	if (s->slot[slot] != item * item)
		return diag_set(d, DIAG_DATA, "out of order");
	s->sum += s->slot[slot];
	return 0;
}

static void test_pool(void)
{
	static const struct pool_stage stage = {fill, work, drain};
	struct diag d = {0};

	for (unsigned nthread = 1; nthread <= 5; nthread++) {
		struct stream s = {.nitem = 1000};
		int ret = pool_stream(nthread, 7, &stage, &s, &d);
		ok(ret == 0 && s.sum == 332833500,
			"%u threads: every item, in order", nthread);
		for (const char *c = "fwd"; *c; c++) {
			char want[16];
			s = (struct stream){
				.nitem = 1000, .fail = 500, .stage = *c};
			ret = pool_stream(nthread, 7, &stage, &s, &d);
			snprintf(want, sizeof(want), "%s 500",
				*c == 'f'   ? "fill"
				: *c == 'w' ? "work"
					    : "drain");
			is_text(ret ? d.text : "", want,
				"the first failure is the one reported");
		}
	}
	struct stream none = {.nitem = 0};
	ok(pool_stream(3, 6, &stage, &none, &d) == 0, "no items");
	struct stream few = {.nitem = 3};
	ok(pool_stream(1000, 16, &stage, &few, &d) == 0 && few.sum == 5,
		"more threads than slots than items");
}

static int work_blocked(void *ctx, size_t slot, struct diag *d)
{
	sigset_t set;

	(void)slot;
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	if (!sigismember(&set, SIGTERM))
		return diag_set(d, DIAG_DATA, "takes signals");
	return work(ctx, slot, d);
}

static void test_pool_signals(void)
{
	static const struct pool_stage stage = {fill, work_blocked, drain};
	struct stream s = {.nitem = 100};
	struct diag d = {0};
	sigset_t set;

	ok(pool_stream(3, 6, &stage, &s, &d) == 0, "workers take no signals");
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	ok(!sigismember(&set, SIGTERM), "the caller does, as before");
}

static void test_array(void)
{
	unsigned *p = NULL, *old;
	size_t nmoved = 0, wrong = 0;
	struct diag d;

	for (unsigned i = 0; i < 1000; i++) {
		unsigned *q = array_room(p, i, sizeof(*p), &d);

		nmoved += i & (i - 1) ? q != p : 0;
		p = q;
		p[i] = i;
	}
	for (unsigned i = 0; i < 1000; i++)
		wrong += p[i] != i;
	ok(nmoved == 0 && wrong == 0, "an array that grows one by one");
	old = p;
	ok(!array_room(p, (size_t)1 << 63, sizeof(*p), &d) &&
			d.class == DIAG_NOMEM && old[999] == 999,
		"but not above what can be counted");
	free(p);
}

/* Name I of N bytes: all lengths about that of a word, any bytes. */
static size_t name_of(unsigned i, char name[24])
{
	size_t n = i % 20;

	for (size_t k = 0; k < n; k++)
		name[k] = (char)(k < 4 ? i >> 8 * k : (unsigned)k);
	return n;
}

static void test_names(void)
{
	struct names x = {0};
	char name[24], other[24];
	unsigned wrong = names_find(&x, "a", 1) != NAMES_NONE;
	const char *first;
	size_t i, n;

	/* Whether it is new is what comparing with all of them says. */
	for (unsigned k = 0; k < 3000; k++) {
		size_t before = x.n;

		n = name_of(k % 1000 * 7919, name);
		for (i = 0; i < before; i++)
			if (x.name[i].n == n &&
				memcmp(x.name[i].s, name, n) == 0)
				break;
		wrong += names_find(&x, name, n) !=
			 (i < before ? i : NAMES_NONE);
		wrong += names_add(&x, name, n) != i || x.n > names_room(&x);
		wrong += x.n != before + (i == before);
	}
	ok(wrong == 0 && x.n > 500, "names by number, each once");
	first = x.name[0].s;
	memset(other, 'x', sizeof(other));
	ok(names_find(&x, other, 23) == NAMES_NONE &&
			first[x.name[0].n] == '\0',
		"those that are not there, and a NUL behind each");
	names_free(&x);
	ok(x.n == 0 && names_find(&x, name, n) == NAMES_NONE, "none are left");
}

static void test_utf8(void)
{
	ok(utf8_length("", 0) == 0 &&
			utf8_length("aé€\xf0\x9f\x98\x80", 10) == 4 &&
			utf8_length("\xa9", 1) == 0,
		"characters that begin in bytes");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 2;
	test_array();
	test_names();
	test_utf8();
	test_str();
	test_buf();
	test_buf_failed();
	test_diag();
	test_tame();
	test_crc();
	test_crc_folded();
	test_files();
	test_mode();
	test_offset();
	test_pool();
	test_pool_signals();
	rmdir(dir);
	return tap_done();
}
