"""The spaces of the paper's CIFAR-10 experiment, by name (Zoph & Le 2016, section 4.1, table 1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nasedu.errors import SearchSpaceError
from nasedu.spaces.conv_net_space import ConvNetSpace

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


def preset(name: str) -> ConvNetSpace:
    """Return the space of this name.

    Raises:
        SearchSpaceError: There is none.
    """
    if name not in PRESETS:
        raise SearchSpaceError(f"space is {name!r}; expected one of {', '.join(PRESETS)}")
    return PRESETS[name]
