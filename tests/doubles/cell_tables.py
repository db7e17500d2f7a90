"""A made-up table of the cells of base 2, complete or a part of one."""

import numpy as np

from nasedu.spaces.presets import CELLS
from nasedu.tables import DIVERGED, MISSING, NetworkTable
from nasedu.training import ONE_SECOND

SPACE = CELLS["table"]
SYMBOLS, PARAMETERS = 50, 7346
ABOUT = {
    "seed": 0,
    "machines": [{"processor": "abacus", "torch": "2.0", "device": "cpu"}],
    "evaluator": {
        "kind": "language",
        "data": "ptb-chars",
        "title": "Made up",
        "unit": "character",
        "num_symbols": SYMBOLS,
        "num_train": 300_000,
        "num_valid": 65_536,
        "num_test": 65_536,
        "reward_scale": 80.0,
        "recipe": ONE_SECOND.to_dict(),
    },
}


def made_up_cells(finished=None, diverged=0, worse_than_nothing=0, seed=0):
    """Return a table of random bits from 2.5 to 4.4; all cells three times, or so many once."""
    source, first = np.random.default_rng(seed), SPACE.representatives()
    children = source.permutation(np.unique(first))
    count, repeats = (len(children) - diverged, 3) if finished is None else (finished, 1)
    shape = (3, len(first))
    test, seconds = np.full(shape, float(MISSING)), np.full(shape, np.nan, np.float32)
    done, failed = children[:count], children[count : count + diverged]
    bits = source.uniform(2.5, 4.4, count)
    bits[:worse_than_nothing] = 300.0
    for repeat in range(repeats):
        test[repeat, done] = 2 ** (bits + source.normal(0, 0.01, count))
        test[repeat, failed] = DIVERGED
        seconds[repeat, children[: count + diverged]] = 1.0
    valid = np.where(test > 0, test * 1.01, test)[..., None]
    parameters = np.full(len(first), PARAMETERS, np.int32)
    return NetworkTable(SPACE, ABOUT, valid, test, seconds, parameters, parameters.astype(np.int64))
