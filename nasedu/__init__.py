"""Neural architecture search with reinforcement learning, to learn from.

The course and the code for one paper: Zoph & Le, "Neural Architecture Search with
Reinforcement Learning" (2016). Names load when they are first used, so that ``import
nasedu`` brings in neither torch nor matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nasedu.architectures import CellNode, ConvLayer, ConvNet, RecurrentCell, published
    from nasedu.children import build
    from nasedu.controller import (
        PPO,
        Controller,
        LocalSearch,
        RandomSearch,
        RegularizedEvolution,
        Reinforce,
        Rollout,
    )
    from nasedu.searching import Study, search
    from nasedu.spaces import ConvNetSpace, Decision, RecurrentCellSpace
    from nasedu.training import Outcome, Recipe
    from nasedu.viewing import compare, draw, show

__version__ = "0.1.0"

_HOME = {
    "CellNode": "architectures",
    "ConvLayer": "architectures",
    "ConvNet": "architectures",
    "RecurrentCell": "architectures",
    "published": "architectures",
    "ConvNetSpace": "spaces",
    "Decision": "spaces",
    "RecurrentCellSpace": "spaces",
    "Controller": "controller",
    "LocalSearch": "controller",
    "PPO": "controller",
    "RandomSearch": "controller",
    "RegularizedEvolution": "controller",
    "Reinforce": "controller",
    "Rollout": "controller",
    "build": "children",
    "Outcome": "training",
    "Recipe": "training",
    "Study": "searching",
    "search": "searching",
    "compare": "viewing",
    "draw": "viewing",
    "show": "viewing",
}

__all__ = [
    "PPO",
    "CellNode",
    "Controller",
    "ConvLayer",
    "ConvNet",
    "ConvNetSpace",
    "Decision",
    "LocalSearch",
    "Outcome",
    "RandomSearch",
    "Recipe",
    "RecurrentCell",
    "RecurrentCellSpace",
    "RegularizedEvolution",
    "Reinforce",
    "Rollout",
    "Study",
    "build",
    "compare",
    "draw",
    "published",
    "search",
    "show",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'nasedu' has no attribute {name!r}")
    value = getattr(import_module(f"nasedu.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
