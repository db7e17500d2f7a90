"""Drawings, figures and listings: what a notebook, the command line and the report show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

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
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.viewing.cell_steps": ["CellSteps"],
            "nasedu.viewing.comparing": ["compare"],
            "nasedu.viewing.drawing": ["Drawing"],
            "nasedu.viewing.figures": [
                "best_figure",
                "curves_figure",
                "reward_figure",
                "size_figure",
            ],
            "nasedu.viewing.findings": [
                "best_alt",
                "curves_alt",
                "probabilities_alt",
                "reward_alt",
                "size_alt",
            ],
            "nasedu.viewing.intervals": ["intervals_alt", "intervals_figure"],
            "nasedu.viewing.live_search": ["LiveSearch"],
            "nasedu.viewing.pictures": ["Picture", "picture"],
            "nasedu.viewing.probabilities": ["probabilities_figure"],
            "nasedu.viewing.ranks": ["RankWords", "rank_alt", "rank_figure"],
            "nasedu.viewing.report": ["write_report"],
            "nasedu.viewing.searches": ["best_distinct", "pareto_front", "share_explained"],
            "nasedu.viewing.skip_matrix": ["SkipMatrix"],
            "nasedu.viewing.source": ["Listing", "show"],
            "nasedu.viewing.token_strip": ["TokenStrip"],
            "nasedu.viewing.trainings": ["training_alt", "training_figure"],
            "nasedu.viewing.view": ["View", "draw", "view_of"],
        },
    )

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
