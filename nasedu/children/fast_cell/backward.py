"""The way back through a fast cell.

Legend of shapes: T steps, B sequences, H hidden size, L leaves of the tree, P of which do not
add, N nodes of a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from nasedu.architectures import RecurrentCell
from nasedu.children.fast_cell.calls import (
    ACTIVATION_BACKWARD,
    COMBINE,
    COMBINE_BACKWARD,
    Calls,
    add_,
    copy_,
    multiply,
)
from nasedu.children.fast_cell.forward import Tape
from nasedu.children.fast_cell.plan import Level, Run


class GradientBuffers(NamedTuple):
    """Where the way back writes.

    Attributes:
        levels: Of every level the gradients of its nodes, ``(T, B, N, H)``: after the last
            call, those before the activation. The levels use the memory of one step again and
            again, but for the leaves if they are the factors.
        factors: Gradients of U h of all leaves, ``(T, B, L, H)``, in the precision of the
            matrix products.
        from_x: Gradients of W x of the leaves that do not add, ``(T, B, P, H)``.
        hidden: Gradient of the h that the step read, ``(B, H)``; before the step, of its own.
        memory: Gradients of c_0 to c_T, ``(T + 1, B, H)``.
        inject: Room for one gradient at the injection, ``(B, H)``.
    """

    levels: tuple[Tensor, ...]
    factors: Tensor
    from_x: Tensor
    hidden: Tensor
    memory: Tensor
    inject: Tensor


def new_gradients(tape: Tape, hidden: Tensor | None, memory: Tensor | None) -> GradientBuffers:
    """Return memory for the way back from the gradients of h_T and c_T, ``(B, H)`` each."""
    h = tape.hidden
    # Expanded, not repeated: every step writes to the same memory, which stays in the cache.
    levels = [h.new_empty(each.shape[1:]).expand(each.shape) for each in tape.values]
    factors = torch.empty_like(tape.values[0], dtype=tape.factors.dtype)
    if factors.dtype == h.dtype:  # the leaves' gradients of all steps are kept, for weight_hh
        levels[0] = factors
    gradients = GradientBuffers(
        tuple(levels),
        factors,
        from_x=h.new_empty(tape.from_x.shape),
        hidden=h.new_zeros(h.shape[1:]),
        memory=h.new_zeros(h.shape),
        inject=h.new_empty(h.shape[1:]),
    )
    if hidden is not None:
        gradients.hidden.copy_(hidden)
    if memory is not None:
        gradients.memory[-1] = memory
    return gradients


class Backward:
    """Writes down which calls a step back makes.

    Args:
        cell: The cell.
        levels: Its plan.
        tape: What the way forward left behind.
        gradients: Where to write.
    """

    def __init__(
        self, cell: RecurrentCell, levels: Sequence[Level], tape: Tape, gradients: GradientBuffers
    ) -> None:
        self.cell, self.plan, self.tape, self.gradients = cell, levels, tape, gradients
        self.calls = Calls()

    def write(self, weight_hh: Tensor, outputs: Tensor | None) -> Calls:
        """Return the calls, given weights ``(H, L * H)`` and gradients of outputs ``(T, B, H)``."""
        root, hidden = self.gradients.levels[-1][:, :, 0], self.every_step(self.gradients.hidden)
        if outputs is None:
            self.calls.add(copy_, root, hidden)
        else:
            self.calls.add(COMBINE["add"], hidden, outputs, root)
        for number in reversed(range(len(self.plan))):
            self.nodes(number)
            for run in self.plan[number].runs:
                self.inputs(number - 1, run, self.gradients.levels[number][:, :, run.nodes])
        self.leaves(self.every_step(weight_hh.t()), hidden)
        return self.calls

    def nodes(self, number: int) -> None:
        """Go back through what follows the combinations of a level."""
        grads, order = self.gradients.levels[number], self.plan[number].order
        here = order.index(self.cell.cell_input) if self.cell.cell_input in order else None
        if here is not None:
            self.injection(number, here)
        for activation, nodes in self.plan[number].activations:
            if activation != "identity":
                part = grads[:, :, nodes]
                outcome = self.tape.outcomes(number, activation)[:, :, nodes]
                self.calls.add(ACTIVATION_BACKWARD[activation], part, outcome, part)
        if here is not None:
            # What the calls above wrote for this node left the injection out; here is the truth.
            self.calls.add(copy_, grads[:, :, here], self.every_step(self.gradients.inject))
        if self.cell.cell_output in order:  # c_t leaves here, before the activation
            place = order.index(self.cell.cell_output)
            self.calls.add(add_, grads[:, :, place], self.gradients.memory[1:])

    def injection(self, number: int, place: int) -> None:
        """Go back through the injection and the activation before it, aside.

        The level's own calls do for this node what would be right without an injection.
        """
        cell, tape, memory = self.cell, self.tape, self.gradients.memory[:-1]
        aside = self.every_step(self.gradients.inject)
        inject = cell.cell_inject
        after = tape.values[number][:, :, place]
        outcome = tape.inject_slope if inject.activation == "sin" else after
        grad = self.gradients.levels[number][:, :, place]
        self.calls.add(ACTIVATION_BACKWARD[inject.activation], grad, outcome, aside)
        if inject.combine == "add":
            self.calls.add(copy_, memory, aside)
        else:
            back = COMBINE_BACKWARD[inject.combine]
            self.calls.add(back, aside, tape.memory[:-1], tape.before, memory, aside)
        activation = cell.nodes[cell.cell_input].activation
        if activation != "identity":
            outcome = tape.slopes[number][:, :, place] if activation == "sin" else tape.before
            self.calls.add(ACTIVATION_BACKWARD[activation], aside, outcome, aside)

    def inputs(self, below: int, run: Run, grad: Tensor) -> None:
        """Go back through one call's combinations ``(T, B, N, H)``, to the level below."""
        grads, values = self.gradients.levels[below], self.tape.values[below]
        if run.combine != "add":
            sides = [each[:, :, side] for each in (values, grads) for side in (run.left, run.right)]
            self.calls.add(COMBINE_BACKWARD[run.combine], grad, *sides)
        elif grad.shape[2] == 1:  # both inputs in one call, since a sum gives both its gradient
            first, last = sorted((run.left.start, run.right.start))
            pair = slice(first, last + 1, last - first)
            self.calls.add(copy_, grads[:, :, pair], grad)
        else:
            self.calls.add(copy_, grads[:, :, run.left], grad)
            self.calls.add(copy_, grads[:, :, run.right], grad)

    def leaves(self, weight: Tensor, hidden: Tensor) -> None:
        """Go back through the leaves, to x_t and h_{t-1}."""
        grads, factors = self.gradients.levels[0], self.gradients.factors
        num_add = self.tape.num_add
        for combine, nodes in self.plan[0].combines:
            if combine != "add":
                part, grad = slice(nodes.start - num_add, nodes.stop - num_add), grads[:, :, nodes]
                inputs = (self.tape.from_x[:, :, part], self.tape.from_h[:, :, part])
                out = self.gradients.from_x[:, :, part]
                self.calls.add(COMBINE_BACKWARD[combine], grad, *inputs, out, grad)
        if factors is grads:
            self.calls.add(multiply, factors.flatten(2), weight, hidden)
        else:
            product = self.every_step(factors.new_empty(hidden.shape[1:]))
            self.calls.add(copy_, factors, grads)
            self.calls.add(multiply, factors.flatten(2), weight, product)
            self.calls.add(copy_, hidden, product)

    def every_step(self, tensor: Tensor) -> Tensor:
        """Return the tensor as the same for every step."""
        return tensor.expand(len(self.tape.before), *tensor.shape)
