"""Settings: the numbers of every strategy, as values that load without torch.

Their fields are what a study records of its strategy beside the name, and the options of
``nasedu search --strategy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

from nasedu.errors import SettingError
from nasedu.values import Bounds, Count, Fraction, Positive, Value

MOST_LAYERS = 64  # more than a controller learns with, and few enough to be made


@dataclass(frozen=True, slots=True)
class ReinforceSettings(Value):
    """The numbers of `Reinforce` and of its controller.

    Args:
        lr: Learning rate of the controller; the paper's 0.0006, or 0.0005 for cells, suits many
            thousands of children.
        baseline_decay: Share of the baseline that is kept at each reward.
        hidden_size: H of the controller's LSTM.
        num_layers: Layers of the controller's LSTM, 64 at most.
    """

    lr: Positive = 6e-4
    baseline_decay: Fraction = 0.95
    hidden_size: Count = 35
    num_layers: Annotated[int, Bounds(at_least=1, at_most=MOST_LAYERS)] = 2


@dataclass(frozen=True, slots=True)
class PPOSettings(ReinforceSettings):
    """The numbers of `PPO` and of its controller.

    Args:
        lr: Learning rate of the controller; NASNet's 0.00035 suits 20,000 children.
        clip: How far the ratio of two probabilities may be pushed from 1.
        epochs: Steps on each batch of children.
    """

    lr: Positive = 3.5e-4
    clip: Positive = 0.2
    epochs: Count = 4


@dataclass(frozen=True, slots=True)
class EvolutionSettings(Value):
    """The numbers of `RegularizedEvolution`.

    Args:
        population_size: Members of the population.
        sample_size: Members drawn for a tournament.
    """

    population_size: Count = 50
    sample_size: Count = 10

    def _check(self) -> None:
        if self.sample_size > self.population_size:
            raise SettingError(
                f"sample_size is {self.sample_size}; expected at most the population_size, "
                f"{self.population_size}"
            )


@dataclass(frozen=True, slots=True)
class NoSettings(Value):
    """A strategy without numbers."""


SETTINGS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "reinforce": ReinforceSettings,
        "ppo": PPOSettings,
        "evolution": EvolutionSettings,
        "local": NoSettings,
        "random": NoSettings,
    }
)
"""By the strategy's name."""

FAST = 0.03  # learning rate with which a controller learns from a hundred children, ours

FOR_A_FIRST_SEARCH: Mapping[str, Any] = MappingProxyType(
    {
        **{name: kind() for name, kind in SETTINGS.items()},
        "reinforce": ReinforceSettings(lr=FAST),
        "ppo": PPOSettings(lr=FAST),
    }
)
"""By the strategy's name, for a search of minutes."""
