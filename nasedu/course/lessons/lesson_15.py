"""Lesson 15: what came after."""

from __future__ import annotations

import numpy as np

from nasedu.course.exercise import exercise


def _separable(channels, filters, size, times=2, area=None, one_by_one=True, norm=2):
    """Count as `separable_parameters` does, with something left out or changed."""
    area = size * size if area is None else area
    total, given = 0, channels
    for _ in range(times):
        total += area * given + one_by_one * given * filters + norm * filters
        given = filters
    return total


@exercise(
    (8, 16, 3),
    (96, 32, 5),
    (3, 4, 7),
    (2, 7, 1),
    mistakes={
        "That counts it once; NASNet applies it twice in a row.": (
            lambda c, f, k: _separable(c, f, k, times=1)
        ),
        "The second time it reads what the first has made: `filters` channels and no longer "
        "`channels`.": lambda c, f, k: 2 * _separable(c, f, k, times=1),
        "That is an ordinary convolution, applied twice; here each channel has one filter of its "
        "own, and the 1x1 convolution mixes them.": (
            lambda c, f, k: _separable(c, 0, 0) + k * k * (c + f) * f + 4 * f
        ),
        "That leaves out batch norm, which has two numbers per filter.": (
            lambda c, f, k: _separable(c, f, k, norm=0)
        ),
        "Batch norm has two numbers per filter, a scale and a shift, and comes both times.": (
            lambda c, f, k: _separable(c, f, k, norm=1)
        ),
        "Batch norm comes once each time, after the 1x1 convolution, and not after each part.": (
            lambda c, f, k: _separable(c, f, k) + 2 * (c + f)
        ),
        "The second 1x1 convolution reads `filters` channels as well.": (
            lambda c, f, k: _separable(c, f, k) + (c - f) * f
        ),
        "That leaves out the 1x1 convolutions, which mix the channels.": (
            lambda c, f, k: _separable(c, f, k, one_by_one=False)
        ),
        "A filter is `size` high and `size` wide.": (lambda c, f, k: _separable(c, f, k, area=k)),
    },
)
def separable_parameters(channels, filters, size):
    """Return how many parameters a separable convolution has.

    It is applied twice in a row. Each time every channel goes through
    one filter of its own, a 1x1 convolution follows, and then batch
    norm, which has two numbers per filter. There are no biases.

    Args:
        channels: How many channels it reads the first time. The
            second time it reads what the first has made.
        filters: How many filters each 1x1 convolution has.
        size: Height and width of a channel's own filter, in pixels.
    """
    total = 0
    for given in (channels, filters):
        own = size * size * given
        mixing = given * filters
        total += own + mixing + 2 * filters
    return total


WEIGHT = np.arange(2 * 1 * 3 * 3).reshape(2, 1, 3, 3)
DEEP = np.arange(3 * 2 * 3 * 5).reshape(3, 2, 3, 5)
WIDE = np.arange(2 * 2 * 5 * 3).reshape(2, 2, 5, 3)


def _middle(weight, height, width):
    """Return the middle of every filter."""
    top, left = (weight.shape[2] - height) // 2, (weight.shape[3] - width) // 2
    return weight[:, :, top : top + height, left : left + width]


def _ends_at_minus(weight, filters, height, width):
    """Cut as much off the end as off the start, by a negative index."""
    top, left = (weight.shape[2] - height) // 2, (weight.shape[3] - width) // 2
    return weight[:filters, :, top:-top, left:-left]


@exercise(
    (WEIGHT, 1, 1, 3),
    (DEEP, 2, 1, 3),
    (WIDE, 1, 3, 1),
    mistakes={
        "That takes the corner of each filter; take its middle.": (
            lambda w, f, h, k: w[:f, :, :h, :k]
        ),
        "A slice that ends at `-0` is empty; let it end `height` or `width` after its start.": (
            _ends_at_minus
        ),
        "That is right but for the filters: take the first `num_filters` of them.": (
            lambda w, f, h, k: _middle(w, h, k)
        ),
        "That takes the last filters; take the first ones.": (
            lambda w, f, h, k: _middle(w, h, k)[-f:]
        ),
        "That cuts the channels, the second axis; the filters are the first.": (
            lambda w, f, h, k: _middle(w, h, k)[:, :f]
        ),
        "Height and width are swapped: rows are the third axis, columns the fourth.": (
            lambda w, f, h, k: _middle(w, k, h)[:f]
        ),
    },
)
def shared_filters(weight, num_filters, height, width):
    """Return the part of the shared weights that a layer uses.

    It takes the first filters, and of each the middle.

    Args:
        weight: Array (F, C, H, W), as the largest layer needs it: F
            filters for C channels, H rows by W columns.
        num_filters: How many filters the layer has, at most F.
        height: How high its filters are; H - height is even.
        width: How wide they are; W - width is even.
    """
    top = (weight.shape[2] - height) // 2
    left = (weight.shape[3] - width) // 2
    rows = slice(top, top + height)
    columns = slice(left, left + width)
    return weight[:num_filters, :, rows, columns]


def _trained(scores, budget):
    """Return which networks are trained, best score first."""
    return sorted(range(len(scores)), key=lambda i: -scores[i])[:budget]


@exercise(
    ([0.9, 0.2, 0.7, 0.8], [0.5, 0.99, 0.8, 0.7], [0.6, 0.95, 0.75, 0.85], 3),
    ([0.1, 0.4, 0.3, 0.2, 0.5], [0.9, 0.6, 0.8, 0.7, 0.5], [0.99, 0.7, 0.6, 0.9, 0.8], 4),
    ([3.0, 5.0, 4.0], [0.6, 0.5, 0.9], [0.8, 0.7, 0.65], 2),
    ([2.0, 1.0, 1.5], [0.1, 0.2, 0.3], [0.3, 0.4, 0.5], 1),
    mistakes={
        "That looks at the later results in order to choose; when you choose, nobody has them "
        "yet. Choose by `first`.": (
            lambda s, first, later, n: max(later[i] for i in _trained(s, n))
        ),
        "That is the result of the first training, by which it was chosen, so it flatters; return "
        "the later one.": lambda s, first, later, n: max(first[i] for i in _trained(s, n)),
        "That chooses among all networks; only `budget` of them may be trained.": (
            lambda s, first, later, n: later[int(np.argmax(first))]
        ),
        "That takes the network with the best score home and trains none; train the best `budget` "
        "and choose by `first`.": lambda s, first, later, n: later[int(np.argmax(s))],
        "That trains the networks with the lowest scores; higher is better.": (
            lambda s, first, later, n: later[
                max(_trained([-x for x in s], n), key=lambda i: first[i])
            ]
        ),
        "That trains the first `budget` of the list, whatever their scores; sort by score.": (
            lambda s, first, later, n: later[int(np.argmax(first[:n]))]
        ),
        "That takes the place among the trained networks for a place in the whole list.": (
            lambda s, first, later, n: later[int(np.argmax([first[i] for i in _trained(s, n)]))]
        ),
        "That is the place of the network; return its later result.": (
            lambda s, first, later, n: max(_trained(s, n), key=lambda i: first[i])
        ),
    },
)
def chosen_within(scores, first, later, budget):
    """Return the later result of the network that is chosen.

    The networks with the highest scores are trained, as many as the
    budget allows. Of these, the best in the first training is taken.

    Args:
        scores: What a cheap ranking gives to each network, a list; no
            two are equal.
        first: Accuracy of each network in a first training.
        later: Accuracy of each network in later trainings.
        budget: How many networks may be trained.
    """
    places = range(len(scores))
    ranked = sorted(places, key=lambda i: scores[i], reverse=True)
    trained = ranked[:budget]
    taken = max(trained, key=lambda i: first[i])
    return later[taken]
