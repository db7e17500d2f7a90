"""One measurement of a table: a child that is trained and tested; and the log of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasedu.data import DIVERGED
from nasedu.errors import StudyError, TrainingError
from nasedu.searching.evaluator import ImageEvaluator
from nasedu.searching.runs import write_text
from nasedu.searching.trial import Trial
from nasedu.training import Outcome

PLACE, REPEAT, MICROSECONDS, TEST, VALID = range(5)  # columns; VALID is the first of E


class TestingEvaluator(ImageEvaluator):
    """Trains children and tests them too, since winners are to be compared by the test.

    On a CPU the seconds are the processor's, so that other work on the machine is not in them.
    """

    __test__ = False  # nothing for pytest to collect

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the outcomes."""
        return {**super().settings, "num_test": len(self.trainer.data.test)}

    def __call__(
        self, trial: Trial, on_epoch: Callable[[int, float], None] | None = None
    ) -> Outcome:
        """Build, train and test the child that the trial describes."""
        start = time.thread_time()
        child, outcome = self.trainer.fit(self.space.decode(trial.tokens), trial.seed, on_epoch)
        if self.trainer.device.type == "cpu":
            outcome = replace(outcome, seconds=time.thread_time() - start)
        return self.trainer.test_accuracy(child, outcome)

    def images_right(self, outcome: Outcome) -> list[int] | None:
        """Return how many images a child classified correctly: of the test, then by epochs.

        Returns:
            ``1 + E`` counts; all -1 for a child that diverged; None for one whose training
            failed by something else than its own numbers.
        """
        if not outcome.is_failed:
            assert outcome.test_accuracy is not None
            valid = [round(a * len(self.trainer.valid)) for a in outcome.valid_curve]
            return [round(outcome.test_accuracy * len(self.trainer.data.test)), *valid]
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
        except ValueError as error:
            raise StudyError(f"{path} is damaged ({error}); move it away to begin again") from None
        if text != whole:
            write_text(path, whole)

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
        with self._path.open("a", encoding="ascii") as file:
            file.write(",".join(map(str, row)) + "\n")
        self._fresh.append(row)
        return True
