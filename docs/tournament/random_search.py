"""A contestant that learns nothing: all tokens equally likely."""

import torch


class RandomSearch:
    """Draws every token at random."""

    def __init__(self, decisions):
        self.sizes = [decision.num_tokens for decision in decisions]

    def ask(self, n, *, generator):
        """Return (n, T) tokens of the next children."""
        columns = [torch.randint(size, (n,), generator=generator) for size in self.sizes]
        return torch.stack(columns, 1)

    def tell(self, tokens, rewards):
        """Hear the rewards (B,) of (B, T) tokens, and do nothing with them."""


def make(decisions, seed):
    """Return a fresh strategy for one game."""
    return RandomSearch(decisions)
