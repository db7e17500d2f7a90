"""Lesson 03: the order of questions, turned round."""

from __future__ import annotations

import pytest
import torch

from nasedu.course import check


@pytest.mark.parametrize(("first", "second"), check.other_way_round.cases)
def test_both_orders_give_every_pair_the_same_probability(first, second):
    turned = check.other_way_round.solution(first, second)
    assert torch.allclose(turned.sum(1), torch.ones(second.shape[1]))
    joint = first[:, None] * second
    assert torch.allclose((joint.sum(0)[:, None] * turned).T, joint)


# As students write it. ------------------------------------------------------------------------


def by_loops(first, second):
    rows = []
    for b in range(second.shape[1]):
        row = [float(p * q) for p, q in zip(first, second[:, b], strict=True)]
        rows.append([value / sum(row) for value in row])
    return rows


def forgets_the_first(first, second):
    turned = second.T
    return turned / turned.sum(1, keepdim=True)


def forgets_to_divide(first, second):
    return second.T * first


@pytest.mark.parametrize(
    ("function", "fragment"),
    [
        (forgets_the_first, "forgets how likely each first answer was"),
        (forgets_to_divide, "divide by how likely the second answer is"),
        (lambda first, second: second.T, "do not sum to 1"),
    ],
)
def test_students_read_what_they_did(function, fragment):
    result = check.other_way_round(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def test_another_right_way_passes():
    assert check.other_way_round(by_loops).passed
