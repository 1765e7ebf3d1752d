/* SPDX-License-Identifier: MIT */
/*
 * How large a pruned file would be as .spzip, by doing it: nothing is
 * estimated, and nothing written.
 */
#ifndef CMD_PACKED_H
#define CMD_PACKED_H

#include <stdbool.h>
#include <stddef.h>

#include "prune/prune.h"
#include "spz/spz.h"

struct packed {
	struct prune_file *file; /* decided */
	size_t at;               /* which file of its model */
	bool convert;            /* all of the model, into safetensors */
	const char *name;        /* of it, borrowed */
	int progress;            /* as cli_progress_begin() has it */
};

/*
 * Compresses what P is as written, by HOW, whose source is not looked at.  A
 * child process writes it into a pipe: no thread but this may run.  Returns 0,
 * or -1; with DIAG_NONE the child has said why.
 */
int packed_measure(const struct packed *p, const struct spz_encode_opts *how,
	struct spz_totals *ret, struct diag *d);

#endif
