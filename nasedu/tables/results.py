"""The results of a table: how a child is tested, and all results so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nasedu.errors import StudyError
from nasedu.runs.trial import Trial
from nasedu.searching.training_evaluator import TrainingEvaluator
from nasedu.spaces import Space, count_sequences, sequences_at
from nasedu.tables.enumeration import REPEATS, Job, has_diverged
from nasedu.tables.network_table import DIVERGED, MISSING, NetworkTable, dtype_of
from nasedu.training import Outcome


class TestingEvaluator(TrainingEvaluator):
    """Trains children and tests them too, since winners are to be compared by the test.

    On a CPU the seconds are the processor's, so that other work on the machine is not in them.
    """

    __test__ = False  # nothing for pytest to collect

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the outcomes."""
        return {**super().settings, "num_test": self.task.num_test}

    def __call__(self, trial: Trial) -> Outcome:
        """Build, train and test the child that the trial describes."""
        training = self.task.begin(self.space.decode(trial.tokens), trial.seed)
        tested = training.test()
        if self.task.device.type != "cpu":
            return tested
        return replace(tested, seconds=training.processor_seconds)

    def numbers(self, outcome: Outcome) -> list[float] | None:
        """Return what a table keeps of a training: of the test, then of every epoch.

        Returns:
            ``1 + E`` points as they are or, if they are shares, the counts; all -1 for a child
            that diverged; None for one whose training failed by something else than its own
            numbers.
        """
        if outcome.is_failed:
            return [DIVERGED] * (1 + self.recipe.epochs) if has_diverged(outcome) else None
        assert outcome.test is not None
        points = [outcome.test, *outcome.valid_curve]
        if not self.task.is_share:
            return points
        totals = [self.task.num_test] + [self.settings["num_valid"]] * len(outcome.valid_curve)
        return [round(point * total) for point, total in zip(points, totals, strict=True)]


class Results:
    """All results so far, as the arrays of a table.

    Args:
        space: The children.
        evaluator: What measures.
        known: Tables, or parts of them, that were measured before; the last one counts most.
    """

    def __init__(
        self,
        space: Space,
        evaluator: TestingEvaluator,
        known: Sequence[NetworkTable],
    ) -> None:
        self.space, self.evaluator = space, evaluator
        size, epochs = count_sequences(space.decisions), evaluator.recipe.epochs
        dtype = dtype_of(evaluator.problem)
        self._valid = np.full((REPEATS, size, epochs), MISSING, dtype)
        self._test = np.full((REPEATS, size), MISSING, dtype)
        self._seconds = np.full((REPEATS, size), np.nan, np.float32)
        self._costs = (known[0].parameters, known[0].flop) if known else None
        for table in known:
            there = table.test != MISSING
            self._valid[there] = table.valid[there]
            self._test[there] = table.test[there]
            self._seconds[there] = table.seconds[there]

    def __len__(self) -> int:
        return int((self._test != MISSING).sum())

    def has(self, job: Job) -> bool:
        """Return whether a training has a result."""
        place, repeat = job
        return bool(self._test[repeat, place] != MISSING)

    def add(self, job: Job, outcome: Outcome) -> None:
        """Take note of a training, unless it failed by something else than its own numbers.

        Raises:
            StudyError: It is not a training of this table.
        """
        place, repeat = job
        if not outcome.is_failed and outcome.test is None:
            raise StudyError(f"child {place} was trained without a test; choose another folder")
        if (numbers := self.evaluator.numbers(outcome)) is None:
            return
        if len(numbers) != 1 + self.evaluator.recipe.epochs:
            raise StudyError(
                f"child {place} was trained for {len(numbers) - 1} epochs and not "
                f"{self.evaluator.recipe.epochs}; choose another folder"
            )
        self._test[repeat, place], self._valid[repeat, place] = numbers[0], numbers[1:]
        self._seconds[repeat, place] = outcome.seconds

    def table(self, about: dict[str, Any]) -> NetworkTable:
        """Return the table so far; what is not measured yet is missing from it.

        Descriptions of one child share what was measured of the first.
        """
        space, task = self.space, self.evaluator.task
        if self._costs is None:
            rows = sequences_at(space.decisions, np.arange(self._test.shape[1])).tolist()
            costs = [task.cost(space.decode(row)) for row in rows]
            parameters = np.array([cost.num_parameters for cost in costs], np.int32)
            self._costs = parameters, np.array([cost.flop for cost in costs], np.int64)
        arrays = (self._valid.copy(), self._test.copy(), self._seconds.copy())
        return NetworkTable(space, about, *arrays, *self._costs)
