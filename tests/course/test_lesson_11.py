"""Lesson 11: what students write, and what its solutions promise."""

from __future__ import annotations

import math
import re

import pytest
import torch

from nasedu import RandomSearch, RecurrentCellSpace, build
from nasedu.course import check
from nasedu.course.lessons.lesson_11 import ACTIVATION, COMBINE

# Mistakes as students write them. -------------------------------------------------------------


def inputs_of_leaves_too(node, base):
    left = (node - base) * 2
    return [left, left + 1]


def inputs_as_in_a_heap(node, base):
    return [2 * node + 1, 2 * node + 2] if 2 * node + 2 < 2 * base - 1 else []


def apply(node, left, right):
    return ACTIVATION[node.activation](COMBINE[node.combine](left, right))


def step_with_c_after_activation(from_x, from_h, c, cell):
    outputs = []
    for k, node in enumerate(cell.nodes):
        if k < cell.base:
            outputs.append(apply(node, from_x[k], from_h[k]))
        else:
            i, j = cell.inputs(k)
            outputs.append(apply(node, outputs[i], outputs[j]))
        if k == cell.cell_output:
            c_t = outputs[k]
        if k == cell.cell_input:
            outputs[k] = apply(cell.cell_inject, outputs[k], c)
    return outputs[-1], c_t


def step_without_memory(from_x, from_h, c, cell):
    outputs = []
    for k, node in enumerate(cell.nodes):
        inputs = [outputs[i] for i in cell.inputs(k)] or [from_x[k], from_h[k]]
        value = COMBINE[node.combine](*inputs)
        if k == cell.cell_output:
            c_t = value
        outputs.append(ACTIVATION[node.activation](value))
    return outputs[-1], c_t


def step_that_overwrites_c(from_x, from_h, c, cell):
    outputs = []
    for k, node in enumerate(cell.nodes):
        inputs = [outputs[i] for i in cell.inputs(k)] or [from_x[k], from_h[k]]
        value = COMBINE[node.combine](*inputs)
        output = ACTIVATION[node.activation](value)
        if k == cell.cell_output:
            c = c_t = value
        if k == cell.cell_input:
            output = apply(cell.cell_inject, output, c)
        outputs.append(output)
    return outputs[-1], c_t


def size_without_injection(base, num_combines, num_activations):
    nodes = 2 * base - 1
    return (num_combines * num_activations) ** nodes * nodes * nodes


STUDENTS = [
    (check.node_inputs, inputs_of_leaves_too, "A leaf reads no node"),
    (check.node_inputs, inputs_as_in_a_heap, "as if the root had number 0"),
    (check.cell_step, step_with_c_after_activation, "*before* the activation"),
    (check.cell_step, step_without_memory, "never comes in"),
    (check.cell_step, step_that_overwrites_c, "keep `c` and c_t apart"),
    (check.cell_space_size, lambda b, m, n: (m * n) ** (2 * b - 1), "The memory is missing"),
    (check.cell_space_size, size_without_injection, "The injection is a combination"),
    (check.cell_space_size, lambda b, m, n: (m * n) ** (2 * b), "The two indices are missing"),
    (check.cell_space_size, lambda b, m, n: math.exp(1), "Work this case out"),
]


@pytest.mark.parametrize(("exercise", "function", "fragment"), STUDENTS)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment in result.sentence


def test_a_hint_quotes_a_call_that_can_be_typed():
    sentence = check.cell_step(step_without_memory).sentence
    [typed] = re.findall(r"`(cell_step\(.*?\))` gives", sentence)
    names = {"cell_step": check.cell_step.solution, "RecurrentCellSpace": RecurrentCellSpace}
    assert eval(typed, names) == pytest.approx((0.710674, 1.2), abs=1e-6)


# Other ways to be right. ----------------------------------------------------------------------


def inputs_by_counting(node, base):
    pairs = iter(range(2 * base - 2))
    reads = {k: [next(pairs), next(pairs)] for k in range(base, 2 * base - 1)}
    return reads.get(node, [])


def step_by_recursion(from_x, from_h, c, cell):
    def value(k):
        inputs = [output(i) for i in cell.inputs(k)] or [from_x[k], from_h[k]]
        return COMBINE[cell.nodes[k].combine](*inputs)

    def output(k):
        a = ACTIVATION[cell.nodes[k].activation](value(k))
        return apply(cell.cell_inject, a, c) if k == cell.cell_input else a

    return [output(len(cell) - 1), value(cell.cell_output)]


OTHERS = [
    (check.node_inputs, inputs_by_counting),
    (check.cell_step, step_by_recursion),
    (
        check.cell_space_size,
        lambda b, m, n: (
            RecurrentCellSpace(
                b, ("add", "mul", "max")[:m], ("identity", "tanh", "sigmoid", "relu", "sin")[:n]
            ).size
        ),
    ),
]


@pytest.mark.parametrize(("exercise", "function"), OTHERS)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function, strict=True).passed


# What the solutions promise. ------------------------------------------------------------------


@pytest.mark.parametrize("base", [1, 2, 4, 8, 16])
def test_nodes_read_what_the_package_says(base):
    cell = RecurrentCellSpace(base).decode([0] * (4 * base + 2))
    for k in range(len(cell)):
        assert check.node_inputs.solution(k, base) == list(cell.inputs(k))


@pytest.mark.parametrize("base", [1, 2, 4, 8])
def test_steps_are_those_of_the_package(base):
    space = RecurrentCellSpace(base, ("add", "mul", "max"), ("identity", "tanh", "sin", "relu"))
    generator = torch.Generator().manual_seed(base)
    for tokens in RandomSearch(space.decisions).ask(20, generator=generator).tolist():
        cell = space.decode(tokens)
        child = build(cell, input_size=1, hidden_size=1, fast=False).double()
        x, h, c = torch.randn(3, 1, 1, generator=generator, dtype=torch.float64)
        from_x, from_h = (child.weight_ih * x).flatten(), (child.weight_hh * h).flatten()
        found = check.cell_step.solution(from_x.tolist(), from_h.tolist(), c.item(), cell)
        assert found == pytest.approx([part.item() for part in child.step(x, h, c)], abs=1e-12)


def test_the_size_is_that_of_the_paper():
    assert check.cell_space_size.solution(8, 2, 4) == RecurrentCellSpace().size == 8**16 * 15**2


def test_no_training_wakes_a_silent_cell():
    silent = RecurrentCellSpace(base=2).decode([1, 1, 1, 3, 1, 0, 0, 1, 1, 0])  # no sigmoid
    child = build(silent, input_size=4, hidden_size=4)
    said, _ = child(torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(0)))
    said.sum().backward()
    assert not said.any()
    assert not any(weights.grad.any() for weights in child.parameters())
