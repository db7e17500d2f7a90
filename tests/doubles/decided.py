"""What a seed decides of a search, to be compared to the last bit."""

import dataclasses
import sqlite3

from nasedu.searching import Study


def decided(run):
    """Return trials but for their seconds, updates, and the state of strategy and generator."""
    study = Study(run)
    trials = [(t.tokens, dataclasses.replace(t.outcome, seconds=0)) for t in study.trials()]
    with sqlite3.connect(run / "study.db") as db:
        state = db.execute("SELECT plain, tensors, generator FROM state").fetchall()
    return trials, study.updates(), state
