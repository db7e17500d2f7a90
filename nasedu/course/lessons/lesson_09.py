"""Lesson 09: is it better than random."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.course.exercise import exercise


def _wins(a: Sequence[float], b: Sequence[float], tie: float) -> float:
    """Return how many pairs ``a`` wins, a tie counting as much as is said."""
    return sum(float(x > y) + tie * (x == y) for x in a for y in b)


def _by_number(a: Sequence[float], b: Sequence[float]) -> float:
    pairs = list(zip(a, b, strict=False))
    return sum((x > y) + 0.5 * (x == y) for x, y in pairs) / len(pairs)


@exercise(
    ([0.9, 0.7, 0.8], [0.7, 0.6, 0.8]),
    ([0.5, 0.9], [0.6, 0.7, 0.8]),
    ([0.3, 0.3, 0.3, 0.1], [0.3, 0.2]),
    ([0.5], [0.5]),
    mistakes={
        "That counts a tie as lost; it counts a half.": (
            lambda a, b: _wins(a, b, 0) / (len(a) * len(b))
        ),
        "That counts a tie as won; it counts a half.": (
            lambda a, b: _wins(a, b, 1) / (len(a) * len(b))
        ),
        "That is the share in which `b` is the higher one: turn the comparison round.": (
            lambda a, b: _wins(b, a, 0.5) / (len(a) * len(b))
        ),
        "That is turned round, and a tie, which counts a half, is missing.": (
            lambda a, b: _wins(b, a, 0) / (len(a) * len(b))
        ),
        "That is the number of pairs that `a` wins; divide by the number of all pairs.": (
            lambda a, b: _wins(a, b, 0.5)
        ),
        "That is the number of pairs that `a` wins, without ties; a tie counts a half, and the "
        "share is of all pairs.": lambda a, b: _wins(a, b, 0),
        "That divides by the runs of `a` alone; there are `len(a) * len(b)` pairs.": (
            lambda a, b: _wins(a, b, 0.5) / len(a)
        ),
        "That divides by the runs of `b` alone; there are `len(a) * len(b)` pairs.": (
            lambda a, b: _wins(a, b, 0.5) / len(b)
        ),
        "That compares runs of one number only; compare each of `a` with each of `b`.": _by_number,
        "That compares each of `a` with the mean of `b`; compare it with each of `b`.": (
            lambda a, b: _wins(a, [sum(b) / len(b)], 0.5) / len(a)
        ),
        "That is the share won minus the share lost; count what is won, and half of the ties.": (
            lambda a, b: (_wins(a, b, 0) - _wins(b, a, 0)) / (len(a) * len(b))
        ),
        "That is the difference of the means; it does not say how often `a` is ahead.": (
            lambda a, b: sum(a) / len(a) - sum(b) / len(b)
        ),
    },
)
def share_of_wins(a, b):
    """Return in which share of all pairs, one of each, a is higher; a
    tie counts a half.

    Args:
        a: What each run of one search found.
        b: What each run of the other found; there may be more or
            fewer.
    """
    # 1, 0 or -1 for every pair
    signs = np.sign(np.subtract.outer(a, b))
    return (1 + signs.mean()) / 2


def _weighed(values: ArrayLike, at_most: ArrayLike) -> float:
    return float(np.diff(at_most, prepend=0) @ np.asarray(values))


def _shares(values: Sequence[float]) -> NDArray[np.float64]:
    return np.arange(1, len(values) + 1) / len(values)


def _median_best(values: Sequence[float], draws: int) -> float:
    return sorted(values)[int((_shares(values) ** draws < 0.5).sum())]


def _without_repeats(values: Sequence[float], draws: int) -> float:
    ways = [comb(rank, draws - 1) for rank in range(len(values))]
    return sum(v * n for v, n in zip(sorted(values), ways, strict=True)) / comb(len(values), draws)


@exercise(
    ([0.2, 0.9, 0.5, 0.7], 3),
    ([0.6, 0.1, 0.9, 0.6, 0.9], 2),
    ([0.3, 0.5, 0.4], 1),
    ([0.8, 0.2], 2),
    mistakes={
        "That is the mean of one draw: `draws` does not enter.": lambda v, d: float(np.mean(v)),
        "That is the best of all; so few draws need not meet it.": lambda v, d: max(v),
        "That weighs a value by the chance that the best is at most that; take the chance that it "
        "is exactly that, the difference between neighbours.": (
            lambda v, d: float(_shares(v) ** d @ np.sort(v))
        ),
        "That is the expected worst: sort from the lowest value, and take the power of the share "
        "at most a value.": lambda v, d: _weighed(np.sort(v), 1 - (1 - _shares(v)) ** d),
        "That multiplies the share by `draws`; draws that are independent multiply their chances, "
        "so it is the power.": lambda v, d: _weighed(np.sort(v), _shares(v) * d),
        "That takes the values in the order in which they stand; sort them first.": (
            lambda v, d: _weighed(v, _shares(v) ** d)
        ),
        "The shares begin at 0, which leaves out the best value: a value is at most itself, so the "
        "lowest of N has 1/N.": lambda v, d: _weighed(np.sort(v), (_shares(v) - 1 / len(v)) ** d),
        "That draws without replacement; here a network may be drawn twice.": _without_repeats,
        "That is the median of the best; the mean weighs every value by its chance.": _median_best,
        "That is the formula for a density; these values are steps, so take differences of the "
        "power.": lambda v, d: float((d * _shares(v) ** (d - 1) / len(v)) @ np.sort(v)),
    },
)
def expected_best(values, draws):
    """Return the exact mean of the best of so many uniform draws,
    each with replacement.

    Args:
        values: One of every network, in no order.
        draws: How many networks are drawn.
    """
    at_most = (np.arange(1, len(values) + 1) / len(values)) ** draws
    return np.diff(at_most, prepend=0) @ np.sort(values)


def _cut(means: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    return np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


def _around(centre: float, spread: float) -> list[float]:
    return [centre - 1.96 * spread, centre + 1.96 * spread]


@exercise(
    (
        np.array([0.9, 0.6, 0.8]),
        np.array([[0, 0, 1], [2, 1, 2], [1, 1, 1], [0, 2, 0], [0, 1, 2]]),
        0.8,
    ),
    (
        np.array([0.2, 0.4, 0.1, 0.9]),
        np.array([[3, 3, 0, 1], [2, 0, 2, 1], [1, 3, 2, 3], [0, 0, 2, 2], [1, 1, 0, 3]]),
        0.5,
    ),
    (np.array([0.5, 0.7]), np.array([[0, 1], [0, 0], [1, 1]]), 0.95),
    mistakes={
        "These are quantiles of the seeds' own values: take the mean of each resample first.": (
            lambda v, drawn, level: _cut(v, level)
        ),
        "These are quantiles of all drawn values: take the mean of each resample first.": (
            lambda v, drawn, level: _cut(v[drawn].ravel(), level)
        ),
        "That leaves out `1 - level` on each side; it is half of that on each.": (
            lambda v, drawn, level: np.quantile(v[drawn].mean(1), [1 - level, level])
        ),
        "`np.percentile` counts to 100 and not to 1; use `np.quantile`.": (
            lambda v, drawn, level: np.percentile(
                v[drawn].mean(1), [(1 - level) / 2, (1 + level) / 2]
            )
        ),
        "That averages over the resamples; average over the seeds of each, `.mean(1)`.": (
            lambda v, drawn, level: _cut(v[drawn].mean(0), level)
        ),
        "These are medians of the resamples; take their means.": (
            lambda v, drawn, level: _cut(np.median(v[drawn], 1), level)
        ),
        "These are sums of the resamples; take their means.": (
            lambda v, drawn, level: _cut(v[drawn].sum(1), level)
        ),
        "That averages the numbers of the seeds; they say whose values to take: `values[drawn]`.": (
            lambda v, drawn, level: _cut(drawn.mean(1), level)
        ),
        "These are the lowest and the highest mean; leave out half of `1 - level` on each side.": (
            lambda v, drawn, level: [v[drawn].mean(1).min(), v[drawn].mean(1).max()]
        ),
        "The high end comes first; return low, then high.": (
            lambda v, drawn, level: _cut(v[drawn].mean(1), level)[::-1]
        ),
        "That is the mean plus and minus 1.96 standard errors, which fits one level only; take "
        "quantiles of the resampled means.": (
            lambda v, drawn, level: _around(v.mean(), v.std(ddof=1) / len(v) ** 0.5)
        ),
        "That is plus and minus 1.96 standard deviations of the resampled means; take their "
        "quantiles.": lambda v, drawn, level: _around(v.mean(), v[drawn].mean(1).std()),
    },
)
def bootstrap_interval(values, drawn, level):
    """Return the low and the high end of a bootstrap interval of the
    mean.

    Args:
        values: An array of S numbers, one per seed.
        drawn: An array (R, S) of ints: which seeds each of R
            resamples holds.
        level: Share of the resampled means that the interval holds,
            e.g. 0.95.
    """
    means = values[drawn].mean(1)  # (R,), one a resample
    return np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
