"""A recurrent cell to step through: node by node, with numbers that can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from nasedu.children import PlainCell
from nasedu.errors import SettingError
from nasedu.viewing.drawings.cell_flow import CellFlow
from nasedu.viewing.drawings.cell_words import cell_alt
from nasedu.viewing.drawings.columns import blank_graph
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.widgets.cell_trace import Stop, decimals, trace
from nasedu.viewing.widgets.frame import Frame, cell_output

if TYPE_CHECKING:
    from ipywidgets import BoundedFloatText, BoundedIntText, Box, Button

NAMES = {"x": "x_t", "h": "h_t-1", "c": "c_t-1"}
REACH = 2.0  # of the three numbers, to both sides


class CellSteps:
    """One step of a recurrent cell with a single unit, stop by stop.

    As a cell's value it shows what happens at a stop in words, and the computation with the
    numbers known so far and this stop's boxes marked; with buttons to move from stop to stop,
    and fields for the stop and the three numbers that come in. Without a kernel it shows the
    same without controls. All stops are listed below, to be folded out.

    Args:
        child: The cell with its weights: `build` with ``input_size=1, hidden_size=1``.
        x: x_t; this and the next two from -2 to 2.
        h: h_{t-1}.
        c: c_{t-1}.

    Attributes:
        stops: What happens, in order.
        buttons: ``"back"`` and ``"next"``.

    Raises:
        SettingError: A child of another size, or a number out of range.
    """

    def __init__(self, child: PlainCell, x: float = 0.8, h: float = 0.25, c: float = 0.6) -> None:
        if not isinstance(child, PlainCell) or (child.input_size, child.hidden_size) != (1, 1):
            raise SettingError(
                f"the child is {child!r}; expected build(cell, input_size=1, hidden_size=1)"
            )
        self.child = child
        self._place = 0
        self._set({"x": x, "h": h, "c": c})
        self._frame = self._framed()
        self._show()

    def __repr__(self) -> str:
        return f"CellSteps({self.title})"

    @property
    def numbers(self) -> dict[str, float]:
        """What comes in, by ``"x"``, ``"h"`` and ``"c"``; may be set, and all else follows."""
        return dict(self._numbers)

    @numbers.setter
    def numbers(self, numbers: Mapping[str, float]) -> None:
        self._set(numbers)
        self._show()

    @property
    def place(self) -> int:
        """Which stop this is, from 0; may be set."""
        return self._place

    @place.setter
    def place(self, place: int) -> None:
        if not 0 <= place < len(self.stops):
            raise SettingError(f"place is {place}; expected 0 to {len(self.stops) - 1}")
        self._place = int(place)
        self._show()

    def _framed(self) -> Frame[str]:
        """Return the buttons and the fields, with room for what follows them."""
        from ipywidgets import HTML, BoundedFloatText, BoundedIntText, Button, HBox, Layout

        self.buttons: dict[str, Button] = {
            "back": Button(description="Back", tooltip="to the stop before"),
            "next": Button(description="Next", tooltip="to the next stop"),
        }
        for by, button in zip((-1, 1), self.buttons.values(), strict=True):
            button.on_click(lambda _, by=by: self._go(self.place + by))
        look: dict[str, Any] = {
            "style": {"description_width": "4em"},
            "layout": Layout(width="11em"),  # a field, and not a slider, which has no name for ears
        }
        num_stops = len(self.stops)
        fields: dict[str, BoundedFloatText | BoundedIntText] = {
            "stop": BoundedIntText(1, min=1, max=num_stops, description="stop", **look)
        }
        for name, label in NAMES.items():
            fields[name] = BoundedFloatText(
                min=-REACH, max=REACH, step=0.1, description=label, **look
            )
        limits = HTML(
            f"<small>stop: 1 to {num_stops}; numbers: {-REACH:g} to {REACH:g}.<br>"
            "Beyond them, the limit is taken.</small>"
        )
        lines = [HBox(list(self.buttons.values())), *fields.values(), limits]
        return Frame(fields, lines, self._changed, f"{self.width}rem")

    def _show(self) -> None:
        self._frame.show({"stop": self.place + 1, **self.numbers}, self.html)
        self.buttons["back"].disabled = self.place == 0
        self.buttons["next"].disabled = self.place == len(self.stops) - 1

    def _go(self, place: int) -> None:
        if 0 <= place < len(self.stops):
            self.place = place

    def _changed(self, values: dict[str, float]) -> None:
        self._place = int(values["stop"]) - 1
        self.numbers = {name: values[name] for name in NAMES}

    def _set(self, numbers: Mapping[str, float]) -> None:
        if set(numbers) != set(NAMES):
            raise SettingError(f"numbers for {sorted(numbers)}; expected {sorted(NAMES)}")
        for name, value in numbers.items():
            if not -REACH <= value <= REACH:
                raise SettingError(f"{name} is {value}; expected from {-REACH:g} to {REACH:g}")
        self._numbers = {name: float(numbers[name]) for name in NAMES}
        x, h, c = self._numbers.values()
        from_x = [weight * x for weight in self.child.weight_ih.flatten().tolist()]
        from_h = [weight * h for weight in self.child.weight_hh.flatten().tolist()]
        self.stops: list[Stop] = trace(self.child.cell, from_x, from_h, c)

    @property
    def stop(self) -> Stop:
        """The present stop."""
        return self.stops[self._place]

    @property
    def title(self) -> str:
        """Where this is: ``stop 2 of 6``."""
        return f"stop {self._place + 1} of {len(self.stops)}"

    @property
    def known(self) -> dict[str, float]:
        """Every number computed up to this stop, by the name of its box."""
        return {
            name: value
            for stop in self.stops[: self._place + 1]
            for name, value in stop.values.items()
        }

    @property
    def drawing(self) -> Drawing:
        """The computation with the numbers so far; its text lists all stops."""
        graph = blank_graph()
        values = {name: decimals(value) for name, value in self.known.items()}
        CellFlow(self.child.cell, 0, self.stop.marked, values).draw(graph)
        alt = f"{self.title.capitalize()}. {self.stop.words} {cell_alt(self.child.cell)}"
        return Drawing(graph.source, self.text, alt, "A step of a recurrent cell")

    @property
    def text(self) -> str:
        """All stops, numbered, the present one marked."""
        return "\n".join(
            f"{'>' if place == self._place else ' '} {place + 1}. {stop.words}"
            for place, stop in enumerate(self.stops)
        )

    @property
    def width(self) -> int:
        """Width of the picture in rem: a cell of base 2 has room in a window of 700 pixels."""
        return 7 + 5 * self.child.cell.base

    @property
    def widget(self) -> Box:
        """The controls with the picture, to be put into a layout."""
        return self._frame.box

    @property
    def fields(self) -> dict[str, BoundedFloatText | BoundedIntText]:
        """The fields ``"stop"``, counted from 1, and ``"x"``, ``"h"`` and ``"c"``."""
        return self._frame.controls

    @property
    def html(self) -> str:
        """The present stop in words, the drawing, and a list of all stops, as HTML."""
        rows = "".join(f"<li>{escape(stop.words)}</li>" for stop in self.stops)
        return (
            f'<div role="status" aria-live="polite"><strong>{self.title.capitalize()}.</strong> '
            f"{escape(self.stop.words)}</div>\n"
            f'<div style="max-width: {self.width}rem">{self.drawing.html}</div>\n'
            f"<details><summary>All {len(self.stops)} stops</summary><ol>{rows}</ol></details>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return cell_output(self.widget, self.html, self.text)
