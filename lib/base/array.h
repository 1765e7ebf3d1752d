/* SPDX-License-Identifier: MIT */
/* How many elements an array has: of an array itself, not of a pointer. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
