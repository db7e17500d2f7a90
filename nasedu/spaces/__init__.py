"""The decisions that describe an architecture: tokens <-> architecture, and the size."""

from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.decision import Decision

__all__ = ["ConvNetSpace", "Decision"]
