"""The standing: where one search is among many seeds of every strategy.

Legend of shapes: n children of the one search; S seeds of a strategy, of n children or more each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.errors import SettingError
from nasedu.searching import best_so_far
from nasedu.training.measure import ACCURACY, Measure
from nasedu.viewing.figures.pens import PENS, Pen, pens_of
from nasedu.viewing.figures.sheets import (
    SMALL,
    name_axes,
    plain,
    sheet,
    write_title,
)
from nasedu.viewing.pictures import INK, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Shown = Callable[[ArrayLike], NDArray[np.float64]]  # a value as the axis has it

HEADS = ("strategy", "seeds", "ahead of", "last gain")
NOTE = "A tie counts a half; a last gain is the median over the seeds."

PILE = 0.72  # of the room between two rows, for the highest pile of dots


@dataclass(frozen=True)
class Standing:
    """One search beside S seeds of every strategy, each after as many children as it has.

    Args:
        own: ``(n,)`` values of its children, in the order of asking.
        others: By name the values ``(S, >= n)`` of the seeds' children, in the order of asking.
        of: What the values measure.
        player: Who searched.

    Raises:
        SettingError: No child, no strategy or too many, or seeds with fewer children.
    """

    own: NDArray[np.float64]
    others: Mapping[str, NDArray[np.float64]]
    of: Measure = ACCURACY
    player: str = "you"

    def __post_init__(self) -> None:
        if not len(self.own):
            raise SettingError("there is no child to compare; propose one first")
        if not 1 <= len(self.others) < len(PENS):
            raise SettingError(f"{len(self.others)} strategies; expected 1 to {len(PENS) - 1}")
        for name, values in self.others.items():
            if values.ndim != 2 or values.shape[1] < len(self.own):
                raise SettingError(
                    f"{name} has values of shape {values.shape}; expected (S, n) with n at least "
                    f"{len(self.own)}"
                )

    @property
    def children(self) -> int:
        """How many children are compared."""
        return len(self.own)

    @property
    def best(self) -> float:
        """The best value of the one search."""
        return float(self.curve[-1])

    @property
    def curve(self) -> NDArray[np.float64]:
        """The best value so far of the one search: ``(n,)``."""
        return self._sign * self._curve(self.own)

    @property
    def last_gain(self) -> int:
        """The child after which the one search found nothing better, from 1."""
        return int(_last_gains(self._curve(self.own)[None])[0])

    def best_of(self, name: str) -> NDArray[np.float64]:
        """Return the best values ``(S,)`` of a strategy's seeds."""
        return self._sign * self._curve(self.others[name])[:, self.children - 1]

    def curve_of(self, name: str) -> NDArray[np.float64]:
        """Return the median over the seeds of the best value so far: ``(n,)``."""
        curves = self._curve(self.others[name])[:, : self.children]
        return self._sign * np.median(curves, 0)

    def percentile(self, name: str) -> float:
        """Return in which share of a strategy's seeds the one search is ahead; a tie is a half."""
        lead = np.sign(self._sign * (self.best - self.best_of(name)))
        return float((1 + lead.mean()) / 2)

    def usual_last_gain(self, name: str) -> float:
        """Return the median of a strategy's last gains within as many children."""
        curves = self._curve(self.others[name])[:, : self.children]
        return float(np.median(_last_gains(curves)))

    @property
    def after(self) -> str:
        """After how many children they are compared, in words."""
        return f"after {self.children} {'child' if self.children == 1 else 'children'}"

    @property
    def found(self) -> list[str]:
        """What the one search found, in two sentences."""
        best = f"best {self.of.short}"
        whose = f"your {best}" if self.player == "you" else f"the {best} of {self.player}"
        return [
            f"{self.after[:1].upper()}{self.after[1:]} {whose} is {self.of.text(self.best)}.",
            f"It came with child {self.last_gain}, and nothing better came later.",
        ]

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """The place among each strategy's seeds, and their last gain, under `HEADS`."""
        return [
            (
                name,
                f"{len(values)}",
                f"{self.percentile(name):.0%}",
                f"child {self.usual_last_gain(name):g}",
            )
            for name, values in self.others.items()
        ]

    @property
    def sentence(self) -> str:
        """All of it in words, for those who cannot see the picture."""
        places = [f"{ahead} of the {seeds} seeds of {name}" for name, seeds, ahead, _ in self.rows]
        usual = ", ".join(f"{gain} of {name}" for name, _, _, gain in self.rows)
        best, gain = self.found
        return (
            f"{best} That is ahead of {_listed(places)}; a tie counts a half. {gain} The last gain "
            f"of the strategies, as the median over their seeds: {usual}."
        )

    @property
    def _sign(self) -> int:
        return 1 if self.of.higher_is_better else -1

    def _curve(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the best so far, as a score of which more is better."""
        scores = self._sign * np.asarray(values, float)
        return best_so_far(np.where(np.isnan(scores), -np.inf, scores))


@plain
def standing_figure(standing: Standing, *, errors: bool = False) -> Picture:
    """Draw the best so far beside the median seed, and the end among all seeds.

    Args:
        standing: What is drawn.
        errors: Draw 1 minus the values on a log scale: accuracies that meet close to 1.
    """
    from matplotlib.ticker import MaxNLocator

    figure, [[above], [below]] = sheet(7.0, rows=2)
    you = standing.player
    [own, *pens] = pens_of([you, *standing.others])
    shown = (lambda values: 1 - np.asarray(values)) if errors else np.asarray
    at, words = np.arange(1, standing.children + 1), f"best {standing.of.short}"
    for name, pen in zip(standing.others, pens, strict=True):
        [line] = above.plot(at, shown(standing.curve_of(name)), color=pen.colour, linewidth=2)
        line.set(linestyle=pen.dashes, marker=pen.marker, markevery=max(1, len(at) // 5))
    above.step(at, shown(standing.curve), where="post", color=own.colour, linewidth=3, label=you)
    own_line = above.lines[-1:]  # the strategies have their names and marks in the rows below
    above.legend(handles=own_line, loc="best", fontsize=SMALL, labelcolor=INK, framealpha=0.85)
    above.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    name_axes(above, "children", f"{'1 − ' if errors else ''}{words}, median")
    _add_piles(below, standing, shown, pens)
    below.axvline(float(shown(standing.best)), color=own.colour, linewidth=3, zorder=1)
    name_axes(below, f"{'1 − ' if errors else ''}{words} {standing.after}; a dot is a seed", "")
    if errors:
        _count_errors(above, below)
    write_title(figure, f"{you[:1].upper()}{you[1:]}, {standing.after}")
    return Picture(figure, standing.sentence)


def _add_piles(axes: Axes, standing: Standing, shown: Shown, pens: Sequence[Pen]) -> None:
    """Draw a row for each strategy, and beside it which share of its seeds is left behind."""
    rows = range(len(pens) - 1, -1, -1)  # the first on top
    for row, (name, pen) in zip(rows, zip(standing.others, pens, strict=True), strict=True):
        _pile(axes, shown(standing.best_of(name)), row, pen)
    ahead = [f"{name}\nahead of {standing.percentile(name):.0%}" for name in standing.others]
    axes.set_yticks(rows, ahead)
    axes.set_ylim(-0.25, len(pens) - 0.1)


def _pile(axes: Axes, values: NDArray[np.float64], row: int, pen: Pen) -> None:
    """Draw a dot for each seed; dots of equal values are piled up."""
    levels, counts = np.unique(values.round(6), return_counts=True)
    for level, count in zip(levels, counts, strict=True):
        heights = row + PILE * np.arange(count) / max(12, counts.max())
        axes.plot(np.full(count, level), heights, pen.marker, color=pen.colour, markersize=5)


def _count_errors(above: Axes, below: Axes) -> None:
    """Let errors be read on log scales, with the better end where it is looked for."""
    from matplotlib.ticker import LogLocator, NullFormatter

    above.set_yscale("log")
    below.set_xscale("log")
    for axis in (above.yaxis, below.xaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    below.invert_xaxis()


def _last_gains(curves: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return with which child, from 1, each of the curves ``(S, n)`` reached its end."""
    return (curves >= curves[:, -1:]).argmax(1) + 1


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
