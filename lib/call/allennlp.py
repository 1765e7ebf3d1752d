# SPDX-License-Identifier: MIT
# allennlp's slanted triangle (2.10.1), of Howard and Ruder 2018.


def SlantedTriangular(optimizer, num_epochs, num_steps_per_epoch=None, cut_frac=0.1, ratio=32, last_epoch=-1,
                      gradual_unfreezing=False, discriminative_fine_tuning=False, decay_factor=0.38):
    need(last_epoch == -1, "no table can hold a resumed schedule (use -s)")
    need(not gradual_unfreezing, "no table can hold a schedule that starts at the unfreezing")
    need(num_steps_per_epoch is not None)
    need(ratio > 0)
    n = num_epochs * num_steps_per_epoch
    up = int(n * cut_frac)
    need(0 <= up < n)
    return join([linear(up, base / ratio, base), linear(n - up, base, base / ratio)])
