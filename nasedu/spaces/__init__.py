"""The decisions that describe an architecture: tokens <-> architecture, and the size."""

from nasedu.spaces.choice_space import ChoiceSpace, as_recorded
from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.decision import Decision
from nasedu.spaces.nas_net_space import NasNetSpace
from nasedu.spaces.odometer import count_sequences, places_of, sequences_at
from nasedu.spaces.presets import PRESETS
from nasedu.spaces.recurrent_cell_space import RecurrentCellSpace
from nasedu.spaces.space import Space

__all__ = [
    "PRESETS",
    "ChoiceSpace",
    "ConvNetSpace",
    "Decision",
    "NasNetSpace",
    "RecurrentCellSpace",
    "Space",
    "as_recorded",
    "count_sequences",
    "places_of",
    "sequences_at",
]
