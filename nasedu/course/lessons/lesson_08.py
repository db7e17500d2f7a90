"""Lesson 08: find the bug."""

from __future__ import annotations

import torch
from torch import Tensor, tensor

from nasedu.course.exercise import exercise


def _off(counts: Tensor, probabilities: Tensor) -> Tensor:
    """Return what was counted less what was expected, ``(C,)``."""
    return counts - counts.sum() * probabilities


def _spread(counts: Tensor, probabilities: Tensor) -> Tensor:
    """Return the standard deviation of every count, ``(C,)``."""
    return (counts.sum() * probabilities * (1 - probabilities)).sqrt()


@exercise(
    (tensor([20.0, 50.0, 30.0]), tensor([0.25, 0.25, 0.5])),
    (tensor([90.0, 10.0]), tensor([0.8, 0.2])),
    (tensor([0.0, 0.0, 300.0]), tensor([0.2, 0.3, 0.5])),
    (tensor([10.0, 36.0, 30.0, 24.0]), tensor([0.2, 0.3, 0.25, 0.25])),
    mistakes={
        "Too few is as wrong as too many: take the size of the difference, `.abs()`.": (
            lambda c, p: (_off(c, p) / _spread(c, p)).max()
        ),
        "That forgets the factor `1 - p` under the root.": (
            lambda c, p: (_off(c, p).abs() / (c.sum() * p).sqrt()).max()
        ),
        "That divides by the variance; its square root is the standard deviation.": (
            lambda c, p: (_off(c, p).abs() / _spread(c, p).square()).max()
        ),
        "That is how far the counts are off; divide by their standard deviations.": (
            lambda c, p: _off(c, p).abs().max()
        ),
        "That is one number for each token; return the largest.": (
            lambda c, p: _off(c, p).abs() / _spread(c, p)
        ),
        "That is the place of the largest z; return the z itself.": (
            lambda c, p: (_off(c, p).abs() / _spread(c, p)).argmax()
        ),
        "n is how many draws there were, the sum of the counts; that takes how many tokens.": (
            lambda c, p: ((c - len(c) * p).abs() / (len(c) * p * (1 - p)).sqrt()).max()
        ),
        "That is the mean over the tokens; one token may be wrong alone: take the largest.": (
            lambda c, p: (_off(c, p).abs() / _spread(c, p)).mean()
        ),
        "That compares shares and forgets how many were drawn: multiply the probabilities by n.": (
            lambda c, p: (_off(c, p).abs() / c.sum() / (p * (1 - p)).sqrt()).max()
        ),
        "That is chi-squared, one sum; this asks for the largest single z.": (
            lambda c, p: (_off(c, p).square() / (c.sum() * p)).sum()
        ),
    },
)
def largest_z(counts, probabilities):
    """Return by how many standard deviations a count is off, at most.

    Of n draws a token of probability p is drawn n p times on
    average, with a variance of n p (1 - p).

    Args:
        counts: A tensor (C,): how often each token was drawn.
        probabilities: A tensor (C,): how probable each token is.
    """
    n = counts.sum()
    deviation = (n * probabilities * (1 - probabilities)).sqrt()
    return ((counts - n * probabilities).abs() / deviation).max()


def _failing(failed: Tensor) -> list[list[int]]:
    """Return for each bug the numbers of the checks that fail."""
    return [[place for place, fails in enumerate(row) if fails] for row in failed.tolist()]


@exercise(
    (tensor([[0, 1, 0], [1, 0, 0], [0, 0, 1]]),),
    (tensor([[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]]),),
    (tensor([[1, 1], [0, 1], [1, 0], [0, 0]]),),
    mistakes={
        "Where several checks fail none of them is the only one: -1.": (
            lambda f: [places[0] if places else -1 for places in _failing(f)]
        ),
        "Where no check fails, or several do, the answer is -1; `argmax` is always some number.": (
            lambda f: f.argmax(1)
        ),
        "Where no check fails the answer is -1, and not the first check.": (
            lambda f: [sum(places) if len(places) < 2 else -1 for places in _failing(f)]
        ),
        "That is how many checks fail; return which one.": lambda f: f.sum(1),
        "That counts checks from 1; the first is number 0.": (
            lambda f: [places[0] + 1 if len(places) == 1 else -1 for places in _failing(f)]
        ),
        "That looks for the only check that passes; find the only one that fails.": (
            lambda f: [places[0] if len(places) == 1 else -1 for places in _failing(1 - f)]
        ),
        "That goes down the columns: it names a bug for each check, not a check for each bug.": (
            lambda f: [places[0] if len(places) == 1 else -1 for places in _failing(f.T)]
        ),
        "That says whether exactly one fails; return which one.": (
            lambda f: [int(len(places) == 1) for places in _failing(f)]
        ),
    },
)
def only_check(failed):
    """Return for each bug the one check that fails, or -1.

    Checks are counted from 0. It is -1 where no check fails, and
    where several do.

    Args:
        failed: A tensor (bugs, checks): 1 where a check fails,
            0 where it passes.
    """
    found = []
    for row in failed:
        places = torch.nonzero(row).flatten().tolist()
        found.append(places[0] if len(places) == 1 else -1)
    return found
