"""The figure that looks the same whatever matplotlib is set to, and that takes text for text.

matplotlib reads its settings, which a matplotlibrc or a notebook may change, both when a figure
is made and when it is drawn. Here both happen under its own defaults and the few settings below.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from matplotlib import rcParams, rcParamsDefault
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter

SAFE: dict[str, Any] = {
    "text.usetex": False,  # asks for a TeX that few have
    "svg.fonttype": "path",
    "svg.hashsalt": "nasedu",  # the same figure gives the same bytes
    "savefig.bbox": None,
    "savefig.pad_inches": 0.1,
    "savefig.transparent": False,
}
"""What drawing needs, whoever made the figure."""

MACHINE = ("backend", "date.epoch", "docstring", "interactive", "keymap", "macosx", "timezone")
MACHINE += ("tk.", "toolbar", "webagg", "_internal")  # settings that are no matter of looks

LATIN = "DejaVu Sans"  # comes with matplotlib
OTHERS = (  # fonts for other scripts, as systems have them
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Source Han Sans SC"),
    *("Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("Microsoft YaHei", "SimHei", "PingFang SC", "PingFang HK", "Hiragino Sans", "Yu Gothic"),
    *("Meiryo", "Malgun Gothic", "Apple SD Gothic Neo", "Arial Unicode MS", "Noto Sans"),
    *("Noto Sans Devanagari", "Noto Sans Arabic", "Noto Sans Thai", "Noto Emoji"),
    *("Segoe UI", "Segoe UI Symbol", "Segoe UI Emoji", "Nirmala UI", "FreeSans", "Droid Sans"),
)
UNKNOWN = "?"  # stands for a letter that no font here has

_one_at_a_time = threading.RLock()  # settings belong to the process


class PlainFigure(Figure):
    """A figure that is drawn under matplotlib's own defaults."""

    def draw(self, renderer: Any) -> None:
        """Draw, whoever asks for it."""
        with plain_style():
            super().draw(renderer)

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Save, as it would look anywhere."""
        with plain_style():
            super().savefig(*args, **kwargs)


@contextmanager
def plain_style() -> Iterator[None]:
    """Set what differs from matplotlib's defaults, and afterwards what was set before.

    What another thread changes in between is left as it is.
    """
    wanted = {k: v for k, v in dict.items(rcParamsDefault) if not k.startswith(MACHINE)}
    with _set({**wanted, **SAFE, "font.family": families()}):
        yield


@contextmanager
def safe_style() -> Iterator[None]:
    """Set only what could keep a figure from being drawn: its looks are its maker's."""
    with _set(SAFE):
        yield


@contextmanager
def _set(wanted: dict[str, Any]) -> Iterator[None]:
    settings: Any = rcParams  # whose type knows every name, as ours are not known to it
    with _one_at_a_time:
        now = dict(dict.items(rcParams))
        before = {k: now[k] for k, value in wanted.items() if now[k] != value}
        for name in before:
            settings[name] = wanted[name]
        ours = {name: settings[name] for name in before}
        try:
            yield
        finally:
            for name, value in before.items():
                if settings[name] == ours[name]:
                    settings[name] = value


def take_literally(figure: Figure) -> None:
    """Let no word of a figure be mathematics, nor a letter be one that no font here has.

    The numbers at the axes stay as they are: they are matplotlib's own. Names that were put there
    in their place are words.
    """
    numbered = []
    for axis in figure.findobj(Axis):
        fixed = isinstance(axis.get_major_locator(), FixedLocator)
        if fixed and isinstance(axis.get_major_formatter(), FuncFormatter):  # as set_ticklabels has
            axis.set_ticklabels([legible(label.get_text()) for label in axis.get_ticklabels()])
        else:
            numbered.append(axis)
    ticks = {
        label
        for axis in numbered
        for tick in (*axis.majorTicks, *axis.minorTicks)
        for label in (tick.label1, tick.label2)
    }
    for text in figure.findobj(Text):
        if text not in ticks:
            text.set_parse_math(False)
            text.set_text(legible(text.get_text()))


def without_tex(figure: Figure) -> None:
    """Let no word of a figure be set by TeX, whatever was set when it was made."""
    for text in figure.findobj(Text):
        text.set_usetex(False)


def legible(text: str) -> str:
    """Return the text with a question mark for every letter that no font here has."""
    if text.isascii() and text.isprintable():
        return text
    letters = _letters()
    return "".join(c if c == "\n" or ord(c) in letters else UNKNOWN for c in text)


@cache
def families() -> list[str]:
    """Return the fonts for every text, in the order in which a letter is looked up."""
    here = {font.name for font in fontManager.ttflist}
    return [LATIN, *(name for name in OTHERS if name in here)]


@cache
def _letters() -> frozenset[int]:
    paths = (findfont(FontProperties(family=name)) for name in families())
    return frozenset(code for path in paths for code in get_font(path).get_charmap())
