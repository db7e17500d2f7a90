"""Refresher A1: its exercises agree with PyTorch, and students are understood."""

from __future__ import annotations

import math

import pytest
import torch
from torch import tensor

from nasedu.course import check


@pytest.mark.parametrize(("slopes", "lr"), check.adam_weight.cases)
def test_adam_is_torch_s(slopes, lr):
    weight = torch.zeros((), dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([weight], lr=lr)
    for slope in slopes:
        weight.grad = tensor(slope, dtype=torch.float64)
        adam.step()
    assert check.adam_weight.solution(slopes, lr) == pytest.approx(weight.item(), rel=1e-9)


def without_correction(slopes, lr):
    w = m = s = 0
    for g in slopes:
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
        w -= lr * m / (math.sqrt(s) + 1e-8)
    return w


def by_equality(losses):
    for i, loss in enumerate(losses):
        if loss == math.nan:
            return i
    return -1


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.adam_weight, without_correction, "start at 0"),
        (check.adam_weight, lambda g, lr: sum(-lr * x for x in g), "plain SGD"),
        (check.adam_weight, lambda g, lr: sum(-lr * x / abs(x) for x in g), "sign of each slope"),
        (check.first_nan, by_equality, "not even itself"),
        (check.first_nan, lambda x: torch.tensor(x).isnan().sum(), "how many losses"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def nan_by_inequality(losses):
    return next((i for i, loss in enumerate(losses) if loss != loss), -1)


def test_another_right_way_passes():
    assert check.first_nan(nan_by_inequality, strict=True).passed
