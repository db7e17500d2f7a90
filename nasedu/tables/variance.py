"""The analysis of variance: which decisions explain a result, alone and by twos.

Legend of shapes: n children, T decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nasedu.errors import SettingError


@dataclass(frozen=True)
class Effects:
    """Shares of the variance of a result, 0 to 1.

    Attributes:
        names: What the T decisions are called.
        alone: ``(T,)`` what each decision adds to all the others, without interactions.
        by_twos: ``(T, T)`` what each interaction of two adds to all decisions; symmetric.
        all_alone: What all decisions explain together, without interactions.
        with_twos: What they explain with all interactions of two.
    """

    names: tuple[str, ...]
    alone: NDArray[np.float64]
    by_twos: NDArray[np.float64]
    all_alone: float
    with_twos: float

    def largest(self, count: int) -> list[tuple[str, float]]:
        """Return names and shares of the largest effects, of one decision or of two."""
        ones = dict(zip(self.names, self.alone, strict=True))
        twos = {
            f"{self.names[a]} × {self.names[b]}": self.by_twos[a, b]
            for a, b in combinations(range(len(self.names)), 2)
        }
        # rounded: what is equal by symmetry keeps its order, whatever the last bits are
        return sorted((ones | twos).items(), key=lambda pair: -round(pair[1], 9))[:count]


def effects(
    tokens: NDArray[np.int64], values: NDArray[np.float64], names: Sequence[str]
) -> Effects:
    """Return what decisions explain of the variance of values, by least squares.

    Of a full factorial these are the shares of the classical analysis of variance, and add up.
    Where children are missing, each share is what the effect *adds* to all decisions alone (for
    one decision: to all the others), so that what two explain alike is counted for neither.

    Args:
        tokens: ``(n, T)`` the descriptions.
        values: ``(n,)`` their results, no NaN.
        names: What the T decisions are called.

    Raises:
        SettingError: All values are equal.
    """
    values = values - values.mean()
    total = float(values @ values)
    if not total:
        raise SettingError("all results are equal; there is nothing to explain")
    columns = [_coded(own) for own in tokens.T]  # T of (n, choices - 1)
    everything = np.hstack(columns)
    base = _basis(everything)
    explained = _squares(base, values)
    ones = range(len(columns))
    alone = [
        explained - _squares(_basis(np.hstack([columns[k] for k in ones if k != t])), values)
        for t in ones
    ]
    left, by_twos, products = values - base @ (base.T @ values), np.zeros((len(ones),) * 2), []
    for a, b in combinations(ones, 2):
        own = (columns[a][:, :, None] * columns[b][:, None]).reshape(len(values), -1)
        products.append(own)
        by_twos[a, b] = by_twos[b, a] = _squares(_basis(own - base @ (base.T @ own)), left)
    both = _squares(_basis(np.hstack([everything, *products])), values)
    shares = np.array(alone) / total, by_twos / total
    return Effects(tuple(names), *shares, explained / total, both / total)


def _coded(tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a column for every choice but the first, ``(n, choices - 1)``, each of mean 0."""
    columns = (tokens[:, None] == np.unique(tokens)[1:]).astype(float)
    return columns - columns.mean(0)


def _basis(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an orthonormal basis ``(n, rank)`` of columns and of their means taken away."""
    columns = columns - columns.mean(0)
    u, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return u[:, sizes > 1e-8 * max(1.0, sizes.max(initial=0.0))]


def _squares(base: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the sum of squares that an orthonormal basis explains."""
    return float(np.square(base.T @ values).sum())
