"""From an architecture to a torch module."""

from __future__ import annotations

from typing import Any, overload

from torch import nn

from nasedu.architectures import ConvNet, RecurrentCell
from nasedu.children.conv_child import ConvChild
from nasedu.children.fast_cell import FastCell
from nasedu.children.recurrent_cell import PlainCell
from nasedu.errors import SettingError


@overload
def build(architecture: ConvNet, *, in_channels: int = 3, num_classes: int = 10) -> nn.Module: ...
@overload
def build(
    architecture: RecurrentCell, *, input_size: int, hidden_size: int, fast: bool = True
) -> PlainCell: ...
def build(architecture: Any, **shape: Any) -> nn.Module:
    """Return an untrained child, its weights drawn from torch's global generator.

    Args:
        architecture: What to build: a `ConvNet` or a `RecurrentCell`.
        **shape: Of a `ConvNet` ``in_channels`` of the images (3) and ``num_classes`` (10); of
            a `RecurrentCell` ``input_size`` and ``hidden_size``, and ``fast=False`` for the
            form that is written to be read.

    Returns:
        Of a `ConvNet` a module that maps ``(N, in_channels, H, W)`` images to ``(N,
        num_classes)`` logits. Of a `RecurrentCell` one that maps ``(T, B, input_size)`` and a
        state ``(h, c)`` to ``(T, B, hidden_size)`` and the next state, like `torch.nn.LSTM`,
        but for states of ``(B, hidden_size)``.

    Raises:
        SettingError: A size below 1.
        TypeError: The architecture is of a kind that cannot be built, or takes other sizes.
    """
    if isinstance(architecture, ConvNet):
        return _conv_child(architecture, **shape)
    if isinstance(architecture, RecurrentCell):
        return _cell(architecture, **shape)
    kind = type(architecture).__name__
    raise TypeError(f"cannot build a {kind}; expected a ConvNet or a RecurrentCell")


def _conv_child(net: ConvNet, *, in_channels: int = 3, num_classes: int = 10) -> ConvChild:
    if in_channels < 1 or num_classes < 1:
        raise SettingError(
            f"in_channels is {in_channels} and num_classes {num_classes}; expected at least 1"
        )
    return ConvChild(net, in_channels, num_classes)


def _cell(
    cell: RecurrentCell, *, input_size: int, hidden_size: int, fast: bool = True
) -> PlainCell:
    if input_size < 1 or hidden_size < 1:
        raise SettingError(
            f"input_size is {input_size} and hidden_size {hidden_size}; expected at least 1"
        )
    return (FastCell if fast else PlainCell)(cell, input_size, hidden_size)
