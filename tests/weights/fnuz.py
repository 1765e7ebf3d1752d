#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Prints fnuz.csv: what ml_dtypes says each code of the "fnuz" floats is.
# Needs ml_dtypes 0.6.0 and numpy 2.4.6: fnuz.py >fnuz.csv
import ml_dtypes
import numpy as np

print("dtype,code,value")
for name in ("f8_e4m3fnuz", "f8_e5m2fnuz"):
    dtype = getattr(ml_dtypes, "float" + name[1:])
    codes = np.arange(256, dtype=np.uint8)
    for code, value in zip(codes, codes.view(dtype).astype(float)):
        print(name, code, repr(float(value)), sep=",")
