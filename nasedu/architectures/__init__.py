"""Architectures: frozen values, validated once, with JSON and a digest."""

from nasedu.architectures import published
from nasedu.architectures.architecture import Architecture
from nasedu.architectures.chosen import Choice, Chosen
from nasedu.architectures.conv_net import MAX_LAYERS, ConvLayer, ConvNet, Operation
from nasedu.architectures.costs import LayerCost, NetworkCost, cost
from nasedu.architectures.nas_net import NasNet, NasNetBlock, NasNetCell
from nasedu.architectures.recurrent_cell import (
    ACTIVATIONS,
    COMBINES,
    Activation,
    CellNode,
    Combine,
    RecurrentCell,
)

__all__ = [
    "ACTIVATIONS",
    "COMBINES",
    "MAX_LAYERS",
    "Activation",
    "Architecture",
    "CellNode",
    "Choice",
    "Chosen",
    "Combine",
    "ConvLayer",
    "ConvNet",
    "LayerCost",
    "NasNet",
    "NasNetBlock",
    "NasNetCell",
    "NetworkCost",
    "Operation",
    "RecurrentCell",
    "cost",
    "published",
]
