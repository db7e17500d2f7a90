"""Lesson 16: referee the paper."""

from __future__ import annotations

from nasedu.course.exercise import exercise


def _range(text, decimals, below=0.5, above=0.5):
    """Return a range around a number, in units of a decimal place."""
    value, unit = float(text), 10.0**-decimals
    return value - below * unit, value + above * unit


def _decimals(text):
    return len(text.partition(".")[2])


@exercise(
    ("4.2",),
    ("32",),
    ("5.50",),
    ("0.09",),
    ("1.214",),
    mistakes={
        "That goes a whole unit of the last place to each side; rounding moves a value by half a "
        "unit at most.": lambda t: _range(t, _decimals(t), 1, 1),
        "That is for numbers that are cut off; a printed number is rounded, up or down.": (
            lambda t: _range(t, _decimals(t), 0, 1)
        ),
        "That takes one decimal place for all numbers; count those of `text`.": (
            lambda t: _range(t, 1)
        ),
        "That loses the 0 at the end of 5.50, which was printed and says something: count the "
        "places of `text` and not those of the float.": (
            lambda t: _range(t, len(f"{float(t):g}".partition(".")[2]))
        ),
        "That gives every number a decimal place, as `str(float(text))` does: 32 has none.": (
            lambda t: _range(t, max(1, len(str(float(t)).partition(".")[2])))
        ),
        "That is how far the value may be off; return the two ends of the range.": (
            lambda t: 0.5 * 10.0 ** -_decimals(t)
        ),
    },
)
def printed_range(text):
    """Return the lowest and the highest value that is printed so.

    Args:
        text: A rounded number as it is printed, "4.2" or "32".
    """
    decimals = len(text.partition(".")[2])
    half = 0.5 / 10**decimals
    value = float(text)
    return value - half, value + half


def _variance(error, images):
    """Return the variance of one error rate, as a share."""
    return error / 100 * (1 - error / 100) / images


@exercise(
    (3.65, 3.74, 10_000),
    (5.5, 7.97, 10_000),
    (40.0, 60.0, 297),
    (10.0, 10.0, 100),
    mistakes={
        "That is the standard error of one of the two; both are uncertain.": (
            lambda a, b, n: 100 * _variance(a, n) ** 0.5
        ),
        "Standard errors do not add up; variances do. Add these, then take the root.": (
            lambda a, b, n: 100 * (_variance(a, n) ** 0.5 + _variance(b, n) ** 0.5)
        ),
        "That is a share; the errors are in percent, so the answer is, too.": (
            lambda a, b, n: (_variance(a, n) + _variance(b, n)) ** 0.5
        ),
        "That is the variance; take its root.": (
            lambda a, b, n: 100 * (_variance(a, n) + _variance(b, n))
        ),
        "That is the difference of the two; return how uncertain it is.": lambda a, b, n: b - a,
        "That forgets the number of images: the variance of a share is p (1 − p) / n.": (
            lambda a, b, n: 100 * (_variance(a, 1) + _variance(b, 1)) ** 0.5
        ),
        "That is the mean of the two variances; the difference has their sum.": (
            lambda a, b, n: 100 * ((_variance(a, n) + _variance(b, n)) / 2) ** 0.5
        ),
    },
)
def standard_error(first, second, images):
    """Return the standard error of the difference of two test errors.

    The networks are taken to be independent: the variance of the
    difference is the sum of the two variances. A share p of n images
    has the variance p (1 - p) / n.

    Args:
        first: Test error of one network, in percent.
        second: Test error of the other, in percent.
        images: How many images each was tested on.

    Returns:
        In percentage points, like the errors.
    """
    variance = 0.0
    for error in (first, second):
        share = error / 100
        variance += share * (1 - share) / images
    return 100 * variance**0.5


DAY = 24 * 60 * 60  # seconds


@exercise(
    (12_800, 45_000, 50, 2.0e9, 1.0e12),
    (1, 1_000, 1, 86_400.0, 1_000.0),
    (2, 500, 3, 4.0e6, 5.0e5),
    mistakes={
        "That is the forward pass alone; a training step costs three times as much.": (
            lambda c, i, e, f, r: f * i * e * c / r / DAY
        ),
        "That counts two passes; the gradients cost about two, and forward comes on top.": (
            lambda c, i, e, f, r: 2 * f * i * e * c / r / DAY
        ),
        "Those are hours; a day has 24.": lambda c, i, e, f, r: 3 * f * i * e * c / r / 3600,
        "Those are seconds; a day has 24 times 60 times 60.": (
            lambda c, i, e, f, r: 3 * f * i * e * c / r
        ),
        "A day has 24 times 60 times 60 seconds; one 60 is missing.": lambda c, i, e, f, r: (
            3 * f * i * e * c / r / (24 * 60)
        ),
        "That forgets the epochs.": lambda c, i, e, f, r: 3 * f * i * c / r / DAY,
        "That is one child; multiply by how many there are.": (
            lambda c, i, e, f, r: 3 * f * i * e / r / DAY
        ),
    },
)
def gpu_days(children, images, epochs, flop, rate):
    """Return for how many days one GPU trains all children.

    A step of training costs three times the forward pass: the pass
    itself, and about two more for the gradients.

    Args:
        children: How many networks are trained.
        images: How many images each is trained on.
        epochs: Passes over these images.
        flop: Floating-point operations of one image, forward.
        rate: Operations that the GPU really does in a second.
    """
    operations = 3 * flop * images * epochs * children
    seconds = operations / rate
    return seconds / (24 * 60 * 60)
