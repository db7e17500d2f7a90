"""Drawings, figures and listings: what a notebook, the command line and the report show."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nasedu.viewing.cell_steps import CellSteps
    from nasedu.viewing.comparing import compare
    from nasedu.viewing.drawing import Drawing
    from nasedu.viewing.figures import best_figure, curves_figure, reward_figure, size_figure
    from nasedu.viewing.findings import (
        best_alt,
        curves_alt,
        probabilities_alt,
        reward_alt,
        size_alt,
    )
    from nasedu.viewing.intervals import intervals_alt, intervals_figure
    from nasedu.viewing.live_search import LiveSearch
    from nasedu.viewing.pictures import Picture, picture
    from nasedu.viewing.probabilities import probabilities_figure
    from nasedu.viewing.ranks import RankWords, rank_alt, rank_figure
    from nasedu.viewing.report import write_report
    from nasedu.viewing.searches import best_distinct, pareto_front, share_explained
    from nasedu.viewing.skip_matrix import SkipMatrix
    from nasedu.viewing.source import Listing, show
    from nasedu.viewing.token_strip import TokenStrip
    from nasedu.viewing.trainings import training_alt, training_figure
    from nasedu.viewing.view import View, draw, view_of

# Names load when they are first used: a drawing needs neither torch nor matplotlib.
_HOME = {
    "CellSteps": "cell_steps",
    "Drawing": "drawing",
    "Listing": "source",
    "LiveSearch": "live_search",
    "Picture": "pictures",
    "RankWords": "ranks",
    "SkipMatrix": "skip_matrix",
    "TokenStrip": "token_strip",
    "View": "view",
    "best_alt": "findings",
    "best_distinct": "searches",
    "best_figure": "figures",
    "compare": "comparing",
    "curves_alt": "findings",
    "curves_figure": "figures",
    "draw": "view",
    "intervals_alt": "intervals",
    "intervals_figure": "intervals",
    "pareto_front": "searches",
    "picture": "pictures",
    "probabilities_alt": "findings",
    "probabilities_figure": "probabilities",
    "rank_alt": "ranks",
    "rank_figure": "ranks",
    "reward_alt": "findings",
    "reward_figure": "figures",
    "share_explained": "searches",
    "show": "source",
    "size_alt": "findings",
    "size_figure": "figures",
    "training_alt": "trainings",
    "training_figure": "trainings",
    "view_of": "view",
    "write_report": "report",
}

__all__ = [
    "CellSteps",
    "Drawing",
    "Listing",
    "LiveSearch",
    "Picture",
    "RankWords",
    "SkipMatrix",
    "TokenStrip",
    "View",
    "best_alt",
    "best_distinct",
    "best_figure",
    "compare",
    "curves_alt",
    "curves_figure",
    "draw",
    "intervals_alt",
    "intervals_figure",
    "pareto_front",
    "picture",
    "probabilities_alt",
    "probabilities_figure",
    "rank_alt",
    "rank_figure",
    "reward_alt",
    "reward_figure",
    "share_explained",
    "show",
    "size_alt",
    "size_figure",
    "training_alt",
    "training_figure",
    "view_of",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'nasedu.viewing' has no attribute {name!r}")
    value = getattr(import_module(f"nasedu.viewing.{_HOME[name]}"), name)
    globals()[name] = value
    return value
