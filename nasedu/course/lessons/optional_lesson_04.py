"""Lesson 04, its optional part: the gradient of a whole controller by hand.

Legend of shapes: H units of the LSTM, C choices of every decision, T decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from nasedu.course.exercise import exercise

EXACT = 1e-9  # how far an answer may be from the gradient of autograd, in float64


def _numbers(seed: int, *shape: int) -> Tensor:
    """Return weights that are large enough for every mistake to show, in float64."""
    generator = Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=torch.float64) * 1.6 - 0.8


def _step(seed: int, units: int) -> tuple[Tensor, ...]:
    return tuple(_numbers(seed + i, n * units) for i, n in enumerate((1, 1, 4, 1)))


def _lstm(
    d_h: Tensor,
    d_c: Tensor,
    sums: Tensor,
    c_before: Tensor,
    *,
    order: tuple[int, int, int, int] = (0, 1, 2, 3),
    gate_slope: Callable[[Tensor], Tensor] = lambda gate: gate * (1 - gate),
    proposal_slope: Callable[[Tensor], Tensor] = lambda g: 1 - g**2,
    shown_slope: Callable[[Tensor], Tensor] = lambda shown: 1 - shown**2,
    from_next: float = 1.0,
    from_output: float = 1.0,
    keeps: bool = True,
) -> Tensor:
    """Go back through a step; each argument after the memory can be set to make a mistake."""
    parts = sums.chunk(4)
    i, f, o = (parts[place].sigmoid() for place in order[:3])
    g = parts[order[3]].tanh()
    shown = (f * c_before + i * g).tanh()
    d_c = from_next * d_c + from_output * d_h * o * shown_slope(shown)
    found = [
        d_c * g * gate_slope(i),
        d_c * c_before * gate_slope(f),
        d_h * shown * gate_slope(o),
        d_c * i * proposal_slope(g),
    ]
    rows = [found[order.index(place)] for place in range(4)]
    return torch.stack([*rows, d_c * f if keeps else d_c])


def _step_mistake(**wrong: Any) -> Callable[..., Tensor]:
    return lambda *case: _lstm(*case, **wrong)


@exercise(
    _step(0, 2),
    _step(10, 3),
    _step(20, 1),
    tolerance=EXACT,
    mistakes={
        "The gates are behind a sigmoid, whose slope is `gate * (1 - gate)`; it is missing.": (
            _step_mistake(gate_slope=torch.ones_like)
        ),
        "The slope of a sigmoid is `s * (1 - s)`; `1 - s**2` is that of tanh.": (
            _step_mistake(gate_slope=lambda gate: 1 - gate**2)
        ),
        "The proposal g is behind a tanh, whose slope is `1 - g**2`; it is missing.": (
            _step_mistake(proposal_slope=torch.ones_like)
        ),
        "The slope of tanh is `1 - g**2`; `g * (1 - g)` is that of a sigmoid.": (
            _step_mistake(proposal_slope=lambda g: g * (1 - g))
        ),
        "Between the memory and h stands a tanh; its slope, `1 - tanh(c)**2`, is missing.": (
            _step_mistake(shown_slope=torch.ones_like)
        ),
        "That forgets `d_c`: the next step reads the memory as well, so add what comes from it.": (
            _step_mistake(from_next=0.0)
        ),
        "That forgets that h reads the memory: add `d_h * o * (1 - tanh(c)**2)` to `d_c`.": (
            _step_mistake(from_output=0.0)
        ),
        "That hands the gradient in the new memory back as it is; the old memory was multiplied "
        "by f.": _step_mistake(keeps=False),
        "That has the sums in the order i, f, g, o, as torch's own LSTM; here it is i, f, o, g.": (
            _step_mistake(order=(0, 1, 3, 2))
        ),
    },
)
def lstm_backward(d_h, d_c, sums, c_before):
    """Go back through one step of an LSTM, as far as its sums.

    Return the gradient in the sums of i, f, o and g and in the memory
    before the step, as five rows: ``(5, H)``.

    Args:
        d_h: The gradient in h, the output of this step, ``(H,)``.
        d_c: The gradient in c, the new memory, as far as it comes
            from the next step, ``(H,)``.
        sums: What i, f, o and g are made of, in this order:
            ``(4 H,)``.
        c_before: The memory before the step, ``(H,)``.
    """
    i, f, o = sums.sigmoid().chunk(4)[:3]
    g = sums.chunk(4)[3].tanh()
    shown = (f * c_before + i * g).tanh()  # h = o * shown
    # the next step reads the memory, and so does h
    d_c = d_c + d_h * o * (1 - shown**2)
    d_i = d_c * g * i * (1 - i)
    d_f = d_c * c_before * f * (1 - f)
    d_o = d_h * shown * o * (1 - o)
    d_g = d_c * i * (1 - g**2)
    return torch.stack([d_i, d_f, d_o, d_g, d_c * f])


lstm_backward_solution = lstm_backward.solution  # as the lesson calls it


def _controller(seed: int, units: int, choices: int, tokens: list[int]) -> tuple[Any, ...]:
    shapes = (units,), (2 * units, 4 * units), (4 * units,), *[(choices, units)] * 2, (choices,)
    return tokens, *(_numbers(seed + i, *shape) for i, shape in enumerate(shapes))


def _through_time(
    tokens: Sequence[int],
    *weights: Tensor,
    sign: float = 1.0,
    output: bool = True,
    memory: bool = True,
    inputs: bool = True,
    row: str = "answered",
    add: Callable[[Tensor, Tensor], Tensor] = torch.add,
    hit: bool = True,
) -> Tensor:
    """Return the gradient by an unrolled controller whose paths back can be cut, for mistakes."""
    first_input, weight, bias, embedding, head, head_bias = weights
    x, h, c = first_input, torch.zeros_like(first_input), torch.zeros_like(first_input)
    steps = []
    for token in tokens:
        both = torch.cat([x, h])
        sums, before = both @ weight + bias, c
        i, f, o = sums.sigmoid().chunk(4)[:3]
        c = f * before + i * sums.chunk(4)[3].tanh()
        h = o * c.tanh()
        steps.append((token, both, sums, before, h))
        x = embedding[token]
    d_first, d_weight, d_bias, d_embedding, d_head, d_head_bias = map(torch.zeros_like, weights)
    d_x, d_h, d_c = torch.zeros_like(h), torch.zeros_like(h), torch.zeros_like(h)
    for token, both, sums, before, h in reversed(steps):
        if row == "answered":
            d_embedding[token] += d_x
        elif row == "overwritten":
            d_embedding[token] = d_x
        d_logits = -(head @ h + head_bias).softmax(0)
        d_logits[token] += hit
        d_head = add(d_head, torch.outer(d_logits, h))
        d_head_bias = add(d_head_bias, d_logits)
        *d_sums, d_c = _lstm(head.T @ d_logits + output * d_h, memory * d_c, sums, before)
        d_sums = torch.cat(d_sums)
        d_weight = add(d_weight, torch.outer(both, d_sums))
        d_bias = add(d_bias, d_sums)
        d_first, d_h = (weight @ d_sums).chunk(2)  # the last that comes here is the first step's
        if row == "own":
            d_embedding[token] += d_first
        d_x = inputs * d_first
    found = d_first, d_weight, d_bias, d_embedding, d_head, d_head_bias
    return sign * torch.cat([each.flatten() for each in found])


def _mistake(**wrong: Any) -> Callable[..., Tensor]:
    return lambda *case: _through_time(*case, **wrong)


@exercise(
    _controller(100, 2, 3, [2, 0, 2]),
    _controller(200, 3, 3, [1, 1, 0]),
    _controller(300, 2, 2, [0, 1]),
    tolerance=EXACT,
    mistakes={
        "The sign is wrong: that is the gradient of a loss, minus the log-probability.": (
            _mistake(sign=-1.0)
        ),
        "That forgets the 1 at the token: a logit's gradient is that minus the softmax.": (
            _mistake(hit=False)
        ),
        "That forgets the way over h from a step to the one before: the gradient of h comes from "
        "the head and from the next step.": _mistake(output=False),
        "That forgets the way over the memory: hand the last row of `lstm_backward` on to the "
        "step before.": _mistake(memory=False),
        "That goes back one step at a time and stops; both h and the memory lead on to the step "
        "before.": _mistake(output=False, memory=False),
        "That keeps only the last step's gradient; the weights are used at every step: add.": (
            _mistake(add=lambda before, found: found)
        ),
        "The embeddings have no gradient; the row of an answer is the input of the next step.": (
            _mistake(inputs=False)
        ),
        "That gives the embedding's row to the token that a step answers; the input of a step is "
        "the row of the token answered before.": _mistake(row="own"),
        "Only the embedding is wrong: a token that comes up twice has two shares in its row; "
        "add them.": _mistake(row="overwritten"),
    },
)
def controller_gradient(
    tokens,
    first_input,
    weight,
    bias,
    embedding,
    head,
    head_bias,
):
    """Return the gradient of log P(tokens) in all weights.

    It is one vector: the gradient in each weight tensor, flattened,
    in the order of the arguments.

    Args:
        tokens: T ints. At each step the controller answers one.
        first_input: The input of the first step, ``(H,)``.
        weight: Of the LSTM, ``(2 H, 4 H)``: [x, h] to i, f, o and g.
        bias: Of the LSTM, ``(4 H,)``.
        embedding: Row k is the next input after token k, ``(C, H)``.
        head: From h to the logits, ``(C, H)``.
        head_bias: Of the logits, ``(C,)``.
    """
    # forwards, as in lesson 03; keep what the way back needs
    x, h, c = first_input, 0 * first_input, 0 * first_input
    steps = []
    for token in tokens:
        inputs, c_before = torch.cat([x, h]), c
        sums = inputs @ weight + bias
        i, f, o = sums.sigmoid().chunk(4)[:3]
        c = f * c + i * sums.chunk(4)[3].tanh()
        h = o * c.tanh()
        steps.append((token, inputs, sums, c_before, h))
        x = embedding[token]

    # backwards; whatever is used at several steps adds up
    parts = first_input, weight, bias, embedding, head, head_bias
    d_first, d_w, d_b, d_e, d_v, d_k = map(torch.zeros_like, parts)
    d_x, d_h, d_c = 0 * h, 0 * h, 0 * h  # from after the end: nothing
    for token, inputs, sums, c_before, h in reversed(steps):
        d_e[token] += d_x  # the answer was the next step's input
        d_logits = -(head @ h + head_bias).softmax(0)
        d_logits[token] += 1  # exercise 1
        d_v += torch.outer(d_logits, h)
        d_k += d_logits
        d_h = d_h + head.T @ d_logits  # next step, and the head
        *rows, d_c = lstm_backward_solution(d_h, d_c, sums, c_before)
        d_sums = torch.cat(rows)
        d_w += torch.outer(inputs, d_sums)
        d_b += d_sums
        d_x, d_h = (weight @ d_sums).chunk(2)
    d_first += d_x  # the first step has no answer before it
    found = d_first, d_w, d_b, d_e, d_v, d_k
    return torch.cat([each.flatten() for each in found])
