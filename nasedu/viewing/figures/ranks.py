"""The ranks of networks: do those that did well in one training do well in another?

Legend of shapes: N networks, S seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.errors import SettingError
from nasedu.viewing.figures.pens import PENS
from nasedu.viewing.figures.sheets import name_axes, plain, sheet, write_title
from nasedu.viewing.pictures import QUIET, Picture

BLUE = PENS[0]


@dataclass(frozen=True, slots=True)
class RankWords:
    """What a figure of ranks says.

    Args:
        things: What is ranked, many of them.
        trainings: What they went through afterwards.
        first: What they went through first.
        x: What was measured then.
        y: What was measured afterwards.
        lower_is_better: Whether the better half is the one with the lower numbers.
    """

    things: str = "networks"
    trainings: str = "longer trainings"
    first: str = "the search"
    x: str = "validation accuracy in the search"
    y: str = "after longer training"
    lower_is_better: bool = False


ACCURACIES = RankWords()


@plain
def rank_figure(small: ArrayLike, longer: ArrayLike, words: RankWords = ACCURACIES) -> Picture:
    """Draw the result of other trainings against the one in the search.

    Args:
        small: ``(N,)`` validation accuracy in the search, one training each.
        longer: ``(N, S)`` after the longer training, S seeds each.
        words: What the figure says, if it is not of accuracies and longer training.

    Raises:
        SettingError: Fewer than two networks, or other shapes.
    """
    x, y = _read(small, longer)
    figure, [[axes]] = sheet(4.4)
    axes.vlines(x, y.min(axis=1), y.max(axis=1), color=BLUE.colour, linewidth=2, alpha=0.45)
    axes.plot(x, y.mean(axis=1), BLUE.marker, color=BLUE.colour, markersize=8, zorder=3)
    axes.axvline(float(np.median(x)), color=QUIET, linewidth=1.2, linestyle=(0, (2, 2)))
    name_axes(axes, words.x, words.y)
    write_title(figure, f"{len(x)} {words.things}, {y.shape[1]} {words.trainings} each")
    return Picture(figure, _finding(x, y, words))


def _finding(x: NDArray, y: NDArray, words: RankWords) -> str:
    """Say how well the ranking survives, and what a second seed would tell."""
    better = x <= np.median(x) if words.lower_is_better else x >= np.median(x)
    side = "left" if words.lower_is_better else "right"
    text = (
        f"Rank correlation of {words.first} with the mean of {y.shape[1]} {words.trainings}: "
        f"{_rank_correlation(x, y.mean(axis=1))}, in the better half ({side} of the dotted "
        f"line) {_rank_correlation(x[better], y[better].mean(axis=1))}."
    )
    if y.shape[1] > 1:
        text += f" Between two of the {words.trainings}: {_rank_correlation(*y.T[:2])}."
    return text


def _rank_correlation(a: NDArray, b: NDArray) -> str:
    from scipy.stats import spearmanr

    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return "not defined"
    return f"{np.asarray(spearmanr(a, b))[0]:.2f}"


def _read(small: ArrayLike, longer: ArrayLike) -> tuple[NDArray, NDArray]:
    x, y = np.asarray(small, float), np.asarray(longer, float)
    if x.ndim != 1 or y.ndim != 2 or len(x) != len(y) or len(x) < 2:
        raise SettingError(
            f"shapes are {x.shape} and {y.shape}; expected (N,) and (N, S) of two networks or more"
        )
    return x, y
