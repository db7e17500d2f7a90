"""Lesson 18: when size explains nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nasedu.course.exercise import exercise

Values = NDArray[np.float64]


def _luck(first: Values, second: Values) -> float:
    return float(np.var(first - second) / 2)


def _total(first: Values, second: Values) -> float:
    return float(np.var(first) + np.var(second)) / 2


def _correlation(first: Values, second: Values) -> float:
    return float(np.corrcoef(first, second)[0, 1])


@exercise(
    (np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.5, 1.0, 3.5, 4.0])),
    (np.array([3.0, 3.4, 2.9, 3.1, 4.1]), np.array([3.1, 3.2, 3.0, 3.4, 3.8])),
    (np.array([2.0, 5.0, 3.0]), np.array([4.0, 2.0, 4.0])),
    mistakes={
        "That is the luck's share; the rest belongs to the cell.": (
            lambda a, b: _luck(a, b) / _total(a, b)
        ),
        "The difference of two trainings holds the luck of both, so its variance is twice that of "
        "one.": lambda a, b: 1 - 2 * _luck(a, b) / _total(a, b),
        "That compares standard deviations; independent parts add up in variances.": (
            lambda a, b: 1 - (_luck(a, b) / _total(a, b)) ** 0.5
        ),
        "That takes the variance of the first trainings alone; take the mean of both.": (
            lambda a, b: 1 - _luck(a, b) / float(np.var(a))
        ),
        "That takes the variance of both trainings together, which is twice that of one.": (
            lambda a, b: 1 - _luck(a, b) / (2 * _total(a, b))
        ),
        "`np.cov` divides by n - 1 and `np.var` by n; let both divide by the same.": (
            lambda a, b: float(np.cov(a, b)[0, 1]) / _total(a, b)
        ),
        "That is the correlation of the two trainings: the share only where both vary equally.": (
            _correlation
        ),
        "That is the square of the correlation: what one training explains of *another*, whose "
        "luck is in it twice.": lambda a, b: _correlation(a, b) ** 2,
        "That is the variance of the cell's own value; divide it by the variance of a result.": (
            lambda a, b: _total(a, b) - _luck(a, b)
        ),
    },
)
def share_of_cell(first, second):
    """Return which share of the variance of results is the cell's.

    A result is the cell's own value and the luck of one training. The
    luck has nothing to do with the value, or with other trainings.
    The variance of results is the mean of the variances of the first
    and of the second trainings.

    Args:
        first: Array (n,), a result of each of n cells.
        second: Array (n,), of another training of the same cells.
    """
    # the cell's own value cancels in the difference, and two
    # independent lucks are left
    luck = np.var(first - second) / 2
    total = (np.var(first) + np.var(second)) / 2
    return 1 - luck / total


def _off(values: Values) -> Values:
    return values - values.mean()


def _with_itself(values: Values) -> float:
    return float(_off(values).mean(0).var() / values.var())


def _mean_product(off: Values) -> float:
    """Return the mean product of two different answers."""
    count = len(off)
    return float((off.sum(0) ** 2 - (off**2).sum(0)).mean()) / (count * (count - 1))


def _in_one_order(values: Values) -> float:
    """Return the correlation of all pairs, the earlier answer first."""
    first, second = np.triu_indices(len(values), 1)
    return _correlation(values[first].ravel(), values[second].ravel())


def _row_by_row(values: Values) -> float:
    pairs = np.atleast_2d(np.corrcoef(values))[np.triu_indices(len(values), 1)]
    return float(pairs.mean())


@exercise(
    (np.array([[1.0, 4.0, 2.0], [2.0, 3.0, 5.0]]),),
    (np.array([[0.5, 0.9, 0.1, 0.4], [0.6, 0.7, 0.3, 0.2], [0.1, 0.8, 0.2, 0.9]]),),
    (np.array([[3.0, 1.0], [2.0, 2.5], [4.0, 0.0], [1.0, 1.5]]),),
    mistakes={
        "That counts each result as a neighbour of itself; neighbours differ in their answer.": (
            _with_itself
        ),
        "That compares each answer with the next one only; all other answers are neighbours.": (
            lambda v: float((_off(v)[:-1] * _off(v)[1:]).mean() / v.var())
        ),
        "That takes away the mean of each answer, so what one answer is better by is lost; take "
        "away the mean of all.": _row_by_row,
        "Take the mean of all results away first: a correlation is of differences from it.": (
            lambda v: _mean_product(v) / float(v.var())
        ),
        "That is the mean product; divide it by the variance of all results.": (
            lambda v: _mean_product(_off(v))
        ),
        "That divides by half of the pairs; of every two answers both orders count.": (
            lambda v: 2 * _mean_product(_off(v)) / float(v.var())
        ),
        "That counts each pair in one order only, and so its first and its second have other "
        "means; count both orders.": _in_one_order,
        "Every answer has `K - 1` neighbours, so there are `K * (K - 1)` pairs, not `K`.": (
            lambda v: (len(v) - 1) * _mean_product(_off(v)) / float(v.var())
        ),
        "That goes along the other axis: a row is one answer of this decision.": (
            lambda v: _mean_product(_off(v).T) / float(v.var())
        ),
    },
)
def neighbour_correlation(values):
    """Return how alike results of neighbours are, as a correlation.

    Neighbours differ in the answer of one decision, and in nothing
    else. Of every two answers both orders count, so that the first of
    a pair has the mean and the variance of all results, and so has
    the second.

    Args:
        values: Array (K, G): the results with each of K answers of
            this decision, beside each of G answers of all others.
    """
    off = values - values.mean()
    count = len(values)
    # all pairs of answers, less those of an answer with itself
    products = off.sum(0) ** 2 - (off**2).sum(0)
    return products.mean() / (count * (count - 1)) / off.var()
