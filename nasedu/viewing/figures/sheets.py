"""The paper that figures are drawn on.

Every function that draws a figure is `plain`: the figure looks the same whatever style a notebook
has chosen, and its words are words, whatever letters they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import chain
from textwrap import wrap
from typing import TYPE_CHECKING, ParamSpec

import numpy as np

from nasedu.viewing.pictures import INK, QUIET, Picture, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.4  # inches; at half width the letters are still 7 pixels high
TEXT, SMALL, TITLE = 13, 11.5, 14  # sizes of letters, in points
GRID = "#DCE1E6"
LETTERS = 67  # of a legend that have room beside each other
MOST_LETTERS = 56  # of a name
TITLE_LETTERS = 60  # of a title that have room on a line


P = ParamSpec("P")


def plain(make: Callable[P, Picture]) -> Callable[P, Picture]:
    """Let a function make its picture under matplotlib's own defaults, with words as they are."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Picture:
        from nasedu.viewing.plain_figure import plain_style, take_literally

        with plain_style():
            picture = make(*args, **kwargs)
            take_literally(picture.figure)
        return picture

    return made


def sheet(
    height: float, rows: int = 1, columns: int = 1, gap: float = 0.02
) -> tuple[Figure, list[list[Axes]]]:
    """Return a white figure and its axes, row by row.

    Args:
        height: Height of the figure, in inches.
        rows: Axes below each other.
        columns: Axes beside each other.
        gap: Room between columns, as a share of the width.
    """
    from nasedu.viewing.plain_figure import PlainFigure

    figure = PlainFigure(figsize=(WIDTH, height), dpi=100, facecolor="white")
    figure.set_layout_engine("constrained", wspace=gap, w_pad=0.08, h_pad=0.08)
    panels = figure.subplots(rows, columns, squeeze=False).tolist()
    for axes in chain(*panels):
        dress(axes)
    return figure, panels


def dress(axes: Axes) -> None:
    """Give axes a white ground, a pale grid behind the data and two quiet spines."""
    axes.set_facecolor("white")
    axes.set_axisbelow(True)
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.tick_params(colors=QUIET, labelcolor=INK, labelsize=SMALL, length=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(QUIET)


def name_axes(axes: Axes, x: str, y: str) -> None:
    """Write what the axes measure."""
    axes.set_xlabel(x, fontsize=TEXT, color=INK)
    axes.set_ylabel(y, fontsize=TEXT, color=INK)


def write_title(figure: Figure, text: str) -> None:
    """Write a title over everything, flush left, on two lines at most."""
    lines = wrap(text, TITLE_LETTERS, max_lines=2, placeholder=" …")
    figure.suptitle(
        "\n".join(lines), x=0.012, ha="left", fontsize=TITLE, fontweight="bold", color=INK
    )


def label_of(name: str) -> str:
    """Return what a legend calls a series; matplotlib leaves names out that begin with ``_``."""
    name = " ".join(name.split())
    name = name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
    return f" {name}" if name.startswith("_") else name


def add_legend(axes: Axes) -> None:
    """Explain the marks above the axes, where they cover nothing."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    columns = next((n for n in (3, 2) if _width(labels, n) <= LETTERS), 1)
    axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=columns,
        fontsize=TEXT - 0.5,
        labelcolor=INK,
        frameon=False,
        borderaxespad=0.3,
        columnspacing=1.4,
        handlelength=2.4,
    )


def _width(labels: Sequence[str], columns: int) -> int:
    """Letters that a legend of this many columns is wide, its lines counted as some."""
    stacks = np.array_split([len(label) for label in labels], columns)
    return sum(int(stack.max()) + 6 for stack in stacks if stack.size)


def fit_unit(axes: Axes, values: Sequence[float] | np.ndarray) -> None:
    """Let the y axis run from 0 to 1, or a half or quarter of it, if all values do.

    So figures can be compared, and one that grows with a search keeps its axis for long.
    """
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    top = next((top for top in (0.25, 0.5, 1.0) if finite.max() <= top), None) if finite.size else 1
    if top is not None and not (finite < 0).any():
        axes.set_ylim(-0.04 * top, 1.04 * top)


def count_on_log_scale(axes: Axes) -> None:
    """Let the x axis count on a log scale, in words like ``20 k``."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=9))
    axes.xaxis.set_major_formatter(lambda value, _: _short(value))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g} {letter}"
    return f"{value:g}"


def say_empty(axes: Axes, text: str) -> None:
    """Write in the middle of axes why there is nothing to see."""
    place = {"ha": "center", "va": "center", "transform": axes.transAxes}
    axes.text(0.5, 0.5, text, fontsize=TEXT, color=QUIET, **place)


def png_of(figure: Figure, dpi: int = 200) -> bytes:
    """Return the figure as a PNG file."""
    return drawn(figure, "png", dpi, tight=False)
