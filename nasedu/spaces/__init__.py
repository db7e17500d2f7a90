"""The decisions that describe an architecture: tokens <-> architecture, and the size."""

from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.decision import Decision
from nasedu.spaces.enumeration import count_sequences, places_of, sequences_at
from nasedu.spaces.presets import PRESETS, preset
from nasedu.spaces.reading import Space, read_space
from nasedu.spaces.recurrent_cell_space import RecurrentCellSpace

__all__ = [
    "PRESETS",
    "ConvNetSpace",
    "Decision",
    "RecurrentCellSpace",
    "Space",
    "count_sequences",
    "places_of",
    "preset",
    "read_space",
    "sequences_at",
]
