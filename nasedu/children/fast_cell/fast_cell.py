"""The same recurrent cell in fewer and larger calls, with a backward pass written by hand.

What `PlainCell` says, for a whole sequence at once: all products with the inputs are one
matrix product before the first step, and the gradients of the weights one after the last. In
between, a step is one matrix product or two and a short list of calls, each of which serves
many nodes (see `plan`) and writes into memory that was there before. What backward needs
is kept as numbers, not as a graph: memory grows in proportion to T.

Legend of shapes: T steps, B sequences, I input size, H hidden size, L leaves of the tree, A of
which add and P = L - A do not, N nodes of a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from nasedu.architectures import RecurrentCell
from nasedu.children.fast_cell.backward import Backward, GradientBuffers, new_gradients
from nasedu.children.fast_cell.forward import Tape, forward_calls, new_tape, read_inputs
from nasedu.children.fast_cell.plan import Level, plan
from nasedu.children.recurrent_cell import PlainCell, State
from nasedu.errors import SettingError


class FastCell(PlainCell):
    """A `PlainCell` that is faster: the same weights and the same numbers, a tanh to 1e-7.

    By how much, ``benchmarks/recurrent_cell.py`` measures; a large cell gains the most. Under
    `torch.autocast` the matrix products have the lower precision; everything else, and what
    comes out, keeps that of the weights. Gradients cannot be differentiated once more.
    """

    def __init__(self, cell: RecurrentCell, input_size: int, hidden_size: int) -> None:
        super().__init__(cell, input_size, hidden_size)
        self.plan = plan(cell)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read a batch of sequences, as `PlainCell.forward` does."""
        state, dtype = self.checked(x, state), self.weight_hh.dtype
        h, c = (each.to(dtype) for each in state)
        if torch.is_autocast_enabled(x.device.type):
            dtype = torch.get_autocast_dtype(x.device.type)
        weights = (self.weight_ih, self.weight_hh)
        out, h, c = CellSequence.apply(self.cell, self.plan, dtype, x.to(dtype), h, c, *weights)
        return out, (h, c)


class CellSequence(torch.autograd.Function):
    """A cell over a whole sequence as one operation: out, h_T and c_T of inputs and weights."""

    @staticmethod
    def forward(
        ctx: Any,
        cell: RecurrentCell,
        levels: Sequence[Level],
        dtype: torch.dtype,
        x: Tensor,
        h: Tensor,
        c: Tensor,
        weight_ih: Tensor,
        weight_hh: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Map ``(T, B, I)``, twice ``(B, H)`` and weights to ``(T, B, H)`` and twice ``(B, H)``."""
        order = levels[0].order
        weight_ih = in_order(weight_ih.to(dtype), order)
        weight_hh = in_order(weight_hh.to(dtype), order).t().contiguous()  # (H, L * H): fastest
        tape = new_tape(cell, levels, len(x), h, c, dtype)
        read_inputs(tape, x, weight_ih)
        calls = forward_calls(cell, levels, tape, weight_hh)
        for step in range(len(x)):
            calls.make(step)
        ctx.set_materialize_grads(False)  # a result that nobody used comes back as None, not zeros
        ctx.cell, ctx.levels = cell, levels
        ctx.save_for_backward(x, weight_ih, weight_hh, *tape[:7], *tape.values[:-1], *tape.slopes)
        # Copies: two results of a Function must not share memory.
        return tape.hidden[1:], tape.hidden[-1].clone(), tape.memory[-1].clone()

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor | None) -> tuple[Tensor | None, ...]:
        """Map gradients of the three results to those of everything that `forward` took."""
        return way_back(ctx, *grad_outputs)


@once_differentiable
def way_back(ctx: Any, *grad_outputs: Tensor | None) -> tuple[Tensor | None, ...]:
    """Map gradients of the three results to those of everything that `forward` took."""
    out, h, c = grad_outputs
    x, weight_ih, weight_hh, *rest = ctx.saved_tensors
    cell, levels = ctx.cell, ctx.levels
    inner = len(levels) - 1
    values = (*rest[7 : 7 + inner], rest[0][1:].unsqueeze(2))  # as `new_tape` laid them out
    tape = Tape._make((*rest[:7], values, tuple(rest[7 + inner :])))
    gradients = new_gradients(tape, h, c)
    calls = Backward(cell, levels, tape, gradients).write(weight_hh, out)
    for step in reversed(range(len(x))):
        calls.make(step)
    grad_x, grad_ih = of_inputs(gradients, tape, x, weight_ih)
    leaves = gradients.factors.flatten(2).flatten(0, 1)  # (T * B, L * H)
    # One product for all steps: the sum over T and B is inside of it.
    grad_hh = new_matrix(leaves, leaves.shape[1], tape.hidden.shape[2])
    torch.mm(leaves.t(), tape.factors[:-1].flatten(0, 1), out=grad_hh)
    order, dtype = levels[0].order, tape.hidden.dtype
    weights = (out_of_order(each, order).to(dtype) for each in (grad_ih, grad_hh))
    return None, None, None, grad_x, gradients.hidden, gradients.memory[0], *weights


def of_inputs(
    gradients: GradientBuffers, tape: Tape, x: Tensor, weight_ih: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the gradients of inputs ``(T, B, I)`` and of their weights ``(L * H, I)``."""
    rows = x.flatten(0, 1)  # (T * B, I)
    split = tape.num_add * tape.hidden.shape[2]
    added = gradients.factors.flatten(2).flatten(0, 1)[:, :split]
    others = gradients.from_x.flatten(2).flatten(0, 1).to(x.dtype)
    grad_x, grad_ih = (new_matrix(rows, len(each), rows.shape[1]) for each in (rows, weight_ih))
    torch.mm(added, weight_ih[:split], out=grad_x).addmm_(others, weight_ih[split:])
    torch.mm(added.t(), rows, out=grad_ih[:split])
    torch.mm(others.t(), rows, out=grad_ih[split:])
    return grad_x.view(x.shape), grad_ih


def new_matrix(like: Tensor, rows: int, columns: int) -> Tensor:
    """Return memory for a large product; its rows begin at multiples of 8 numbers.

    Where they do not, some processors multiply a third more slowly (H = 650).
    """
    return like.new_empty(rows, -(-columns // 8) * 8)[:, :columns]


def in_order(weight: Tensor, order: Sequence[int]) -> Tensor:
    """Return weights ``(L * H, J)`` with the leaves' rows in this order.

    Without a tensor of indices, which would have to reach a GPU first and make it wait.
    """
    blocks = weight.chunk(len(order))  # (H, J) each
    return torch.cat([blocks[leaf] for leaf in order])


def out_of_order(weight: Tensor, order: Sequence[int]) -> Tensor:
    """Return what `in_order` made of weights as it was."""
    return in_order(weight, [order.index(leaf) for leaf in range(len(order))])


def build_cell(
    cell: RecurrentCell, *, input_size: int, hidden_size: int, fast: bool = True
) -> PlainCell:
    """Return an untrained layer of a cell; see `build`."""
    if input_size < 1 or hidden_size < 1:
        raise SettingError(
            f"input_size is {input_size} and hidden_size {hidden_size}; expected at least 1"
        )
    return (FastCell if fast else PlainCell)(cell, input_size, hidden_size)
