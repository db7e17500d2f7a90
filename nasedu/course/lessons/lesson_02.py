"""Lesson 02: choices become shapes."""

from __future__ import annotations

from nasedu.course.exercise import exercise


@exercise(
    (3,),
    (7,),
    (5,),
    (1,),
    mistakes={
        "That is all of the padding; half of it goes on each side.": lambda k: k - 1,
        "That is the whole filter; it reaches only half of itself past the edge.": lambda k: k,
        "That is no padding (VALID): the output would shrink.": lambda k: 0,
        "That is one pixel too many: the centre of the filter stays on the image.": (
            lambda k: (k + 1) // 2
        ),
        "One pixel fits only filters of 3; a wider filter reaches further.": lambda k: 1,
    },
)
def same_padding(filter_size):
    """Return how many zeros a side keep the output as large.

    Args:
        filter_size: Height or width of the filter, an odd number.
    """
    # the filter reaches (k - 1) / 2 pixels beyond its centre
    return (filter_size - 1) // 2


@exercise(
    (3, 5, 3, 24),
    (1, 1, 36, 48),
    (7, 3, 48, 36),
    (5, 5, 1, 64),
    mistakes={
        "That has a bias too; batch norm's shift does its work, so the convolution has none.": (
            lambda h, w, c, f: h * w * c * f + 3 * f
        ),
        "That has a bias and no batch norm; here it is the other way round: 2 for each filter.": (
            lambda h, w, c, f: h * w * c * f + f
        ),
        "That is the convolution; batch norm adds a scale and a shift for each filter.": (
            lambda h, w, c, f: h * w * c * f
        ),
        "That forgets the input channels: every filter is as deep as its input.": (
            lambda h, w, c, f: h * w * f + 2 * f
        ),
        "That forgets the input channels, and batch norm's scale and shift.": (
            lambda h, w, c, f: h * w * f
        ),
        "That is one filter; there are `num_filters` of them.": lambda h, w, c, f: h * w * c + 2,
        "That counts batch norm's scale and shift once; every filter has its own.": (
            lambda h, w, c, f: h * w * c * f + 2
        ),
        "That counts batch norm's running mean and variance, which are measured, not trained.": (
            lambda h, w, c, f: h * w * c * f + 4 * f
        ),
        "Batch norm comes after the convolution, so it has 2 for each filter, not input channel.": (
            lambda h, w, c, f: h * w * c * f + 2 * c
        ),
        "That adds height and width; a filter is a rectangle.": (
            lambda h, w, c, f: (h + w) * c * f + 2 * f
        ),
        "That takes the filter as a square of its height.": (
            lambda h, w, c, f: h * h * c * f + 2 * f
        ),
    },
)
def conv_parameters(
    filter_height,
    filter_width,
    in_channels,
    num_filters,
):
    """Return the trained numbers of one layer.

    It is a convolution without bias, and batch norm.

    Args:
        filter_height: Height of every filter, in pixels.
        filter_width: Width of every filter, in pixels.
        in_channels: Channels of the layer's input.
        num_filters: How many filters it has. Batch norm has a scale
            and a shift for each.
    """
    # each filter is a block of weights, and has two numbers more
    weights = filter_height * filter_width * in_channels * num_filters
    return weights + 2 * num_filters


@exercise(
    (32, 2),
    (7, 2),
    (32, 3),
    (8, 1),
    (10, 3),
    (9, 3),
    (1, 3),
    mistakes={
        "That rounds down; a last filter that still starts inside the image counts: round up.": (
            lambda n, stride: n // stride
        ),
        "That rounds to the nearest; round up.": lambda n, stride: round(n / stride),
        "That is a fraction of a pixel; round up.": lambda n, stride: n / stride,
        "That adds 1 always; it is one too many where the stride divides the input.": (
            lambda n, stride: n // stride + 1
        ),
        "That is one too few: the first filter counts as well.": (
            lambda n, stride: (n - 1) // stride
        ),
        "That multiplies; a larger stride gives a smaller output.": lambda n, stride: n * stride,
        "That subtracts; the stride divides.": lambda n, stride: n - stride,
        "That subtracts; the stride divides, rounding up.": lambda n, stride: n - stride + 1,
        "SAME padding keeps the size at stride 1 only; a larger stride skips places.": (
            lambda n, stride: n
        ),
    },
)
def output_size(n, stride):
    """Return the height or width after a SAME convolution.

    Args:
        n: Height or width of the input, in pixels.
        stride: Pixels from one place of the filter to the next.
    """
    # divide and round up, in whole numbers
    return (n + stride - 1) // stride


@exercise(
    (3, 5, 3, 24, 32, 16),
    (1, 1, 36, 48, 8, 8),
    (7, 3, 8, 36, 5, 11),
    mistakes={
        "That counts multiply-adds; each is two operations.": (
            lambda h, w, c, f, tall, wide: h * w * c * f * tall * wide
        ),
        "That is one place of the output; the filters work at every pixel of it.": (
            lambda h, w, c, f, tall, wide: 2 * h * w * c * f
        ),
        "These are the weights; each works at every pixel of the output, and twice.": (
            lambda h, w, c, f, tall, wide: h * w * c * f
        ),
        "That forgets the input channels: every filter is as deep as its input.": (
            lambda h, w, c, f, tall, wide: 2 * h * w * f * tall * wide
        ),
        "That is one filter; there are `num_filters` of them.": (
            lambda h, w, c, f, tall, wide: 2 * h * w * c * tall * wide
        ),
        "That counts batch norm as well; here the convolution alone counts.": (
            lambda h, w, c, f, tall, wide: 2 * (h * w * c * f + 2 * f) * tall * wide
        ),
        "That takes the output as a square of its height.": (
            lambda h, w, c, f, tall, wide: 2 * h * w * c * f * tall * tall
        ),
        "That forgets the size of the filter.": (
            lambda h, w, c, f, tall, wide: 2 * c * f * tall * wide
        ),
    },
)
def conv_flop(
    filter_height,
    filter_width,
    in_channels,
    num_filters,
    out_height,
    out_width,
):
    """Return the FLOP of one convolution, for one image, forward.

    A multiply-add counts as two.

    Args:
        filter_height: Height of every filter, in pixels.
        filter_width: Width of every filter, in pixels.
        in_channels: Channels of the layer's input.
        num_filters: How many filters it has.
        out_height: Height of the output, in pixels.
        out_width: Width of the output, in pixels.
    """
    # every weight multiplies and adds once at every output pixel
    weights = filter_height * filter_width * in_channels * num_filters
    return 2 * weights * out_height * out_width
