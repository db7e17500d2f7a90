"""Refresher A1: PyTorch, optimisers, NaN."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nasedu.course.exercise import exercise


def _adam(
    slopes: Sequence[float],
    lr: float,
    corrected: bool = True,
    root: float = 0.5,
    remembers: float = 0.9,
) -> float:
    """Return where a variant of Adam brings a weight from 0."""
    weight = mean = square = 0.0
    for t, slope in enumerate(slopes, start=1):
        mean = remembers * mean + (1 - remembers) * slope
        square = 0.999 * square + 0.001 * slope**2
        first, second = (1 - remembers**t, 1 - 0.999**t) if corrected else (1, 1)
        weight -= lr * mean / first / ((square / second) ** root + 1e-8)
    return weight


@exercise(
    ([2.0, 2.0], 0.1),
    ([0.5, -1.5, 1.0], 0.01),
    ([-300.0, 100.0, 100.0, 200.0], 0.001),
    mistakes={
        "The means start at 0, so they are too small at first: divide them by `1 - decay ** t`.": (
            lambda s, lr: _adam(s, lr, corrected=False)
        ),
        "The sign is wrong: a weight goes down against its slope.": lambda s, lr: -_adam(s, lr),
        "Take the square root of the mean square.": lambda s, lr: _adam(s, lr, root=1),
        "That is plain SGD: it goes `lr` times the slope.": lambda s, lr: -lr * sum(s),
        "That steps along each slope alone; step along the mean of the slopes.": (
            lambda s, lr: _adam(s, lr, remembers=0.0)
        ),
        "That uses the sign of each slope alone; keep means over the steps.": (
            lambda s, lr: -lr * sum(math.copysign(1, slope) for slope in s)
        ),
        "That is one step, the last; add up all of them.": (
            lambda s, lr: _adam(s, lr) - _adam(s[:-1], lr)
        ),
    },
)
def adam_weight(slopes, lr):
    """Return where Adam brings a weight that starts at 0.

    It keeps the mean of the slopes (decay 0.9) and of their squares
    (decay 0.999). Both start at 0, so after t steps each is divided
    by 1 - decay ** t. Add 1e-8 to the root before you divide by it.

    Args:
        slopes: A list: the slope at every step.
        lr: The learning rate.
    """
    weight, mean, square = 0.0, 0.0, 0.0
    for t, slope in enumerate(slopes, start=1):
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        root = (square / (1 - 0.999**t)) ** 0.5 + 1e-8
        weight -= lr * (mean / (1 - 0.9**t)) / root
    return weight


NAN, INF = math.nan, math.inf


@exercise(
    ([2.0, 1.5, NAN, NAN],),
    ([1.0, 0.5],),
    ([3.0, INF, NAN],),
    ([NAN, 1.0],),
    mistakes={
        "NaN equals nothing, not even itself: ask `math.isnan(loss)`.": lambda losses: -1,
        "An infinite loss is not NaN yet; ask `math.isnan(loss)`.": (
            lambda losses: next((i for i, x in enumerate(losses) if not math.isfinite(x)), -1)
        ),
        "That is the last NaN; return the first.": (
            lambda losses: max((i for i, x in enumerate(losses) if math.isnan(x)), default=-1)
        ),
        "That is how many losses are NaN; return the place of the first.": (
            lambda losses: sum(map(math.isnan, losses))
        ),
        "That counts places from 1; the first is number 0.": (
            lambda losses: next((i for i, x in enumerate(losses, 1) if math.isnan(x)), -1)
        ),
        "Without a NaN the answer is -1.": (
            lambda losses: next((i for i, x in enumerate(losses) if math.isnan(x)), len(losses))
        ),
    },
)
def first_nan(losses):
    """Return the place of the first loss that is NaN, or -1.

    Args:
        losses: A list: the loss of every step, the first at 0.
    """
    for place, loss in enumerate(losses):
        if math.isnan(loss):
            return place
    return -1
