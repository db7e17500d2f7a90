"""Strategies by name, for the command line and for continuing a recorded run."""

from __future__ import annotations

from collections.abc import Sequence
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

STRATEGIES: dict[str, type[Any]] = {
    kind.name: kind for kind in (Reinforce, PPO, RegularizedEvolution, LocalSearch, RandomSearch)
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
        if not issubclass(kind := STRATEGIES[name], Reinforce):
            return kind(decisions, **numbers)
        sizes = {size: numbers.pop(size) for size in ("hidden_size", "num_layers")}
        return kind(Controller(decisions, **sizes, seed=seed), **numbers)
    except (TypeError, OverflowError, RuntimeError):  # of other names or types, or far too large
        raise SettingError(f"{name!r} does not take the settings {sorted(settings)}") from None
