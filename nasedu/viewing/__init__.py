"""Drawings, figures and listings: what a notebook, the command line and the report show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.viewing.diagnosis import Finding, diagnose
    from nasedu.viewing.drawings.comparing import compare
    from nasedu.viewing.drawings.dot_drawing import Drawing
    from nasedu.viewing.drawings.translator_graph import draw_translator
    from nasedu.viewing.drawings.view import View, draw, view_of
    from nasedu.viewing.figures.attention import attention_figure
    from nasedu.viewing.figures.effects import effects_figure
    from nasedu.viewing.figures.epochs import training_figure
    from nasedu.viewing.figures.front import front_figure
    from nasedu.viewing.figures.gantt import machines_figure
    from nasedu.viewing.figures.intervals import intervals_figure
    from nasedu.viewing.figures.league import league_figure
    from nasedu.viewing.figures.probabilities import probabilities_figure
    from nasedu.viewing.figures.ranks import RankWords, rank_figure
    from nasedu.viewing.figures.search_figures import (
        best_figure,
        curves_figure,
        reward_figure,
        size_figure,
    )
    from nasedu.viewing.figures.series import best_distinct, pareto_front, share_explained
    from nasedu.viewing.figures.standing import standing_figure
    from nasedu.viewing.listing import Listing, show
    from nasedu.viewing.pictures import Picture, picture
    from nasedu.viewing.report.search_explorer import explorer_of
    from nasedu.viewing.report.search_report import write_report
    from nasedu.viewing.widgets.cell_steps import CellSteps
    from nasedu.viewing.widgets.cluster_panel import ClusterPanel
    from nasedu.viewing.widgets.frame import own_keys
    from nasedu.viewing.widgets.hand_search import HandSearch
    from nasedu.viewing.widgets.live_search import LiveSearch
    from nasedu.viewing.widgets.skip_matrix import SkipMatrix
    from nasedu.viewing.widgets.token_strip import TokenStrip
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.viewing.widgets.cell_steps": ["CellSteps"],
            "nasedu.viewing.diagnosis": ["Finding", "diagnose"],
            "nasedu.viewing.drawings.comparing": ["compare"],
            "nasedu.viewing.drawings.dot_drawing": ["Drawing"],
            "nasedu.viewing.figures.attention": ["attention_figure"],
            "nasedu.viewing.figures.search_figures": [
                "best_figure",
                "curves_figure",
                "reward_figure",
                "size_figure",
            ],
            "nasedu.viewing.figures.effects": ["effects_figure"],
            "nasedu.viewing.figures.front": ["front_figure"],
            "nasedu.viewing.widgets.hand_search": ["HandSearch"],
            "nasedu.viewing.figures.intervals": ["intervals_figure"],
            "nasedu.viewing.widgets.live_search": ["LiveSearch"],
            "nasedu.viewing.pictures": ["Picture", "picture"],
            "nasedu.viewing.figures.league": ["league_figure"],
            "nasedu.viewing.figures.probabilities": ["probabilities_figure"],
            "nasedu.viewing.figures.ranks": ["RankWords", "rank_figure"],
            "nasedu.viewing.report.search_explorer": ["explorer_of"],
            "nasedu.viewing.report.search_report": ["write_report"],
            "nasedu.viewing.figures.series": ["best_distinct", "pareto_front", "share_explained"],
            "nasedu.viewing.figures.standing": ["standing_figure"],
            "nasedu.viewing.widgets.skip_matrix": ["SkipMatrix"],
            "nasedu.viewing.listing": ["Listing", "show"],
            "nasedu.viewing.widgets.token_strip": ["TokenStrip"],
            "nasedu.viewing.figures.epochs": ["training_figure"],
            "nasedu.viewing.figures.gantt": ["machines_figure"],
            "nasedu.viewing.widgets.cluster_panel": ["ClusterPanel"],
            "nasedu.viewing.drawings.translator_graph": ["draw_translator"],
            "nasedu.viewing.widgets.frame": ["own_keys"],
            "nasedu.viewing.drawings.view": ["View", "draw", "view_of"],
        },
    )

__all__ = [
    "CellSteps",
    "ClusterPanel",
    "Drawing",
    "Finding",
    "HandSearch",
    "Listing",
    "LiveSearch",
    "Picture",
    "RankWords",
    "SkipMatrix",
    "TokenStrip",
    "View",
    "attention_figure",
    "best_distinct",
    "best_figure",
    "compare",
    "curves_figure",
    "diagnose",
    "draw",
    "draw_translator",
    "effects_figure",
    "explorer_of",
    "front_figure",
    "intervals_figure",
    "league_figure",
    "machines_figure",
    "own_keys",
    "pareto_front",
    "picture",
    "probabilities_figure",
    "rank_figure",
    "reward_figure",
    "share_explained",
    "show",
    "size_figure",
    "standing_figure",
    "training_figure",
    "view_of",
    "write_report",
]
