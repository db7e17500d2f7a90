"""Lesson 16: what its solutions promise, and what students write."""

from __future__ import annotations

import numpy as np
import pytest

from nasedu import ConvNetSpace
from nasedu.architectures import cost
from nasedu.course import check


@pytest.mark.parametrize("value", [4.2016, 0.0949, 31.5001, 1.2135])
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_a_value_lies_in_the_range_of_what_is_printed_for_it(value, decimals):
    low, high = check.printed_range.solution(f"{value:.{decimals}f}")
    assert low <= value <= high
    assert high - low == pytest.approx(10.0**-decimals)


def test_the_standard_error_is_the_spread_over_test_sets():
    images, shares = 200, np.array([0.1, 0.3])
    wrong = np.random.default_rng(0).binomial(images, shares, (20_000, 2))
    spread = (100 * (wrong[:, 0] - wrong[:, 1]) / images).std()
    assert check.standard_error.solution(10, 30, images) == pytest.approx(spread, rel=0.03)


def test_days_grow_with_work_and_shrink_with_the_rate():
    space = ConvNetSpace(6, skip_connections=False)
    flop = cost(space.decode([0] * len(space.decisions))).flop
    day = 24 * 60 * 60
    assert check.gpu_days.solution(1, 1, 1, flop, 3 * flop / day) == pytest.approx(1)
    assert check.gpu_days.solution(10, 2, 5, flop, 3 * flop / day) == pytest.approx(100)


# Mistakes as students write them. -------------------------------------------------------------


def by_the_float(text):
    decimals = len(str(float(text)).split(".")[1])
    return float(text) - 0.5 * 10**-decimals, float(text) + 0.5 * 10**-decimals


def cut_off(text):
    decimals = len(text.split(".")[1]) if "." in text else 0
    return float(text), float(text) + 10.0**-decimals


def a_whole_unit(text):
    decimals = len(text.split(".")[1]) if "." in text else 0
    return float(text) - 10.0**-decimals, float(text) + 10.0**-decimals


def adds_standard_errors(first, second, images):
    shares = np.array([first, second]) / 100
    return 100 * np.sqrt(shares * (1 - shares) / images).sum()


def one_of_them(first, second, images):
    return 100 * np.sqrt(first / 100 * (1 - first / 100) / images)


def no_percent(first, second, images):
    return adds_variances(first, second, images) / 100


def adds_variances(first, second, images):
    shares = np.array([first, second]) / 100
    return 100 * np.sqrt((shares * (1 - shares)).sum() / images)


def forward_alone(children, images, epochs, flop, rate):
    return children * images * epochs * flop / rate / 86_400


def in_hours(children, images, epochs, flop, rate):
    return 3 * children * images * epochs * flop / rate / 3_600


def one_child(children, images, epochs, flop, rate):
    return 3 * images * epochs * flop / rate / 86_400


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.printed_range, by_the_float, "32 has none"),
        (check.printed_range, cut_off, "rounded, up or down"),
        (check.printed_range, a_whole_unit, "half a unit"),
        (check.standard_error, adds_standard_errors, "do not add up"),
        (check.standard_error, one_of_them, "both are uncertain"),
        (check.standard_error, no_percent, "That is a share"),
        (check.gpu_days, forward_alone, "forward pass alone"),
        (check.gpu_days, in_hours, "Those are hours"),
        (check.gpu_days, one_child, "That is one child"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def test_another_right_way_passes():
    assert check.standard_error(adds_variances).passed
