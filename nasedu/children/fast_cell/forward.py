"""The forward pass of a fast cell, and what it leaves behind for the way back.

Legend of shapes: T steps, B sequences, I input size, H hidden size, L leaves of the tree, A of
which add and P = L - A do not, N nodes of a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from nasedu.architectures import RecurrentCell
from nasedu.children.fast_cell.calls import (
    COMBINE,
    Calls,
    accumulate,
    add_,
    copy_,
    double_,
    multiply,
    relu_,
    sigmoid_,
    sine_,
    stretch_,
    tanh_,
)
from nasedu.children.fast_cell.plan import Group, Level, places


class Tape(NamedTuple):
    """Everything that a sequence leaves behind. Nodes lie as the plan says.

    Attributes:
        hidden: h_0 to h_T, ``(T + 1, B, H)``.
        factors: The same in the precision of the matrix products; ``hidden`` itself if that is
            the same.
        memory: c_0 to c_T, ``(T + 1, B, H)``.
        before: The output into which c_{t-1} is injected, before that, ``(T, B, H)``.
        inject_slope: The injection's cosine if it is a sine, ``(T, B, H)``, else empty.
        from_x: W x of the leaves that do not add, ``(T, B, P, H)``.
        from_h: U h of the same.
        values: Of every level the outputs, injection included, ``(T, B, N, H)``; the root's
            are those of ``hidden``.
        slopes: Of a level with sines their cosines, ``(T, B, N, H)``, else empty.
    """

    hidden: Tensor
    factors: Tensor
    memory: Tensor
    before: Tensor
    inject_slope: Tensor
    from_x: Tensor
    from_h: Tensor
    values: tuple[Tensor, ...]
    slopes: tuple[Tensor, ...]

    @property
    def num_add(self) -> int:
        """A, the leaves that add: they come first."""
        return self.values[0].shape[2] - self.from_x.shape[2]

    def outcomes(self, level: int, activation: str) -> Tensor:
        """Return what an activation's gradient is computed from, ``(T, B, N, H)``."""
        return self.slopes[level] if activation == "sin" else self.values[level]


def new_tape(
    cell: RecurrentCell,
    levels: Sequence[Level],
    steps: int,
    h: Tensor,
    c: Tensor,
    dtype: torch.dtype,
) -> Tape:
    """Return memory for so many steps from h_0 and c_0, ``(B, H)`` each.

    All of it has the precision of h but the factors of matrix products, which have ``dtype``.
    """
    batch, size = h.shape
    others = sum(node.combine != "add" for node in cell.nodes[: cell.base])
    sines = [[cell.nodes[k].activation for k in level.order].count("sin") for level in levels]
    hidden, memory = (each.new_empty(steps + 1, batch, size) for each in (h, c))
    hidden[0], memory[0] = h, c
    factors = hidden
    if dtype != h.dtype:
        factors = torch.empty_like(hidden, dtype=dtype)
        factors[0] = h
    inner = (h.new_empty(steps, batch, len(level.order), size) for level in levels[:-1])
    return Tape(
        hidden,
        factors,
        memory,
        before=h.new_empty(steps, batch, size),
        inject_slope=h.new_empty(steps if cell.cell_inject.activation == "sin" else 0, batch, size),
        from_x=h.new_empty(steps, batch, others, size),
        from_h=h.new_empty(steps, batch, others, size),
        values=(*inner, hidden[1:].unsqueeze(2)),  # the root's output is h_t: no copy is needed
        slopes=tuple(
            h.new_empty(steps if count else 0, batch, len(level.order), size)
            for count, level in zip(sines, levels, strict=True)
        ),
    )


def read_inputs(tape: Tape, x: Tensor, weight_ih: Tensor) -> None:
    """Multiply all inputs ``(T, B, I)`` by the weights ``(L * H, I)``, before the first step."""
    rows = x.flatten(0, 1)
    split = tape.num_add * tape.hidden.shape[2]
    # Leaves that add get W x where their output will be, so that U h is added on top (addmm).
    added = tape.values[0].view(len(rows), -1)[:, :split]
    for part, out in (
        (weight_ih[:split], added),
        (weight_ih[split:], tape.from_x.view(len(rows), -1)),
    ):
        if not len(part):
            continue
        if out.dtype == rows.dtype:
            torch.mm(rows, part.t(), out=out)
        else:  # a product cannot be written in another precision than its factors have
            out.copy_(rows @ part.t())


def forward_calls(
    cell: RecurrentCell, levels: Sequence[Level], tape: Tape, weight_hh: Tensor
) -> Calls:
    """Return the calls of every step, given `read_inputs` and the weights ``(H, L * H)``."""
    calls = Calls()
    _add_leaves(calls, levels[0], tape, weight_hh)
    for number, level in enumerate(levels):
        values = tape.values[number]
        for run in level.runs:
            below = tape.values[number - 1]
            left, right = below[:, :, run.left], below[:, :, run.right]
            calls.add(COMBINE[run.combine], left, right, values[:, :, run.nodes])
        if cell.cell_output in level.order:  # c_t is taken before the activation overwrites it
            place = level.order.index(cell.cell_output)
            calls.add(copy_, tape.memory[1:], values[:, :, place])
        _add_activations(calls, level.activations, values, tape.slopes[number])
        if cell.cell_input in level.order:
            after = values[:, :, level.order.index(cell.cell_input)]
            calls.add(copy_, tape.before, after)  # the way back needs both sides of the injection
            calls.add(COMBINE[cell.cell_inject.combine], tape.before, tape.memory[:-1], after)
            _activate(calls, cell.cell_inject.activation, after, tape.inject_slope)
    if tape.factors is not tape.hidden:
        calls.add(copy_, tape.factors[1:], tape.hidden[1:])
    return calls


def _add_leaves(calls: Calls, level: Level, tape: Tape, weight: Tensor) -> None:
    """Multiply by h_{t-1}: where leaves add, on top of the input's product that is there."""
    h, split = tape.factors[:-1], tape.num_add * tape.hidden.shape[2]
    added, from_h = tape.values[0].flatten(2)[:, :, :split], tape.from_h.flatten(2)
    parts = [each.expand(len(h), -1, -1) for each in (weight[:, :split], weight[:, split:])]
    if h.dtype != added.dtype:  # under autocast: one product for all leaves, then a cast each
        product = h.new_empty(h.shape[1], weight.shape[1]).expand(len(h), -1, -1)
        calls.add(multiply, h, weight.expand(len(h), -1, -1), product)
        calls.add(add_, added, product[:, :, :split])
        calls.add(copy_, from_h, product[:, :, split:])
    else:
        if split:
            calls.add(accumulate, h, parts[0], added)
        if split < weight.shape[1]:
            calls.add(multiply, h, parts[1], from_h)
    for combine, nodes in level.combines:
        if combine != "add":
            part = slice(nodes.start - tape.num_add, nodes.stop - tape.num_add)
            factors = (tape.from_x[:, :, part], tape.from_h[:, :, part])
            calls.add(COMBINE[combine], *factors, tape.values[0][:, :, nodes])


def _add_activations(
    calls: Calls, activations: Sequence[Group], values: Tensor, slopes: Tensor
) -> None:
    """Activate a level in place; neighbouring tanh and sigmoid share a call, see `_activate`."""
    if not _by_sigmoid(values):
        for activation, nodes in activations:
            _activate(calls, activation, values[:, :, nodes], slopes[:, :, nodes])
        return
    curved: list[list[int]] = []  # places of neighbours that a sigmoid serves
    for activation, nodes in activations:
        if activation not in ("tanh", "sigmoid"):
            _activate(calls, activation, values[:, :, nodes], slopes[:, :, nodes])
            continue
        if activation == "tanh":
            calls.add(double_, values[:, :, nodes])
        if curved and curved[-1][-1] == nodes.start - 1:
            curved[-1].extend(places(nodes))
        else:
            curved.append(list(places(nodes)))
    for span in curved:
        calls.add(sigmoid_, values[:, :, span[0] : span[-1] + 1])
    for activation, nodes in activations:  # tanh(x) = 2 sigmoid(2 x) - 1
        if activation == "tanh":
            calls.add(stretch_, values[:, :, nodes])


def _activate(calls: Calls, activation: str, values: Tensor, slopes: Tensor) -> None:
    """Activate in place. On a CPU a tanh is faster as 2 sigmoid(2 x) - 1."""
    if activation == "tanh" and _by_sigmoid(values):
        calls.add(double_, values)
        calls.add(sigmoid_, values)
        calls.add(stretch_, values)
    elif activation == "sin":
        calls.add(sine_, values, slopes)
    elif activation != "identity":
        calls.add({"tanh": tanh_, "sigmoid": sigmoid_, "relu": relu_}[activation], values)


def _by_sigmoid(values: Tensor) -> bool:
    """Return whether a tanh is to be computed by a sigmoid: to 1e-7, as float32 goes."""
    return values.device.type == "cpu" and values.dtype == torch.float32
