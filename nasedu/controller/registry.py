"""Strategies by name, for the command line and for continuing a recorded run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from nasedu.controller.controller import Controller
from nasedu.controller.evolution import RegularizedEvolution
from nasedu.controller.local_search import LocalSearch
from nasedu.controller.ppo import PPO
from nasedu.controller.random_search import RandomSearch
from nasedu.controller.reinforce import Reinforce
from nasedu.controller.settings import SETTINGS
from nasedu.controller.strategy import Strategy
from nasedu.errors import SettingError
from nasedu.spaces import Decision


def _with_controller(strategy: Callable[..., Strategy]) -> Callable[..., Strategy]:
    """Return what makes a strategy that trains a controller, whose weights the seed decides."""

    def make(
        decisions: Sequence[Decision],
        seed: int,
        *,
        hidden_size: int,
        num_layers: int,
        **numbers: Any,
    ) -> Strategy:
        return strategy(Controller(decisions, hidden_size, num_layers, seed=seed), **numbers)

    return make


def _without_weights(strategy: Callable[..., Strategy]) -> Callable[..., Strategy]:
    """Return what makes a strategy that has nothing to draw before it is asked."""

    def make(decisions: Sequence[Decision], seed: int, **settings: Any) -> Strategy:
        return strategy(decisions, **settings)

    return make


STRATEGIES: dict[str, Callable[..., Strategy]] = {
    Reinforce.name: _with_controller(Reinforce),
    PPO.name: _with_controller(PPO),
    RegularizedEvolution.name: _without_weights(RegularizedEvolution),
    LocalSearch.name: _without_weights(LocalSearch),
    RandomSearch.name: _without_weights(RandomSearch),
}


def make_strategy(
    name: str, decisions: Sequence[Decision], seed: int = 0, **settings: Any
) -> Strategy:
    """Return a fresh strategy.

    Args:
        name: A key of `STRATEGIES`.
        decisions: What to decide, in order.
        seed: Seed of the controller's initial weights.
        **settings: As in the strategy's own ``settings``; default as in `SETTINGS`.

    Raises:
        SettingError: An unknown name or setting, or a value that cannot be.
    """
    if name not in STRATEGIES:
        raise SettingError(f"strategy is {name!r}; expected one of {', '.join(STRATEGIES)}")
    try:
        # The settings' class checks them, and fills in what a run of an older nasedu lacks.
        numbers = asdict(SETTINGS[name](**settings))
        return STRATEGIES[name](decisions, seed, **numbers)
    except (TypeError, OverflowError, RuntimeError):  # of other names or types, or far too large
        raise SettingError(f"{name!r} does not take the settings {sorted(settings)}") from None
