"""The decisions that describe an architecture: tokens <-> architecture, and the size."""

from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.decision import Decision
from nasedu.spaces.enumeration import count_sequences, places_of, sequences_at

__all__ = ["ConvNetSpace", "Decision", "count_sequences", "places_of", "sequences_at"]
