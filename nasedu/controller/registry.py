"""Strategies by name, for the command line and for continuing a recorded run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nasedu.controller.controller import Controller
from nasedu.controller.evolution import RegularizedEvolution
from nasedu.controller.local_search import LocalSearch
from nasedu.controller.ppo import PPO
from nasedu.controller.random_search import RandomSearch
from nasedu.controller.reinforce import Reinforce
from nasedu.controller.strategy import Strategy
from nasedu.errors import SettingError
from nasedu.spaces import Decision


def _reinforce(
    decisions: Sequence[Decision],
    seed: int,
    *,
    lr: float = 6e-4,
    baseline_decay: float = 0.95,
    hidden_size: int = 35,
    num_layers: int = 2,
) -> Reinforce:
    controller = Controller(decisions, hidden_size, num_layers, seed=seed)
    return Reinforce(controller, lr, baseline_decay)


def _ppo(
    decisions: Sequence[Decision],
    seed: int,
    *,
    hidden_size: int = 35,
    num_layers: int = 2,
    **settings: Any,
) -> PPO:
    return PPO(Controller(decisions, hidden_size, num_layers, seed=seed), **settings)


def _without_weights(strategy: Callable[..., Strategy]) -> Callable[..., Strategy]:
    """Return what makes a strategy that has nothing to draw before it is asked."""

    def make(decisions: Sequence[Decision], seed: int, **settings: Any) -> Strategy:
        return strategy(decisions, **settings)

    return make


STRATEGIES: dict[str, Callable[..., Strategy]] = {
    Reinforce.name: _reinforce,
    PPO.name: _ppo,
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
        **settings: As in the strategy's own ``settings``.

    Raises:
        SettingError: An unknown name or setting.
    """
    if name not in STRATEGIES:
        raise SettingError(f"strategy is {name!r}; expected one of {', '.join(STRATEGIES)}")
    try:
        return STRATEGIES[name](decisions, seed, **settings)
    except (TypeError, OverflowError, RuntimeError):  # of other names or types, or far too large
        raise SettingError(f"{name!r} does not take the settings {sorted(settings)}") from None
