/* SPDX-License-Identifier: MIT */
/*
 * Runs each command of a list with one call gone wrong: the first, the second,
 * ... until the command makes no more.  Whatever was struck, the command has
 * to give its right result, or one message and the status of trouble; inputs
 * and old outputs stay whole, and no temporary is left.
 *
 * usage: sweep [-v] [-k POINTS] [-c TEXT] SHIM COMMANDS INPUTS
 *
 * A line of COMMANDS is a command's words, 'quoted' where they have blanks;
 * before them may stand <FILE or |FILE for its standard input (a file or a
 * pipe) and "each" where a bad file does not keep the others from being worked
 * on.  It runs in a copy of INPUTS.  With -k at most so many calls of a kind
 * are struck, chosen evenly; with -c just commands with TEXT in them.
 */
#define _GNU_SOURCE /* mkdtemp, memmem */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault.h"
#include "tree.h"

#define WORDS_MAX 64
/* What a pipe takes without a reader. */
#define PIPE_NBYTES 65536
/* No command needs a tenth of it. */
#define LIMIT_S 60
/* Failures shown in full. */
#define SHOWN_MAX 20

/* What is swept: a call, what happens to it, and errno or milliseconds. */
static const struct fault {
	enum fault_call call;
	enum fault_kind kind;
	int more; /* 0: the call's own error */
} faults[] = {
	{FAULT_malloc, FAULT_FAIL, 0},
	{FAULT_malloc, FAULT_STUCK, 0},
	{FAULT_read, FAULT_FAIL, 0},
	{FAULT_read, FAULT_FAIL, EINTR},
	{FAULT_read, FAULT_SHORT, 0},
	{FAULT_pread, FAULT_FAIL, 0},
	{FAULT_pread, FAULT_FAIL, EINTR},
	{FAULT_pread, FAULT_SHORT, 0},
	{FAULT_pread, FAULT_DELAY, 2},
	{FAULT_write, FAULT_FAIL, 0},
	{FAULT_write, FAULT_STUCK, 0},
	{FAULT_write, FAULT_FAIL, EINTR},
	{FAULT_write, FAULT_SHORT, 0},
	{FAULT_pwrite, FAULT_FAIL, 0},
	{FAULT_pwrite, FAULT_SHORT, 0},
	{FAULT_open, FAULT_FAIL, 0},
	{FAULT_open, FAULT_FAIL, EOPNOTSUPP},
	{FAULT_fsync, FAULT_FAIL, 0},
	{FAULT_write, FAULT_DELAY, 2},
	{FAULT_rename, FAULT_FAIL, 0},
	{FAULT_unlink, FAULT_FAIL, 0},
	{FAULT_linkat, FAULT_FAIL, 0},
	{FAULT_close, FAULT_FAIL, 0},
	{FAULT_ftruncate, FAULT_FAIL, 0},
	{FAULT_chmod, FAULT_FAIL, 0},
	{FAULT_stat, FAULT_FAIL, 0},
	{FAULT_lseek, FAULT_FAIL, 0},
	{FAULT_poll, FAULT_FAIL, 0},
	{FAULT_poll, FAULT_FAIL, EINTR},
	{FAULT_fcntl, FAULT_FAIL, 0},
	{FAULT_readlink, FAULT_FAIL, 0},
	{FAULT_socketpair, FAULT_FAIL, 0},
	{FAULT_send, FAULT_FAIL, 0},
	{FAULT_send, FAULT_SHORT, 0},
	{FAULT_waitpid, FAULT_FAIL, 0},
	{FAULT_waitpid, FAULT_FAIL, EINTR},
	{FAULT_pthread_create, FAULT_FAIL, 0},
	{FAULT_pthread_create, FAULT_STUCK, 0},
	{FAULT_pthread_create, FAULT_DELAY, 2},
};
#define NFAULT (sizeof(faults) / sizeof(faults[0]))

#define NAME(name, error) #name,
static const char *const call_names[] = {FAULT_CALLS(NAME)};
#define ERROR(name, error) error,
static const int call_errors[] = {FAULT_CALLS(ERROR)};
static const char *const kind_names[] = FAULT_KINDS;

static const struct tool {
	const char *name;
	int trouble;
	int warning; /* what is right but for a remark; or trouble too */
} tools[] = {
	{"lrsched", 2, 2},
	{"lrcheck", 2, 2},
	{"lrwatch", 2, 2},
	{"lrfind", 2, 2},
	{"lrlog", 2, 2},
	{"wcmp", 2, 2},
	{"wstat", 2, 2},
	{"wplan", 2, 2},
	{"wprune", 2, 2},
	{"spzip", 1, 2},
};
#define NTOOL (sizeof(tools) / sizeof(tools[0]))

struct command {
	char *text; /* as it stands in the list */
	char *word[WORDS_MAX];
	size_t tool;
	const char *in; /* standard input; NULL: none */
	bool is_piped;
	bool each;
};

/* What a command wrote, with a NUL after it. */
struct text {
	char *data;
	size_t n;
};

/* What a run came to; its tree is all.now until the next one. */
struct result {
	int status; /* as waitpid() tells it */
	struct text out, err;
	struct fault_board board;
};

/* What the program carries along. */
static struct {
	bool verbose;
	unsigned long npoint; /* 0: all */
	const char *only;
	const char *from; /* the directory that is copied */
	struct tree inputs;
	struct tree now; /* what is in WORK */
	char work[32];
	int out, err; /* files that commands write to */
	struct fault_board *board;
	unsigned long nstruck[NTOOL][NFAULT];
	unsigned long ncommand, nrun, nfail;
} all;

/* --- commands ------------------------------------------------------------ */

/* Ends the next word of *S, and returns it; NULL: none. */
static char *next_word(char **s)
{
	char *word = *s + strspn(*s, " \t\n"), *end;

	if (!*word)
		return NULL;
	if (*word == '\'') {
		word++;
		end = word + strcspn(word, "'");
	} else {
		end = word + strcspn(word, " \t\n");
	}
	*s = end + !!*end;
	*end = '\0';
	return word;
}

static size_t find_tool(const char *name)
{
	for (size_t i = 0; i < NTOOL; i++)
		if (strcmp(tools[i].name, name) == 0)
			return i;
	errno = EINVAL;
	tree_die(name);
}

/* Splits LINE, which stays in use.  Returns false if it is no command. */
static bool read_command(struct command *c, char *line)
{
	size_t n = 0;
	char *word;

	*c = (struct command){.text = strdup(line)};
	c->text[strcspn(c->text, "\n")] = '\0';
	while ((word = next_word(&line))) {
		if (!n && *word == '#')
			break;
		if (!n && (*word == '<' || *word == '|')) {
			c->is_piped = *word == '|';
			c->in = word + 1;
		} else if (!n && strcmp(word, "each") == 0) {
			c->each = true;
		} else if (n < WORDS_MAX - 1) {
			c->word[n++] = word;
		}
	}
	if (n)
		c->tool = find_tool(c->word[0]);
	return n > 0;
}

/* --- running ------------------------------------------------------------- */

static int open_input(const struct command *c)
{
	int fd[2], in = open(c->in ? c->in : "/dev/null", O_RDONLY | O_CLOEXEC);
	size_t n;
	char *data;

	if (!c->is_piped || in < 0)
		return in;
	data = tree_slurp(in, &n);
	if (n > PIPE_NBYTES || pipe(fd) || write(fd[1], data, n) != (ssize_t)n)
		return -1;
	close(fd[1]);
	return fd[0];
}

static _Noreturn void be_command(const struct command *c, const char *fault)
{
	int in;

	if (chdir(all.work) || (in = open_input(c)) < 0 || dup2(in, 0) < 0 ||
		dup2(all.out, 1) < 0 || dup2(all.err, 2) < 0)
		_exit(126);
	setenv("FAULT", fault, 1);
	setenv("LD_PRELOAD", getenv("SWEEP_SHIM"), 1);
	alarm(LIMIT_S);
	execvp(c->word[0], c->word);
	_exit(127);
}

/* What was written to FD, which is then empty. */
static void take(struct text *text, int fd)
{
	text->data = tree_slurp(fd, &text->n);
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) < 0)
		tree_die("cannot empty a file");
}

static void run(struct result *r, const struct command *c, const char *fault)
{
	struct tree now;
	pid_t pid;

	tree_restore(all.work, &all.now, all.from, &all.inputs);
	memset(all.board, 0, sizeof(*all.board));
	pid = fork();
	if (pid == 0)
		be_command(c, fault);
	if (pid < 0 || waitpid(pid, &r->status, 0) < 0)
		tree_die("cannot run a command");
	take(&r->out, all.out);
	take(&r->err, all.err);
	tree_read(&now, all.work, &all.now);
	tree_free(&all.now);
	all.now = now;
	memcpy(&r->board, all.board, sizeof(r->board));
}

static void release(struct result *r)
{
	free(r->out.data);
	free(r->err.data);
}

/* --- judging ------------------------------------------------------------- */

struct trial {
	const struct command *c;
	const struct fault *f;
	const struct result *good, *got;
	const struct tree *before, *want, *after;
};

static bool is_harmless(const struct fault *f)
{
	return f->kind == FAULT_SHORT || f->kind == FAULT_DELAY ||
	       f->more == EINTR;
}

/* Calls that are made before anything is replaced. */
static bool is_early(const struct fault *f)
{
	switch (f->call) {
	case FAULT_malloc:
	case FAULT_read:
	case FAULT_pread:
	case FAULT_write:
	case FAULT_pwrite:
	case FAULT_ftruncate:
	case FAULT_pthread_create:
	case FAULT_poll:
	case FAULT_socketpair:
	case FAULT_send:
	case FAULT_waitpid: return true;
	default: return false;
	}
}

static bool same_bytes(const struct text *a, const struct text *b)
{
	return a->n == b->n && memcmp(a->data, b->data, a->n) == 0;
}

/* Whether TEXT has the line of N bytes, LF included. */
static bool has_line(const struct text *text, const char *line, size_t n)
{
	const char *s = text->data, *end = s + text->n;

	while ((s = memmem(s, (size_t)(end - s), line, n))) {
		if (s == text->data || s[-1] == '\n')
			return true;
		s++;
	}
	return false;
}

/* What is said beyond what the good run says: NULL, or what is wrong. */
static const char *judge_messages(const struct trial *t)
{
	const char *tool = tools[t->c->tool].name;
	const char *reason =
		t->f->call == FAULT_malloc
			? "memory"
			: strerror(t->f->more ? t->f->more
					      : call_errors[t->f->call]);
	const char *s = t->got->err.data;
	bool has_reason = false;
	size_t nline = 0, n;

	for (; *s; s += n) {
		n = strcspn(s, "\n");
		n += s[n] == '\n';
		if (has_line(&t->good->err, s, n))
			continue;
		nline++;
		if (strncmp(s, tool, strlen(tool)) != 0 ||
			strncmp(s + strlen(tool), ": ", 2) != 0)
			return "a line that is no message";
		if (memmem(s, n, reason, strlen(reason)))
			has_reason = true;
	}
	if (!nline)
		return "no message";
	if (nline > 1 && !t->c->each)
		return "more than one message";
	return has_reason ? NULL : "a message with another reason";
}

/* Whether all of GOT's lines stand in GOOD in this order. */
static bool is_part(const struct text *got, const struct text *good)
{
	const char *s = got->data, *g = good->data;
	size_t n, m;

	for (; *s; s += n) {
		n = strcspn(s, "\n");
		n += s[n] == '\n';
		do {
			m = strcspn(g, "\n");
			m += g[m] == '\n';
			if (!m)
				return false;
			g += m;
		} while (m != n || memcmp(s, g - m, n) != 0);
	}
	return true;
}

static bool is_beginning(const struct text *got, const struct text *good)
{
	return got->n <= good->n && memcmp(got->data, good->data, got->n) == 0;
}

/*
 * Whether what an input was made into is there: its name with a suffix more
 * or less.
 */
static bool is_replaced(const struct trial *t, const char *path)
{
	for (size_t i = 0; i < t->after->n; i++) {
		const struct node *node = &t->after->node[i];
		size_t n = strlen(path), m = strlen(node->path);

		if (n != m && strncmp(path, node->path, n < m ? n : m) == 0 &&
			tree_node_equal(node, tree_find(t->want, node->path)))
			return true;
	}
	return false;
}

/* Each file is what it was or what it was to be, and none is lost. */
static const char *judge_tree(const struct trial *t)
{
	for (size_t i = 0; i < t->after->n; i++) {
		const struct node *node = &t->after->node[i];
		const struct node *old = tree_find(t->before, node->path);
		const struct node *new = tree_find(t->want, node->path);

		if (!old && !new && t->f->call == FAULT_unlink)
			continue;
		if (!old && !new)
			return "a temporary is left";
		if (!(old && tree_node_equal(node, old)) &&
			!(new &&tree_node_equal(node, new)))
			return "a file is torn";
	}
	for (size_t i = 0; i < t->before->n; i++) {
		const char *path = t->before->node[i].path;

		if (!tree_find(t->after, path) && !is_replaced(t, path))
			return "a file is lost";
	}
	return NULL;
}

static const char *judge_trouble(const struct trial *t)
{
	const char *wrong = judge_messages(t);

	if (!wrong && !(t->c->each ? is_part : is_beginning)(
			      &t->got->out, &t->good->out))
		wrong = "wrong output";
	if (!wrong)
		wrong = judge_tree(t);
	if (!wrong && is_early(t->f) && !t->c->each &&
		WEXITSTATUS(t->got->status) == tools[t->c->tool].trouble &&
		!tree_equal(t->before, t->after))
		wrong = "trouble, but a file has changed";
	return wrong;
}

/* Whether all is as it should be.  What cannot be removed may be left. */
static bool is_as_wanted(const struct trial *t)
{
	for (size_t i = 0; i < t->want->n; i++)
		if (!tree_node_equal(&t->want->node[i],
			    tree_find(t->after, t->want->node[i].path)))
			return false;
	return t->after->n == t->want->n || t->f->call == FAULT_unlink;
}

/* What is wrong, or NULL. */
static const char *judge(const struct trial *t)
{
	const struct tool *tool = &tools[t->c->tool];
	int status = WEXITSTATUS(t->got->status);

	if (!WIFEXITED(t->got->status))
		return WTERMSIG(t->got->status) == SIGALRM ? "it hangs"
							   : "a signal ends it";
	/* A sanitizer that had no memory itself saw nothing. */
	if (strstr(t->got->err.data, "AddressSanitizer: CHECK failed"))
		return NULL;
	if (strstr(t->got->err.data, "Sanitizer") ||
		strstr(t->got->err.data, "runtime error"))
		return "a sanitizer's report";
	if (t->got->status == t->good->status &&
		same_bytes(&t->got->out, &t->good->out) &&
		same_bytes(&t->got->err, &t->good->err) && is_as_wanted(t))
		return NULL;
	if (is_harmless(t->f))
		return "another result, and nothing failed";
	if (status != tool->trouble && status != tool->warning)
		return status == 0 ? "a wrong result with status 0"
				   : "a wrong status";
	return judge_trouble(t);
}

/* --- sweeping ------------------------------------------------------------ */

static void spell(char *text, size_t n, const struct fault *f, unsigned long at)
{
	int k = snprintf(text, n, "%s:%s:%lu", call_names[f->call],
		kind_names[f->kind], at);

	if (f->more)
		snprintf(text + k, n - (size_t)k, ":%d", f->more);
}

static void show(const struct trial *t, const char *fault, const char *wrong)
{
	all.nfail++;
	if (all.nfail > SHOWN_MAX && !all.verbose)
		return;
	printf("FAULT=%s %s\n  %s; status %d, messages:\n%s", fault, t->c->text,
		wrong,
		WIFEXITED(t->got->status) ? WEXITSTATUS(t->got->status)
					  : -WTERMSIG(t->got->status),
		t->got->err.data);
	for (size_t i = 0; i < t->after->n; i++)
		if (!tree_find(t->before, t->after->node[i].path))
			printf("  new: %s\n", t->after->node[i].path);
}

/* Strikes call number AT.  Returns whether there was one. */
static bool strike(struct trial *t, unsigned long at)
{
	struct result got;
	const size_t tool = t->c->tool, row = (size_t)(t->f - faults);
	char text[64];
	const char *wrong;
	unsigned long hits;

	spell(text, sizeof(text), t->f, at);
	run(&got, t->c, text);
	hits = atomic_load(&got.board.hits);
	t->got = &got;
	wrong = judge(t);
	if (wrong)
		show(t, text, wrong);
	all.nrun++;
	all.nstruck[tool][row] += hits > 0;
	release(&got);
	return hits > 0;
}

/* All calls that there are, or some of the COUNT that the good run made. */
static void sweep_fault(struct trial *t)
{
	unsigned long count = atomic_load(&t->good->board.count[t->f->call]);
	unsigned long n = 0;

	if (!all.npoint || count <= all.npoint) {
		while (count && strike(t, ++n))
			;
		return;
	}
	for (; n < all.npoint; n++)
		strike(t, 1 + (2 * n + 1) * count / (2 * all.npoint));
}

/* A command that does not come to the same twice cannot be judged. */
static bool is_fit(const struct trial *t)
{
	return t->got->status == t->good->status &&
	       same_bytes(&t->got->out, &t->good->out) &&
	       tree_equal(t->after, t->want) && WIFEXITED(t->good->status) &&
	       WEXITSTATUS(t->good->status) <= 2;
}

static void sweep_command(const struct command *c)
{
	struct tree want;
	struct result good, again;
	struct trial t = {
		c, faults, &good, &again, &all.inputs, &want, &all.now};
	unsigned long nfail = all.nfail;

	run(&good, c, "malloc:none:0");
	tree_read(&want, all.work, &all.now);
	run(&again, c, "malloc:none:0");
	if (!is_fit(&t))
		show(&t, "none", "it does not run, or not twice alike");
	release(&again);
	for (; t.f < faults + NFAULT; t.f++)
		sweep_fault(&t);
	if (all.verbose)
		printf("%lu failed, status %d: %s\n", all.nfail - nfail,
			WEXITSTATUS(good.status), c->text);
	fflush(stdout);
	release(&good);
	tree_free(&want);
	all.ncommand++;
}

static void print_table(void)
{
	printf("%-24s", "calls struck");
	for (size_t i = 0; i < NTOOL; i++)
		printf("%9s", tools[i].name);
	printf("\n");
	for (size_t k = 0; k < NFAULT; k++) {
		char text[64];
		const struct fault *f = &faults[k];
		snprintf(text, sizeof(text), "%s %s%s%s", call_names[f->call],
			kind_names[f->kind], f->kind == FAULT_DELAY ? "" : " ",
			f->more && f->kind != FAULT_DELAY
				? strerrorname_np(f->more)
				: "");
		printf("%-24s", text);
		for (size_t i = 0; i < NTOOL; i++) {
			printf("%9lu", all.nstruck[i][k]);
		}
		printf("\n");
	}
	printf("%lu commands, %lu runs, %lu failed\n", all.ncommand, all.nrun,
		all.nfail);
}

/* A file without a name, for what commands write. */
static int scratch(void)
{
	FILE *f = tmpfile();

	if (!f)
		tree_die("cannot make a file");
	return fileno(f);
}

static void prepare(char *argv[])
{
	static char board[64];
	char *shim = realpath(argv[0], NULL);
	int fd;

	if (!shim)
		tree_die(argv[0]);
	all.from = argv[2];
	tree_read(&all.inputs, all.from, NULL);
	snprintf(all.work, sizeof(all.work), "/tmp/sweep.XXXXXX");
	if (!mkdtemp(all.work))
		tree_die(all.work);
	all.out = scratch();
	all.err = scratch();
	fd = scratch();
	if (ftruncate(fd, sizeof(*all.board)))
		tree_die("cannot make a file");
	all.board = mmap(NULL, sizeof(*all.board), PROT_READ | PROT_WRITE,
		MAP_SHARED, fd, 0);
	if (all.board == MAP_FAILED)
		tree_die("cannot map a file");
	snprintf(board, sizeof(board), "/proc/%d/fd/%d", (int)getpid(), fd);
	setenv("FAULT_BOARD", board, 1);
	setenv("SWEEP_SHIM", shim, 1);
	free(shim);
	setenv("TMPDIR", all.work, 1);
	setenv("LC_ALL", "C", 1);
}

static void finish(void)
{
	struct tree none = {0};

	tree_restore(all.work, &all.now, all.from, &none);
	rmdir(all.work);
	print_table();
}

int main(int argc, char *argv[])
{
	struct command c;
	char *line = NULL;
	size_t cap = 0;
	int opt;
	FILE *f;

	while ((opt = getopt(argc, argv, "vk:c:")) != -1) {
		switch (opt) {
		case 'v': all.verbose = true; break;
		case 'k': all.npoint = strtoul(optarg, NULL, 10); break;
		case 'c': all.only = optarg; break;
		default: return 2;
		}
	}
	if (argc - optind != 3) {
		fprintf(stderr, "usage: sweep [-v] [-k POINTS] [-c TEXT] SHIM "
				"COMMANDS INPUTS\n");
		return 2;
	}
	prepare(argv + optind);
	f = fopen(argv[optind + 1], "r");
	if (!f)
		tree_die(argv[optind + 1]);
	while (getline(&line, &cap, f) > 0) {
		if (all.only && !strstr(line, all.only))
			continue;
		if (read_command(&c, line))
			sweep_command(&c);
		free(c.text);
	}
	free(line);
	fclose(f);
	finish();
	return all.nfail > 0 || all.ncommand == 0;
}
