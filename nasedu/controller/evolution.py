"""Regularised evolution: the best of a few has a child, the oldest dies (Real et al. 2019).

"Regularized Evolution for Image Classifier Architecture Search", arXiv 1802.01548: the method
that was compared with a controller trained by policy gradient in the same space.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor

from nasedu.controller.random_search import RandomSearch
from nasedu.controller.settings import EvolutionSettings
from nasedu.controller.strategy import Pair, Told, UpdateStats, check_rewards
from nasedu.spaces import Decision
from nasedu.values import checked


class RegularizedEvolution:
    """Aging evolution (Real et al. 2019, algorithm 1).

    The population are the youngest children that were told. A child of it is the best of a
    sample, with one decision changed. Nobody is kept for being good: what lasts has to be
    inherited, so one lucky training does not live for ever.

    Where this differs: the paper's mutations are those of its cells, one of which changes
    nothing; ours is `mutate`. A child that failed is never told and never a member.

    Args:
        decisions: What to decide, in order; see `ConvNetSpace.decisions`.
        population_size: Members, P. The paper has 100 in a search of 20,000 children; here a
            search has hundreds to thousands, and until there are P nothing but chance decides.
        sample_size: Members drawn for a tournament, with replacement, S. The paper has 25 of
            100; 10 of 50 prefers the best more gently.

    Raises:
        SettingError: Sizes that are not integers with 1 <= S <= P.
    """

    name: ClassVar[str] = "evolution"

    def __init__(
        self, decisions: Sequence[Decision], population_size: int = 50, sample_size: int = 10
    ) -> None:
        EvolutionSettings(population_size, sample_size)  # refuses what cannot be
        self.decisions = tuple(decisions)
        self.population_size = population_size
        self.sample_size = sample_size
        self.newcomers = RandomSearch(decisions)
        self.population: deque[Told] = deque(maxlen=population_size)  # the oldest first

    def __repr__(self) -> str:
        return (
            f"RegularizedEvolution(population_size={self.population_size}, "
            f"sample_size={self.sample_size})"
        )

    @property
    def settings(self) -> dict[str, Any]:
        """Return the arguments that made this strategy, as JSON values."""
        return {"population_size": self.population_size, "sample_size": self.sample_size}

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Return ``(n, T)`` tokens of mutated winners; random ones until the population is full.

        Of a deeper winner the child has the first layers only; to a shallower one the layers
        that it lacks are added at random.
        """
        children = self.newcomers.ask(n, generator=generator, num_layers=num_layers)
        if len(self.population) == self.population_size:
            for child in children:  # (T,), a view
                winner = torch.tensor(self.tournament(generator).tokens[: len(child)])
                child[: len(winner)] = winner
                mutate(child, self.decisions, generator)
        return children

    def tournament(self, generator: Generator) -> Told:
        """Return the best of a sample of the population."""
        drawn = torch.randint(len(self.population), (self.sample_size,), generator=generator)
        return max((self.population[i] for i in drawn.tolist()), key=lambda told: told.reward)

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Let ``(B, T)`` children with ``(B,)`` rewards in, in this order; the oldest die.

        Raises:
            SettingError: ``rewards`` is not one finite number per sequence.
        """
        rewards = check_rewards(tokens, rewards)
        self.population.extend(map(Told, map(tuple, tokens.tolist()), rewards.tolist()))
        return UpdateStats(mean_reward=float(rewards.mean()))

    def state_dict(self) -> dict[str, Any]:
        """Return the population, the oldest first."""
        return {"population": [[list(told.tokens), told.reward] for told in self.population]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned."""
        # A state comes from a file that others may have written: checked before it is used.
        told = checked(state["population"], tuple[Pair, ...], "population")
        self.population.clear()
        self.population.extend(Told(*pair) for pair in told)


def mutate(child: Tensor, decisions: Sequence[Decision], generator: Generator) -> None:
    """Change one decision of ``(T,)`` tokens, in place, uniformly to another of its tokens.

    Of an anchor point, that is any other set of earlier layers. A decision with a single
    token cannot change; where there are no others, nothing changes.
    """
    changeable = [t for t in range(len(child)) if decisions[t].num_tokens > 1]
    if changeable:
        t = changeable[int(torch.randint(len(changeable), (), generator=generator))]
        other = torch.randint(decisions[t].num_tokens - 1, (), generator=generator)
        child[t] = other + (other >= child[t])  # skips the token that is there
