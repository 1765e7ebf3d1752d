/* SPDX-License-Identifier: MIT */
/*
 * Files so large that samples of them tell about where thresholds are, and
 * rightly or wrongly: against the same oracle.
 */
#define N_MAX 8000
#define SIDE_MAX 19
#define NCASE 400
#include "test_prune_file.c"
