"""Lesson 10: the CIFAR-10 experiment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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


def _middles(sizes: Sequence[int]) -> NDArray[np.float64]:
    """Return the middle rank of each network's group, (n,), about the middle of all."""
    ends = np.cumsum(sizes)
    return np.repeat(ends - (np.asarray(sizes) + 1) / 2, sizes) - (ends[-1] - 1) / 2


def _ranks(sizes: Sequence[int]) -> NDArray[np.float64]:
    return np.arange(sum(sizes), dtype=np.float64) - (sum(sizes) - 1) / 2


def _kept(sizes: Sequence[int]) -> float:
    return float(_middles(sizes) @ _middles(sizes))


def _every_group_reversed(sizes: Sequence[int]) -> float:
    return float(np.corrcoef(2 * _middles(sizes) - _ranks(sizes), _ranks(sizes))[0, 1])


@exercise(
    ([10, 10],),
    ([5, 5, 5, 5],),
    ([2, 1],),
    ([1, 1, 1, 1],),
    ([17, 3],),
    ([1, 8, 3],),
    mistakes={
        "That correlates with the middle rank of each group. The short training itself has all "
        "ranks, which are spread further: divide by the spread of those.": (
            lambda sizes: (_kept(sizes) / _ranks(sizes).dot(_ranks(sizes))) ** 0.5
        ),
        "That is the share of pairs whose order is known; here ranks are correlated.": (
            lambda sizes: 1 - sum(s * (s - 1) for s in sizes) / (sum(sizes) * (sum(sizes) - 1))
        ),
        "That holds for many networks in groups of one size; count with these sizes.": (
            lambda sizes: 1 - 1 / len(sizes) ** 2
        ),
        "That gives a rank correlation of 0 within every group, and forgets that the groups "
        "themselves stand in order.": lambda sizes: 0.0,
        "That needs the order within the groups, which the short training does not know.": (
            lambda sizes: 1.0
        ),
        "That turns the order of every group around, the worst that can happen. Take the mean "
        "over all orders.": _every_group_reversed,
        "The ranks of n networks have the variance (n² - 1) / 12, and not n² / 12.": (
            lambda sizes: _kept(sizes) / (sum(sizes) ** 3 / 12)
        ),
        "That gives every group the same weight; a group counts by its networks.": (
            lambda sizes: (
                np.mean([_middles(sizes)[end - 1] ** 2 for end in np.cumsum(sizes)])
                / _ranks(sizes).var()
            )
        ),
        "That is what is lost; 1 minus it is what is left.": (
            lambda sizes: 1 - _kept(sizes) / _ranks(sizes).dot(_ranks(sizes))
        ),
    },
)
def correlation_of_groups(sizes):
    """Return the rank correlation with the truth, in the mean, of
    a short training that only tells groups of networks apart.

    It puts the groups in the right order. Within a group its order
    is random: all orders are equally likely.

    Args:
        sizes: How many networks each group has, from the worst group
            to the best; at least two networks in all.
    """
    ranks = np.arange(sum(sizes))
    groups = np.split(ranks, np.cumsum(sizes)[:-1])
    # in the mean over the orders of its group, a network is given
    # the group's middle rank
    given = np.repeat([group.mean() for group in groups], sizes)
    truth = ranks - ranks.mean()
    # the ranks that are given are the same n as the true ones, so
    # both have one variance
    return (given @ truth) / (truth @ truth)
