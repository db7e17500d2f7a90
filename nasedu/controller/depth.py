"""The depth of children while a search goes on (Zoph & Le 2016, section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.values import Count, Value


@dataclass(frozen=True, slots=True)
class DepthSchedule(Value):
    """Children begin shallow and grow, so that a search can start among networks that train fast.

    The controller needs no new weights for a deeper child: its decisions go on where those of
    the shallower one ended, and decisions of one kind share their softmax and embedding.

    Args:
        start: Layers of the first children; the paper's 6.
        step: Layers added at a time; the paper's 2.
        every: Children of one depth; the paper's 1,600.

    Raises:
        SettingError: A number that is no integer of at least 1.
    """

    start: Count = 6
    step: Count = 2
    every: Count = 1600

    def num_layers(self, number: int, deepest: int) -> int:
        """Return the layers of a child.

        Args:
            number: The child's number, from 1. All of a batch have the depth of its first.
            deepest: Layers that the space has, where growing ends.
        """
        # Whole steps only: (number - 1) // every counts the steps so far.
        return min(self.start + (number - 1) // self.every * self.step, deepest)
