"""Who decides which children are trained, and how it learns."""

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.depth import DepthSchedule
from nasedu.controller.evolution import RegularizedEvolution
from nasedu.controller.local_search import LocalSearch
from nasedu.controller.ppo import PPO
from nasedu.controller.random_search import RandomSearch
from nasedu.controller.registry import STRATEGIES, make_strategy
from nasedu.controller.reinforce import Reinforce
from nasedu.controller.strategy import Strategy, UpdateStats
from nasedu.controller.together import advance_together

__all__ = [
    "PPO",
    "STRATEGIES",
    "Controller",
    "DepthSchedule",
    "LocalSearch",
    "RandomSearch",
    "RegularizedEvolution",
    "Reinforce",
    "Rollout",
    "Strategy",
    "UpdateStats",
    "advance_together",
    "make_strategy",
]
