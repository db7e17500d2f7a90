"""Drawings, figures and listings: what a notebook, the command line and the report show."""

from nasedu.viewing.comparing import compare
from nasedu.viewing.drawing import Drawing, draw
from nasedu.viewing.figures import best_figure, curves_figure, reward_figure, size_figure
from nasedu.viewing.findings import best_alt, curves_alt, probabilities_alt, reward_alt, size_alt
from nasedu.viewing.live_search import LiveSearch
from nasedu.viewing.pictures import Picture, picture
from nasedu.viewing.probabilities import probabilities_figure
from nasedu.viewing.report import write_report
from nasedu.viewing.searches import best_distinct, pareto_front, share_explained
from nasedu.viewing.source import Listing, show
from nasedu.viewing.token_strip import TokenStrip

__all__ = [
    "Drawing",
    "Listing",
    "LiveSearch",
    "Picture",
    "TokenStrip",
    "best_alt",
    "best_distinct",
    "best_figure",
    "compare",
    "curves_alt",
    "curves_figure",
    "draw",
    "pareto_front",
    "picture",
    "probabilities_alt",
    "probabilities_figure",
    "reward_alt",
    "reward_figure",
    "share_explained",
    "show",
    "size_alt",
    "size_figure",
    "write_report",
]
