"""The pens that series are drawn with: a strategy has one colour in every figure and lesson."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from nasedu.errors import SettingError
from nasedu.viewing.pictures import OKABE_ITO

if TYPE_CHECKING:
    from matplotlib.colors import Colormap


class Pen(NamedTuple):
    """How a series is drawn: colour, marker and dashes each tell it apart."""

    colour: str
    marker: str
    dashes: Any


STRATEGY_PENS = {
    "reinforce": Pen(OKABE_ITO["blue"], "o", "solid"),
    "random": Pen(OKABE_ITO["vermillion"], "^", (0, (5, 1.5))),
    "evolution": Pen(OKABE_ITO["green"], "s", (0, (6, 1.5, 1, 1.5))),
    "local": Pen(OKABE_ITO["purple"], "D", (0, (1.2, 1.2))),
    "ppo": Pen(OKABE_ITO["orange"], "v", (0, (3, 1, 1, 1, 1, 1))),
}
"""By a word that the strategy's name holds."""

PENS = (*STRATEGY_PENS.values(), Pen(OKABE_ITO["sky blue"], "P", (0, (8, 2))))
BESIDE = (Pen(OKABE_ITO["black"], "*", (0, (1, 1))), *reversed(PENS))
"""Of series that stand beside a strategy's, so that they do not look like another one."""


SHADES = (0.87, 0.93, 0.97), (0.0, 0.27, 0.45)
"""Of a map of shares, from 0 to 1: pale to deep, of Okabe-Ito's blue."""


def pens_of(names: Iterable[str]) -> list[Pen]:
    """Return a pen for each series; a strategy keeps its colour, whatever its settings.

    Series of one strategy with other settings, ``"REINFORCE, lr 0.003"``, differ in marker and
    dashes.

    Raises:
        SettingError: More names than there are pens.
    """
    names = tuple(names)
    if len(names) > len(PENS):
        raise SettingError(f"{len(names)} series; expected {len(PENS)} at most, one a pen")
    known = [strategy_pen(name) for name in names]
    others = iter(BESIDE if any(known) else PENS)
    pens: list[Pen] = []
    for strategy in known:
        pen = strategy or next(others)
        seen = sum(one.colour == pen.colour for one in pens)
        look = {"marker": "XP*dh"[seen - 1], "dashes": (0, (2 + seen, 2))} if seen else {}
        pens.append(pen._replace(**look))
    return pens


def strategy_pen(name: str) -> Pen | None:
    """Return the pen of the strategy that a name begins with or holds, or None."""
    words = name.lower()
    found = [(words.index(key), pen) for key, pen in STRATEGY_PENS.items() if key in words]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def shades() -> Colormap:
    """Return the colours of a map of shares."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("pale to deep", SHADES)
