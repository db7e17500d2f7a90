"""Lesson 02: choices become shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from math import ceil, prod

from nasedu.course.exercise import exercise


@exercise(
    (7, 3),
    (7, 8),
    (7, 1),
    (7, 2),
    (5, 2),
    (5, 4),
    (3, 1),
    (3, 3),
    (1, 1),
    (9, 3),
    mistakes={
        "That is the colleague's function. It is right where one place of the filter is enough; "
        "try 3 weights on 2 pixels, and mark what each place of the centre uses.": min,
        "That is what the filter uses with its centre on the first pixel; the centre moves on.": (
            lambda k, rows: min(k // 2, rows - 1) + 1
        ),
        "That counts the centre twice: it is the one weight that lies on neither side.": (
            lambda k, rows: min(k, 2 * rows)
        ),
        "That is all of the filter; weights that reach further than the image is long meet only "
        "zeros.": lambda k, rows: k,
        "These are the weights that never meet a pixel; return the others.": (
            lambda k, rows: k - min(k, 2 * rows - 1)
        ),
        "That counts uses, with many for one weight; count each weight once.": (
            lambda k, rows: sum(abs(y - x) <= k // 2 for y in range(rows) for x in range(rows))
        ),
        "That is right for a small image; a filter has no more weights than its size.": (
            lambda k, rows: 2 * rows - 1
        ),
    },
)
def used_weights(filter_size, rows):
    """Return how many of a filter's weights ever meet a pixel.

    All is in one dimension, with SAME padding and stride 1.

    Args:
        filter_size: How many weights the filter has, odd.
        rows: How many pixels the image has.
    """
    # A weight sits some steps from the centre. The centre stands on
    # pixels only, and from one pixel to another it is at most
    # rows - 1 steps, to either side.
    return min(filter_size, 2 * rows - 1)


def _shapes(
    layers: Sequence[tuple[int, int, Sequence[int]]],
    channels: int,
    rows: int,
    join: Callable[[list[int]], int] = sum,
    fit: Callable[[list[int]], int] = max,
    steps: Callable[[int, int], int] = lambda n, stride: -(-n // stride),
) -> list[list[int]]:
    outputs, shapes = [(channels, rows)], []
    for num_filters, stride, inputs in layers:
        depth = join([outputs[i][0] for i in inputs])
        size = steps(fit([outputs[i][1] for i in inputs]), stride)
        outputs.append((num_filters, size))
        shapes.append([depth, size])
    return shapes


_STRIDED = (
    ([(16, 2, [0]), (24, 1, [0, 1]), (8, 2, [1])], 1, 8),
    ([(16, 2, [0]), (24, 2, [1]), (8, 3, [0, 2]), (36, 2, [1, 2, 3])], 1, 8),
    ([(24, 3, [0]), (36, 1, [0]), (24, 1, [1, 2]), (48, 2, [1, 3])], 3, 32),
    ([(8, 2, [0]), (8, 2, [1]), (8, 2, [2]), (16, 1, [1, 3])], 1, 5),
)


@exercise(
    *_STRIDED,
    mistakes={
        "That cuts the larger maps down; the smaller ones get zeros, so the largest decides.": (
            lambda layers, channels, rows: _shapes(layers, channels, rows, fit=min)
        ),
        "That takes the size of the latest input; the largest of all inputs decides.": (
            lambda layers, channels, rows: _shapes(layers, channels, rows, fit=lambda n: n[-1])
        ),
        "That takes the size of the earliest input; the largest of all inputs decides: a later "
        "layer may read the image, and be larger.": (
            lambda layers, channels, rows: _shapes(
                [(f, s, i[::-1]) for f, s, i in layers], channels, rows, fit=lambda n: n[-1]
            )
        ),
        "That puts the maps beside each other; they are stacked in depth, so sizes do not add.": (
            lambda layers, channels, rows: _shapes(layers, channels, rows, fit=sum)
        ),
        "That takes the depth of the latest input alone; all inputs are stacked, so add.": (
            lambda layers, channels, rows: _shapes(layers, channels, rows, lambda c: c[-1])
        ),
        "That takes the deepest input; the inputs are stacked, so their depths add.": (
            lambda layers, channels, rows: _shapes(layers, channels, rows, max)
        ),
        "That rounds down; with SAME padding a last place inside the image counts: round up.": (
            lambda layers, channels, rows: _shapes(
                layers, channels, rows, steps=lambda n, stride: n // stride
            )
        ),
        "That forgets the strides: every layer is as large as its largest input.": (
            lambda layers, channels, rows: _shapes(
                layers, channels, rows, steps=lambda n, stride: n
            )
        ),
        "That divides the image's rows by the layer's own stride; its inputs may have fewer rows, "
        "by earlier strides.": (
            lambda layers, channels, rows: [
                [depth, ceil(rows / stride)]
                for (depth, _), (_, stride, _) in zip(
                    _shapes(layers, channels, rows), layers, strict=True
                )
            ]
        ),
        "These are the layer's own filters, the depth of its output; return that of its input.": (
            lambda layers, channels, rows: [
                [filters, size]
                for (_, size), (filters, _, _) in zip(
                    _shapes(layers, channels, rows), layers, strict=True
                )
            ]
        ),
    },
)
def depths_and_sizes(layers, channels, rows):
    """Return, for each layer, the depth of its filters and the rows
    of its output, as a list of pairs.

    Everything is square, with SAME padding.

    Args:
        layers: For each layer its number of filters, its stride, and
            the list of what it reads: 0 is the image, 1 is layer 1.
        channels: How many channels the image has.
        rows: How many rows the image has.
    """
    # of the image, then of layer 1, 2, ...: channels and rows
    outputs = [(channels, rows)]
    answer = []
    for num_filters, stride, inputs in layers:
        # stacked in depth, and padded to the largest
        depth = sum(outputs[i][0] for i in inputs)
        size = max(outputs[i][1] for i in inputs)
        size = (size + stride - 1) // stride
        answer.append((depth, size))
        outputs.append((num_filters, size))
    return answer


_SIZES, _FILTERS = (1, 3, 5, 7), (8, 16, 24, 36)
_RECTANGLES = [h * w for h, w in product(_SIZES, repeat=2)]


def _parameters(area: int, channels: int, num_filters: int) -> int:
    return area * channels * num_filters + 2 * num_filters


def _readings(
    counts: Sequence[int],
    areas: Sequence[int] = _RECTANGLES,
    parameters: Callable[[int, int, int], int] = _parameters,
    keep: Callable[[int, int], int] = max,
) -> list[dict[int, int]]:
    """Return, after each layer, how many descriptions end with each number of filters."""
    ways = [{1: 1}]
    for count in counts:
        after: Counter[int] = Counter()
        for (channels, n), area, f in product(ways[-1].items(), areas, _FILTERS):
            after[f] += keep(n, 1) * (parameters(area, channels, f) == count)
        ways.append({f: n for f, n in after.items() if n})
    return ways


def _one_by_one(counts: Sequence[int], channels: Sequence[int]) -> list[int]:
    """Return how many layers have each count, whatever stood before them."""
    return [
        sum(
            _parameters(area, c, f) == count
            for area, c, f in product(_RECTANGLES, [1] if i == 0 else channels, _FILTERS)
        )
        for i, count in enumerate(counts)
    ]


@exercise(
    ([72, 976],),
    ([72],),
    ([176, 5808, 42408, 880],),
    ([216, 592, 1184],),
    ([40, 400],),
    ([80, 648],),
    ([88, 100],),
    mistakes={
        "That takes 3x5 and 5x3 for one description; height and width are two choices.": (
            lambda counts: sum(_readings(counts, sorted(set(_RECTANGLES)))[-1].values())
        ),
        "That lets height and width change places without changing the pair: count 3x5 and 5x3, "
        "but 3x3 once.": (
            lambda counts: sum(_readings(counts, sorted([*_RECTANGLES, 1, 9, 25, 49]))[-1].values())
        ),
        "That takes every filter as a square; it is a rectangle.": (
            lambda counts: sum(_readings(counts, [k * k for k in _SIZES])[-1].values())
        ),
        "That forgets batch norm: it adds two numbers for each filter.": (
            lambda counts: sum(
                _readings(counts, parameters=lambda area, c, f: area * c * f)[-1].values()
            )
        ),
        "That counts a bias and no batch norm; here it is two numbers per filter.": (
            lambda counts: sum(
                _readings(counts, parameters=lambda area, c, f: (area * c + 1) * f)[-1].values()
            )
        ),
        "That lets every layer read one channel; the filters of the layer before are its "
        "channels.": lambda counts: prod(_one_by_one(counts, [1])),
        "That lets every layer choose how many channels it reads; the layer before decides that.": (
            lambda counts: prod(_one_by_one(counts, _FILTERS))
        ),
        "That adds the layers up; each answer for one layer goes with each for the next.": (
            lambda counts: sum(sum(ways.values()) for ways in _readings(counts)[1:])
        ),
        "That counts the numbers of filters that fit in the last layer; count the "
        "descriptions.": lambda counts: len(_readings(counts)[-1]),
        "That counts one description for the layers before; several may end with the same number "
        "of filters: keep how many.": lambda counts: sum(_readings(counts, keep=min)[-1].values()),
    },
)
def num_descriptions(counts):
    """Return how many networks have these parameters, layer by layer.

    Their layers form a chain, and the image has one channel. Heights
    and widths are from {1, 3, 5, 7}, numbers of filters from
    {8, 16, 24, 36}.

    Args:
        counts: For each layer its parameters, batch norm's included.
    """
    sizes, filters = (1, 3, 5, 7), (8, 16, 24, 36)
    # how many descriptions, so far, end with so many channels
    ways = {1: 1}
    for count in counts:
        after = dict.fromkeys(filters, 0)
        for channels, n in ways.items():
            for h, w, f in product(sizes, sizes, filters):
                if h * w * channels * f + 2 * f == count:
                    after[f] += n
        ways = after
    return sum(ways.values())
