"""From an architecture to a torch module."""

from __future__ import annotations

from torch import nn

from nasedu.architectures import ConvNet
from nasedu.children.conv_child import ConvChild
from nasedu.errors import SettingError


def build(architecture: ConvNet, *, in_channels: int = 3, num_classes: int = 10) -> nn.Module:
    """Return an untrained network, its weights drawn from torch's global generator.

    Args:
        architecture: What to build.
        in_channels: Channels of the images.
        num_classes: Number of logits.

    Returns:
        A module that maps ``(N, in_channels, H, W)`` images to ``(N, num_classes)`` logits.

    Raises:
        SettingError: ``in_channels`` or ``num_classes`` is below 1.
        TypeError: The architecture is of a kind that cannot be built.
    """
    if in_channels < 1 or num_classes < 1:
        raise SettingError(
            f"in_channels is {in_channels} and num_classes {num_classes}; expected at least 1"
        )
    if not isinstance(architecture, ConvNet):
        raise TypeError(f"cannot build a {type(architecture).__name__}; expected a ConvNet")
    return ConvChild(architecture, in_channels, num_classes)
