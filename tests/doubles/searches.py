"""Searches that tests kill, by name: of made-up children, of networks, of cells.

``python -m searches NAME RUN LOG`` begins one, or goes on with it, and prints its events.
"""

import sys

from evaluators import CELLS, SPACE, Counted

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.searching import TrainingEvaluator
from nasedu.training import LanguageRecipe, Recipe

TRIALS = 24
ON_IMAGES = Recipe(epochs=1, num_train=200)
ON_TEXT = LanguageRecipe(hidden_size=6, epochs=1, num_train=1200, dropout=0.2)
WORKERS = {"made-up": 1, "networks": 1, "cells": 2}


def begin(name, run, log=None, workers=None):
    """Return the events of a search, with as many workers as are its own."""
    space = CELLS if name == "cells" else SPACE
    recipe = ON_TEXT if name == "cells" else ON_IMAGES
    made_up = Counted(0.02, log=log)
    return search(
        space,
        make_strategy("reinforce", space.decisions, 3, lr=0.03),
        evaluate=made_up if name == "made-up" else TrainingEvaluator(space, recipe=recipe),
        trials=TRIALS,
        batch=4,
        workers=workers or WORKERS[name],
        run=run,
    )


if __name__ == "__main__":
    for event in begin(*sys.argv[1:]):
        print(type(event).__name__, flush=True)
