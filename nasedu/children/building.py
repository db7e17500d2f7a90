"""The building of a torch module from an architecture."""

from __future__ import annotations

from typing import Any, overload

from torch import nn

from nasedu.architectures import Architecture, ConvNet, RecurrentCell
from nasedu.children.recurrent_cell import PlainCell
from nasedu.problems import problem_of


@overload
def build(architecture: ConvNet, *, in_channels: int = 3, num_classes: int = 10) -> nn.Module: ...
@overload
def build(
    architecture: RecurrentCell, *, input_size: int, hidden_size: int, fast: bool = True
) -> PlainCell: ...
@overload
def build(architecture: Architecture, **shape: Any) -> nn.Module: ...
def build(architecture: Any, **shape: Any) -> nn.Module:
    """Return an untrained child, its weights drawn from torch's global generator.

    Args:
        architecture: What to build: a `ConvNet`, a `RecurrentCell`, or one of any kind that has
            children.
        **shape: Of a `ConvNet` ``in_channels`` of the images (3) and ``num_classes`` (10); of
            a `RecurrentCell` ``input_size`` and ``hidden_size``, and ``fast=False`` for the
            form that is written to be read. Of other kinds what their builder takes, such as
            `nasedu.children.nas_net.NasNetChild`.

    Returns:
        Of a `ConvNet` a module that maps ``(N, in_channels, H, W)`` images to ``(N,
        num_classes)`` logits. Of a `RecurrentCell` one that maps ``(T, B, input_size)`` and a
        state ``(h, c)`` to ``(T, B, hidden_size)`` and the next state, like `torch.nn.LSTM`,
        but for states of ``(B, hidden_size)``.

    Raises:
        SettingError: A size below 1.
        TypeError: The architecture is of a kind that cannot be built, or takes other sizes.
    """
    return problem_of(architecture).load("child")(architecture, **shape)
