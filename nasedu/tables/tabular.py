"""The evaluator that looks trainings up: a search of thousands takes seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from nasedu.errors import SearchSpaceError, SettingError, TrainingError
from nasedu.problems import problem_of
from nasedu.runs.trial import Trial
from nasedu.spaces import Space, count_sequences, places_of, sequences_at
from nasedu.tables.network_table import DIVERGED, MISSING, NetworkTable
from nasedu.training import Cost, Outcome
from nasedu.values import checked


class TabularEvaluator:
    """Answers from a table of trained children what training would have answered.

    Args:
        table: Every child of a space, trained.
        space: Reads the tokens; default the table's own. Another one works if all its children
            of the table's depth are in the table, e.g. the same without skip connections.
        noise: Whether a child draws, by its seed, one of the trainings that the table has of its
            architecture. Without it every child has the first one.

    Raises:
        SearchSpaceError: The space has children that the table has not, or too many to list.
    """

    is_instant = True

    def __init__(
        self, table: NetworkTable, space: Space | None = None, *, noise: bool = False
    ) -> None:
        self.table = table
        self.space = space or table.space
        self.noise = noise
        self._in_table = None if self.space == table.space else self._translation()

    def __repr__(self) -> str:
        return f"TabularEvaluator({self.table!r}, noise={self.noise})"

    @property
    def settings(self) -> dict[str, Any]:
        """Return what the table was measured with, and which table it is."""
        return {
            **self.table.about["evaluator"],
            "kind": "table",
            "table": self.table.name,
            "table_digest": self.table.digest[:16],
            "noise": self.noise,
        }

    def prepare(self) -> None:
        """Nothing to load: the table is here."""

    def __call__(self, trial: Trial) -> Outcome:
        """Return the outcome of the child's architecture.

        Raises:
            TrainingError: Its training diverged, or is missing from the table.
        """
        table, place = self.table, int(self.table.first[self.places([trial.tokens])[0]])
        repeat = trial.seed % max(1, int(table.repeats[place])) if self.noise else 0
        if table.test[repeat, place] in (DIVERGED, MISSING):
            diverged = table.test[repeat, place] == DIVERGED
            raise TrainingError("the loss became NaN" if diverged else "not in the table yet")
        curve = tuple(table.curves[repeat, place].tolist())
        return Outcome(
            reward=float(table.reward[repeat, place]),
            valid_curve=curve,
            seconds=float(table.seconds[repeat, place]),
            num_parameters=int(table.parameters[place]),
            flop=int(table.flop[place]),
        )

    def size_of(self, trial: Trial) -> Cost:
        """Return parameters and FLOP of the child."""
        place = int(self.table.first[self.places([trial.tokens])[0]])
        return Cost(int(self.table.parameters[place]), int(self.table.flop[place]))

    def places(self, tokens: ArrayLike) -> NDArray[np.int64]:
        """Return the places in the table ``(...)`` of token sequences ``(..., T)``."""
        places = places_of(self.space.decisions, tokens)
        return places if self._in_table is None else self._in_table[places]

    def rewards(self, tokens: Tensor) -> Tensor:
        """Return the float64 rewards ``(...)`` of ``(..., T)`` tokens, each child's first.

        They are looked up by one indexing operation. NaN: diverged, or missing from the table.
        """
        return torch.from_numpy(self.table.reward[0, self.places(tokens)])

    def seconds(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how long the first trainings at places ``(...)`` took; NaN if there is none."""
        return self.table.seconds[0, self.table.first[places]].astype(np.float64)

    def _translation(self) -> NDArray[np.int64]:
        """Return the table's place of every child of the space."""
        if (own := problem_of(self.space)) is not self.table.problem:
            theirs = self.table.problem.title
            raise SearchSpaceError(f"{own.title} are not in a table of {theirs}")
        everywhere = np.arange(count_sequences(self.space.decisions))
        rows = sequences_at(self.space.decisions, everywhere).tolist()
        theirs = [self.table.space.encode(self.space.decode(row)) for row in rows]
        return self.table.places(theirs)

    def cost(self, trial: Trial) -> float:
        """Return 0: nothing takes time here, so the order is that of asking."""
        return 0.0


def evaluator_from(space: Space, settings: dict[str, Any]) -> TabularEvaluator:
    """Return the evaluator of a recorded run, from what its `settings` were."""
    table = NetworkTable.load(settings["table"])
    return TabularEvaluator(table, space, noise=checked(settings["noise"], bool, "noise"))


def simulated_clock(seconds: ArrayLike, batch: int = 8, workers: int = 1) -> NDArray[np.float64]:
    """Return when each child would have ended, had they really been trained: ``(n,)`` seconds.

    A batch begins when the one before it has ended, as in `search`; the longest of a batch
    begin first, each on the worker that is free first.

    Args:
        seconds: ``(n,)`` how long each child trains, in the order of asking.
        batch: Children per update.
        workers: Children trained at a time.

    Raises:
        SettingError: ``batch`` or ``workers`` is below 1.
    """
    if batch < 1 or workers < 1:
        raise SettingError(f"batch is {batch} and workers {workers}; expected at least 1")
    seconds = np.asarray(seconds, float)
    ends, now = np.empty_like(seconds), 0.0
    for start in range(0, len(seconds), batch):
        own = seconds[start : start + batch]
        free = np.full(workers, now)
        for child in np.argsort(-own, kind="stable"):
            worker = free.argmin()
            free[worker] += own[child]
            ends[start + child] = free[worker]
        now = free.max()
    return ends
