/* SPDX-License-Identifier: MIT */
/* Inside of lib/tape: what its files share, under the name of each. */
#ifndef TAPE_TAPE_IMPL_H
#define TAPE_TAPE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "tape/tape.h"

struct diag;

/* --- spool.c ------------------------------------------------------------- */

/*
 * Bytes that wait to be read again: first all is put, then it is read.
 */
struct tape_spool;

/* DIR (borrowed) is for what has no place in memory.  Returns 0, or -1. */
int tape_spool_new(struct tape_spool **ret, const char *dir, struct diag *d);
void tape_spool_free(struct tape_spool *s);

/* Returns 0, or -1. */
int tape_spool_put(
	struct tape_spool *s, const void *p, size_t n, struct diag *d);

/* What is read next begins at OFFSET; no more can be put.  Returns 0, or -1. */
int tape_spool_seek(struct tape_spool *s, uint64_t offset, struct diag *d);

/* Where that is. */
uint64_t tape_spool_at(const struct tape_spool *s);

/*
 * Reads N bytes, which are valid until the next call, and aligned as their
 * offset is.  Returns 1, 0 if there are not as many, or -1.
 */
int tape_spool_view(
	struct tape_spool *s, const void **ret, size_t n, struct diag *d);

/* --- tape.c -------------------------------------------------------------- */

#define TAPE_BLOCK_NBITS 12 /* lines of a block, in what tape_place() tells */

/*
 * The tape is blocks of lines of one shape.  A line is the numbers of its
 * shape's keys; then its texts, each behind its length and filled up to eight
 * bytes; then, if its shape is loose, how many other pairs there are and each
 * of them: twice its key, and one more for a text, and its value.  Lines of
 * shapes that are not fixed are blocks of their own, and begin with their
 * length.
 */
struct tape_block {
	uint32_t shape, nline;
};

/* What becomes of a pair of a line: a number of the shape, or nothing. */
struct tape_place {
	uint32_t key : 31, is_text : 1;
	uint32_t to; /* the number's; one behind the last: none */
};

/* So many numbers, some of them of one key, lines in one block have. */
#define TAPE_AGAIN_MAX 64

/* Lines of one shape. */
struct tape_lines {
	struct tape_shape pub;
	uint64_t list, hash; /* without and with where texts stand */
	size_t *number;      /* keys, as they stand in a line */
	size_t nnumber;
	size_t nrole;             /* of these: pub.key begins with them */
	struct tape_place *place; /* of the pairs of a line; NULL: not kept */
	size_t nplace;
	bool is_loose;
	bool is_fixed; /* its lines are numbers alone, and share blocks */
	bool is_plain; /* and each key tells one */
	bool is_whole; /* the pairs of a line are its numbers, in order */
};

/* A log may have millions of these. */
struct tape_key {
	uint32_t is_role : 1; /* may have one: in shapes, with a tape_stat */
	uint32_t is_text : 1; /* its texts count */
	uint32_t at : 30;     /* of what is known of it, in stat or range */
	uint32_t seen;        /* the last list of places that had it */
};
_Static_assert(PAIR_NKEY_MAX < (size_t)1 << 30, "numbers of keys fit");

struct tape {
	bool all;
	tape_keeps *keeps;
	const void *ctx;

	struct tape_stat *stat; /* of roles; the first of all other keys */
	size_t nstat;
	struct tape_range *range; /* of those, if ALL are kept */
	size_t nrange;
	struct tape_key *key;
	size_t nkey;

	struct tape_lines *shape;
	size_t nshape;
	size_t nshapekeys, nplaces; /* of all of them */
	struct hash_table table;    /* of shape */
	size_t last;                /* shape of the line before */

	struct tape_spool *spool;
	struct buf block;  /* that is being filled, behind its head */
	size_t nblockline; /* lines in it */
	uint64_t nline;
	uint32_t nseen;

	/* Of the line at hand. */
	struct pair *pair;
	size_t npair, paircap;
	struct buf repeated; /* numbers of lines that follow it */
	struct buf forms;    /* and how they are spelled, of each pair */

	/* What is read. */
	uint64_t at; /* of its block */
	struct tape_block head;
	uint32_t row;        /* in it, of the next line */
	const double *fixed; /* that and those behind it; NULL: not in memory */
	struct tape_text *text;
	size_t ntext, textcap;
	size_t *loose; /* keys and values of a loose line */
	double *value;
	size_t valuecap;
};

/* Releases what only lines that come need. */
void tape_end_fill(struct tape *t);

/* The pair P is one with a role. */
static inline bool tape_keeps_pair(const struct tape *t, const struct pair *p)
{
	const struct tape_key *k = &t->key[p->key];

	return k->is_role && (!p->text || k->is_text);
}

/* --- shape.c ------------------------------------------------------------- */

/*
 * Puts those of the line's pairs that have roles first, numbers in front.
 * Returns 0, or -1 with DIAG_NOMEM.
 */
int tape_shape_select(struct tape *t, const struct line *l, size_t *nnumber_ret,
	struct diag *d);

/*
 * The shape of these pairs, a new one if there is none; none are selected any
 * more if there are too many.  Returns 0, or -1 with DIAG_NOMEM.
 */
int tape_shape_find(struct tape *t, size_t *ret, const struct line *l,
	size_t nnumber, struct diag *d);

#endif
