/* SPDX-License-Identifier: MIT */
/*
 * Where the name of an output leads: to a descriptor that we were started with
 * (/dev/stdout, /dev/fd/N, /proc/self/fd/N and links to them), to a device or
 * FIFO, or to a file in a directory, which may not be there yet.
 */
#ifndef FILE_PLACE_H
#define FILE_PLACE_H

#include <stdbool.h>
#include <sys/stat.h>

struct diag;

struct place {
	int fd;         /* the descriptor, or -1 */
	char *path;     /* with no link in its last part; or NULL: fd */
	bool is_opened; /* a device, FIFO, or descriptor of another process */
	bool exists;    /* st is what is there */
	struct stat st;
};

/*
 * Follows PATH to the place it names; NULL and "-" are standard output.
 * Without FOLLOW a link in the last part is itself the place.  A link that
 * another user planted in a sticky directory is not followed.  Returns 0, or
 * -1 with DIAG_IO and no place in D.  Release with place_free() either way.
 */
int place_find(struct place *p, const char *path, bool follow, struct diag *d);

/*
 * The same, with FOLLOW, where a directory is or may become; the path has no
 * slash at its end.
 */
int place_find_directory(struct place *p, const char *path, struct diag *d);

void place_free(struct place *p);

/*
 * True if what is at P belongs to another user who may have put it there for
 * us to fall into: in a sticky directory that all may write to, and not of the
 * directory's owner.  What fs.protected_regular and protected_fifos refuse.
 */
bool place_is_planted(const struct place *p);

/*
 * True if the name of what is at P is not ours to give to another file: in a
 * sticky directory only its owner, the directory's owner and root may.
 */
bool place_is_stuck(const struct place *p);

/*
 * Questions about names as place_find() has them: each returns 1 for yes, 0 for
 * no, or -1 with a name that cannot be followed as D's place.
 *
 * Whether writing to A and to B would leave one result or a mixture: one place
 * under two names, through links, by two descriptors, or one that is still to
 * be made.
 */
int place_same(const char *a, const char *b, struct diag *d);

/* Whether writing to PATH would replace a file that is there. */
int place_has_file(const char *path, struct diag *d);

/* Whether PATH is a descriptor of ours that leads to a terminal. */
int place_is_terminal(const char *path, struct diag *d);

#endif
