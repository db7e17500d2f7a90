"""Many searches on one table, and what they say together.

Legend of shapes: S searches, one a seed; n children of each; P points of a curve; N networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappush, heappushpop
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Generator, Tensor

from nasedu.controller import Strategy, advance_together
from nasedu.controller.together import is_plain
from nasedu.errors import SettingError
from nasedu.training import one_thread


class Lookup(Protocol):
    """Knows all rewards of a space, so that a search takes seconds: a `TabularEvaluator`, say."""

    def places(self, tokens: ArrayLike) -> NDArray[np.int64]:
        """Return the places ``(...)`` of token sequences ``(..., T)``, by which they are named."""
        ...

    def rewards(self, tokens: Tensor) -> Tensor:
        """Return the float64 rewards ``(...)`` of ``(..., T)`` tokens; NaN of what failed."""
        ...


def search_many(
    make: Callable[[int], Strategy],
    evaluator: Lookup,
    *,
    seeds: Sequence[int] = range(50),
    trials: int = 2000,
    batch: int = 8,
    on_update: Callable[[int], object] | None = None,
) -> NDArray[np.int64]:
    """Search once for each seed, without a record; return what was found.

    A seed gives the children that it gives to `search`; there, too, a strategy is not told of a
    child that failed. Plain REINFORCE learners advance together, where sums in another order may
    differ in the last digits.

    Args:
        make: From a seed to a fresh strategy.
        evaluator: Looks rewards up; without noise.
        seeds: One search each.
        trials: Children of each search.
        batch: Children per update.
        on_update: Called after each update with the number of children that it trained, for a
            progress bar over ``len(seeds) * trials``.

    Returns:
        ``(S, n)`` places in the table of the children, in the order of asking.

    Raises:
        SettingError: The evaluator is noisy.
    """
    if getattr(evaluator, "noise", False):
        raise SettingError("the evaluator draws noise; expected one with noise=False")
    strategies = [make(seed) for seed in seeds]
    generators = [Generator().manual_seed(seed) for seed in seeds]
    found = np.empty((len(strategies), trials), np.int64)
    run = _together if all(map(is_plain, strategies)) else _one_by_one
    with one_thread():  # a second one gains a quarter, and loses all if anything else runs
        for rows, start, tokens in run(strategies, generators, evaluator, trials, batch):
            found[rows, start : start + tokens.shape[-2]] = evaluator.places(tokens)
            if on_update:
                on_update(tokens.shape[:-1].numel())
    return found


Asked = Iterator[tuple[slice | int, int, Tensor]]  # searches, first child, tokens


def _together(
    learners: Sequence[Any],
    generators: Sequence[Generator],
    evaluator: Lookup,
    trials: int,
    batch: int,
) -> Asked:
    done, whole = 0, trials // batch  # a last batch that is smaller is a step of its own
    for updates, size in ((whole, batch), (1, trials - whole * batch)):
        if size:
            steps = advance_together(
                learners, generators, evaluator.rewards, updates=updates, batch=size
            )
            for tokens, _ in steps:
                yield slice(None), done, tokens
                done += size


def _one_by_one(
    strategies: Sequence[Strategy],
    generators: Sequence[Generator],
    evaluator: Lookup,
    trials: int,
    batch: int,
) -> Asked:
    for i, (strategy, generator) in enumerate(zip(strategies, generators, strict=True)):
        for done in range(0, trials, batch):
            tokens = strategy.ask(min(batch, trials - done), generator=generator)
            rewards = evaluator.rewards(tokens)
            told = ~rewards.isnan()
            if told.any():
                strategy.tell(tokens[told], rewards[told])
            yield i, done, tokens


def best_so_far(values: ArrayLike) -> NDArray[np.float64]:
    """Return the best of all values up to each: ``(..., n)`` to ``(..., n)``."""
    return np.maximum.accumulate(np.asarray(values, float), axis=-1)


def mean_of_best(
    places: NDArray[np.int64], values: NDArray[np.float64], k: int
) -> NDArray[np.float64]:
    """Return the mean value of the best ``k`` different networks up to each child (figure 6).

    Args:
        places: ``(S, n)`` what was found, in order.
        values: ``(N,)`` value of every network.
        k: How many networks; while there are fewer, the mean of those there are.

    Returns:
        ``(S, n)``.
    """
    means = np.empty(places.shape)
    for row, own in enumerate(places.tolist()):
        seen: set[int] = set()
        best: list[float] = []  # a heap: the worst of the best is first
        for column, place in enumerate(own):
            if place not in seen:
                seen.add(place)
                (heappush if len(best) < k else heappushpop)(best, float(values[place]))
            means[row, column] = sum(best) / len(best)
    return means


def winners(places: NDArray[np.int64], values: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Return what each search would hand in after ``n`` children: its best, the first of equals.

    Args:
        places: ``(S, >= n)`` what was found, in order.
        values: ``(N,)`` value of every network, by which it is chosen.
        n: Children of each search.

    Returns:
        ``(S,)`` places.
    """
    own = places[:, :n]
    return own[np.arange(len(own)), values[own].argmax(1)]


def mean_of_others(values: NDArray[np.float64], places: ArrayLike) -> NDArray[np.float64]:
    """Return what trainings say of networks that the first training has chosen.

    Whoever is best of many in one training is lucky there too, so that one is left out.

    Args:
        values: ``(R, N)`` of every training; NaN where there is none.
        places: ``(S,)`` the chosen networks.

    Returns:
        ``(S,)`` the mean of the trainings after the first; NaN where there is none.
    """
    later = values[1:, np.asarray(places)]
    count = (~np.isnan(later)).sum(0)
    return np.where(count > 0, np.nansum(later, 0) / np.maximum(count, 1), np.nan)


def best_at(
    values: NDArray[np.float64],
    ends: NDArray[np.float64],
    times: NDArray[np.float64],
    before: float = 0.0,
) -> NDArray[np.float64]:
    """Return the best of the children that have ended by so many times.

    Args:
        values: ``(n,)`` of one search's children, in the order of asking.
        ends: ``(n,)`` when each ended, see `simulated_clock`.
        times: ``(P,)``.
        before: What there is before the first has ended.

    Returns:
        ``(P,)``.
    """
    order = np.argsort(ends, kind="stable")
    best = best_so_far(values[order])
    done = np.searchsorted(ends[order], times, side="right")
    return np.where(done > 0, best[np.maximum(done, 1) - 1], before)


def expected_best(values: ArrayLike, draws: ArrayLike) -> NDArray[np.float64]:
    """Return the exact mean of the best of so many uniform draws: what random search finds.

    The best of d draws is at most x with probability (share of values at most x) ** d.

    Args:
        values: ``(N,)`` value of every network.
        draws: ``(P,)`` numbers of draws, each with replacement.

    Returns:
        ``(P,)``.
    """
    levels, counts = np.unique(np.asarray(values, float), return_counts=True)  # ascending
    share = np.cumsum(counts) / counts.sum()
    at_most = share ** np.asarray(draws, float)[:, None]  # (P, levels)
    return np.diff(at_most, axis=1, prepend=0) @ levels


class Interval(NamedTuple):
    """A mean and where it may be, ``(P,)`` each."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def excludes_zero(self) -> NDArray[np.bool_]:
        """``(P,)`` whether the whole interval is on one side of zero."""
        return (self.low > 0) | (self.high < 0)


def bootstrap(
    values: ArrayLike, *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval:
    """Return mean over seeds and bootstrap interval: seeds are drawn again, with replacement.

    Args:
        values: ``(S, P)`` or ``(S,)``, one row a seed.
        level: Share of the resampled means that the interval holds (percentile method).
        resamples: How often all seeds are drawn again.
        seed: Of these draws; every point uses the same ones.
    """
    values = np.asarray(values, float)
    means = _means_again(values, resamples, np.random.default_rng(seed))
    return Interval(values.mean(0), *_middle_of(means, level))


def bootstrap_difference(
    a: ArrayLike, b: ArrayLike, *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval:
    """Return the difference of the means of two independent samples, with its bootstrap interval.

    Each sample is drawn again on its own. Two searches of one seed are no pair: they
    have nothing in common but a number, and no result may depend on which is called the first.

    Args:
        a: ``(S, P)`` or ``(S,)``, one row a seed.
        b: The same of other searches, from which the first are compared; their number may differ.
        level: Share of the resampled differences that the interval holds (percentile method).
        resamples: How often all seeds of both are drawn again.
        seed: Of these draws; every point uses the same ones.
    """
    a, b, source = np.asarray(a, float), np.asarray(b, float), np.random.default_rng(seed)
    means = _means_again(a, resamples, source) - _means_again(b, resamples, source)
    return Interval(a.mean(0) - b.mean(0), *_middle_of(means, level))


def _means_again(
    values: NDArray[np.float64], resamples: int, source: np.random.Generator
) -> NDArray[np.float64]:
    """Return the means of values ``(S, P)`` whose rows are drawn again: ``(resamples, P)``."""
    drawn = source.integers(len(values), size=(resamples, len(values)))
    counts = np.stack([np.bincount(row, minlength=len(values)) for row in drawn])
    return np.tensordot(counts / len(values), values, 1)


def _middle_of(means: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return between which two values ``(2, P)`` a share of the resampled means lies."""
    return np.quantile(means, ((1 - level) / 2, (1 + level) / 2), axis=0)
