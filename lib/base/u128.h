/* SPDX-License-Identifier: MIT */
/* The 128-bit integer gcc and clang have, by a name -Wpedantic accepts. */
#ifndef BASE_U128_H
#define BASE_U128_H

__extension__ typedef unsigned __int128 u128;

#endif
