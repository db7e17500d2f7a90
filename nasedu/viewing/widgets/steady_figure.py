"""The figure of a search that still runs: its axes stay where they are while children come."""

from __future__ import annotations

import math

from nasedu.training.measure import Measure
from nasedu.viewing.figures.search_figures import reward_figure
from nasedu.viewing.figures.series import Searches
from nasedu.viewing.pictures import Picture

UNIT = 1.04  # the top of an axis on which an accuracy or its cube is drawn
ROOM = (0.1, 0.14, 0.98, 0.74)  # left, bottom, right and top of the axes: two lines of a legend


class SteadyFigure:
    """Draws `reward_figure` again and again, on axes that only ever grow, and seldom.

    Args:
        of: What the children are measured in. If higher is better, rewards get an axis from 0
            to 1 until one is beyond it; otherwise, as those of a text, one up to 1, 2 or 5 times
            a power of ten.
    """

    def __init__(self, of: Measure) -> None:
        self._top = UNIT if of.higher_is_better else 0.0
        self._room = ROOM

    def draw(self, searches: Searches) -> Picture:
        """Return the picture as the search stands now."""
        picture = reward_figure(searches)
        figure, [axes] = picture.figure, picture.axes
        low, high = axes.get_ylim()
        if high > self._top:
            self._top = _round_up(high)
        axes.set_ylim(min(low, -0.04 * self._top), self._top)
        figure.draw_without_rendering()  # lets the layout find its room
        left, bottom, right, top = self._room
        place = axes.get_position()
        left, bottom = max(left, place.x0), max(bottom, place.y0)
        right, top = min(right, place.x1), min(top, place.y1)
        self._room = left, bottom, right, top
        figure.set_layout_engine("none")
        axes.set_position((left, bottom, right - left, top - bottom))
        return picture


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if value <= step * power)
