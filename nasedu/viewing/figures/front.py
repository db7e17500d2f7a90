"""The front: the best child of every size, in a figure of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nasedu.runs import Limits, Trial
from nasedu.training.measure import REWARD, Measure
from nasedu.viewing.figures.pens import Pen, pens_of
from nasedu.viewing.figures.series import Searches, Series, asked, pareto_front, series_of
from nasedu.viewing.figures.sheets import (
    add_legend,
    count_on_log_scale,
    name_axes,
    plain,
    say_empty,
    sheet,
    write_title,
)
from nasedu.viewing.pictures import INK, QUIET, Picture
from nasedu.viewing.units import value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAR = 0.01  # of the best value: a child that close is as good, for most uses


@plain
def front_figure(searches: Searches, of: str | Measure | None = None) -> Picture:
    """Draw the best results that each size reaches, before all children.

    A child is on the front if no smaller or equally small one is better. A limit of the search is
    a line.

    Args:
        searches: A study, its trials, or several by name; seeds are put together.
        of: What results are told in; default what the children are measured in.

    Raises:
        SettingError: Nothing to show, more than four searches, or another ``of``.
    """
    own = {one.measure for one in series_of(searches)} if of is None else set()
    series, of = asked(searches, of or (own.pop() if len(own) == 1 else None) or REWARD)
    figure, [[axes]] = sheet(4.4)
    count_on_log_scale(axes)
    fronts = [pareto_front(one.trials, of) for one in series]
    for one, front, pen in zip(series, fronts, pens_of(one.name for one in series), strict=True):
        _add_children(axes, one, of, pen)
        _add_front(axes, front, of, pen, one.label or "best for its size")
    if len(series) == 1:
        _add_limit(axes, series[0])
    if not any(fronts):
        say_empty(axes, "no child tells how large it is")
    lower = "" if of.higher_is_better else "\n(lower is better)"
    name_axes(axes, "parameters (log scale)", f"{of.label}{lower}")
    titles = {one.data for one in series}
    data = titles.pop() if len(titles) == 1 else ""
    title = f"Best {of.label} for its size"
    write_title(figure, f"{title}: {data}" if data else title)
    add_legend(axes)
    return Picture(figure, front_finding(series, fronts, of))


def front_finding(series: Sequence[Series], fronts: Sequence[Sequence[Trial]], of: Measure) -> str:
    """Say where the front begins and ends, and what the smallest nearly best child is."""
    told = []
    for one, front in zip(series, fronts, strict=True):
        text = f"{_finding(front, of)}."
        told.append(f"{one.label}: {text[0].lower()}{text[1:]}" if one.label else text)
    return " ".join(told)


def _finding(front: Sequence[Trial], of: Measure) -> str:
    if not front:
        return "No child tells how large it is"
    points = [(t.number, _parameters(t), value_of(t, of) or 0.0) for t in front]
    number, size, best = points[-1]
    text = f"The best {of.label}, {of.text(best)}, has {size:,} parameters (child {number})"
    if len(points) == 1:
        return f"{text}, and no smaller child finished"
    near = next(p for p in points if abs(p[2] - best) <= NEAR * abs(best))
    if near[0] != number:
        text += f"; {near[1]:,} reach {of.text(near[2])} (child {near[0]})"
    smallest = points[0]
    return (
        f"{text}; the smallest of {len(points)} children that are best for their size has "
        f"{smallest[1]:,} and {of.text(smallest[2])} (child {smallest[0]})"
    )


def _add_children(axes: Axes, one: Series, of: Measure, pen: Pen) -> None:
    pairs = [(_parameters(t), v) for t in one.trials if (v := value_of(t, of)) is not None]
    sized = np.array([pair for pair in pairs if pair[0] > 0], float).reshape(-1, 2)
    if len(sized):
        look = {"color": pen.colour, "alpha": 0.3, "linewidth": 0, "marker": pen.marker}
        axes.scatter(*sized.T, s=26, label=None if one.label else "a child", **look)


def _add_front(axes: Axes, front: Sequence[Trial], of: Measure, pen: Pen, label: str) -> None:
    if front:
        values = [value_of(trial, of) or 0.0 for trial in front]
        look = {"color": pen.colour, "linestyle": pen.dashes, "linewidth": 2.4}
        marks = {"marker": pen.marker, "markersize": 9, "markeredgecolor": INK}
        sizes = [_parameters(trial) for trial in front]
        axes.plot(sizes, values, drawstyle="steps-post", label=label, **look, **marks)


def _add_limit(axes: Axes, one: Series) -> None:
    limits = Limits(**one.config.limits) if one.config and one.config.limits else Limits()
    if (most := limits.max_parameters) is not None:
        look = {"color": QUIET, "linestyle": (0, (1, 1.5)), "linewidth": 2}
        axes.axvline(most, label=f"limit: {most:,} parameters", **look)


def _parameters(trial: Trial) -> int:
    """Return the parameters of a child; 0 if they are not known."""
    return trial.outcome.num_parameters if trial.outcome else 0
