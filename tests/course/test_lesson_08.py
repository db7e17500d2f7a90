"""Lesson 08: its exercises find what they are for, and students are understood."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import tensor

from nasedu.course import check


def test_z_is_that_of_a_normal_distribution():
    p = tensor([0.1, 0.9], dtype=torch.float64)
    counts = torch.distributions.Binomial(10_000, p[0]).sample((4000,))
    zs = [float(check.largest_z.solution(torch.stack([c, 10_000 - c]), p)) for c in counts]
    assert np.mean(np.square(zs)) == pytest.approx(1, abs=0.15)


def z_signed(counts, probabilities):
    n = float(counts.sum())
    return max(
        (float(c) - n * float(p)) / np.sqrt(n * float(p) * (1 - float(p)))
        for c, p in zip(counts, probabilities, strict=True)
    )


def z_of_shares(counts, probabilities):
    off = (counts / counts.sum() - probabilities).abs()
    return (off / torch.sqrt(probabilities * (1 - probabilities))).max()


def place_of_z(counts, probabilities):
    n = counts.sum()
    deviation = (n * probabilities * (1 - probabilities)).sqrt()
    return torch.argmax((counts - n * probabilities).abs() / deviation)


def z_per_token(counts, probabilities):
    n = len(counts)
    deviation = (n * probabilities * (1 - probabilities)).sqrt()
    return ((counts - n * probabilities).abs() / deviation).max()


def first_that_fails(failed):
    return [row.tolist().index(1) if row.any() else -1 for row in failed]


def first_without_a_failure(failed):
    return [-1 if row.sum() > 1 else int(row.argmax()) for row in failed]


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.largest_z, z_signed, "Too few is as wrong"),
        (check.largest_z, z_of_shares, "how many were drawn"),
        (check.largest_z, place_of_z, "the place of"),
        (check.largest_z, z_per_token, "sum of the counts"),
        (check.only_check, first_without_a_failure, "no check"),
        (check.largest_z, lambda c, p: ((c - c.sum() * p).abs()).max(), "divide by their"),
        (check.only_check, first_that_fails, "several checks fail"),
        (check.only_check, lambda f: f.max(1).indices, "always some number"),
        (check.only_check, lambda f: [sum(row) for row in f.tolist()], "how many checks"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def z_of_shares_with_n(counts, probabilities):
    n = counts.sum()
    error = (probabilities * (1 - probabilities) / n) ** 0.5
    return ((counts / n - probabilities) / error).abs().max()


def only_by_masks(failed):
    return torch.where(failed.sum(1) == 1, failed.argmax(1), -1)


@pytest.mark.parametrize(
    ("exercise", "function"),
    [(check.largest_z, z_of_shares_with_n), (check.only_check, only_by_masks)],
)
def test_another_right_way_passes(exercise, function):
    assert exercise(function, strict=True).passed
