"""Who decides which children are trained, and how it learns."""

from nasedu.controller.controller import Controller, Rollout
from nasedu.controller.random_search import RandomSearch
from nasedu.controller.registry import STRATEGIES, make_strategy
from nasedu.controller.reinforce import Reinforce
from nasedu.controller.strategy import Strategy, UpdateStats
from nasedu.controller.together import advance_together

__all__ = [
    "STRATEGIES",
    "Controller",
    "RandomSearch",
    "Reinforce",
    "Rollout",
    "Strategy",
    "UpdateStats",
    "advance_together",
    "make_strategy",
]
