"""One measurement of a table: a child that is trained and tested; and the log of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasedu.errors import StudyError, TrainingError
from nasedu.runs.folder import write_text
from nasedu.runs.trial import Trial
from nasedu.searching.training_evaluator import TrainingEvaluator
from nasedu.spaces import ConvNetSpace, count_sequences
from nasedu.tables.network_table import DIVERGED
from nasedu.training import Outcome

REPEATS = 3  # trainings of the networks that are trained more than once
PLACE, REPEAT, MICROSECONDS, TEST, VALID = range(5)  # columns; VALID is the first of E


class TestingEvaluator(TrainingEvaluator):
    """Trains children and tests them too, since winners are to be compared by the test.

    On a CPU the seconds are the processor's, so that other work on the machine is not in them.
    """

    __test__ = False  # nothing for pytest to collect
    space: ConvNetSpace  # a table is of networks

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

    def images_right(self, outcome: Outcome) -> list[int] | None:
        """Return how many images a child classified correctly: of the test, then by epochs.

        Returns:
            ``1 + E`` counts; all -1 for a child that diverged; None for one whose training
            failed by something else than its own numbers.
        """
        if not outcome.is_failed:
            assert outcome.test is not None
            valid = [round(a * self.settings["num_valid"]) for a in outcome.valid_curve]
            return [round(outcome.test * self.task.num_test), *valid]
        diverged = (outcome.reason or "").startswith(TrainingError.__name__)
        return [DIVERGED] * (1 + self.recipe.epochs) if diverged else None


class MeasurementLog:
    """The finished trainings, one line of whole numbers each.

    A line says place, repeat, microseconds, test images right, validation images right after
    every epoch.

    Args:
        path: A CSV file, made if it is not there. A last line that a kill cut short is taken off.
        evaluator: What measures.

    Raises:
        StudyError: The file is damaged, or something else.
    """

    def __init__(self, path: Path, evaluator: TestingEvaluator) -> None:
        self._path, self._evaluator = path, evaluator
        self._fresh: list[list[int]] = []
        valid = [f"valid_{epoch}" for epoch in range(1, evaluator.recipe.epochs + 1)]
        names = ["place", "repeat", "microseconds", "test", *valid]
        try:
            text = path.read_text(encoding="ascii") if path.exists() else ""
            whole = text[: text.rfind("\n") + 1] or ",".join(names) + "\n"
            header, *lines = whole.splitlines()
            if header != ",".join(names):
                raise ValueError(f"it begins with {header[:40]!r}")
            rows = [[int(number) for number in line.split(",")] for line in lines]
            self._rows = np.array(rows, np.int64).reshape(-1, len(names))
            self._check(self._rows)
        except (ValueError, OverflowError) as error:
            raise StudyError(f"{path} is damaged ({error}); move it away to begin again") from None
        if text != whole:
            write_text(path, whole)

    def _check(self, rows: NDArray[np.int64]) -> None:
        """Raise ValueError unless every line can have been measured, and is there once."""
        settings = self._evaluator.settings
        size = count_sequences(self._evaluator.space.decisions)
        tested, valid = settings["num_test"], settings["num_valid"]
        epochs = rows.shape[1] - VALID
        low = np.array([0, 0, 0, DIVERGED, *[DIVERGED] * epochs])
        high = np.array([size - 1, REPEATS - 1, np.iinfo(np.int64).max, tested, *[valid] * epochs])
        jobs, counts = np.unique(rows[:, [PLACE, REPEAT]], axis=0, return_counts=True)
        wrong = np.flatnonzero(((rows < low) | (rows > high)).any(1))
        if len(wrong):
            raise ValueError(f"line {wrong[0] + 2} has a number that cannot be")
        if (counts > 1).any():
            place, repeat = jobs[counts > 1][0]
            raise ValueError(f"network {place} has training {repeat} twice")

    def __len__(self) -> int:
        return len(self._rows) + len(self._fresh)

    @property
    def rows(self) -> NDArray[np.int64]:
        """``(n, 4 + E)``: the lines so far."""
        if self._fresh:
            self._rows = np.concatenate([self._rows, np.array(self._fresh, np.int64)])
            self._fresh = []
        return self._rows

    def append(self, place: int, repeat: int, outcome: Outcome) -> bool:
        """Add a training, also of a child that diverged; return False if there is no result."""
        right = self._evaluator.images_right(outcome)
        if right is None:
            return False
        row = [place, repeat, round(outcome.seconds * 1e6), *right]
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(",".join(map(str, row)) + "\n")
        except OSError as error:
            raise StudyError(f"{self._path} cannot be written: {error.strerror}") from None
        self._fresh.append(row)
        return True
