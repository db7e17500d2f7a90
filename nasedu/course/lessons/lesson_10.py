"""Lesson 10: the CIFAR-10 experiment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.course.exercise import exercise


@exercise(
    (1, 6, 2, 1600),
    (1600, 6, 2, 1600),
    (1601, 6, 2, 1600),
    (3200, 6, 2, 1600),
    (12_800, 6, 2, 1600),
    (8, 3, 1, 4),
    (9, 3, 1, 4),
    (30, 5, 3, 10),
    mistakes={
        "Children count from 1, so the last one of a depth grows too early: divide `number - 1`.": (
            lambda number, start, step, every: start + number // every * step
        ),
        "That adds one layer at a time; it is `step` of them.": (
            lambda number, start, step, every: start + (number - 1) // every
        ),
        "That adds one layer at a time, and too early: `(number - 1) // every * step`.": (
            lambda number, start, step, every: start + number // every
        ),
        "That grows a little with every child; all of one depth have the same: use `//`.": (
            lambda number, start, step, every: start + (number - 1) / every * step
        ),
        "That grows a little with every child; use `//`, and divide `number - 1`.": (
            lambda number, start, step, every: start + number / every * step
        ),
        "That multiplies before it divides; divide first: `(number - 1) // every * step`.": (
            lambda number, start, step, every: start + step * (number - 1) // every
        ),
        "`//` comes before `-`; put `number - 1` between parentheses.": (
            lambda number, start, step, every: start + number - 1 // every * step
        ),
        "That begins one step too deep: the first `every` children have `start` layers.": (
            lambda number, start, step, every: start + ((number - 1) // every + 1) * step
        ),
        "These are the layers that were added; those of the start are missing.": (
            lambda number, start, step, every: (number - 1) // every * step
        ),
        "That multiplies; `step` layers are added every time.": (
            lambda number, start, step, every: start * step ** ((number - 1) // every)
        ),
        "That is the start for every child; `number` does not enter.": (
            lambda number, start, step, every: start
        ),
    },
)
def num_layers(number, start, step, every):
    """Return how many layers a child has under the depth schedule of
    section 4.1. Keep to whole numbers all the way.

    Args:
        number: The child's number, from 1.
        start: Layers of the first children.
        step: Layers added at a time.
        every: Children of one depth.
    """
    # a step more for every full `every` children before this one
    return start + (number - 1) // every * step


def _shares(advantages: NDArray[np.float64]) -> NDArray[np.float64]:
    return advantages / np.abs(advantages).sum()


def _around(rewards: NDArray[np.float64]) -> NDArray[np.float64]:
    return rewards - rewards.mean()


@exercise(
    (np.array([0.25, 0.5, 1.0]), 3),
    (np.array([0.25, 0.5, 1.0]), 1),
    (np.array([0.9, 0.3, 0.4, 0.8]), 2),
    (np.array([0.37, 0.42, 0.35, 0.36, 0.4]), 9),
    mistakes={
        "The power is missing: the rewards are `accuracy ** power`.": (
            lambda a, power: _shares(_around(a))
        ),
        "That takes the power of the advantage; take it of the accuracy, then subtract.": (
            lambda a, power: _shares(_around(a) ** power)
        ),
        "That subtracts the reward of the mean accuracy; subtract the mean of the rewards.": (
            lambda a, power: _shares(a**power - a.mean() ** power)
        ),
        "These are the advantages; divide them by the sum of their sizes.": (
            lambda a, power: _around(a**power)
        ),
        "That loses the signs: a child below the baseline is pushed down.": (
            lambda a, power: np.abs(_shares(_around(a**power)))
        ),
        "The baseline is missing: subtract the mean of the rewards first.": (
            lambda a, power: _shares(a**power)
        ),
        "Advantages sum to 0, but for rounding; divide by the sum of their sizes.": (
            lambda a, power: _around(a**power) / _around(a**power).sum()
        ),
        "That subtracts the mean accuracy; the baseline is the mean of the *rewards*.": (
            lambda a, power: _shares(a**power - a.mean())
        ),
        "That subtracts the reward from the baseline: every sign is turned.": (
            lambda a, power: -_shares(_around(a**power))
        ),
        "That is the cube, whatever `power` is.": lambda a, power: _shares(_around(a**3)),
        "That divides by the length of the vector; divide by the sum of the sizes.": (
            lambda a, power: _around(a**power) / np.linalg.norm(_around(a**power))
        ),
        "That divides by the largest advantage; divide by the sum of all sizes.": (
            lambda a, power: _around(a**power) / np.abs(_around(a**power)).max()
        ),
        "That divides by the number of children; divide by the sum of the sizes.": (
            lambda a, power: _around(a**power) / len(a)
        ),
        "That divides by the standard deviation; divide by the sum of the sizes.": (
            lambda a, power: _around(a**power) / (a**power).std()
        ),
        "That divides by the sum of the rewards; divide by that of the advantages' sizes.": (
            lambda a, power: _around(a**power) / (a**power).sum()
        ),
        "That multiplies by `power`; the power of a number is `**`.": (
            lambda a, power: _around(a * power)
        ),
    },
)
def pushes(accuracies, power):
    """Return which share of a batch's push each child has: above 0
    up, below 0 down.

    The reward is the accuracy to a power, the baseline the mean
    reward of the batch, the advantage what is left without it.

    Args:
        accuracies: (m,) of the children, not all equal.
        power: 1 for the accuracy itself, 3 for the paper's reward.

    Returns:
        (m,); without their signs they sum to 1.
    """
    # the power comes first: the baseline is a mean of rewards, not of
    # accuracies
    rewards = accuracies**power
    advantages = rewards - rewards.mean()
    return advantages / np.abs(advantages).sum()


def _ranks(values: ArrayLike) -> NDArray[np.int64]:
    return np.argsort(np.argsort(values))


def _pearson(a: ArrayLike, b: ArrayLike) -> float:
    return float(np.corrcoef(np.asarray(a), np.asarray(b))[0, 1])


def _squares(a: Sequence[float], b: Sequence[float]) -> int:
    return int(((_ranks(a) - _ranks(b)) ** 2).sum())


def _differing(distances: ArrayLike) -> float:
    d = np.asarray(distances)
    return float(1 - 6 * d.sum() / (len(d) * (len(d) ** 2 - 1)))


def _share_in_order(a: Sequence[float], b: Sequence[float]) -> float:
    pairs = [(i, j) for i in range(len(a)) for j in range(i)]
    return sum((a[i] - a[j]) * (b[i] - b[j]) > 0 for i, j in pairs) / len(pairs)


@exercise(
    ([0.1, 0.4, 0.2, 0.9, 0.3], [0.2, 0.6, 0.1, 0.7, 0.5]),
    ([3.0, 1.0, 2.0], [30.0, 10.0, 1000.0]),
    ([0.5, 0.1, 0.7, 0.2], [5.0, 1.0, 70.0, 2.0]),
    ([0.3, 0.9, 0.1, 0.6, 0.5, 0.2], [0.8, 0.2, 0.7, 0.3, 0.4, 0.9]),
    mistakes={
        "That is the correlation of the values; replace them by their ranks first.": _pearson,
        "`argsort` says who stands in which place, not who has which rank; use it twice.": (
            lambda a, b: _pearson(np.argsort(a), np.argsort(b))
        ),
        "Only one of the lists was ranked; rank both.": lambda a, b: _pearson(_ranks(a), b),
        "Only the second list was ranked; rank both.": lambda a, b: _pearson(a, _ranks(b)),
        "One list was ranked from above and the other from below: the sign is turned.": (
            lambda a, b: -_pearson(_ranks(a), _ranks(b))
        ),
        "The 6 is missing: 1 - 6 sum(d²) / (n (n² - 1)).": (
            lambda a, b: 1 - _squares(a, b) / (len(a) * (len(a) ** 2 - 1))
        ),
        "The differences have to be squared.": (
            lambda a, b: _differing(np.abs(_ranks(a) - _ranks(b)))
        ),
        "These are differences of the values; take those of the ranks.": (
            lambda a, b: _differing((np.asarray(a) - np.asarray(b)) ** 2)
        ),
        "Sorting both breaks up the pairs; give every network its rank, where it stands.": (
            lambda a, b: _pearson(np.sort(a), np.sort(b))
        ),
        "The divisor is n (n² - 1), not n³.": (lambda a, b: 1 - 6 * _squares(a, b) / len(a) ** 3),
        "That is what is taken from 1: 1 - 6 sum(d²) / (n (n² - 1)).": (
            lambda a, b: 6 * _squares(a, b) / (len(a) * (len(a) ** 2 - 1))
        ),
        "That is the sum of the squared differences of ranks; the correlation is made of it.": (
            _squares
        ),
        "That is Kendall's correlation, of pairs in order; here correlate the ranks.": (
            lambda a, b: 2 * _share_in_order(a, b) - 1
        ),
        "That is the share of pairs in the same order; correlate the ranks.": _share_in_order,
        "That is the covariance of the ranks; divide by both standard deviations.": (
            lambda a, b: float(np.cov(_ranks(a), _ranks(b), ddof=0)[0, 1])
        ),
        "That is the square of the correlation.": lambda a, b: _pearson(_ranks(a), _ranks(b)) ** 2,
    },
)
def rank_correlation(a, b):
    """Return Spearman's rank correlation, from -1 to 1: the
    correlation of the ranks.

    What does `np.argsort(np.argsort(a))` give?

    Args:
        a: One number of every network, no two of them equal.
        b: Another one of every network, in the same order, no two
            equal.
    """
    # `argsort` gives who stands where; again, it gives where each
    # stands: its rank
    first, second = (np.argsort(np.argsort(x)) for x in (a, b))
    return np.corrcoef(first, second)[0, 1]
