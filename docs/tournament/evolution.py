"""A contestant that changes one decision of a good child, and forgets the oldest."""

from nasedu import RegularizedEvolution


def make(decisions, seed):
    """Return a fresh strategy for one game."""
    return RegularizedEvolution(decisions)
