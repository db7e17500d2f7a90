"""The picture of who worked when: machines in rows, children as bars on a line of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasedu.errors import SettingError
from nasedu.searching.simulation import Simulated
from nasedu.searching.simulation.history import Pushed, Stay
from nasedu.viewing.figures.sheets import SMALL, add_legend, name_axes, plain, sheet, write_title
from nasedu.viewing.pictures import INK, OKABE_ITO, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHADES = [OKABE_ITO[name] for name in ("blue", "orange", "green", "purple", "sky blue", "yellow")]
LOST = OKABE_ITO["vermillion"]
BAR, ROW, MOST_ROWS = 0.82, 0.17, 48  # of a row's height; inches of a row; rows that can be read
ENOUGH = 0.022  # of the width: a bar that has room for a number


@plain
def machines_figure(
    stays: Sequence[Stay],
    replicas: Sequence[int] | NDArray[np.int64],
    title: str,
    *,
    pushes: Sequence[Pushed] = (),
    until: float | None = None,
    machines: str = "machines",
) -> Picture:
    """Draw what every machine did: a bar is a child, with the number of its replica.

    Args:
        stays: Who trained what and when, see `Simulated.stays`.
        replicas: ``(n,)`` the replica of each child, from 1.
        title: Written over the figure.
        pushes: Gradients, drawn as lines where their replica's children stand.
        until: Where the line of time ends; default with the last bar.
        machines: What the rows are called.

    Raises:
        SettingError: No machine did anything, or more did than can be drawn.
    """
    rows = sorted({stay.machine for stay in stays})
    if not 1 <= len(rows) <= MOST_ROWS:
        raise SettingError(f"{len(rows)} machines to draw; expected 1 to {MOST_ROWS}")
    end = max(stay.end for stay in stays) if until is None else until
    figure, [[axes]] = sheet(1.5 + max(6, len(rows)) * ROW)
    own: dict[int, set[int]] = {}
    for stay in stays:
        replica = int(replicas[stay.child - 1])
        own.setdefault(replica, set()).add(stay.machine)
        if stay.begin < end:
            _add_bar(axes, stay, replica, end)
    for push in pushes:
        if push.seconds <= end and push.replica in own:
            low, high = min(own[push.replica]) - 0.5, max(own[push.replica]) + 0.5
            axes.vlines(push.seconds, low, high, color=INK, linewidth=1.8)
    _explain(axes, pushes, any(stay.is_lost for stay in stays))
    axes.set(xlim=(0, end), ylim=(rows[-1] + 0.6, rows[0] - 0.6))
    axes.locator_params(axis="y", integer=True)
    axes.grid(False, axis="y")
    name_axes(axes, "seconds", machines)
    write_title(figure, title)
    return Picture(figure, f"{len(rows)} {machines} {_finding(stays, len(rows), end, pushes)}")


def first_replicas(simulated: Simulated, replicas: int) -> tuple[list[Stay], list[Pushed]]:
    """Return what the machines of the first few replicas did, and what these pushed."""
    last = replicas * simulated.cluster.children
    stays = [stay for stay in simulated.stays if stay.machine <= last]
    return stays, [push for push in simulated.pushes if push.replica <= replicas]


def _add_bar(axes: Axes, stay: Stay, replica: int, end: float) -> None:
    shade = SHADES[(replica - 1) % len(SHADES)]
    width = min(stay.end, end) - stay.begin
    look: dict[str, Any] = {"color": shade, "edgecolor": "white"}
    if stay.is_lost:
        look = {"color": "white", "hatch": "////", "edgecolor": LOST}
    axes.barh(stay.machine, width, left=stay.begin, height=BAR, linewidth=0.8, **look)
    if width > ENOUGH * end and not stay.is_lost:
        middle = stay.begin + width / 2
        place: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": 8.5}
        axes.text(middle, stay.machine, str(replica), color=_on(shade), **place)


def _on(shade: str) -> str:
    """Return black or white, whichever can be read on a colour."""
    red, green, blue = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
    return "white" if 0.3 * red + 0.59 * green + 0.11 * blue < 140 else "black"


def _explain(axes: Axes, pushes: Sequence[Pushed], any_lost: bool) -> None:
    bar: dict[str, Any] = {"height": 0, "linewidth": 0.8}
    axes.barh(1, 0, color=SHADES[0], label="a child, with its replica's number", **bar)
    if any_lost:
        axes.barh(1, 0, color="white", hatch="////", edgecolor=LOST, label="lost", **bar)
    if pushes:
        axes.plot([], [], color=INK, linewidth=1.8, label="a gradient is pushed")
    add_legend(axes)
    axes.tick_params(labelsize=SMALL)


def _finding(stays: Sequence[Stay], rows: int, end: float, pushes: Sequence[Pushed]) -> str:
    """Say how much of their time the machines worked."""
    useful = sum(max(0, min(s.end, end) - s.begin) for s in stays if not s.is_lost)
    lost, count = sum(s.is_lost for s in stays), len({s.child for s in stays if s.begin < end})
    text = (
        f"in {end:.1f} seconds train {count} children, which takes "
        f"{100 * useful / (rows * end):.0f} % of their time; in the rest they wait"
    )
    if seen := sum(push.seconds <= end for push in pushes):
        text += f". {seen} gradients are pushed"
    return text + (f". Lost and begun anew: {lost}." if lost else ".")
