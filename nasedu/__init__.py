"""Neural architecture search with reinforcement learning, to learn from.

The course and the code for one paper: Zoph & Le, "Neural Architecture Search with
Reinforcement Learning" (2016). Names load when they are first used, so that ``import
nasedu`` brings in neither torch nor matplotlib.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

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
    from nasedu.runs import Study
    from nasedu.searching import search
    from nasedu.spaces import ChoiceSpace, ConvNetSpace, Decision, RecurrentCellSpace
    from nasedu.training import Outcome, Recipe
    from nasedu.viewing import compare, draw, show
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.architectures": [
                "CellNode",
                "ConvLayer",
                "ConvNet",
                "RecurrentCell",
                "published",
            ],
            "nasedu.children": ["build"],
            "nasedu.controller": [
                "PPO",
                "Controller",
                "LocalSearch",
                "RandomSearch",
                "RegularizedEvolution",
                "Reinforce",
                "Rollout",
            ],
            "nasedu.runs": ["Study"],
            "nasedu.searching": ["search"],
            "nasedu.spaces": ["ChoiceSpace", "ConvNetSpace", "Decision", "RecurrentCellSpace"],
            "nasedu.training": ["Outcome", "Recipe"],
            "nasedu.viewing": ["compare", "draw", "show"],
        },
    )

__version__ = "0.1.0"

__all__ = [
    "PPO",
    "CellNode",
    "ChoiceSpace",
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
