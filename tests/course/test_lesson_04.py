"""Lesson 04: how long a baseline remembers, and the gradient of a whole controller by hand."""

from __future__ import annotations

from itertools import product
from math import ceil, log

import pytest
import torch

from nasedu import Controller, Decision
from nasedu.controller.reinforce import baseline_after
from nasedu.course import check
from nasedu.course.lessons.optional_lesson_04 import EXACT, _lstm, _through_time

UNITS = 4
CONTROLLER = Controller(
    [Decision("filters", layer, (8, 16, 24)) for layer in (1, 2, 3)],
    hidden_size=UNITS,
    num_layers=1,
    seed=0,
).double()


@pytest.mark.parametrize(("decay", "share"), check.rewards_remembered.cases)
def test_so_many_rewards_hold_the_share_of_the_package_s_baseline(decay, share):
    def held(n):  # the baseline after n rewards of 1, if it was 0
        return baseline_after(0.0, torch.ones(n, dtype=torch.float64), decay)

    n = check.rewards_remembered.solution(decay, share)
    assert held(n) >= share - 1e-12
    assert held(n - 1) < share


@pytest.mark.parametrize("tokens", list(product(range(3), repeat=3)))
def test_the_gradient_by_hand_is_autograd_s(tokens):
    weights = list(CONTROLLER.parameters())
    log_p = CONTROLLER(tokens=torch.tensor([tokens])).log_probs.sum()
    expected = torch.cat([g.flatten() for g in torch.autograd.grad(log_p, weights)])
    found = check.controller_gradient.solution(list(tokens), *(w.detach() for w in weights))
    assert (found - expected).abs().max() < EXACT


@pytest.mark.parametrize("case", check.lstm_backward.cases)
def test_the_step_back_is_autograd_s(case):
    d_h, d_c, sums, c_before = (each.clone().requires_grad_() for each in case)
    i, f, o, g = sums.chunk(4)
    c = f.sigmoid() * c_before + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    expected = torch.autograd.grad((h, c), (sums, c_before), (d_h, d_c))
    found = check.lstm_backward.solution(*case)
    assert (found.flatten() - torch.cat(expected)).abs().max() < EXACT


def test_who_makes_a_mistake_makes_no_other_one():
    """The functions of the mistakes are right as long as none is asked for."""
    for exercise, function in (
        (check.lstm_backward, _lstm),
        (check.controller_gradient, _through_time),
    ):
        assert exercise(function).passed


# As students write it. ------------------------------------------------------------------------


def by_autograd(tokens, *weights):
    leaves = [w.clone().requires_grad_() for w in weights]
    first_input, weight, bias, embedding, head, head_bias = leaves
    x, h, c = first_input, torch.zeros_like(first_input), torch.zeros_like(first_input)
    total = 0
    for token in tokens:
        sums = torch.cat([x, h]) @ weight + bias
        i, f, o, g = sums.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        total = total + (head @ h + head_bias).log_softmax(0)[token]
        x = embedding[token]
    total.backward()
    return torch.cat([w.grad.flatten() for w in leaves])


def in_float32(*case):
    return by_autograd(case[0], *(w.float() for w in case[1:]))


def of_a_loss(*case):
    return -by_autograd(*case)


def with_torch_s_order(d_h, d_c, sums, c_before):
    sums = sums.clone().requires_grad_()
    memory = c_before.clone().requires_grad_()
    i, f, g, o = sums.chunk(4)
    c = f.sigmoid() * memory + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    found = torch.autograd.grad((h, c), (sums, memory), (d_h, d_c))
    return torch.cat(found).view(5, -1)


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.rewards_remembered, lambda d, s: log(1 - s) / log(d), "with a fraction"),
        (check.rewards_remembered, lambda d, s: ceil(s / (1 - d)), "older ones have less"),
        (check.rewards_remembered, lambda d, s: ceil(log(s, d)), "of all before them"),
        (check.lstm_backward, with_torch_s_order, "i, f, g, o"),
        (check.controller_gradient, in_float32, "compute in float64"),
        (check.controller_gradient, of_a_loss, "The sign is wrong"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        (check.rewards_remembered, lambda d, s: ceil(log(1 - s) / log(d))),
        (check.controller_gradient, by_autograd),
    ],
)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function).passed
