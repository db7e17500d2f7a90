"""Lesson 09: its solutions agree with what the experiments use, and students are understood."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from nasedu import searching
from nasedu.course import check

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(20, 60, size=200) / 60


@pytest.mark.parametrize("draws", [1, 2, 17, 500])
def test_expected_best_is_the_package_s_and_that_of_random_draws(values, draws):
    exact = check.expected_best.solution(values, draws)
    assert exact == pytest.approx(searching.expected_best(values, [draws])[0])
    best = np.random.default_rng(1).choice(values, (4000, draws)).max(1)
    assert exact == pytest.approx(best.mean(), abs=4 * best.std() / 4000**0.5 + 1e-5)


def test_bootstrap_interval_is_the_package_s_if_the_draws_are(values):
    drawn = np.random.default_rng(3).integers(len(values), size=(400, len(values)))
    low, high = check.bootstrap_interval.solution(values, drawn, 0.9)
    theirs = searching.bootstrap(values, level=0.9, resamples=400, seed=3)
    assert (low, high) == pytest.approx((theirs.low, theirs.high))


def test_the_two_shares_of_wins_sum_to_one(values):
    a, b = values[:30], values[30:]
    won, lost = check.share_of_wins.solution(a, b), check.share_of_wins.solution(b, a)
    assert won + lost == pytest.approx(1)
    assert check.share_of_wins.solution(a + 1, b) == 1


def takes_differences_by_seed(source):
    """Whether code draws seeds again of a difference, run by run: `bootstrap(a - b)`."""
    source = re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)  # of IPython alone
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    drawn = [call.args[0] for call in calls if getattr(call.func, "id", "") == "bootstrap"]
    return any(isinstance(each, ast.BinOp) and isinstance(each.op, ast.Sub) for each in drawn)


@pytest.mark.parametrize(("lesson", "pairs"), [("09", {"overlap"}), ("18", set())])
def test_runs_are_paired_only_where_the_lesson_shows_what_a_pair_is(lesson, pairs):
    """Searches of one seed are no pairs; the start of evolution is random search's, and is one."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert {cell.id for cell in cells if takes_differences_by_seed(cell.source)} == pairs


# Mistakes as students write them. -------------------------------------------------------------


def wins_strictly(a, b):
    return np.mean(np.array(a)[:, None] > np.array(b))


def wins_in_order(a, b):
    n = min(len(a), len(b))
    x, y = np.array(a[:n]), np.array(b[:n])
    return np.mean((x > y) + (x == y) / 2)


def best_weighed_by_at_most(values, draws):
    values = sorted(values)
    return sum(((i + 1) / len(values)) ** draws * v for i, v in enumerate(values))


def best_from_zero(values, draws):
    total, before = 0, 0
    for i, value in enumerate(sorted(values)):
        now = (i / len(values)) ** draws
        total += (now - before) * value
        before = now
    return total


def best_by_the_highest_first(values, draws):
    values = sorted(values, reverse=True)
    at_most = (np.arange(1, len(values) + 1) / len(values)) ** draws
    return np.diff(at_most, prepend=0) @ values


def interval_of_values(values, drawn, level):
    return np.quantile(values, (1 - level) / 2), np.quantile(values, (1 + level) / 2)


def interval_too_narrow(values, drawn, level):
    means = [np.mean([values[i] for i in row]) for row in drawn]
    return np.quantile(means, 1 - level), np.quantile(means, level)


def interval_of_percent(values, drawn, level):
    return np.percentile(values[drawn].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.share_of_wins, wins_strictly, "a tie as lost"),
        (check.share_of_wins, wins_in_order, "runs of one number only"),
        (check.share_of_wins, lambda a, b: np.mean(a) - np.mean(b), "difference of the means"),
        (check.expected_best, best_weighed_by_at_most, "the best is at most that"),
        (check.expected_best, best_from_zero, "The shares begin at 0"),
        (check.expected_best, best_by_the_highest_first, "the expected worst"),
        (check.expected_best, lambda values, draws: np.mean(values), "the mean of one draw"),
        (check.bootstrap_interval, interval_of_values, "the seeds' own values"),
        (check.bootstrap_interval, interval_too_narrow, "it is half of that on each"),
        (check.bootstrap_interval, interval_of_percent, "counts to 100"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def interval_by_loop(values, drawn, level):
    means = sorted(sum(values[i] for i in row) / len(row) for row in drawn)
    return list(np.quantile(means, [0.5 - level / 2, 0.5 + level / 2]))


def wins_by_sign(a, b):
    return (1 + np.mean(np.sign(np.subtract.outer(a, b)))) / 2


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        (check.bootstrap_interval, interval_by_loop),
        (check.share_of_wins, wins_by_sign),
        (check.expected_best, lambda v, d: searching.expected_best(v, [d])),
    ],
)
def test_another_right_way_passes(exercise, function):
    assert exercise(function).passed
