"""A contestant that climbs from neighbour to neighbour."""

from nasedu import LocalSearch


def make(decisions, seed):
    """Return a fresh strategy for one game."""
    return LocalSearch(decisions)
