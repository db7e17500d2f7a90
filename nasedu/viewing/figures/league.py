"""The league: contestants below each other, the best first, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nasedu.errors import SettingError
from nasedu.searching import Interval
from nasedu.training.measure import ACCURACY, Measure
from nasedu.viewing.figures.pens import PENS
from nasedu.viewing.figures.sheets import label_of, name_axes, plain, sheet, write_title
from nasedu.viewing.pictures import INK, QUIET, Picture

ROW = 0.36  # inches a contestant
BLUE = PENS[0]


@plain
def league_figure(
    means: Mapping[str, Interval],
    title: str,
    *,
    of: Measure = ACCURACY,
    words: str = "",
    reference: str = "",
    level: Sequence[str] = (),
) -> Picture:
    """Draw a mean and its interval for each contestant.

    Args:
        means: By name, the best first.
        title: Written over the figure.
        of: What is measured.
        words: What the axis says; default the measure.
        reference: A name whose mean is drawn through all rows, to compare with.
        level: Names that are not told apart from the first; they are filled.

    Raises:
        SettingError: No contestant.
    """
    if not means:
        raise SettingError("there is no contestant to draw; expected one at least")
    figure, [[axes]] = sheet(1.5 + ROW * len(means))
    rows = np.arange(len(means))[::-1]
    for row, (name, one) in zip(rows, means.items(), strict=True):
        colour = QUIET if name == reference else BLUE.colour
        fill = colour if name in level else "white"
        axes.plot([float(one.low), float(one.high)], [row, row], color=colour, linewidth=3)
        look = {"markersize": 9, "markerfacecolor": fill, "markeredgewidth": 2}
        axes.plot(float(one.mean), row, BLUE.marker, color=colour, **look)
    if reference:
        line = {"color": QUIET, "linewidth": 1.2, "linestyle": (0, (2, 2)), "zorder": 0}
        axes.axvline(float(means[reference].mean), **line)
    axes.set_yticks(rows, [label_of(name) for name in means], color=INK)
    axes.set_ylim(-0.7, len(means) - 0.3)
    name_axes(axes, words or of.short, "")
    write_title(figure, title)
    told = "; ".join(f"{name} {_say(one, of)}" for name, one in means.items())
    return Picture(figure, f"Means and 95 % intervals, the best first: {told}.")


def _say(one: Interval, of: Measure) -> str:
    low, mean, high = (of.text(float(value), 1) for value in (one.low, one.mean, one.high))
    return f"{mean} ({low} to {high})"
