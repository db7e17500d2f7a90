"""Lesson 02: its solutions agree with torch and the package, and students are understood."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from nasedu import ConvLayer, ConvNet, ConvNetSpace, build
from nasedu.architectures import cost
from nasedu.course import check
from nasedu.course.lessons.lesson_02 import _STRIDED


@pytest.mark.parametrize(("size", "rows"), list(product((1, 3, 5, 7), range(1, 9))))
def test_a_weight_is_used_if_it_has_a_gradient(size, rows):
    weight = torch.ones(1, 1, size, requires_grad=True)
    pixels = torch.rand(1, 1, rows) + 1
    torch.conv1d(pixels, weight, padding=size // 2).sum().backward()
    assert check.used_weights.solution(size, rows) == int((weight.grad != 0).sum())


@pytest.mark.parametrize(("layers", "channels", "rows"), _STRIDED)
def test_depths_and_sizes_are_those_of_the_built_network(layers, channels, rows):
    """Also where a later layer is larger than an earlier one."""
    described = [ConvLayer(3, 5, f, tuple(i), s, s) for f, s, i in layers]
    child = build(ConvNet(tuple(described)), in_channels=channels)
    found = []
    for block in child.blocks:
        block.register_forward_hook(lambda _, given, out: found.append((given[0], out)))
    child(torch.zeros(2, channels, rows, rows))
    expected = [(given.shape[1], out.shape[2]) for given, out in found]
    assert check.depths_and_sizes.solution(layers, channels, rows) == expected


def test_as_many_descriptions_as_networks_of_the_space_have_these_parameters():
    space = ConvNetSpace(2, num_filters=(8, 16, 24, 36), skip_connections=False)
    tokens = product(*(range(d.num_tokens) for d in space.decisions))
    counts = [
        [layer.num_parameters for layer in cost(net, in_channels=1, height=8, width=8).layers]
        for net in map(space.decode, tokens)
    ]
    for each in ([72, 976], [40, 400], [216, 592], counts[0], counts[-1]):
        assert check.num_descriptions.solution(each) == counts.count(each)


# As students write it. ------------------------------------------------------------------------


def by_marking(filter_size, rows):
    reach = filter_size // 2
    offsets = {y - x for x, y in product(range(rows), repeat=2) if abs(y - x) <= reach}
    return len(offsets)


def one_place(filter_size, rows):
    return min(filter_size // 2 + 1, rows)


def smallest_input(layers, channels, rows):
    answer, outputs = [], [(channels, rows)]
    for filters, stride, inputs in layers:
        size = -(-min(outputs[i][1] for i in inputs) // stride)
        outputs.append((filters, size))
        answer.append((sum(outputs[i][0] for i in inputs), size))
    return answer


def rounds_down(layers, channels, rows):
    answer, outputs = [], [(channels, rows)]
    for filters, stride, inputs in layers:
        size = max(outputs[i][1] for i in inputs) // stride
        outputs.append((filters, size))
        answer.append([sum(outputs[i][0] for i in inputs), size])
    return torch.tensor(answer)


def by_recursion(counts, channels=1):
    if not counts:
        return 1
    return sum(
        by_recursion(counts[1:], f)
        for h, w, f in product((1, 3, 5, 7), (1, 3, 5, 7), (8, 16, 24, 36))
        if f * (h * w * channels + 2) == counts[0]
    )


def each_layer_alone(counts):
    ways = 1
    for count in counts:
        ways *= by_recursion([count])
    return ways


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.used_weights, lambda k, rows: min(rows, k), "the colleague's function"),
        (check.used_weights, one_place, "the centre moves on"),
        (check.used_weights, lambda k, rows: 2 * rows - 1, "no more weights than its size"),
        (check.depths_and_sizes, smallest_input, "cuts the larger maps down"),
        (check.depths_and_sizes, rounds_down, "round up"),
        (check.num_descriptions, each_layer_alone, "every layer read one channel"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


@pytest.mark.parametrize(
    ("exercise", "function"),
    [(check.used_weights, by_marking), (check.num_descriptions, by_recursion)],
)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function).passed
