#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints num_pow10.h.  `make check` compares it with the committed one."""

FIRST, LAST = -292, 324  # what doubles need: 10^-k for k = floor(log10(2^q))

print(f"""\
/* SPDX-License-Identifier: MIT */
/*
 * Made by num_pow10.py.  For k = {FIRST}..{LAST}: the 128 most significant bits
 * of 10^k, rounded up, high half first.
 */
#include <stdint.h>

#define NUM_POW10_FIRST ({FIRST})

static const struct num_pow10 {{
\tuint64_t hi, lo;
}} num_pow10[] = {{""")
for k in range(FIRST, LAST + 1):
    num, den = (10**k, 1) if k >= 0 else (1, 10**-k)
    shift = 127 - (num.bit_length() - den.bit_length())
    while True:
        n, d = (num << shift, den) if shift >= 0 else (num, den << -shift)
        g = -(-n // d)
        if g.bit_length() == 128:
            break
        shift += 128 - g.bit_length()
    print(f"\t{{0x{g >> 64:016x}, 0x{g & (1 << 64) - 1:016x}}}, /* {k} */")
print("};")
