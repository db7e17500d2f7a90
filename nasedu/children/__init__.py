"""From an architecture to the network itself."""

from nasedu.children.building import build
from nasedu.children.conv_child import ConvBlock, ConvChild, concatenate

__all__ = ["ConvBlock", "ConvChild", "build", "concatenate"]
