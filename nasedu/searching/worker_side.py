"""The worker's side: what is sent to a process or a machine that trains, and what runs there."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass

import cloudpickle

from nasedu.documents import first_difference
from nasedu.errors import SettingError
from nasedu.runs.trial import Trial
from nasedu.searching.evaluator import Evaluator, reason_of, train_child
from nasedu.training import Outcome

REMEDY = 'call search under `if __name__ == "__main__":` in a script, or use workers=1'
NO_PROCESSES = "worker processes cannot be used here"
ENDED = "the worker processes ended at their start, or were killed; what is finished is kept"
GO_ON = "its result was not recorded; put back the data that the search began with, and resume"


@dataclass(frozen=True, slots=True)
class Parcel:
    """An evaluator on its way to other processes.

    Attributes:
        evaluator: By cloudpickle, whose pickles are read as any others.
        settings: JSON of what `Evaluator.settings` is where it comes from. Data that were
            replaced since have another digest.
    """

    evaluator: bytes
    settings: str


def parcel_of(evaluator: Evaluator) -> Parcel:
    """Return an evaluator as it is sent: what the main script or a cell defines, too.

    Raises:
        SettingError: It holds what cannot leave this process, as an open file.
    """
    settings = json.dumps(evaluator.settings)
    try:
        return Parcel(cloudpickle.dumps(evaluator), settings)
    except Exception as error:  # what an object does when it is pickled is its own
        raise SettingError(
            f"{evaluator!r:.60} cannot be sent to worker processes ({reason_of(error)}); make "
            "inside of it what it needs, or use workers=1 without a time limit"
        ) from None


# Of a worker process, set when it starts.
_evaluator: Evaluator | None = None
_failure: str | None = None


def get_ready(evaluator: bytes, settings: str) -> None:
    """Make this process ready to train, if it would train just as its parent would.

    Args:
        evaluator: As in a `Parcel`, which would import torch before the parent is watched.
        settings: As in a `Parcel`.
    """
    from nasedu.training import keep_freed_memory  # with torch, which not all need who import this

    global _evaluator, _failure
    keep_freed_memory()
    try:
        loaded: Evaluator = pickle.loads(evaluator)
    except Exception as error:
        cause = f"the evaluator cannot be used there ({reason_of(error)})"
        _failure = f"{NO_PROCESSES}: {cause}; {REMEDY}"
        return
    try:
        loaded.prepare()
        ours = json.loads(json.dumps(loaded.settings))
    except Exception as error:
        _failure = f"a worker process cannot load what children need ({reason_of(error)}); {GO_ON}"
        return
    if difference := first_difference(ours, json.loads(settings)):
        key, here, there = difference
        _failure = f"a worker process loads {key} = {here!r} where it was {there!r}; {GO_ON}"
        return
    _evaluator = loaded


def why_not_ready() -> str | None:
    """Return what is wrong with this process, or None."""
    return _failure


def train_one(trial: Trial) -> Outcome:
    """Train a child in this process.

    Raises:
        SettingError: This process is not ready, which says nothing of the child.
    """
    if _evaluator is None:
        raise SettingError(_failure or ENDED)
    return train_child(_evaluator, trial)
