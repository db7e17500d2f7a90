"""Refresher A2: recurrent networks, log-probabilities, nats and bits."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nasedu.course.exercise import exercise


def _states(inputs: Sequence[float], w: float, u: float, start: float = 0.0) -> list[float]:
    states, h = [], start
    for x in inputs:
        h = math.tanh(w * x + u * h)
        states.append(h)
    return states


@exercise(
    ([1.0, 0.0, 0.0], 0.5, 2.0),
    ([0.2, -0.4], 1.0, 0.5),
    ([1.0, 1.0, -1.0, 0.5], 0.3, -1.5),
    mistakes={
        "That forgets the state: each step also takes `u` times the state before it.": (
            lambda inputs, w, u: [math.tanh(w * x) for x in inputs]
        ),
        "The weights are exchanged: `w` is for the input, `u` for the state.": (
            lambda inputs, w, u: _states(inputs, u, w)
        ),
        "That is the last state; return all of them.": lambda i, w, u: _states(i, w, u)[-1],
        "The state before the first step is 0 and is not returned.": (
            lambda inputs, w, u: [0.0, *_states(inputs, w, u)]
        ),
        "The state begins at 0.": lambda inputs, w, u: _states(inputs, w, u, 1.0),
        "The tanh goes around the whole sum.": (
            lambda inputs, w, u: [
                math.tanh(w * x) + u * h
                for x, h in zip(inputs, [0.0, *_states(inputs, w, u)], strict=False)
            ]
        ),
    },
)
def rnn_states(inputs, w, u):
    """Return the state after every step of a network of one unit.

    A step is h = tanh(w x + u h); h is 0 before the first one.

    Args:
        inputs: A list: one x for every step.
        w: The weight of the input.
        u: The weight of the state before.
    """
    states, h = [], 0.0
    for x in inputs:
        h = math.tanh(w * x + u * h)
        states.append(h)
    return states


@exercise(
    ([0.5, 0.25, 0.125],),
    ([0.9, 0.1],),
    ([0.2, 0.2, 0.2, 0.4],),
    mistakes={
        "These are nats; bits take the logarithm to base 2, `math.log2`.": (
            lambda p: -sum(map(math.log, p)) / len(p)
        ),
        "The sign is wrong: the logarithm of a probability is negative, and a cost is not.": (
            lambda p: sum(map(math.log2, p)) / len(p)
        ),
        "That is the sum over the symbols; take the mean.": lambda p: -sum(map(math.log2, p)),
        "That is the logarithm of the mean; take the mean of the logarithms.": (
            lambda p: -math.log2(sum(p) / len(p))
        ),
        "That is the entropy: the symbols that came count alike, do not weigh them by p.": (
            lambda p: -sum(q * math.log2(q) for q in p)
        ),
        "That is the perplexity, 2 to the power of the bits.": (
            lambda p: 2 ** (-sum(map(math.log2, p)) / len(p))
        ),
    },
)
def bits_per_symbol(probabilities):
    """Return what a symbol costs on average, in bits.

    Args:
        probabilities: A list: how probable the model found each
            symbol that came.
    """
    bits = [-math.log2(p) for p in probabilities]
    return sum(bits) / len(bits)
