"""Lesson 18: its solutions find what was put in, and students are understood."""

from __future__ import annotations

import numpy as np
import pytest

from nasedu.course import check


def test_the_share_is_that_of_the_variance_that_was_put_in():
    source = np.random.default_rng(0)
    own = source.normal(3, 0.6, 20_000)
    first, second = (own + source.normal(0, 0.3, len(own)) for _ in range(2))
    expected = 0.36 / (0.36 + 0.09)
    assert check.share_of_cell.solution(first, second) == pytest.approx(expected, abs=0.01)


def test_neighbours_are_those_that_differ_in_one_answer():
    values = np.random.default_rng(0).normal(size=(3, 7))
    off, pairs = values - values.mean(), []
    for one in range(3):
        for other in {0, 1, 2} - {one}:
            pairs += [off[one, g] * off[other, g] for g in range(7)]
    expected = np.mean(pairs) / values.var()
    assert check.neighbour_correlation.solution(values) == pytest.approx(expected)


def test_results_that_do_not_hang_on_a_decision_are_alike_and_random_ones_are_not():
    own = np.random.default_rng(0).normal(size=2000)
    assert check.neighbour_correlation.solution(np.stack([own] * 4)) == pytest.approx(1)
    luck = np.random.default_rng(1).normal(size=(4, 2000))
    assert abs(check.neighbour_correlation.solution(luck)) < 0.05


# Mistakes as students write them. -------------------------------------------------------------


def share_without_half(first, second):
    return 1 - np.var(first - second) / np.mean([np.var(first), np.var(second)])


def share_with_cov_and_var(first, second):
    return np.cov(first, second)[0, 1] / np.mean([np.var(first), np.var(second)])


def neighbours_in_one_order(values):
    pairs = [(values[i], values[j]) for j in range(len(values)) for i in range(j)]
    return np.corrcoef(*map(np.concatenate, zip(*pairs, strict=True)))[0, 1]


def neighbours_over_k(values):
    off = values - values.mean()
    return (off.sum(0) ** 2 - (off**2).sum(0)).mean() / len(values) / values.var()


def neighbours_with_itself(values):
    off = values - values.mean()
    pairs = [(a * b).mean() for a in off for b in off]
    return np.mean(pairs) / values.var()


def neighbours_next(values):
    off = values - values.mean()
    return np.mean([(off[i] * off[i + 1]).mean() for i in range(len(off) - 1)]) / off.var()


def neighbours_by_corrcoef(values):
    table = np.corrcoef(values)
    return (table.sum() - len(values)) / (len(values) * (len(values) - 1))


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.share_of_cell, share_without_half, "holds the luck of both"),
        (check.share_of_cell, lambda a, b: np.corrcoef(a, b)[0, 1], "That is the correlation"),
        (check.share_of_cell, lambda a, b: 1 - np.var(a - b) / 2 / np.var(a), "first trainings"),
        (check.share_of_cell, share_with_cov_and_var, "divides by n - 1"),
        (check.neighbour_correlation, neighbours_in_one_order, "in one order only"),
        (check.neighbour_correlation, neighbours_over_k, "`K - 1` neighbours"),
        (check.neighbour_correlation, neighbours_with_itself, "a neighbour of itself"),
        (check.neighbour_correlation, neighbours_next, "the next one only"),
        (check.neighbour_correlation, neighbours_by_corrcoef, "the mean of each answer"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def share_by_covariance(first, second):
    (a, both), (_, b) = np.cov(first, second)
    return both / ((a + b) / 2)


def neighbours_by_loop(values):
    off = values - values.mean()
    total = sum((a * b).mean() for i, a in enumerate(off) for j, b in enumerate(off) if i != j)
    return total / (len(values) * (len(values) - 1)) / values.var()


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        (check.share_of_cell, share_by_covariance),
        (check.neighbour_correlation, neighbours_by_loop),
    ],
)
def test_another_right_way_passes(exercise, function):
    assert exercise(function).passed
