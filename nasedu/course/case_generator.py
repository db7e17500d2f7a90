"""The generator of hidden cases: numpy's, with what the arguments of exercises are made of."""

from __future__ import annotations

import numpy as np
import torch
from numpy.random import PCG64, Generator
from torch import Tensor


class CaseGenerator(Generator):
    """Draws from a seed: the same seed gives the same draws.

    Args:
        seed: One int or several, none below 0.
    """

    def __init__(self, *seed: int) -> None:
        super().__init__(PCG64(seed))

    def count(self, low: int, high: int) -> int:
        """Return an int from low to high, both possible."""
        return int(self.integers(low, high + 1))

    def number(self, low: float = 0.05, high: float = 0.95) -> float:
        """Return a number with three decimals."""
        return round(float(self.uniform(low, high)), 3)

    def numbers(self, count: int, low: float = 0.05, high: float = 0.95) -> list[float]:
        """Return different numbers with three decimals, in no order."""
        while True:
            drawn = [self.number(low, high) for _ in range(count)]
            if len(set(drawn)) == count:
                return drawn

    def tensor(self, *shape: int, low: float = -1.0, high: float = 1.0) -> Tensor:
        """Return a float32 tensor of this shape."""
        return torch.tensor(self.uniform(low, high, shape), dtype=torch.float32)

    def exact(self, *shape: int) -> Tensor:
        """Return a float64 tensor of this shape, from -1 to 1."""
        return torch.tensor(self.uniform(-1, 1, shape))

    def chances(self, *shape: int) -> np.ndarray:
        """Return probabilities of this shape, which sum to 1 along the last axis."""
        return self.dirichlet(np.ones(shape[-1]), shape[:-1])

    def odd(self, least: int = 1) -> int:
        """Return the side of a filter, at most 9."""
        return int(self.choice(range(least, 10, 2)))
