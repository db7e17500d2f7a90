"""The frame of a widget: its controls, and beside them what follows from them.

Controls are those of ipywidgets, which the keyboard reaches and which follow a light or a dark
notebook; what is added here is that a name says to a screen reader where its control stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from ipywidgets import HTML, Box, Checkbox, HBox, Widget

UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"

ARROW = (  # a light one: that of ipywidgets is black, also on a dark page
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E"
    "%3Cpath fill='white' d='M5 7l4 4 4-4z'/%3E%3C/svg%3E"
)
# JupyterLab takes keys from a list that has the focus: an arrow leaves for the next cell, and X
# cuts this one. Lumino has an attribute against that, but it must stand on the list itself, where
# ipywidgets sets none. So the box around keeps the keys; those with Ctrl and the like go on. An
# HTML widget runs no <script>; a style says when it is in the page.
KEEP_KEYS = f"""<style onload="this.closest('.widget-box').addEventListener('keydown', (event) =>
  event.target.matches('select') && !(event.ctrlKey || event.metaKey || event.altKey) &&
  event.stopPropagation())">[data-jp-theme-light=false] .widget-dropdown > select {{
  --jp-widgets-dropdown-arrow: url("{ARROW}")}}</style>"""

Name = TypeVar("Name")


class Frame(Generic[Name]):
    """Controls line by line, and beside them, or below in a narrow window, a result as HTML.

    Args:
        controls: Every control that has a value, by name.
        lines: What stands below each other: the controls, and what belongs to them.
        on_change: Called with all values, by name, when the reader has moved a control.
        width: What the result would like to have; default as much as it needs.

    Attributes:
        controls: As given.
        box: All of it, to be shown or put into a layout.
    """

    def __init__(
        self,
        controls: Mapping[Name, Any],
        lines: Sequence[Widget],
        on_change: Callable[[dict[Name, Any]], None],
        width: str | None = None,
    ) -> None:
        from ipywidgets import HTML, HBox, Layout, VBox

        self.controls = dict(controls)
        self._on_change = on_change
        self._is_moving = False  # while we and not the reader move the controls
        for control in self.controls.values():
            control.observe(lambda _: self._moved(), names="value")
        self._result: HTML = HTML(layout=Layout(flex=f"1 1 {width}") if width else Layout())
        wrap = Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="0 2em")
        self.box: Box = HBox([VBox([*lines, own_keys()]), self._result], layout=wrap)

    def show(self, values: Mapping[Name, Any], html: str) -> None:
        """Move the controls, and show what follows from where they are."""
        self._is_moving = True
        for name, value in values.items():
            self.controls[name].value = value
        self._is_moving = False
        self._result.value = html

    def _moved(self) -> None:
        if not self._is_moving:
            self._on_change({name: control.value for name, control in self.controls.items()})


def own_keys() -> HTML:
    """Return what lets the arrow keys choose in the lists of the box that it is put into.

    It shows nothing, but that the lists' arrows are light on a dark page. Without it JupyterLab
    takes the keys, and they move between cells.
    """
    from ipywidgets import HTML, Layout

    return HTML(KEEP_KEYS, layout=Layout(display="none"))


def line_of(widgets: Sequence[Widget], place: str = "") -> HBox:
    """Return widgets in a line that wraps, after the name of their place if it has one."""
    from ipywidgets import HTML, HBox, Layout

    name = [HTML(f"<b>{escape(place)}</b>", layout=Layout(width="4.5em"))] if place else []
    return HBox([*name, *widgets], layout=Layout(flex_flow="row wrap", align_items="center"))


def box_to_tick(layer: int, read: int) -> Checkbox:
    """Return a box to tick: a layer reads the output of layer ``read``.

    Its name is seen as it is heard, both numbers: ipywidgets shows the name's HTML as a tooltip.
    """
    from ipywidgets import Checkbox, Layout

    return Checkbox(description=f"{layer} reads {read}", indent=False, layout=Layout(width="6.5em"))


def name_for(place: str, words: str) -> dict[str, str | bool]:
    """Name a control that stands in a row: seen are the words, heard is the row's name, too.

    Args:
        place: Name of the row, such as ``"layer 3"``.
        words: What the control says.

    Returns:
        Arguments of the control.
    """
    heard = f'<i style="{UNSEEN}">{escape(place)} </i>'
    return {"description": heard + escape(words), "description_allow_html": True}


def cell_output(box: Box | None, html: str, text: str) -> dict[str, Any]:
    """Return a widget as a cell's output: without a kernel, the same without its controls.

    Args:
        box: The widget; None if it has no controls.
        html: What a page shows in its place.
        text: What a terminal shows.
    """
    live = (box._repr_mimebundle_() or {}) if box is not None else {}
    return {**live, "text/html": html, "text/plain": text}
