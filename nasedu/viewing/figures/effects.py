"""The triangle of effects: what decisions explain of a result, in numbers and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nasedu.viewing.figures.sheets import SMALL, plain, sheet, write_title
from nasedu.viewing.pictures import INK, OKABE_ITO, Picture

if TYPE_CHECKING:
    from nasedu.tables import Effects

DARK = 0.55  # of the scale, from where on white letters are read better


@plain
def effects_figure(found: Effects, title: str) -> Picture:
    """Draw the interactions of two as a triangle, decisions alone on its diagonal, in per cent.

    Args:
        found: The shares.
        title: Written over the figure.
    """
    from matplotlib.colors import LinearSegmentedColormap

    figure, [[axes]] = sheet(6.2)
    size = len(found.names)
    share = 100 * (np.tril(found.by_twos, -1) + np.diag(found.alone))
    hidden = np.triu(np.ones((size, size), bool), 1)
    colours = LinearSegmentedColormap.from_list("shares", ["white", OKABE_ITO["blue"]])
    top = max(share.max(), 1e-9)
    axes.imshow(np.ma.array(share, mask=hidden), cmap=colours, vmin=0, vmax=top)
    for row in range(size):
        for column in range(row + 1):
            look: dict[str, Any] = {"color": "white" if share[row, column] > DARK * top else INK}
            look["fontweight"] = "bold" if row == column else "normal"
            text = f"{share[row, column]:.1f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=SMALL, **look)
    axes.grid(False)
    axes.set_xticks(range(size), found.names, rotation=40, ha="right")
    axes.set_yticks(range(size), found.names)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL)
    rest = f"all alone {100 * found.all_alone:.0f} %, with pairs {100 * found.with_twos:.0f} %"
    axes.text(size - 0.5, 0, rest, ha="right", va="center", fontsize=SMALL, color=INK)
    write_title(figure, title)
    return Picture(figure, _finding(found))


def _finding(found: Effects) -> str:
    """Say what `effects_figure` shows: what explains most, and how much is left."""
    most = ", ".join(f"{name} {100 * share:.1f} %" for name, share in found.largest(5))
    return (
        f"Shares of the variance. The largest: {most}. All decisions alone explain "
        f"{100 * found.all_alone:.0f} %, with all interactions of two "
        f"{100 * found.with_twos:.0f} %."
    )
