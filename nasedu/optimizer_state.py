"""The state of an optimiser as named tensors, and back: for studies, checkpoints and servers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.optim import Optimizer


def optimizer_tensors(
    optimizer: Optimizer, weights: Mapping[str, Tensor], prefix: str
) -> dict[str, Tensor]:
    """Return moments, step counts and what else an optimiser keeps, by the names of its weights.

    Args:
        optimizer: Of all these weights.
        weights: By name.
        prefix: Begins every name: ``prefix.weight.field``.
    """
    return {
        f"{prefix}.{name}.{field}": value.detach()
        for name, weight in weights.items()
        for field, value in optimizer.state.get(weight, {}).items()
        if isinstance(value, Tensor)
    }


def put_optimizer_tensors(
    optimizer: Optimizer, weights: Mapping[str, Tensor], prefix: str, tensors: Mapping[str, Tensor]
) -> None:
    """Give an optimiser what `optimizer_tensors` returned, and nothing else.

    Args:
        optimizer: Of all these weights.
        weights: By name.
        prefix: Of the names that count; others are passed over.
        tensors: By ``prefix.weight.field``. Early studies say the weight's place for its name.

    Raises:
        KeyError: There is no such weight.
    """
    names = list(weights)
    optimizer.state.clear()
    for key, value in tensors.items():
        if not key.startswith(f"{prefix}."):
            continue
        name, _, field = key.removeprefix(f"{prefix}.").rpartition(".")
        weight = weights[names[int(name)] if name.isdecimal() else name]
        optimizer.state[weight][field] = _like(weight, value)


def _like(weight: Tensor, value: Tensor) -> Tensor:
    """Return a copy on its weight's device, laid out in memory as the weight is.

    Fused optimisers take that for granted.
    """
    if value.shape != weight.shape:  # a count of steps
        return value.detach().to(weight.device, copy=True)
    return torch.empty_like(weight, dtype=value.dtype).copy_(value).detach()
