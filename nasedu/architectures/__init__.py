"""What an architecture is: a frozen value, validated once, with JSON and a digest."""

from nasedu.architectures import published
from nasedu.architectures.conv_net import MAX_LAYERS, ConvLayer, ConvNet, Operation
from nasedu.architectures.costs import LayerCost, NetworkCost, cost

__all__ = [
    "MAX_LAYERS",
    "ConvLayer",
    "ConvNet",
    "LayerCost",
    "NetworkCost",
    "Operation",
    "cost",
    "published",
]
