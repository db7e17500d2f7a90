"""Lesson 07: what students write, and what its solutions promise."""

from __future__ import annotations

import pytest
import torch

from nasedu import Controller, ConvNetSpace, RandomSearch
from nasedu.course import check

# Mistakes as students write them. -------------------------------------------------------------


def inputs_without_rule_1(mask, layer):
    return [j + 1 for j in range(layer - 1) if mask & 2**j]


def inputs_from_0(mask, layer):
    return [j for j in range(layer - 1) if mask >> j & 1] or [0]


def inputs_as_written(mask, layer):
    digits = f"{mask:b}".zfill(layer - 1)[: layer - 1]
    return [j for j, digit in enumerate(digits, start=1) if digit == "1"] or [0]


def chosen_only(p, mask):
    product = 1.0
    for j, q in enumerate(p):
        if mask >> j & 1:
            product *= q
    return product


def ends_but_the_last(inputs):
    read = {j for row in inputs for j in row}
    return [i for i in range(1, len(inputs)) if i not in read]


def ends_from_0(inputs):
    read = {j for row in inputs for j in row}
    return [i for i, _ in enumerate(inputs) if i not in read]


STUDENTS = [
    (check.inputs_from_mask, inputs_without_rule_1, "rule 1 gives it the image"),
    (check.inputs_from_mask, inputs_from_0, "the lowest bit is layer 1"),
    (check.inputs_from_mask, inputs_as_written, "reads the bits from the left"),
    (check.anchor_probability, chosen_only, "multiply by `1 - p`"),
    (check.anchor_probability, lambda p, mask: chosen_only(p[::-1], mask), "Work this case out"),
    (check.loose_ends, ends_but_the_last, "leaves out the last layer"),
    (check.loose_ends, ends_from_0, "leaves out the last layer"),
    (check.loose_ends, lambda inputs: [len(inputs)], "the last layer alone"),
]


@pytest.mark.parametrize(("exercise", "function", "fragment"), STUDENTS)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment in result.sentence


# Other ways to be right. ----------------------------------------------------------------------


def inputs_by_text(mask, layer):
    return [j for j, bit in enumerate(reversed(f"{mask:b}"), start=1) if bit == "1"] or [0]


def probability_by_torch(p, mask):
    p = torch.tensor(p, dtype=torch.float64)
    chosen = (mask >> torch.arange(len(p)) & 1).bool()
    return torch.where(chosen, p, 1 - p).prod()


def ends_by_elimination(inputs):
    loose = list(range(1, len(inputs) + 1))
    for row in inputs:
        loose = [i for i in loose if i not in row]
    return tuple(loose)


OTHERS = [
    (check.inputs_from_mask, inputs_by_text),
    (check.anchor_probability, probability_by_torch),
    (check.loose_ends, ends_by_elimination),
]


@pytest.mark.parametrize(("exercise", "function"), OTHERS)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function, strict=True).passed


# What the solutions promise. ------------------------------------------------------------------


def test_the_sets_of_an_anchor_share_out_the_whole_of_1():
    p = [0.3, 0.9, 0.5, 0.01]
    total = sum(check.anchor_probability.solution(p, mask) for mask in range(16))
    assert total == pytest.approx(1)


def test_probabilities_of_sets_are_those_of_the_controller():
    space = ConvNetSpace(4, (1,), (1,), (8,))
    controller = Controller(space.decisions, seed=3).double()
    rollout = controller(20, generator=torch.Generator().manual_seed(0))
    anchors = [t for t, decision in enumerate(space.decisions) if decision.is_anchor]
    for row in range(20):
        for t in anchors:
            p = rollout.probabilities[t][row].tolist()
            mine = check.anchor_probability.solution(p, int(rollout.tokens[row, t]))
            assert mine == pytest.approx(rollout.log_probs[row, t].exp().item())


def test_wiring_is_that_of_the_decoded_network():
    space = ConvNetSpace(6, (1,), (1,), (8,))
    generator = torch.Generator().manual_seed(0)
    for tokens in RandomSearch(space.decisions).ask(20, generator=generator).tolist():
        net = space.decode(tokens)
        masks = [t for d, t in zip(space.decisions, tokens, strict=True) if d.is_anchor]
        inputs = [
            check.inputs_from_mask.solution(mask, layer)
            for layer, mask in enumerate(masks, start=1)
        ]
        assert inputs == [list(layer.inputs) for layer in net.layers]
        assert check.loose_ends.solution(inputs) == list(net.loose_ends)
