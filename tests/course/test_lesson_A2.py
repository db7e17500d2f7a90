"""Refresher A2: its exercises agree with PyTorch, and students are understood."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn, tensor

from nasedu.course import check


@pytest.mark.parametrize(("inputs", "w", "u"), check.rnn_states.cases)
def test_states_are_torch_s(inputs, w, u):
    network = nn.RNN(1, 1, bias=False).double()
    with torch.no_grad():
        network.weight_ih_l0.fill_(w)
        network.weight_hh_l0.fill_(u)
        theirs = network(tensor(inputs, dtype=torch.float64)[:, None])[0].flatten()
    assert check.rnn_states.solution(inputs, w, u) == pytest.approx(theirs.tolist())


@pytest.mark.parametrize("n", [2, 8, 27])
def test_a_choice_among_n_costs_its_logarithm(n):
    assert check.bits_per_symbol.solution([1 / n] * 5) == pytest.approx(math.log2(n))


def only_the_last(inputs, w, u):
    h = 0
    for x in inputs:
        h = np.tanh(x * w + h * u)
    return h


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.rnn_states, only_the_last, "the last state"),
        (check.rnn_states, lambda x, w, u: np.tanh(np.array(x) * w), "forgets the state"),
        (check.bits_per_symbol, lambda p: -np.log(p).mean(), "These are nats"),
        (check.bits_per_symbol, lambda p: -np.log2(np.mean(p)), "logarithm of the mean"),
        (check.bits_per_symbol, lambda p: -np.log2(np.prod(p)), "sum over the symbols"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def bits_of_the_product(probabilities):
    return -math.log2(math.prod(probabilities)) / len(probabilities)


def test_another_right_way_passes():
    assert check.bits_per_symbol(bits_of_the_product, strict=True).passed
