"""Events: what a search tells while it runs, one frozen value after the other."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.controller import UpdateStats
from nasedu.runs.study import Study
from nasedu.runs.trial import Trial


@dataclass(frozen=True, slots=True)
class Started:
    """The study is open and the workers stand ready.

    Attributes:
        study: The record, which can be read at any time.
        num_trials: Children that there will be in all.
        num_done: Children trained by an earlier part of the same run.
        workers: Children trained at a time.
    """

    study: Study
    num_trials: int
    num_done: int
    workers: int


@dataclass(frozen=True, slots=True)
class TrialFinished:
    """A child was trained, or failed; its outcome is in the study."""

    trial: Trial


@dataclass(frozen=True, slots=True)
class Updated:
    """All children of a batch were trained and the strategy was told.

    Attributes:
        number: Counts updates from 1.
        trials: The batch, in the order of asking.
        stats: What the update looked like; None if every child failed.
        best: The best child so far, or None.
    """

    number: int
    trials: tuple[Trial, ...]
    stats: UpdateStats | None
    best: Trial | None


@dataclass(frozen=True, slots=True)
class Finished:
    """Every child was trained.

    Attributes:
        study: The record.
        best: The child with the highest reward, the earliest if several have it; or None.
    """

    study: Study
    best: Trial | None


Event = Started | TrialFinished | Updated | Finished
