"""The controller and the other strategies: they decide which children are trained, and learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.controller.by_hand import ByHand
    from nasedu.controller.controller import Controller, Rollout
    from nasedu.controller.depth import DepthSchedule
    from nasedu.controller.evolution import RegularizedEvolution
    from nasedu.controller.local_search import LocalSearch
    from nasedu.controller.ppo import PPO
    from nasedu.controller.random_search import RandomSearch
    from nasedu.controller.registry import STRATEGIES, make_strategy
    from nasedu.controller.reinforce import Reinforce
    from nasedu.controller.servers import ParameterServers
    from nasedu.controller.settings import FOR_A_FIRST_SEARCH, SETTINGS
    from nasedu.controller.strategy import Strategy, UpdateStats
    from nasedu.controller.together import advance_together
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.controller.by_hand": ["ByHand"],
            "nasedu.controller.controller": ["Controller", "Rollout"],
            "nasedu.controller.depth": ["DepthSchedule"],
            "nasedu.controller.evolution": ["RegularizedEvolution"],
            "nasedu.controller.local_search": ["LocalSearch"],
            "nasedu.controller.ppo": ["PPO"],
            "nasedu.controller.random_search": ["RandomSearch"],
            "nasedu.controller.registry": ["STRATEGIES", "make_strategy"],
            "nasedu.controller.reinforce": ["Reinforce"],
            "nasedu.controller.servers": ["ParameterServers"],
            "nasedu.controller.settings": ["FOR_A_FIRST_SEARCH", "SETTINGS"],
            "nasedu.controller.strategy": ["Strategy", "UpdateStats"],
            "nasedu.controller.together": ["advance_together"],
        },
    )

__all__ = [
    "FOR_A_FIRST_SEARCH",
    "PPO",
    "SETTINGS",
    "STRATEGIES",
    "ByHand",
    "Controller",
    "DepthSchedule",
    "LocalSearch",
    "ParameterServers",
    "RandomSearch",
    "RegularizedEvolution",
    "Reinforce",
    "Rollout",
    "Strategy",
    "UpdateStats",
    "advance_together",
    "make_strategy",
]
