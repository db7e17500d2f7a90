"""Series: one search to draw, several by name, or several seeds of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nasedu.errors import SettingError
from nasedu.runs import RunConfig, Study, Trial, UpdateRecord
from nasedu.training.measure import ACCURACY, REWARD, Measure
from nasedu.viewing.drawings.view import ANY, View, view_of
from nasedu.viewing.figures.sheets import label_of
from nasedu.viewing.units import RESULT, measure_named, measure_of, space_of, value_of

MOST = 4  # searches in a figure: more lines than that nobody tells apart


@dataclass(frozen=True)
class Series:
    """One search under a name, or several of it that differ in their seed.

    Attributes:
        name: What the figure calls it; empty if it stands alone.
        seeds: The trials of each, in the order of asking.
        planned: Children that there will be, for an axis that stays while they come.
        updates: What was learned after each batch; only of a lone study.
        data: Title of the data set; empty if it is not known.
        measure: What the children are measured in; None if it is not known.
        view: Words for the children.
        config: What defined the search; only of a lone study.
    """

    name: str
    seeds: tuple[tuple[Trial, ...], ...]
    planned: int
    updates: tuple[UpdateRecord, ...] = ()
    data: str = ""
    measure: Measure | None = None
    view: View = ANY
    config: RunConfig | None = None

    @cached_property
    def baselines(self) -> dict[Name, float]:
        """Baseline of each batch by learner and number, of batches that have one."""
        stats = [((u.learner, u.number), u.stats.baseline) for u in self.updates if u.stats]
        return {name: value for name, value in stats if value is not None}

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """All trials of all seeds."""
        return tuple(trial for seed in self.seeds for trial in seed)

    @property
    def label(self) -> str:
        """The name, with the number of seeds if there are several."""
        return f"{self.name}, {len(self.seeds)} seeds" if len(self.seeds) > 1 else self.name

    @property
    def curve_measure(self) -> Measure:
        """What learning curves are told in; of trials alone that is an accuracy."""
        return RESULT if self.measure == REWARD else self.measure or ACCURACY

    def dots(self, of: Measure) -> tuple[np.ndarray, np.ndarray]:
        """Return number and value of every child that has one, ``(n,)`` each."""
        pairs = [(t.number, v) for t in self.trials if (v := value_of(t, of)) is not None]
        numbers, values = zip(*pairs, strict=True) if pairs else ((), ())
        return np.array(numbers, dtype=float), np.array(values, dtype=float)

    def batches(self, of: Measure) -> Batches:
        """Return where each batch lies and how it did.

        Left out are batches without a value and one that is still in training: the mean of those
        that end first would move with every further child.
        """
        rows, groups = [], [_by_batch(seed) for seed in self.seeds]
        for batch in sorted(set().union(*groups)):
            seeds = [group[batch] for group in groups]
            values = [[v for t in seed if (v := value_of(t, of)) is not None] for seed in seeds]
            numbers = [t.number for seed in seeds for t in seed]
            means = [np.mean(v) for v in values if v]
            if not means or any(t.outcome is None for seed in seeds for t in seed):
                continue
            middle, width = np.mean(means), np.std(np.concatenate(values))
            several = len(self.seeds) > 1
            low = min(means) if several else middle - width
            high = max(means) if several else middle + width
            place = (min(numbers) + max(numbers)) / 2
            rows.append((batch[1], place, middle, low, high))
        rows.sort(key=lambda row: row[1])
        return Batches(*np.array(rows, dtype=float).reshape(-1, 5).T)

    def best_so_far(self, of: Measure) -> np.ndarray:
        """Return the best value up to each child, ``(seeds, n)``; NaN before the first."""
        length = max((t.number for t in self.trials), default=0)
        better, worst = (np.maximum, -np.inf) if of.higher_is_better else (np.minimum, np.inf)
        best = np.full((len(self.seeds), length), worst)
        for row, seed in zip(best, self.seeds, strict=True):
            for trial in seed:
                value = value_of(trial, of)
                if value is not None:
                    row[trial.number - 1] = value
        best = better.accumulate(best, axis=1) if length else best
        return np.where(np.isfinite(best), best, np.nan)


@dataclass(frozen=True)
class Batches:
    """Batches of a series, each field ``(n,)``.

    Attributes:
        number: Number of the batch, from 1; each learner counts its own.
        place: Middle of its children's numbers.
        mean: Mean of its values, over the seeds if there are several.
        low: Mean minus one standard deviation; with seeds, the lowest seed's mean.
        high: Mean plus one standard deviation; with seeds, the highest seed's mean.
    """

    number: np.ndarray
    place: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


Search = Study | Sequence[Trial]
Searches = Search | Series | Mapping[str, Search | Sequence[Search]]


Name = tuple[int, int]  # of a batch: its learner and its number


def _by_batch(trials: Iterable[Trial]) -> defaultdict[Name, list[Trial]]:
    groups: defaultdict[Name, list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[trial.learner, trial.batch].append(trial)
    return groups


def series_of(searches: Searches) -> tuple[Series, ...]:
    """Return the series that a figure is asked to show.

    Args:
        searches: A study or its trials, or a series that was read before; or several by name,
            each a study or trials, or a list of those: one a seed.

    Raises:
        SettingError: Nothing to show, or too much.
    """
    if isinstance(searches, Series):
        return (searches,)
    named = searches if isinstance(searches, Mapping) else {"": [searches]}
    if not 1 <= len(named) <= MOST:
        raise SettingError(f"{len(named)} searches in a figure; expected 1 to {MOST}")
    return tuple(_series(label_of(name), _seeds(value)) for name, value in named.items())


def asked(searches: Searches, of: str | Measure) -> tuple[tuple[Series, ...], Measure]:
    """Return the series that a figure is asked to show, and what it is asked to show of them.

    Args:
        searches: See `series_of`.
        of: A measure, or its name.

    Raises:
        SettingError: Nothing to show, or too much, or what the children are not measured in.
    """
    series = series_of(searches)
    of = measure_named(of, (one.measure for one in series))
    for one in series:
        if of not in (REWARD, one.measure or of):
            own = "" if one.measure in (None, REWARD) else f" or {one.measure.name!r}"
            raise SettingError(f"of is {of.name!r}; expected 'reward'{own} on {one.data}")
    return series, of


def _seeds(value: Search | Sequence[Search]) -> Sequence[Any]:
    alone = isinstance(value, Study) or (len(value) > 0 and isinstance(value[0], Trial))
    return [value] if alone or not len(value) else value  # type: ignore[return-value]


def _series(name: str, seeds: Sequence[Search]) -> Series:
    studies = [s for s in seeds if isinstance(s, Study)]
    trials = tuple(tuple(s.trials() if isinstance(s, Study) else s) for s in seeds)
    for trial in (t for seed in trials for t in seed):
        if not isinstance(trial, Trial):
            raise SettingError(f"a {type(trial).__name__} is no trial; expected a study or trials")
    planned = [s.config.trials for s in studies] + [t.number for seed in trials for t in seed]
    titles = {study.config.evaluator.get("title", "") for study in studies}
    measures = {measure_of(study.config) for study in studies}
    views = {view_of(space_of(study.config)) for study in studies}
    lone = studies[0] if len(seeds) == len(studies) == 1 else None
    return Series(
        name,
        trials,
        max(planned, default=1),
        tuple(lone.updates()) if lone else (),
        titles.pop() if len(titles) == 1 else "",
        measures.pop() if len(measures) == 1 else None,
        views.pop() if len(views) == 1 else ANY,
        lone.config if lone else None,
    )


class Scored(NamedTuple):
    """A finished child with the two numbers that are compared most."""

    trial: Trial
    reward: float
    num_parameters: int


def scored(trials: Iterable[Trial]) -> list[Scored]:
    """Return the finished children, in the given order."""
    return [
        Scored(t, t.outcome.reward, t.outcome.num_parameters)
        for t in trials
        if t.outcome is not None and t.outcome.reward is not None
    ]


def sizes(trials: Iterable[Trial]) -> tuple[np.ndarray, np.ndarray]:
    """Return log(parameters) and rewards of the finished children, ``(n,)`` each."""
    counted = [s for s in scored(trials) if s.num_parameters > 0]
    parameters = np.array([s.num_parameters for s in counted], dtype=float)
    return np.log(parameters), np.array([s.reward for s in counted], dtype=float)


def share_explained(trials: Iterable[Trial]) -> float | None:
    """Return how much of the reward's variance the number of parameters alone explains.

    This is R^2 of a straight line through rewards against log(parameters), from 0 to 1; None
    if fewer than three children finished, or if all have the same size or reward.
    """
    size, rewards = sizes(trials)
    if len(rewards) < 3 or np.ptp(size) == 0 or np.ptp(rewards) == 0:
        return None
    return float(np.corrcoef(size, rewards)[0, 1] ** 2)


def pareto_front(trials: Iterable[Trial], of: Measure = REWARD) -> tuple[Trial, ...]:
    """Return the children that no smaller or equally small one beats, the smallest first.

    Args:
        trials: The children.
        of: In what they are compared; default their rewards.
    """
    sign = 1 if of.higher_is_better else -1
    children = [
        (t.outcome.num_parameters, -sign * value, t.number, t)  # the first is the best of its size
        for t in trials
        if t.outcome and t.outcome.num_parameters > 0 and (value := value_of(t, of)) is not None
    ]
    front: list[tuple[float, Trial]] = []
    for _, value, _, trial in sorted(children):
        if not front or value < front[-1][0]:
            front.append((value, trial))
    return tuple(trial for _, trial in front)


def best_distinct(trials: Iterable[Trial], n: int = 5) -> tuple[Trial, ...]:
    """Return the best trial of each of the ``n`` best networks, the best first.

    A controller that has settled proposes one network over and over; here it counts once.
    """
    best: dict[tuple[int, ...], Trial] = {}
    for child in sorted(scored(trials), key=lambda s: (-s.reward, s.trial.number)):
        best.setdefault(child.trial.tokens, child.trial)
    return tuple(best.values())[:n]
