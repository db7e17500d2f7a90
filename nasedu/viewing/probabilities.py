"""What the controller thinks: the probability of every choice, decision by decision, over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nasedu.errors import SettingError
from nasedu.searching import Study
from nasedu.spaces import ConvNetSpace, Decision
from nasedu.viewing.columns import INK, QUIET
from nasedu.viewing.sheets import SMALL, TEXT, sheet, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALE, DEEP = np.array([0.87, 0.93, 0.97]), np.array([0.0, 0.27, 0.45])  # of Okabe-Ito's blue
ENOUGH = 0.13  # share that has room for its name


def probabilities_figure(study: Study) -> Figure:
    """Draw how probable the controller found every choice, update by update.

    Layers are rows and kinds of decisions columns. The choices of a decision are stacked,
    the smallest at the bottom and the largest darkest, and are named where they have room:
    on the left at the first update, on the right at the last. An anchor point is a map with
    an earlier layer a row, the darker the more probable that it is chosen.

    Probabilities are those before the update, averaged over the children of its batch.

    Raises:
        SettingError: The strategy has no probabilities, as random search, or no update yet.
    """
    history, decisions = recorded_probabilities(study)
    kinds = list(dict.fromkeys(d.name for d in decisions))
    num_layers = decisions[-1].layer
    height = 0.9 + num_layers * (1.25 if num_layers <= 6 else 1.0)
    figure, panels = sheet(height, num_layers, len(kinds))
    numbers = np.array([number for number, _ in history], dtype=float)
    for k, decision in enumerate(decisions):
        panel = panels[decision.layer - 1, kinds.index(decision.name)]
        values = np.array([probabilities[k] for _, probabilities in history])  # (U, C) or (U, J)
        draw_panel = _add_map if decision.is_anchor else _add_stack
        draw_panel(panel, decision, numbers, values)
    _name_panels(panels, kinds)
    write_title(figure, "What the controller would choose")
    return figure


def recorded_probabilities(
    study: Study,
) -> tuple[list[tuple[int, tuple[tuple[float, ...], ...]]], tuple[Decision, ...]]:
    """Return number and probabilities of each update, and the decisions they belong to.

    Raises:
        SettingError: The strategy has no probabilities, as random search, or no update yet.
    """
    history = [
        (u.number, u.stats.probabilities)
        for u in study.updates()
        if u.stats is not None and u.stats.probabilities
    ]
    if not history:
        name = study.config.strategy["name"]
        raise SettingError(
            f"this study of {name!r} holds no probabilities; expected a strategy that has a "
            "controller, such as 'reinforce', and at least one update"
        )
    decisions = ConvNetSpace.from_json(study.config.space).decisions
    return history, decisions[: len(history[0][1])]


def _add_stack(axes: Axes, decision: Decision, numbers: np.ndarray, values: np.ndarray) -> None:
    """Stack the probabilities of the choices, ``(U, C)``."""
    x = np.append(numbers, numbers[-1] + 1)  # each update as wide as the others
    shares = np.concatenate([values, values[-1:]])
    tops = shares.cumsum(axis=1)
    shades = np.linspace(0, 1, len(decision.choices))
    for c, shade in enumerate(shades):
        colour = PALE + (DEEP - PALE) * shade
        look = {"facecolor": colour, "edgecolor": "white", "linewidth": 1.2, "step": "post"}
        axes.fill_between(x, tops[:, c] - shares[:, c], tops[:, c], **look)
        ink = "white" if shade > 0.45 else INK
        for update, place, side in ((0, 0.04, "left"), (-1, 0.96, "right")):
            if shares[update, c] >= ENOUGH:
                y = tops[update, c] - shares[update, c] / 2
                text = f"{decision.choices[c]}"
                align = {"ha": side, "va": "center_baseline"}
                axes.text(place, y, text, color=ink, fontsize=SMALL, transform=axes.transAxes, **align)
    axes.set(xlim=(x[0], x[-1]), ylim=(0, 1), yticks=[0, 1])


def _add_map(axes: Axes, decision: Decision, numbers: np.ndarray, values: np.ndarray) -> None:
    """Map the probabilities of the earlier layers, ``(U, J)``, to be chosen."""
    if decision.layer == 1:
        axes.set_axis_off()
        align = {"ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, "the image", color=QUIET, fontsize=SMALL, **align)
        return
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("pale to deep", [PALE, DEEP])
    x = np.append(numbers, numbers[-1] + 1)
    y = np.arange(decision.layer) + 0.5
    look = {"cmap": shades, "vmin": 0, "vmax": 1, "edgecolors": "none"}
    axes.pcolormesh(x, y, values.T, **look)
    axes.hlines(y[1:-1], x[0], x[-1], color="white", linewidth=1.2)
    for j, last in enumerate(values[-1], start=1):
        if decision.layer <= 6:
            align = {"ha": "right", "va": "center_baseline"}
            ink = "white" if last > 0.45 else INK
            axes.text(x[-1] - 0.04 * np.ptp(x), j, f"{last:.2f}", color=ink, fontsize=SMALL, **align)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), yticks=np.arange(1, decision.layer))


def _name_panels(panels: np.ndarray, kinds: Sequence[str]) -> None:
    for row, column in np.ndindex(panels.shape):
        axes = panels[row, column]
        axes.grid(False)
        axes.tick_params(labelbottom=row == len(panels) - 1)
        if row == 0:
            name = kinds[column].replace("_", " ").replace("num ", "")
            axes.set_title(name, fontsize=TEXT, color=INK)
        if row == len(panels) - 1:
            axes.set_xlabel("update", fontsize=SMALL, color=INK)
        if column == 0:
            axes.set_ylabel(f"layer {row + 1}", fontsize=TEXT, color=INK)
        elif kinds[column] != "anchor":
            axes.tick_params(labelleft=False)
