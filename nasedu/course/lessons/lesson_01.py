"""Lesson 01: an architecture is a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from nasedu.course.exercise import exercise
from nasedu.spaces import ConvNetSpace

SMALL = ConvNetSpace(
    num_layers=2,
    filter_heights=(1, 3, 5),
    filter_widths=(3, 5, 7),
    num_filters=(8, 16, 24),
    skip_connections=False,
)
DIGITS = ConvNetSpace(num_layers=4, num_filters=(8, 16, 24, 36), skip_connections=False)
PAPER = ConvNetSpace(num_layers=15, skip_connections=False)


def _choices(space: ConvNetSpace) -> list[tuple[int, ...]]:
    return [space.filter_heights, space.filter_widths, space.num_filters]


def _counts(space: ConvNetSpace) -> list[int]:
    return [len(values) for values in _choices(space)]


def _look_up(tokens: Sequence[int], choices: Sequence[Sequence[int]]) -> list[int]:
    return [values[token] for token, values in zip(tokens, choices, strict=True)]


@exercise(
    ([0, 2, 1], SMALL),
    ([1, 1, 0], SMALL),
    ([2, 0, 2], SMALL),
    ([3, 2, 1], DIGITS),
    mistakes={
        "A token is not a value: it says which of the choices, counting from 0.": (
            lambda tokens, space: tokens
        ),
        "That counts choices from 1; token 0 is the first one.": (
            lambda tokens, space: _look_up([t - 1 for t in tokens], _choices(space))
        ),
        "That looks the height up among the widths and the width among the heights.": (
            lambda tokens, space: _look_up(
                tokens, [space.filter_widths, space.filter_heights, space.num_filters]
            )
        ),
        "The right values in another order: expected height, width, filters.": (
            lambda tokens, space: [_look_up(tokens, _choices(space))[i] for i in (1, 0, 2)]
        ),
        "That takes the tokens in another order: they are height, width, filters.": (
            lambda tokens, space: _look_up([tokens[i] for i in (1, 0, 2)], _choices(space))
        ),
        "That looks all tokens up among the heights; each decision has its own choices.": (
            lambda tokens, space: _look_up(tokens, [space.filter_heights] * 3)
        ),
        "That is the number of choices; take the one that the token points at.": (
            lambda tokens, space: _counts(space)
        ),
    },
)
def decode_layer(tokens, space):
    """Return height, width and number of the filters of one layer.

    Args:
        tokens: Three ints, for the height, the width and the number.
        space: Has the choices: filter_heights, filter_widths,
            num_filters.
    """
    height, width, filters = tokens
    return (
        space.filter_heights[height],
        space.filter_widths[width],
        space.num_filters[filters],
    )


def _indices(layer: Sequence[int], space: Any) -> list[int]:
    return [values.index(value) for value, values in zip(layer, _choices(space), strict=True)]


@exercise(
    ((1, 7, 16), SMALL),
    ((3, 5, 8), SMALL),
    ((5, 3, 24), SMALL),
    ((7, 3, 36), DIGITS),
    mistakes={
        "These are the values; a token is the place of a value among its choices, from 0.": (
            lambda layer, space: layer
        ),
        "That counts places from 1; the first choice is token 0.": (
            lambda layer, space: [token + 1 for token in _indices(layer, space)]
        ),
        "The right tokens in another order: expected height, width, filters.": (
            lambda layer, space: [_indices(layer, space)[i] for i in (1, 0, 2)]
        ),
        "That divides the value by 2, which only fits some choices; look its place up.": (
            lambda layer, space: [layer[0] // 2, layer[1] // 2, _indices(layer, space)[2]]
        ),
    },
)
def encode_layer(layer, space):
    """Return the three tokens of a layer: undo decode_layer.

    Args:
        layer: Filter height, filter width, number of filters.
        space: Has the choices: filter_heights, filter_widths,
            num_filters.
    """
    height, width, filters = layer
    return [
        space.filter_heights.index(height),
        space.filter_widths.index(width),
        space.num_filters.index(filters),
    ]


@exercise(
    (SMALL,),
    (ConvNetSpace(3, (1, 3), (1, 3, 5), (8, 16, 24, 36), skip_connections=False),),
    (ConvNetSpace(1, (1, 3), (1, 3, 5), (8,), skip_connections=False),),
    (DIGITS,),
    (PAPER,),
    mistakes={
        "That adds the choices; each height goes with every width, so multiply.": (
            lambda space: sum(_counts(space)) ** space.num_layers
        ),
        "That adds where it should multiply, in a layer and over the layers.": (
            lambda space: sum(_counts(space)) * space.num_layers
        ),
        "That is one layer; each of the layers chooses anew, so take the power of `num_layers`.": (
            lambda space: prod(_counts(space))
        ),
        "That multiplies by the number of layers; each layer multiplies again: take the power.": (
            lambda space: prod(_counts(space)) * space.num_layers
        ),
        "That swaps base and exponent: (choices of a layer) ** (layers).": (
            lambda space: space.num_layers ** prod(_counts(space))
        ),
        "That forgets the number of filters, which is chosen too.": (
            lambda space: prod(_counts(space)[:2]) ** space.num_layers
        ),
        "NumPy counts in 64 bits, and this number needs 91: use Python's own ints (`math.prod`).": (
            lambda space: np.prod(_counts(space) * space.num_layers, dtype=np.int64)
        ),
        "That multiplies the values; count how many choices there are with `len`.": (
            lambda space: prod(map(prod, _choices(space))) ** space.num_layers
        ),
    },
)
def space_size(space):
    """Return the exact number of networks, without skip connections.

    Args:
        space: Has num_layers, and the choices filter_heights,
            filter_widths, num_filters.
    """
    a_layer = len(space.filter_heights) * len(space.filter_widths)
    a_layer *= len(space.num_filters)
    return a_layer**space.num_layers
