"""A fast cell whose steps a GPU takes without Python: CUDA graphs.

A step of the published cell is about 20 small calls forward and as many backward, and a GPU is
done with each before Python has made the next. Captured as a graph, a whole segment is one call.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nasedu.architectures import RecurrentCell
from nasedu.children.fast_cell.fast_cell import CellSequence, FastCell
from nasedu.children.recurrent_cell import State


class GraphedCell(FastCell):
    """A `FastCell` that replays a graph of each segment while it is trained on a GPU.

    On a CPU, and where no gradient is asked for, it is a `FastCell`. A graph is captured for every
    shape of a segment and always writes to the same memory: results, and what the way back
    needs, hold until the next segment, which is all that truncated back-propagation asks.
    """

    def __init__(self, cell: RecurrentCell, input_size: int, hidden_size: int) -> None:
        super().__init__(cell, input_size, hidden_size)
        self.graphs: dict = {}

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read a batch of sequences, as `PlainCell.forward` does."""
        if not (can_graph(x) and self.training and torch.is_grad_enabled()):
            return super().forward(x, state)
        state, dtype = self.checked(x, state), self.weight_hh.dtype
        h, c = (each.to(dtype) for each in state)
        if torch.is_autocast_enabled(x.device.type):
            dtype = torch.get_autocast_dtype(x.device.type)
        inputs = (x.to(dtype), h, c, self.weight_ih, self.weight_hh)
        key = (x.shape, dtype, *(each.requires_grad for each in inputs))
        if key not in self.graphs:
            self.graphs[key] = self.captured(inputs, dtype)
        out, h, c = self.graphs[key](*inputs)
        return out, (h, c)

    def captured(self, inputs: tuple[Tensor, ...], dtype: torch.dtype):
        """Return `CellSequence` on inputs of these shapes, weights among them, as a graph."""

        def sequence(*tensors: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            return CellSequence.apply(self.cell, self.plan, dtype, *tensors)

        samples = tuple(each.detach().clone().requires_grad_(each.requires_grad) for each in inputs)
        with torch.autocast("cuda", enabled=False):  # the precision is in dtype; its cache forbids
            return torch.cuda.make_graphed_callables(sequence, samples)


def can_graph(x: Tensor) -> bool:
    """Return whether there are graphs where these inputs are."""
    return x.is_cuda
