"""What a seed decides of a search, to be compared to the last bit."""

import dataclasses
import hashlib
import sqlite3

from nasedu.runs import Study


def decided(run):
    """Return trials but for their seconds, updates, and the state of strategy and generator."""
    study = Study(run)
    trials = [(t.tokens, dataclasses.replace(t.outcome, seconds=0)) for t in study.trials()]
    with sqlite3.connect(run / "study.db") as db:
        state = db.execute("SELECT plain, tensors, generator FROM state").fetchall()
    return trials, study.updates(), state


def state_digest(strategy):
    """Return the digest of a strategy's state, as it is named in studies of schema 1.

    There a weight's moments stand under its place and not under its name.
    """
    places = {name: place for place, name in enumerate(strategy.weights)}
    state = {}
    for key, value in strategy.state_dict().items():
        if key.startswith("adam."):
            name, _, field = key.removeprefix("adam.").rpartition(".")
            key = f"adam.{places[name]}.{field}"
        state[key] = value
    digest = hashlib.sha256()
    for key in sorted(state):
        value = state[key]
        digest.update(key.encode())
        digest.update(value.numpy().tobytes() if hasattr(value, "numpy") else repr(value).encode())
    return digest.hexdigest()
