"""Curves of many seeds with their intervals, over children or over time.

Legend of shapes: P points of a curve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.errors import SettingError
from nasedu.searching import Interval
from nasedu.viewing.figures.pens import PENS, pens_of
from nasedu.viewing.figures.sheets import (
    SMALL,
    TEXT,
    label_of,
    name_axes,
    plain,
    sheet,
    write_title,
)
from nasedu.viewing.pictures import INK, QUIET, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@plain
def intervals_figure(
    curves: Mapping[str, Interval],
    x: ArrayLike,
    title: str,
    *,
    y: str = "best validation accuracy so far",
    unit: str = "children",
    space_size: int | None = None,
    lines: Mapping[str, float] | None = None,
    log: bool = True,
    errors: bool = False,
    at: Sequence[float] = (),
) -> Picture:
    """Draw means with their intervals, the share of the space above and lines to compare with.

    Args:
        curves: Up to six intervals by name, ``(P,)`` each.
        x: ``(P,)`` where the points are, the same for all.
        title: Written over the figure.
        y: What the curves measure.
        unit: What ``x`` counts.
        space_size: Number of networks, for a second axis with the share of the space.
        lines: Values to compare with, by name.
        log: Whether the x axis is logarithmic.
        errors: Draw 1 minus the values on a log scale: accuracies that meet close to 1.
        at: Points of the x axis of which the alt text tells; default the first and the last.

    Raises:
        SettingError: No curve, or more than six.
    """
    if not 1 <= len(curves) <= len(PENS):
        raise SettingError(f"{len(curves)} curves; expected 1 to {len(PENS)}")
    figure, [[axes]] = sheet(4.8)
    where = np.asarray(x, float)
    alt = _finding(curves, where, at if len(at) else np.unique(where[[0, -1]]), unit)
    if log:
        axes.set_xscale("log")
    if errors:
        curves = {
            name: Interval(*(1 - part for part in (c.mean, c.high, c.low)))
            for name, c in curves.items()
        }
        lines = {name: 1 - value for name, value in (lines or {}).items()}
        _count_down(axes)
        y = f"1 − {y}"
    for (name, curve), pen in zip(curves.items(), pens_of(curves), strict=True):
        [line] = axes.plot(where, curve.mean, label=label_of(name), linewidth=2, color=pen.colour)
        line.set_linestyle(pen.dashes)
        line.set(marker=pen.marker, markersize=6, markevery=max(1, len(where) // 8))
        axes.fill_between(where, curve.low, curve.high, color=pen.colour, alpha=0.2, linewidth=0)
    for height, (name, value) in zip(_apart(lines or {}), (lines or {}).items(), strict=True):
        axes.axhline(value, color=QUIET, linewidth=1.2, linestyle=(0, (2, 2)))
        place = {"xytext": (4, height), "textcoords": "offset points", "ha": "left"}
        place["bbox"] = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}
        axes.annotate(name, (where[0], value), fontsize=SMALL, color=INK, **place)
    name_axes(axes, unit, y)
    if log:
        axes.xaxis.set_major_formatter("{x:,g}")
    if space_size:
        _add_share(axes, space_size)
    axes.legend(loc="best", fontsize=SMALL, labelcolor=INK, framealpha=0.85, handlelength=3)
    write_title(figure, title)
    return Picture(figure, alt)


def _finding(curves: Mapping[str, Interval], where: NDArray, at: Iterable[float], unit: str) -> str:
    """Say where the curves are at some points of the x axis."""
    sentences = []
    for point in at:
        i = int(np.abs(where - point).argmin())
        parts = [f"{name} {_say(curve, i)}" for name, curve in curves.items()]
        sentences.append(f"At {where[i]:,.0f} {unit}: {', '.join(parts)}")
    return ". ".join(sentences) + "."


def _say(curve: Interval, i: int) -> str:
    values = (curve.mean[i], curve.low[i], curve.high[i])
    digits = 0 if max(map(abs, values)) >= 10 else 3  # perplexities, accuracies
    mean, low, high = (f"{value:.{digits}f}" for value in values)
    return f"{mean} ({low} to {high})"


def _apart(lines: Mapping[str, float]) -> list[int]:
    """Return where to write names of lines, in points above them: below if another is close."""
    values = np.array(list(lines.values()), float)
    return [-13 if ((values > v) & (values < v + 0.02)).any() else 3 for v in values]


def _count_down(axes: Axes) -> None:
    """Let the y axis be logarithmic, with numbers like ``0.05``."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _add_share(axes: Axes, space_size: int) -> None:
    percent = 100 / space_size

    def to_share(children: ArrayLike) -> ArrayLike:
        return np.asarray(children) * percent

    def to_children(share: ArrayLike) -> ArrayLike:
        return np.asarray(share) / percent

    share = axes.secondary_xaxis("top", functions=(to_share, to_children))
    share.tick_params(colors=QUIET, labelcolor=INK, labelsize=SMALL, length=3)
    if axes.get_xscale() == "log":
        share.xaxis.set_major_formatter("{x:,g}")
    share.set_xlabel("children, in % of the space", fontsize=TEXT - 1, color=INK)
