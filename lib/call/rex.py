# SPDX-License-Identifier: MIT
# REX (Chen et al. 2021) in the form of REX_LR (7fac0c67).


def REX_LR(optimizer, max_val, min_val, num_epochs=1, last_epoch=-1):
    """The REX curve from max_val to min_val, again by num_epochs."""
    _fresh(last_epoch)
    need(min_val <= max_val)
    need(num_epochs >= 1)
    return rep(rex(num_epochs, max_val, min_val, 0.9))
