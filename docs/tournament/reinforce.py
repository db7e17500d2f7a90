"""A contestant that learns by policy gradient, with a learning rate for few children."""

from nasedu import Controller, Reinforce


def make(decisions, seed):
    """Return a fresh strategy for one game."""
    return Reinforce(Controller(decisions, seed=seed), lr=0.01)
