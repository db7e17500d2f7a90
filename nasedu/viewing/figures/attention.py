"""The map of attention: which of the tokens read counted for each of those written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.errors import SettingError
from nasedu.viewing.figures.pens import shades
from nasedu.viewing.figures.sheets import SMALL, TEXT, name_axes, plain, sheet, write_title
from nasedu.viewing.pictures import INK, Picture

SIDE = 0.34  # inches of a cell of the map
STEEP = 4  # letters of a label that have room beside each other
NOTED = 0.095  # a share that is written into its cell: what rounds to a tenth or more
DARK = 0.5  # from here on the letters are white


@plain
def attention_figure(
    shares: ArrayLike,
    read: Sequence[str],
    written: Sequence[str],
    title: str = "Attention: the share of each token that was read",
) -> Picture:
    """Draw what a translator attended to: a row for each token written, a column for each read.

    The darker, the larger the share; shares of a tenth and more stand there as numbers.

    Args:
        shares: ``(T, S)``, from 0 to 1, the shares of a row sum to 1: see
            `nasedu.children.translator.Translator.attention`.
        read: S names of what was read.
        written: T names of what was written.
        title: What stands above.

    Raises:
        SettingError: Other shapes, or a row that does not sum to 1.
    """
    table = _read(shares, read, written)
    figure, [[axes]] = sheet(1.7 + SIDE * len(written))
    axes.grid(False)
    axes.imshow(table, cmap=shades(), vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(table >= NOTED).tolist():
        value = table[row, column]
        look = {"color": "white" if value > DARK else INK, "fontsize": SMALL}
        axes.text(column, row, f"{value:.1f}", ha="center", va="center", **look)
    steep = max(map(len, read)) > STEEP and len(read) > 6
    look = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"} if steep else {}
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xticks(range(len(read)), list(read), fontsize=TEXT, color=INK, **look)
    axes.set_yticks(range(len(written)), list(written), fontsize=TEXT, color=INK)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    # white lines between the cells
    axes.set_xticks(np.arange(1, len(read)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(written)) - 0.5, minor=True)
    axes.grid(True, which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    name_axes(axes, "read", "written")
    write_title(figure, title)
    return Picture(figure, attention_finding(table, read, written))


def attention_finding(table: NDArray, read: Sequence[str], written: Sequence[str]) -> str:
    """Say where the largest share of every row lies, and in how many rows it is the most."""
    places = table.argmax(1).tolist()
    clear = int((table.max(1) > DARK).sum())
    each = ", ".join(
        f"{token} at {read[place]} ({table[row, place]:.1f})"
        for row, (token, place) in enumerate(zip(written, places, strict=True))
    )
    return (
        f"Attention of {len(written)} tokens written over {len(read)} read. In {clear} of "
        f"{len(written)} rows one token has more than half. Most of it lies for {each}."
    )


def _read(shares: ArrayLike, read: Sequence[str], written: Sequence[str]) -> NDArray:
    table = np.asarray(shares, float)
    if table.shape != (len(written), len(read)) or not table.size:
        raise SettingError(
            f"shares have the shape {table.shape}; expected ({len(written)}, {len(read)}): a row "
            "for each token written, a column for each read"
        )
    if not np.allclose(table.sum(1), 1, atol=1e-4) or table.min() < 0:
        raise SettingError("a row of shares does not sum to 1; expected those of one sentence")
    return table
