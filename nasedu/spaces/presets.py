"""The paper's spaces, by name (Zoph & Le 2016, sections 4.1 and 4.2, table 1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nasedu.spaces.choice_space import ChoiceSpace
from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.recurrent_cell_space import RecurrentCellSpace

PRESETS: Mapping[str, ConvNetSpace] = MappingProxyType(
    {
        "cifar10-v1": ConvNetSpace(15),
        "cifar10-v2": ConvNetSpace(20, strides=(1, 2, 3)),
        "cifar10-v3": ConvNetSpace(
            13, num_filters=(6, 12, 24, 36), block_depth=3, pool_after=(4, 8)
        ),
    }
)
"""v1: no strides, no pooling. v2: strides are predicted. v3: thirteen blocks of three densely
connected layers, and two poolings.

The paper pools at layers 13 and 24, which do not both end a block of three. Here it is after
blocks 4 and 8, that is after layers 12 and 24: our choice.
"""

FIRST_NETWORKS = ConvNetSpace(4, num_filters=(8, 16, 24, 36), skip_connections=False)
"""Chains that train in a second on 8x8 images: for a first search, ours."""

ALL_NETWORKS = ConvNetSpace(3, (1, 3, 5), (1, 3, 5), (8, 24))
"""46,656 networks, few and small enough to train them all: ours."""

NETWORKS: Mapping[str, ConvNetSpace] = MappingProxyType(
    {"first": FIRST_NETWORKS, **PRESETS, "table": ALL_NETWORKS}
)

CELLS: Mapping[str, RecurrentCellSpace] = MappingProxyType(
    {
        "first": RecurrentCellSpace(8),
        "max-and-sin": RecurrentCellSpace(
            8, ("add", "mul", "max"), ("identity", "tanh", "sigmoid", "relu", "sin")
        ),
        "table": RecurrentCellSpace(2),
    }
)
"""The paper's space of cells, the one that it was enlarged to (section 4.2), and one of 36,864
descriptions, which are few enough to train them all (figure 5 has such a cell)."""

CHOICES: Mapping[str, ChoiceSpace] = MappingProxyType(
    {"first": ChoiceSpace({"block": ("identity", "mb3", "mb6")}, num_layers=8)}
)
"""An example of a space of one's own: 6,561 networks of eight blocks."""
