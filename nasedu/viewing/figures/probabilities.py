"""The probabilities of the controller: of every choice, decision by decision, over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from nasedu.errors import SettingError, StudyError
from nasedu.problems import read_space
from nasedu.runs import Study
from nasedu.spaces import Decision, Space
from nasedu.viewing.drawings.view import decision_words, view_of
from nasedu.viewing.figures.findings import Probabilities, probabilities_finding
from nasedu.viewing.figures.pens import SHADES, shades
from nasedu.viewing.figures.series import Series, series_of
from nasedu.viewing.figures.sheets import SMALL, TEXT, plain, sheet, write_title
from nasedu.viewing.pictures import INK, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALE, DEEP = map(np.array, SHADES)
ENOUGH = 0.2  # share that has room for its name
LONGEST = 8  # letters of a name that have room beside a panel
AWAY = 8  # points that a row's name moves away from its panels for each of them


@plain
def probabilities_figure(study: Study | Series) -> Picture:
    """Draw how probable the controller found every choice, update by update.

    Layers are rows and kinds of decisions columns; of a cell the leaves stand on the left, the
    inner nodes and the memory on the right. The choices of a decision are stacked,
    the smallest at the bottom and the largest darkest, and are named where they have room:
    on the left at the first update, on the right at the last. An anchor point is a map with
    an earlier layer a row, the darker the more probable that it is chosen.

    Probabilities are those before the update, averaged over the children of its batch. Layers
    that children got later begin where they did.

    Raises:
        SettingError: The strategy has no probabilities, as random search, or no update yet.
    """
    history, decisions, space = recorded_probabilities(study)
    view = view_of(space)
    places = view.panels(decisions, space)
    num_rows, num_columns = (max(numbers) + 1 for numbers in zip(*places, strict=True))
    height = 0.9 + num_rows * (1.25 if num_rows <= 6 else 1.0)
    figure, panels = sheet(height, num_rows, num_columns, gap=0.05)
    if view.is_last_row_wide:
        _widen(figure, panels[-1])
    for k, (decision, (row, column)) in enumerate(zip(decisions, places, strict=True)):
        panel = panels[row][column]
        deep = [update for update in history if len(update[1]) > k]  # of children so deep
        values = np.array([probabilities[k] for _, probabilities in deep])  # (U, C) or (U, J)
        draw_panel = _add_map if decision.is_anchor else _add_stack
        draw_panel(panel, decision, np.array([n for n, _ in deep], float), values)
        if len(deep) < len(history):
            panel.set_xlim(left=history[0][0])
    _name_panels(panels, dict(zip(places, decisions, strict=True)), space)
    write_title(figure, "What the controller would choose")
    return Picture(figure, probabilities_finding(*history[-1], decisions, space))


def _widen(figure: Figure, row: list[Axes]) -> None:
    """Give the panels of a row the room of two columns each: a node has many names."""
    for column in range(0, len(row), 2):
        place = row[column].get_subplotspec()
        assert place is not None
        wide = place.get_gridspec()[place.rowspan.start, column : column + 2]
        row[column].set_subplotspec(wide)


def recorded_probabilities(
    study: Study | Series,
) -> tuple[list[tuple[int, Probabilities]], tuple[Decision, ...], Space]:
    """Return number and probabilities of each update, the decisions they are of, and the space.

    Raises:
        SettingError: The strategy has no probabilities, as random search, or no update yet.
    """
    [one] = series_of(study)
    if one.config is None:
        raise SettingError("trials alone hold no probabilities; expected one study")
    updates = [(place, u.stats) for place, u in enumerate(one.updates, start=1)]  # of all learners
    history = [(n, stats.probabilities) for n, stats in updates if stats and stats.probabilities]
    if not history:
        raise SettingError(
            f"this study of {one.config.strategy['name']!r} holds no probabilities; expected a "
            "strategy that has a controller, such as 'reinforce', and at least one update"
        )
    space = read_space(one.config.space)
    for number, probabilities in history:
        _check_fit(number, probabilities, space.decisions)
    deepest = max(len(probabilities) for _, probabilities in history)
    return history, space.decisions[:deepest], space


def _check_fit(number: int, probabilities: Probabilities, decisions: tuple[Decision, ...]) -> None:
    """Raise `StudyError` unless recorded probabilities are those of a space's decisions."""
    pairs = list(zip(probabilities, decisions, strict=False))
    misfit = any(len(shares) != (len(d.choices) or d.layer - 1) for shares, d in pairs)
    if misfit or len(pairs) < len(probabilities):
        raise StudyError(
            f"update {number} holds probabilities of other decisions than the run's space has; "
            "restore the run folder or choose another"
        )


def _add_stack(axes: Axes, decision: Decision, numbers: np.ndarray, values: np.ndarray) -> None:
    """Stack the probabilities of the choices, ``(U, C)``."""
    x = _edges(numbers)
    shares = np.concatenate([values, values[-1:]])
    tops = shares.cumsum(axis=1)
    for c, shade in enumerate(np.linspace(0, 1, len(decision.choices))):
        look = {"facecolor": PALE + (DEEP - PALE) * shade, "edgecolor": "white", "linewidth": 1.2}
        axes.fill_between(x, tops[:, c] - shares[:, c], tops[:, c], step="post", **look)
    middles, last = tops - shares / 2, len(decision.choices) - 1
    for c, choice in enumerate(decision.choices):
        if shares[0, c] >= ENOUGH or c in (0, last):
            _name_row(axes, -0.03, middles[0, c], _short(choice))
        if shares[-1, c] >= ENOUGH:
            _name_row(axes, 1.03, middles[-1, c], _short(choice))
    axes.set(xlim=(x[0], x[-1]), ylim=(0, 1), yticks=[])
    axes.locator_params(axis="x", integer=True)


def _short(choice: object) -> str:
    """Return the name of a choice, cut off if it is too long to stand beside a panel."""
    name = f"{choice}"
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _add_map(axes: Axes, decision: Decision, numbers: np.ndarray, values: np.ndarray) -> None:
    """Map the probabilities of the earlier layers, ``(U, J)``, to be chosen."""
    if decision.layer == 1:
        _add_key(axes)
        return
    x, y = _edges(numbers), np.arange(decision.layer) + 0.5
    axes.pcolormesh(x, y, values.T, cmap=shades(), vmin=0, vmax=1, rasterized=True)
    few = decision.layer <= 6
    axes.hlines(y[1:-1], x[0], x[-1], color="white", linewidth=1.2 if few else 0.4)
    for j in range(1, decision.layer) if few else (1, decision.layer - 1):
        height = (j - 0.5) / (decision.layer - 1)
        _name_row(axes, -0.03, height, f"{j}")
        if few:
            _name_row(axes, 1.03, height, f"{values[-1, j - 1]:.1f}")
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), yticks=[])


def _add_key(axes: Axes) -> None:
    """Explain the maps' shades where layer 1, which has no choice, leaves room."""
    axes.set_axis_off()
    place = (0, 1, 0.24, 0.46)
    axes.imshow(np.linspace(0, 1, 64)[None], cmap=shades(), extent=place, aspect="auto")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0.5, 0.58, "reads layer", ha="center", color=INK, fontsize=SMALL)
    for x, text in ((0, "0"), (1, "1")):
        axes.text(x, 0.02, text, ha="center", color=INK, fontsize=SMALL)


def _name_row(axes: Axes, x: float, y: float, text: str) -> None:
    """Write beside the axes, left or right of it; both places from 0 to 1."""
    side, weight = ("right", "normal") if x < 0.5 else ("left", "bold")
    look = {"color": INK, "fontsize": SMALL, "fontweight": weight, "transform": axes.transAxes}
    axes.text(x, y, text, ha=side, va="center_baseline", **look)


def _edges(numbers: np.ndarray) -> np.ndarray:
    """Return where each update begins and the last one ends: all are equally wide."""
    return np.append(numbers, numbers[-1] + 1)


def _name_panels(
    panels: Sequence[Sequence[Axes]], decisions: dict[tuple[int, int], Decision], space: Space
) -> None:
    """Name each panel that differs from the one above by kind, or from the one left by place."""
    for row, column in product(range(len(panels)), range(len(panels[0]))):
        axes, here = panels[row][column], decisions.get((row, column))
        if here is None:
            axes.set_axis_off()
            continue
        above, left = decisions.get((row - 1, column)), decisions.get((row, column - 1))
        is_lowest = (row + 1, column) not in decisions
        axes.grid(False)
        axes.tick_params(labelbottom=is_lowest)
        if above is None or above.name != here.name:
            axes.set_title(decision_words(here), fontsize=TEXT, color=INK)
        if is_lowest:
            axes.set_xlabel("update", fontsize=SMALL, color=INK)
        if left is None or left.layer != here.layer:
            name = view_of(space).place_of(here, space).removeprefix("the ")
            letters = max([3, *(len(_short(choice)) for choice in here.choices)])
            axes.set_ylabel(name, fontsize=TEXT, color=INK, labelpad=AWAY * letters)
