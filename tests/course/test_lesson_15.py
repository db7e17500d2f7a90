"""Lesson 15: its solutions agree with the package, and students are understood."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nasedu.children.nas_operations import Separable
from nasedu.children.shared_conv import SharedConv
from nasedu.course import check
from nasedu.spaces import ConvNetSpace


@pytest.mark.parametrize(("channels", "filters", "size"), [(96, 32, 5), (3, 3, 7), (8, 16, 3)])
def test_separable_parameters_are_those_of_the_package(channels, filters, size):
    twice = Separable(channels, filters, size, stride=1)
    counted = check.separable_parameters.solution(channels, filters, size)
    assert counted == sum(p.numel() for p in twice.parameters())


def test_shared_filters_are_those_of_the_shared_network():
    space = ConvNetSpace(2, (1, 3, 5), (1, 3), (8, 24), skip_connections=False)
    shared = SharedConv(space, in_channels=1, num_classes=10)
    for _ in range(20):
        layer = shared.drawn().layers[0]
        size = layer.num_filters, layer.filter_height, layer.filter_width
        own = check.shared_filters.solution(shared.weights[0], *size)
        assert torch.equal(own, shared.part(shared.weights[0], layer, [1]))


def test_whoever_may_train_all_takes_the_best_first_training_home():
    first, later = np.random.default_rng(0).random((2, 30))
    scores = np.arange(30).tolist()
    taken = check.chosen_within.solution(scores, first, later, 30)
    assert taken == later[first.argmax()]


# Mistakes as students write them. -------------------------------------------------------------


def counts_once(channels, filters, size):
    return size**2 * channels + channels * filters + 2 * filters


def never_changes_its_channels(channels, filters, size):
    return 2 * counts_once(channels, filters, size)


def forgets_batch_norm(channels, filters, size):
    return sum(size**2 * c + c * filters for c in (channels, filters))


def mixes_the_old_channels(channels, filters, size):
    return sum(size**2 * c + channels * filters + 2 * filters for c in (channels, filters))


def norm_after_each_part(channels, filters, size):
    own = size**2 * (channels + filters) + 2 * (channels + filters)
    return own + channels * filters + filters**2 + 4 * filters


def ends_as_far_from_the_end(weight, num_filters, height, width):
    rows, columns = (weight.shape[2] - height) // 2, (weight.shape[3] - width) // 2
    return weight[:num_filters, :, rows:-rows, columns:-columns]


def place_among_the_trained(scores, first, later, budget):
    order = np.argsort(scores)[::-1][:budget]
    return later[np.argmax(np.array(first)[order])]


def takes_the_corner(weight, num_filters, height, width):
    return weight[:num_filters, :, :height, :width]


def swaps_height_and_width(weight, num_filters, height, width):
    return check.shared_filters.solution(weight, num_filters, width, height)


def keeps_all_filters(weight, num_filters, height, width):
    return check.shared_filters.solution(weight, len(weight), height, width)


def knows_the_future(scores, first, later, budget):
    order = np.argsort(scores)[::-1][:budget]
    return max(np.array(later)[order])


def sorts_the_wrong_way(scores, first, later, budget):
    order = np.argsort(scores)[:budget]
    return later[max(order, key=lambda i: first[i])]


def reports_the_first_training(scores, first, later, budget):
    order = np.argsort(scores)[::-1][:budget]
    return max(first[i] for i in order)


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.separable_parameters, counts_once, "twice in a row"),
        (check.separable_parameters, never_changes_its_channels, "no longer `channels`"),
        (check.separable_parameters, forgets_batch_norm, "leaves out batch norm"),
        (check.separable_parameters, mixes_the_old_channels, "reads `filters` channels as well"),
        (check.separable_parameters, norm_after_each_part, "not after each part"),
        (check.shared_filters, ends_as_far_from_the_end, "`-0` is empty"),
        (check.chosen_within, place_among_the_trained, "in the whole list"),
        (check.shared_filters, takes_the_corner, "takes the corner"),
        (check.shared_filters, swaps_height_and_width, "are swapped"),
        (check.shared_filters, keeps_all_filters, "right but for the filters"),
        (check.chosen_within, knows_the_future, "nobody has them"),
        (check.chosen_within, sorts_the_wrong_way, "lowest scores"),
        (check.chosen_within, reports_the_first_training, "flatters"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def by_numpy(scores, first, later, budget):
    order = np.argsort(scores)[::-1][:budget]
    return np.array(later)[order][np.array(first)[order].argmax()]


def test_another_right_way_passes():
    assert check.chosen_within(by_numpy).passed
