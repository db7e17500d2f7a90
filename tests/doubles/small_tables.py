"""Small tables of networks: one that is measured in a second, and made-up ones."""

import numpy as np

from nasedu.spaces import ConvNetSpace, count_sequences
from nasedu.tables import DIVERGED, NetworkTable, make_table
from nasedu.training import Recipe

SPACE = ConvNetSpace(2, (1, 3), (3,), (2,))  # 8 networks, 4 of them chains
LARGER = ConvNetSpace(2, (1, 3), (1, 3), (2,))  # 32 networks
RECIPE = Recipe(epochs=2, num_train=60, batch_size=32)
ABOUT = {
    "seed": 5,
    "machines": [{"processor": "abacus", "torch": "2.0", "device": "cpu"}],
    "evaluator": {
        "kind": "images",
        "data": "digits",
        "title": "Digits (scikit-learn)",
        "shape": [1, 8, 8],
        "num_classes": 10,
        "num_train": 60,
        "num_valid": 300,
        "num_test": 297,
        "recipe": RECIPE.to_dict(),
    },
}


def measuring(folder, space=SPACE, **options):
    """Return the generator of a measurement of 14 trainings at most: 8, and twice 1 and 2."""
    settings = {"recipe": RECIPE, "seed": 5, "best": 2, "workers": 1}
    return make_table(folder, space, **settings | options)


def measured(folder, **options):
    """Measure the table, or what is left of it, and return it."""
    list(measuring(folder, **options))
    return NetworkTable.load(folder)


def made_up(space=SPACE, repeats=3, seed=0, diverged=()):
    """Return a table of random numbers, every network trained so many times."""
    size, source = count_sequences(space.decisions), np.random.default_rng(seed)
    valid = source.integers(30, 300, (repeats, size, RECIPE.epochs), dtype=np.int16)
    test = source.integers(30, 297, (repeats, size), dtype=np.int16)
    for place in diverged:
        valid[:, place], test[:, place] = DIVERGED, DIVERGED
    return NetworkTable(
        space,
        {**ABOUT},
        valid,
        test,
        seconds=source.random((repeats, size), dtype=np.float32),
        parameters=np.arange(100, 100 + size, dtype=np.int32),
        flop=np.arange(1000, 1000 + size),
    )
