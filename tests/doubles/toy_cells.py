"""A tiny recurrent cell with the interface and the parameter names of the real ones."""

import torch
from torch import nn


class ToyCell(nn.Module):
    """``base`` leaves, averaged; c_t is that average, which the next step adds to half."""

    def __init__(self, input_size, hidden_size, base=8):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(base * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(base * hidden_size, hidden_size))
        self.base = base

    def forward(self, inputs, state):
        h, c = state
        outputs = []
        for x in inputs:
            leaves = x @ self.weight_ih.T + h @ self.weight_hh.T
            c = leaves.view(len(x), self.base, -1).mean(1) + c / 2
            h = torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)


class NoCell(nn.Module):
    """Has no recurrent weights of the usual name."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.linear = nn.Linear(input_size, hidden_size)

    def forward(self, inputs, state):
        return self.linear(inputs), state


class ExplodingCell(ToyCell):
    """Doubles its state at every step until it is infinite."""

    def forward(self, inputs, state):
        outputs, (h, c) = super().forward(inputs, state)
        return outputs * 1e30 * (1 + c.abs()), (h, c * 1e20 + 1e20)
