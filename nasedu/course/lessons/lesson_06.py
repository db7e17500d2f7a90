"""Lesson 06: variance and baselines."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, tensor

from nasedu.course.exercise import exercise


def _squares(samples: Tensor, exact: Tensor) -> Tensor:
    """Return the squared distance of every sample from the exact gradient, ``(n,)``."""
    return (samples - exact).square().sum(1)


@exercise(
    (tensor([[3.0, 2.0], [-1.0, 0.0], [1.0, -2.0]]), tensor([1.0, 0.0])),
    (tensor([[0.5, 1.0, -1.0], [1.5, 0.0, 2.0]]), tensor([1.0, 0.5, 0.5])),
    (tensor([[2.0, 2.5], [0.0, 1.0], [1.0, 3.0], [-1.0, 2.0]]), tensor([0.0, 2.0])),
    mistakes={
        "That is the square of it; take the square root.": (
            lambda s, e: _squares(s, e).mean() / e.square().sum()
        ),
        "That forgets to divide by the length of the exact gradient.": (
            lambda s, e: _squares(s, e).mean().sqrt()
        ),
        "That divides by the square of the length; divide by the length.": (
            lambda s, e: _squares(s, e).mean().sqrt() / e.square().sum()
        ),
        "That divides before it takes the square root; take the root, then divide.": (
            lambda s, e: (_squares(s, e).mean() / e.norm()).sqrt()
        ),
        "That is the mean distance; square the distances, take their mean, then the root.": (
            lambda s, e: _squares(s, e).sqrt().mean() / e.norm()
        ),
        "That averages over the numbers of a gradient too; a length needs their sum.": (
            lambda s, e: (s - e).square().mean().sqrt() / e.norm()
        ),
        "That is the sum over the samples; take the mean.": (
            lambda s, e: _squares(s, e).sum().sqrt() / e.norm()
        ),
        "That is how far the mean of the samples is off; measure every sample by itself.": (
            lambda s, e: (s.mean(0) - e).norm() / e.norm()
        ),
        "That measures from the mean of the samples; measure from the exact gradient.": (
            lambda s, e: _squares(s, s.mean(0)).mean().sqrt() / e.norm()
        ),
        "That is what `std` does: it measures from the mean of the samples, and divides by one "
        "less; measure from the exact gradient, and take the mean.": (
            lambda s, e: s.std(0).norm() / e.norm()
        ),
        "That sums over the samples and averages over the numbers of a gradient: `.sum(1)`.": (
            lambda s, e: (s - e).square().sum(0).mean().sqrt() / e.norm()
        ),
        "That is the length of the samples; first subtract the exact gradient.": (
            lambda s, e: s.square().sum(1).mean().sqrt() / e.norm()
        ),
        "That is signal to noise: turn the fraction round.": (
            lambda s, e: e.norm() / _squares(s, e).mean().sqrt()
        ),
        "That divides by the length of the samples; divide by that of the exact gradient.": (
            lambda s, e: _squares(s, e).mean().sqrt() / s.square().sum(1).mean().sqrt()
        ),
        "That is one number for each sample; take the mean of the squares, then the root.": (
            lambda s, e: _squares(s, e).sqrt() / e.norm()
        ),
    },
)
def noise_to_signal(samples, exact):
    """Return the root of the mean squared distance, over the length
    of the exact gradient.

    Args:
        samples: A tensor (n, W), one estimate of it in each row.
        exact: A tensor (W,), the exact gradient.
    """
    # squares are summed over the numbers of a row, and averaged over
    # the rows
    squares = (samples - exact).square().sum(1)  # (n,)
    return squares.mean().sqrt() / exact.norm()


@exercise(
    (4.5, 1.0),
    (3.0, 0.5),
    (2.5, 1.0),
    (0.5, 1.0),
    (2.6, 1.0),
    (10.0, 2.5),
    (110.0, 4.0),
    mistakes={
        "The noise falls with the square root of the batch: square the quotient.": (
            lambda noise, wanted: math.ceil(noise / wanted)
        ),
        "That is not whole, and there is no third of a child: round up.": (
            lambda noise, wanted: (noise / wanted) ** 2
        ),
        "That rounds down, and so the noise stays above what is wanted; round up.": (
            lambda noise, wanted: int((noise / wanted) ** 2)
        ),
        "That rounds to the nearest, which may be too few; round up.": (
            lambda noise, wanted: round((noise / wanted) ** 2)
        ),
        "That is always one more than rounded down: one too many if nothing is to be rounded.": (
            lambda noise, wanted: int((noise / wanted) ** 2) + 1
        ),
        "That rounds up before it squares; square first.": (
            lambda noise, wanted: math.ceil(noise / wanted) ** 2
        ),
        "That takes the square root of the quotient; square it.": (
            lambda noise, wanted: math.ceil((noise / wanted) ** 0.5)
        ),
        "The quotient is upside down: more noise needs more children.": (
            lambda noise, wanted: math.ceil((wanted / noise) ** 2)
        ),
        "That squares the noise alone; the noise that is wanted is squared too.": (
            lambda noise, wanted: math.ceil(noise**2 / wanted)
        ),
    },
)
def batch_for_noise(noise, wanted):
    """Return the smallest batch with a noise of at most `wanted`, an
    int.

    Args:
        noise: The noise of one child.
        wanted: What the batch may have.
    """
    # solve noise / sqrt(m) = wanted for m, and round up
    return int(np.ceil((noise / wanted) ** 2))


def _before(rewards: Tensor) -> Tensor:
    counts = torch.arange(len(rewards)).clamp(min=1)
    return (rewards.cumsum(0) - rewards) / counts


@exercise(
    (tensor([0.2, 0.4, 0.9]),),
    (tensor([0.5, 1.0]),),
    (tensor([0.1, 0.7, 0.3, 0.7, 0.2]),),
    (tensor([1.0, 0.0, 0.0, 0.0]),),
    mistakes={
        "That is the mean of all for everybody; leave out the child's own reward.": (
            lambda r: r.mean().expand(len(r))
        ),
        "That is the mean of all; each child has one of its own, without its reward.": (
            lambda r: r.mean()
        ),
        "Without the child's own reward there is one less: divide by `B - 1`.": (
            lambda r: (r.sum() - r) / len(r)
        ),
        "That divides the sum of all by `B - 1`; leave out the child's own reward first.": (
            lambda r: (r.sum() / (len(r) - 1)).expand(len(r))
        ),
        "That is the sum of the others; take their mean.": lambda r: r.sum() - r,
        "These are the advantages; the baseline is what is subtracted from the rewards.": (
            lambda r: r - (r.sum() - r) / (len(r) - 1)
        ),
        "These are the rewards minus the mean of all; this asks for a baseline.": (
            lambda r: r - r.mean()
        ),
        "The sign is wrong: subtract the child's own reward from the sum.": (
            lambda r: (r - r.sum()) / (len(r) - 1)
        ),
        "That adds the child's own reward once more; take it out of the sum.": (
            lambda r: (r.sum() + r) / (len(r) - 1)
        ),
        "That takes the child's own reward out of the mean; take it out of the sum.": (
            lambda r: r.mean() - r
        ),
        "That is the mean of the children before; those after it count as well.": _before,
    },
)
def leave_one_out_baseline(rewards):
    """Return for each child the mean reward of the others in the
    batch, (B,).

    Args:
        rewards: A tensor (B,), one number for each child; two or
            more children.
    """
    # take the child's own reward out of the sum; B - 1 are left
    return (rewards.sum() - rewards) / (len(rewards) - 1)
