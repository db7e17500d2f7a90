"""The contest: every file of a folder plays the same games, and what that says of them.

Legend of shapes: S games of a contestant, n children of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nasedu.controller import RandomSearch
from nasedu.course.handed_in import distinct
from nasedu.course.tournament.contestant import Contestant, ContestantError, Fate, Seat
from nasedu.course.tournament.disguise import Disguise
from nasedu.course.tournament.rules import Rules
from nasedu.errors import SettingError
from nasedu.searching import Interval, bootstrap, bootstrap_difference, search_many
from nasedu.tables import NetworkTable, TabularEvaluator

HOUSE = "random search (the house)"
Progress = Callable[[int], object]  # is told how many children were looked up


@dataclass(frozen=True, eq=False)
class Entry:
    """What became of one contestant.

    Attributes:
        name: Its file without ``.py``, in letters that can be written anywhere.
        fate: ``"played"``, or why it is out.
        sentence: Why, in words; empty if it played.
        scores: ``(S,)`` best result of each game, higher is better; none if it is out.
        seconds: Time that it used.
    """

    name: str
    fate: Literal["played"] | Fate
    sentence: str
    scores: NDArray[np.float64]
    seconds: float

    @property
    def has_played(self) -> bool:
        """Whether it played all games."""
        return self.fate == "played"

    @cached_property
    def interval(self) -> Interval:
        """Mean of its games and 95 % interval, by bootstrap over the games."""
        return bootstrap(self.scores)


@dataclass(frozen=True, eq=False)
class Tournament:
    """A tournament that was played.

    Attributes:
        table: On which.
        rules: How.
        seed: From which all disguises follow.
        entries: Of the house, and of all contestants in the order of their names.
        left: Contestants that had not played when it was stopped.
    """

    table: NetworkTable
    rules: Rules
    seed: int
    entries: tuple[Entry, ...]
    left: int = 0

    @cached_property
    def ranking(self) -> list[Entry]:
        """Who played, the best mean first."""
        played = [entry for entry in self.entries if entry.has_played]
        return sorted(played, key=lambda entry: (-entry.interval.mean, entry.name))

    @property
    def out(self) -> list[Entry]:
        """Who did not play to the end."""
        return [entry for entry in self.entries if not entry.has_played]

    @cached_property
    def leaders(self) -> list[Entry]:
        """The first, and all whom an interval of the difference does not tell from it."""
        first, *others = self.ranking
        return [first, *(one for one in others if not self.is_told_apart(first, one))]

    @staticmethod
    def is_told_apart(one: Entry, other: Entry) -> bool:
        """Return whether the 95 % interval of the difference of two means excludes zero."""
        return bool(bootstrap_difference(one.scores, other.scores).excludes_zero)


def contestants_in(folder: Path) -> list[Path]:
    """Return the contestants' files, by name; those that begin with ``_`` or ``.`` are none.

    Raises:
        SettingError: There is no such folder, or nobody in it.
    """
    if not folder.is_dir():
        raise SettingError(
            f"{folder} is no folder; expected a folder with one .py file per contestant"
        )
    paths = sorted(path for path in folder.glob("*.py") if path.name[0] not in "_.")
    if not paths:
        raise SettingError(f"{folder} has no .py file; expected one per contestant")
    return paths


def play(
    folder: Path,
    table: NetworkTable,
    rules: Rules,
    seed: int,
    on_update: Progress = lambda children: None,
) -> Iterator[Entry]:
    """Let every contestant of a folder play, one after the other; yield what became of each.

    First of all random search plays for the house: who does not beat it has learned nothing, and
    whenever the tournament is stopped there is something to compare with.

    Args:
        folder: With a ``.py`` file a contestant.
        table: The rewards; they stay in this process.
        rules: How long, and what a contestant may use.
        seed: Which nobody else knows: the disguises of all games follow from it.
        on_update: Called after each update with the number of children that it had.

    Raises:
        SettingError: There is nobody in the folder.
        NoProcessesError: The system gives no processes.
    """
    paths, evaluator = contestants_in(folder), TabularEvaluator(table)
    decisions = table.space.decisions
    disguises = [Disguise.of(decisions, seed, game) for game in range(rules.games)]
    own = table.name and Path(table.name).exists()  # one with a name alone is shipped
    hidden = [str(Path(table.name).resolve())] if own else []

    def entry(name: str, make: Callable[[int], Seat | RandomSearch]) -> Entry:
        places = search_many(
            make,
            evaluator,
            seeds=range(rules.games),
            trials=rules.trials,
            batch=rules.batch,
            on_update=on_update,
        )
        sign = 1 if table.measure.higher_is_better else -1
        return Entry(name, "played", "", np.nanmax(sign * table.best[0][places], 1), 0.0)

    yield entry(HOUSE, lambda game: RandomSearch(decisions))
    names = distinct((path.stem for path in paths), taken=[HOUSE])
    for path, name in zip(paths, names, strict=True):
        seconds = 0.0
        try:
            with Contestant(path, rules, hidden) as contestant:
                try:
                    found = entry(
                        name,
                        lambda game, who=contestant: Seat(who, game, disguises[game]),
                    )
                finally:
                    seconds = contestant.seconds
            yield Entry(name, "played", "", found.scores, seconds)
        except ContestantError as error:
            yield Entry(name, error.fate, str(error), np.empty(0), seconds)
