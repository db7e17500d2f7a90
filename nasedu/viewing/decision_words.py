"""What decisions are called in figures and controls, and what they are decisions about."""

from __future__ import annotations

from nasedu.spaces import ConvNetSpace, Decision, Space


def decision_words(decision: Decision) -> str:
    """Return e.g. ``"filter height"``, ``"filters"`` or ``"cell output"``."""
    return decision.name.removeprefix("num_").replace("_", " ")


def place_of(decision: Decision, space: Space) -> str:
    """Return what a decision describes: ``"layer 3"``, ``"node 12"`` or ``"the memory"``."""
    if isinstance(space, ConvNetSpace):
        return f"layer {decision.layer}"
    return "the memory" if decision.layer == 2 * space.base else f"node {decision.layer - 1}"


def things_of(space: Space) -> str:
    """Return what the space is made of: ``"networks"`` or ``"cells"``."""
    return "networks" if isinstance(space, ConvNetSpace) else "cells"
