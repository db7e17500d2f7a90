"""Lesson 17: a search of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from nasedu.course.exercise import exercise


def _count(
    kernels: Sequence[int],
    widths: Sequence[int],
    *,
    side: int = 2,
    norm: int = 2,
    bias: int = 0,
    last: int = 1,
    last_bias: int = 10,
    first: int = 1,
    chained: bool = True,
) -> int:
    """Count as `count_parameters` does, or with a mistake."""
    channels, total = first, 0
    for kernel, width in zip(kernels, widths, strict=True):
        total += kernel**side * channels * width + (norm + bias) * width
        channels = width if chained else first
    return total + last * widths[-1] * 10 + last_bias


@exercise(
    ([3, 3, 5], [8, 16, 32]),
    ([1, 5], [4, 2]),
    ([5], [7]),
    ([3, 1, 1, 3], [2, 3, 4, 5]),
    mistakes={
        "That leaves batch norm out; it trains a scale and a shift for each filter.": (
            lambda k, w: _count(k, w, norm=0)
        ),
        "That counts four numbers of batch norm per filter; its running mean and variance are not "
        "trained.": lambda k, w: _count(k, w, norm=4),
        "That counts one number of batch norm per filter; it has a scale and a shift.": (
            lambda k, w: _count(k, w, norm=1)
        ),
        "A filter is `kernel` high and `kernel` wide, so it has the square of it.": (
            lambda k, w: _count(k, w, side=1)
        ),
        "Each filter reads all channels of the layer before it, and only the first layer reads "
        "one.": lambda k, w: _count(k, w, chained=False),
        "The convolutions have no bias here: batch norm shifts after them.": (
            lambda k, w: _count(k, w, bias=1)
        ),
        "That leaves out the biases of the last layer, one for each class.": (
            lambda k, w: _count(k, w, last_bias=0)
        ),
        "That leaves out the last layer, from the last filters to the ten classes.": (
            lambda k, w: _count(k, w, last=0, last_bias=0)
        ),
        "These images have one channel; three would be colours.": (
            lambda k, w: _count(k, w, first=3)
        ),
    },
)
def count_parameters(kernels, widths):
    """Return how many parameters a chain of layers has.

    Args:
        kernels: Height and width of each layer's filters.
        widths: How many filters each layer has.
    """
    channels, total = 1, 0
    for kernel, width in zip(kernels, widths, strict=True):
        total += kernel * kernel * channels * width
        total += 2 * width  # batch norm: a scale and a shift
        channels = width
    return total + channels * 10 + 10
