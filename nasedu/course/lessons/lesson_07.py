"""Lesson 07: skip connections."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import prod

from nasedu.course.exercise import exercise


def _bits(mask: int, layer: int) -> list[bool]:
    return [bool(mask >> j & 1) for j in range(layer - 1)]


def _inputs(mask: int, layer: int) -> list[int]:
    return [j for j, bit in enumerate(_bits(mask, layer), start=1) if bit]


@exercise(
    (0b101, 4),
    (0b011, 4),
    (1, 2),
    (0b10010, 6),
    (0b111, 4),
    (0, 3),
    (0, 1),
    mistakes={
        "An empty set leaves the layer without input: rule 1 gives it the image, `[0]`.": _inputs,
        "That counts bits from 0; the lowest bit is layer 1, since 0 is the image.": (
            lambda mask, layer: [j - 1 for j in _inputs(mask, layer)] or [0]
        ),
        "That counts bits from 0, and leaves an empty set empty; the lowest bit is layer 1.": (
            lambda mask, layer: [j - 1 for j in _inputs(mask, layer)]
        ),
        "That reads the bits from the left; the lowest one, `mask & 1`, is layer 1.": (
            lambda mask, layer: [layer - j for j in _inputs(mask, layer)][::-1] or [0]
        ),
        "That always adds the image; it is read only if no layer was chosen.": (
            lambda mask, layer: [0, *_inputs(mask, layer)]
        ),
        "An empty set takes the image, not the layer before.": (
            lambda mask, layer: _inputs(mask, layer) or [layer - 1]
        ),
        "These are the layers that were not chosen.": (
            lambda mask, layer: _inputs(~mask, layer) or [0]
        ),
        "These are the bits; return the numbers of the layers whose bit is 1.": (
            lambda mask, layer: [int(bit) for bit in _bits(mask, layer)]
        ),
        "That is the largest layer first; list the inputs ascending.": (
            lambda mask, layer: _inputs(mask, layer)[::-1] or [0]
        ),
    },
)
def inputs_from_mask(mask, layer):
    """Return what a layer reads, ascending: the layers whose bit is
    1, or else the image, [0].

    Args:
        mask: The anchor's token, 0 or more; its lowest bit stands for
            layer 1, the next for 2.
        layer: Which layer it belongs to, from 1. It has layer - 1
            earlier layers.
    """
    # an empty list is false, so `or` is rule 1
    return [j for j in range(1, layer) if mask >> (j - 1) & 1] or [0]


def _factors(p: Sequence[float], mask: int) -> list[float]:
    return [q if mask >> j & 1 else 1 - q for j, q in enumerate(p)]


@exercise(
    ([0.5, 0.25, 0.75], 0b001),
    ([0.9, 0.2], 0b11),
    ([0.9, 0.2], 0b00),
    ([0.1, 0.6, 0.3, 0.8], 0b0110),
    ([0.4], 1),
    mistakes={
        "A layer that is not chosen had its chance, too: multiply by `1 - p` for it.": (
            lambda p, mask: prod(q for j, q in enumerate(p) if mask >> j & 1)
        ),
        "That adds; the coins are independent of each other, so multiply.": (
            lambda p, mask: sum(_factors(p, mask))
        ),
        "That reads the mask from the left; its lowest bit is layer 1, `p[0]`.": (
            lambda p, mask: prod(_factors(p[::-1], mask))
        ),
        "That is the probability of all layers that were not chosen; swap `p` and `1 - p`.": (
            lambda p, mask: prod(_factors(p, ~mask))
        ),
        "That takes every layer as chosen; look at the bits of the mask.": (
            lambda p, mask: prod(p)
        ),
        "These are the factors; multiply them.": _factors,
        "These probabilities need not sum to 1: each layer is a coin of its own, no softmax.": (
            lambda p, mask: prod(_factors([q / sum(p) for q in p], mask))
        ),
    },
)
def anchor_probability(p, mask):
    """Return the probability that an anchor chooses exactly this set.

    Args:
        p: For each earlier layer the probability that it is chosen,
            from layer 1 on.
        mask: The set as a token: its lowest bit stands for layer 1,
            and `mask >> j & 1` is bit j, from 0.
    """
    # a factor for each earlier layer, also for those left out
    probability = 1
    for j, q in enumerate(p):
        probability *= q if mask >> j & 1 else 1 - q
    return probability


def _ends(inputs: Sequence[Sequence[int]]) -> list[int]:
    read = set(chain.from_iterable(inputs))
    return [i for i in range(1, len(inputs) + 1) if i not in read]


@exercise(
    ([[0], [1], [1]],),
    ([[0], [0], [1], [1, 3]],),
    ([[0], [1], [2]],),
    ([[0], [0], [0]],),
    ([[0], [1], [1, 2], [1, 2]],),
    ([[0]],),
    mistakes={
        "That is the last layer alone; other layers may have no reader either.": (
            lambda inputs: [len(inputs)]
        ),
        "That leaves out the last layer; nobody can read it, so it is always loose.": (
            lambda inputs: _ends(inputs)[:-1]
        ),
        "That counts layers from 0; layer 1 is the first, and 0 is the image.": (
            lambda inputs: [i - 1 for i in _ends(inputs)]
        ),
        "Those are the layers that somebody reads; the others are loose.": (
            lambda inputs: sorted(set(chain.from_iterable(inputs)) - {0})
        ),
        "A layer is loose if *no* layer reads it, not only if the next one does not.": (
            lambda inputs: [
                i for i in range(1, len(inputs) + 1) if i == len(inputs) or i not in inputs[i]
            ]
        ),
        "Those are the layers that read the image; look for those that no layer reads.": (
            lambda inputs: [i for i, read in enumerate(inputs, start=1) if 0 in read]
        ),
        "That is how many; return their numbers.": lambda inputs: len(_ends(inputs)),
    },
)
def loose_ends(inputs):
    """Return the layers whose output no layer reads, ascending: the
    classifier reads them.

    Args:
        inputs: For each layer, from layer 1 on, the numbers of what
            it reads; 0 is the image.
    """
    # all layers, less those that somebody reads
    read = {j for layer in inputs for j in layer}
    return [i for i in range(1, len(inputs) + 1) if i not in read]
