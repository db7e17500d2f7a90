"""Lesson 03: the controller, a product of conditionals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import log, log2, log10, prod

import torch

from nasedu.course.exercise import exercise


def _chosen(conditionals: Sequence[Sequence[float]], tokens: Sequence[int]) -> list[float]:
    return [p[token] for p, token in zip(conditionals, tokens, strict=True)]


@exercise(
    ([[0.5, 0.3, 0.2], [0.1, 0.9], [0.25, 0.25, 0.5]], [1, 0, 2]),
    ([[0.7, 0.3], [0.6, 0.4]], [0, 1]),
    ([[0.2, 0.8]], [0]),
    ([[0.5, 0.5], [0.25, 0.75], [0.1, 0.9], [1.0, 0.0]], [1, 1, 0, 0]),
    mistakes={
        "That multiplies the logs; the log of a product is the sum of the logs.": (
            lambda p, tokens: prod(map(log, _chosen(p, tokens)))
        ),
        "That takes the most probable token of each step; take the one that was chosen.": (
            lambda p, tokens: sum(log(max(step)) for step in p)
        ),
        "That is the probability; take its log, as a sum of logs.": (
            lambda p, tokens: prod(_chosen(p, tokens))
        ),
        "That adds probabilities; add their logs.": lambda p, tokens: sum(_chosen(p, tokens)),
        "That is the log of the sum; it is the sum of the logs.": (
            lambda p, tokens: log(sum(_chosen(p, tokens)))
        ),
        "That is the mean over the steps; the sum is the log of the sequence's probability.": (
            lambda p, tokens: sum(map(log, _chosen(p, tokens))) / len(tokens)
        ),
        "The sign is wrong: the log of a probability is at most 0.": (
            lambda p, tokens: -sum(map(log, _chosen(p, tokens)))
        ),
        "That is the last step alone; every step has its share.": (
            lambda p, tokens: log(_chosen(p, tokens)[-1])
        ),
        "These are the steps one by one; add them.": (
            lambda p, tokens: list(map(log, _chosen(p, tokens)))
        ),
        "That is a logarithm to base 10; use the natural one, `log`.": (
            lambda p, tokens: sum(map(log10, _chosen(p, tokens)))
        ),
        "That is a logarithm to base 2; use the natural one, `log`.": (
            lambda p, tokens: sum(map(log2, _chosen(p, tokens)))
        ),
    },
)
def log_prob(conditionals, tokens):
    """Return the log-probability of a sequence.

    Args:
        conditionals: For each step the probability of every token.
        tokens: For each step the token that was chosen.
    """
    # add the logs of the probabilities of what was chosen
    chosen = zip(conditionals, tokens, strict=True)
    return sum(log(step[token]) for step, token in chosen)


def _pick(probabilities: Sequence[float], uniform: float) -> int:
    edges = accumulate(probabilities)
    return next(token for token, edge in enumerate(edges) if uniform < edge)


@exercise(
    ([0.25, 0.5, 0.25], 0.9),
    ([0.25, 0.5, 0.25], 0.1),
    ([0.5, 0.125, 0.375], 0.55),
    ([0.125, 0.5, 0.375], 0.6),
    ([0.25, 0.5, 0.25], 0.25),
    ([0.0, 0.5, 0.5], 0.0),
    ([0.5, 0.0, 0.5], 0.5),
    ([1.0], 0.75),
    mistakes={
        "That is the most probable token, whatever the number drawn: no sampling, no search.": (
            lambda p, u: max(range(len(p)), key=p.__getitem__)
        ),
        "That is one too many: count the edges that `uniform` has reached.": (
            lambda p, u: _pick(p, u) + 1
        ),
        "That is one too few: below the first edge lies token 0.": (lambda p, u: _pick(p, u) - 1),
        "That draws a token of probability 0 when `uniform` meets an edge: use `<`, not `<=`.": (
            lambda p, u: next(k for k, edge in enumerate(accumulate(p)) if u <= edge)
        ),
        "That compares with each probability; compare with their running sum.": (
            lambda p, u: next((k for k, q in enumerate(p) if u < q), len(p) - 1)
        ),
        "That makes every token equally likely; a token with a wider interval is likelier.": (
            lambda p, u: int(u * len(p))
        ),
        "That goes through the tokens backwards; token 0 lies at 0.": (
            lambda p, u: len(p) - 1 - _pick(p[::-1], u)
        ),
        "That is the probability of the token; return its number.": (lambda p, u: p[_pick(p, u)]),
    },
)
def sample_token(probabilities, uniform):
    """Return the token whose interval ``uniform`` falls into.

    Args:
        probabilities: One for each token; they sum to 1. Laid end to
            end, each begins where the one before it ends.
        uniform: A number drawn uniformly, at least 0 and below 1.
    """
    # go along the intervals until one ends beyond the number
    edge = 0.0
    for token, probability in enumerate(probabilities):
        edge += probability
        if uniform < edge:
            return token
    # the sum fell short of 1 by a rounding error
    return len(probabilities) - 1


@exercise(
    (torch.tensor([0.6, 0.4]), torch.tensor([[0.5, 0.5], [0.1, 0.9]])),
    (torch.tensor([0.5, 0.2, 0.3]), torch.tensor([[0.3, 0.7], [0.9, 0.1], [0.6, 0.4]])),
    (torch.tensor([0.25, 0.75]), torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])),
    mistakes={
        "That forgets how likely each first answer was: multiply by `first`, and then divide.": (
            lambda first, second: (second / second.sum(0)).T
        ),
        "That is `second` with rows and columns swapped; its rows do not sum to 1.": (
            lambda first, second: second.T
        ),
        "These are the products, P(a, b); divide by how likely the second answer is in all.": (
            lambda first, second: (first[:, None] * second).T
        ),
        "These are the products, a row for each first answer; you need P(a | b), a row for each "
        "second answer.": lambda first, second: first[:, None] * second,
        "That is right, but for rows and columns: row `b` belongs to second answer `b`.": (
            lambda first, second: first[:, None] * second / (first @ second)
        ),
        "That is P(b), how likely each second answer is in all; P(a | b) is asked for.": (
            lambda first, second: first @ second
        ),
        "That takes the two as independent; which first answers are likely depends on the second "
        "one.": lambda first, second: first.expand(second.shape[1], -1),
        "That multiplies by how likely the second answer is; divide by it.": (
            lambda first, second: (first[:, None] * second * (first @ second)).T
        ),
    },
)
def other_way_round(first, second):
    """Return P(a | b), the first answer given the second: ``(B, A)``.

    Args:
        first: P(a), a tensor ``(A,)``.
        second: P(b | a), a tensor ``(A, B)``.
    """
    joint = first[:, None] * second  # (A, B): P(a, b)
    # of all that ends in b, the share that began with a
    return (joint / joint.sum(0)).T
