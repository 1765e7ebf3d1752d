/* SPDX-License-Identifier: MIT */
/*
 * Who may do what with a file: its owner, group, mode, access control list and
 * other extended attributes, handed on to the file that takes its place.
 */
#ifndef FILE_ATTR_H
#define FILE_ATTR_H

#include <sys/types.h>

/* S_ISVTX, which POSIX has with XSI only. */
#define ATTR_STICKY 01000

/*
 * Gives the open file TO, which is ours and closed to all others, what the
 * open file FROM has.  Where the owner, the group or the list cannot be kept,
 * nobody may do more with TO than with FROM; extended attributes are kept where
 * the system allows it; set-id bits never are.  Returns 0, 1 if the owner or
 * the group is another, or -1 with errno.
 */
int attr_copy(int to, int from);

/*
 * The mode that open(path, O_CREAT, 0666) would give.  Not while another thread
 * makes files: the umask is set to be read.
 */
mode_t attr_fresh_mode(void);

#endif
