"""Lesson 17: its count is torch's, and students are understood."""

import pytest
from torch import nn

from nasedu.course import check


def module_of(kernels, widths):
    layers, channels = [], 1
    for kernel, width in zip(kernels, widths, strict=True):
        layers += [nn.Conv2d(channels, width, kernel, bias=False), nn.BatchNorm2d(width)]
        channels = width
    return nn.Sequential(*layers, nn.Linear(channels, 10))


@pytest.mark.parametrize("case", check.count_parameters.cases)
def test_the_count_is_that_of_torch(case):
    trained = sum(p.numel() for p in module_of(*case).parameters())
    assert check.count_parameters.solution(*case) == trained


# Mistakes as students write them. -------------------------------------------------------------


def without_norm(kernels, widths):
    total, before = 0, 1
    for k, w in zip(kernels, widths, strict=True):
        total, before = total + before * w * k**2, w
    return total + 10 * before + 10


def with_every_number_that_is_kept(kernels, widths):
    state = module_of(kernels, widths).state_dict()
    return sum(v.numel() for name, v in state.items() if "num_batches" not in name)


def from_one_channel(kernels, widths):
    total = sum(k * k * w + 2 * w for k, w in zip(kernels, widths, strict=True))
    return total + 10 * widths[-1] + 10


def with_biases(kernels, widths):
    layers, channels = [], 1
    for k, w in zip(kernels, widths, strict=True):
        layers += [nn.Conv2d(channels, w, k), nn.BatchNorm2d(w)]
        channels = w
    return sum(p.numel() for p in nn.Sequential(*layers, nn.Linear(channels, 10)).parameters())


def without_the_classes(kernels, widths):
    return check.count_parameters.solution(kernels, widths) - 10 * widths[-1] - 10


@pytest.mark.parametrize(
    ("function", "fragment"),
    [
        (without_norm, "leaves batch norm out"),
        (with_every_number_that_is_kept, "running mean and variance are not trained"),
        (from_one_channel, "Each filter reads all channels"),
        (with_biases, "no bias here"),
        (without_the_classes, "leaves out the last layer"),
    ],
)
def test_students_read_what_they_did(function, fragment):
    result = check.count_parameters(function)
    assert result.state == "not right yet" and fragment in result.sentence


def test_another_right_way_passes():
    def by_torch(kernels, widths):
        return sum(p.numel() for p in module_of(kernels, widths).parameters())

    assert check.count_parameters(by_torch).passed


def test_every_mistake_is_one_in_some_case():
    exercise = check.count_parameters
    for sentence, mistake in exercise.mistakes.items():
        wrong = [mistake(*case) != exercise.solution(*case) for case in exercise.cases]
        assert any(wrong), sentence
