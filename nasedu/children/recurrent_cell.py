"""A recurrent cell step by step, as the paper describes it (Zoph & Le 2016, section 3.4).

Legend of shapes: T steps, B sequences, I input size, H hidden size, L leaves of the tree.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from nasedu.architectures import RecurrentCell
from nasedu.errors import SettingError

State = tuple[Tensor, Tensor]

COMBINE = {"add": torch.add, "mul": torch.mul, "max": torch.maximum}
ACTIVATION = {
    "identity": lambda x: x,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "sin": torch.sin,
}


class PlainCell(nn.Module):
    """The layer that a `RecurrentCell` describes: one step after the other, by autograd.

    Weights start uniform in ±1/√H, as those of `torch.nn.LSTM`: the paper gives no range for
    a cell alone, and whoever trains a language model sets its own.

    Args:
        cell: The description.
        input_size: I.
        hidden_size: H, the size of both states.

    Attributes:
        weight_ih: ``(L * H, I)``; leaf k multiplies x_t by rows ``k * H`` to ``(k + 1) * H``.
        weight_hh: ``(L * H, H)``; the same for h_{t-1}.
    """

    def __init__(self, cell: RecurrentCell, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.cell = cell
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows = cell.base * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        for weight in self.parameters():
            nn.init.uniform_(weight, -(hidden_size**-0.5), hidden_size**-0.5)

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"base={self.cell.base}, {self.input_size}, {self.hidden_size}"

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read a batch of sequences.

        Args:
            x: ``(T, B, I)`` inputs.
            state: h and c before the first step, each ``(B, H)``; zeros if left out.

        Returns:
            Outputs h_1 to h_T as ``(T, B, H)``, and the state after the last step.

        Raises:
            SettingError: Shapes that do not fit.
        """
        h, c = self.checked(x, state)
        outputs = []
        for x_t in x:
            h, c = self.step(x_t, h, c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)

    def step(self, x: Tensor, h: Tensor, c: Tensor) -> State:
        """Take one step: input ``(B, I)`` and state ``(B, H)`` each to the next state."""
        cell = self.cell
        from_x = linear(x, self.weight_ih).chunk(cell.base, 1)  # W_k x_t of every leaf, (B, H)
        from_h = linear(h, self.weight_hh).chunk(cell.base, 1)  # U_k h_{t-1}
        new_c, outputs = c, []
        for k, node in enumerate(cell.nodes):
            if k < cell.base:
                left, right = from_x[k], from_h[k]
            else:
                left, right = (outputs[i] for i in cell.inputs(k))
            value = COMBINE[node.combine](left, right)
            if k == cell.cell_output:  # c_t: before the activation and before any injection
                new_c = value
            output = ACTIVATION[node.activation](value)
            if k == cell.cell_input:  # c_{t-1} enters
                inject = cell.cell_inject
                output = ACTIVATION[inject.activation](COMBINE[inject.combine](output, c))
            outputs.append(output)
        return outputs[-1], new_c  # the root's output is h_t

    def checked(self, x: Tensor, state: State | None) -> State:
        """Return the state to start from, once all shapes are as they should be."""
        if x.ndim != 3 or x.shape[2] != self.input_size or 0 in x.shape:
            raise SettingError(
                f"inputs have the shape {tuple(x.shape)}; expected (T, B, {self.input_size}), "
                "with at least one step and one sequence"
            )
        shape = (x.shape[1], self.hidden_size)
        if state is None:
            zeros = x.new_zeros(shape)
            return zeros, zeros
        h, c = state
        if h.shape != shape or c.shape != shape:
            raise SettingError(
                f"states have the shapes {tuple(h.shape)} and {tuple(c.shape)}; expected {shape}"
            )
        return h, c
