"""A sentence of tokens to play with: change a word, and the network changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from nasedu.architectures import Architecture
from nasedu.errors import SearchSpaceError
from nasedu.spaces import Decision, Space
from nasedu.viewing.decision_words import decision_words, name_for
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.drawings.view import view_of

if TYPE_CHECKING:
    from ipywidgets import Box, Checkbox, Dropdown


class TokenStrip:
    """Every decision of a network or a recurrent cell as a control, and what they describe.

    As a notebook cell's value it shows a control for each decision, one line a layer or node,
    beside the drawing; where there is no kernel, or with more lines than anybody oversees (6
    layers, or a cell of base 8), the same without controls.

    Args:
        space: The words there are.
        tokens: What to begin with; default the first choice everywhere, each layer fed by
            the one before.
        shape: ``(channels, height, width)`` of the images; not of a cell.
        num_classes: Number of classes to tell apart; not of a cell.

    Raises:
        SearchSpaceError: The tokens describe nothing of the space.
    """

    def __init__(
        self,
        space: Space,
        tokens: Sequence[int] | None = None,
        *,
        shape: Shape = (3, 32, 32),
        num_classes: int = 10,
    ) -> None:
        self.space, self.view = space, view_of(space)
        self.shape = shape
        self.num_classes = num_classes
        self._tokens = self._checked(
            map(_first_token, space.decisions) if tokens is None else tokens
        )
        self.drawing = self._draw()
        self._live = _Controls(self) if len(self.lines) <= self.view.most_lines else None

    def __repr__(self) -> str:
        return f"TokenStrip({self.sentence})"

    @property
    def tokens(self) -> list[int]:
        """One int a decision; may be set, and the controls and the picture follow."""
        return list(self._tokens)

    @tokens.setter
    def tokens(self, tokens: Sequence[int]) -> None:
        self._tokens = self._checked(tokens)
        self.drawing = self._draw()
        if self._live is not None:
            self._live.show(self)

    @property
    def net(self) -> Architecture:
        """The network or cell that the tokens describe."""
        return self.space.decode(self._tokens)

    @property
    def lines(self) -> dict[str, list[Decision]]:
        """The decisions of each layer, or each node and the memory, by its name."""
        lines: dict[str, list[Decision]] = {}
        for decision in self.space.decisions:
            lines.setdefault(self.view.place_of(decision, self.space), []).append(decision)
        return lines

    @property
    def sentence(self) -> str:
        """The tokens, line by line: ``1 2 0 | 0 1 3``."""
        words = iter(f"{token}" for token in self._tokens)
        return " | ".join(" ".join(islice(words, len(line))) for line in self.lines.values())

    @property
    def widget(self) -> Box | None:
        """The controls with the picture, to be put into a layout; None if they are too many."""
        return None if self._live is None else self._live.box

    @property
    def facts(self) -> dict[str, str]:
        """What is shown beside the picture: tokens, digest, of a network its parameters."""
        net = self.net
        facts = {"tokens": self.sentence, "digest": net.digest[:8]}
        return facts | self.view.facts(net, self.shape, self.num_classes)

    @property
    def html(self) -> str:
        """The facts and the drawing, as HTML."""
        rows = "".join(
            f'<div>{name} <code style="font-size: 1.15em">{escape(value)}</code></div>'
            for name, value in self.facts.items()
        )
        return (
            f'<div aria-live="polite">{rows}</div>\n'
            f'<div style="max-width: {self.view.width}rem">{self.drawing.html}</div>'
        )

    def _checked(self, tokens: Iterable[int]) -> list[int]:
        tokens, n = list(tokens), len(self.space.decisions)
        if len(tokens) != n:
            raise SearchSpaceError(f"{len(tokens)} tokens; expected {n}, one a decision")
        space: Any = self.space  # decodes what it encodes
        return space.encode(space.decode(tokens))

    def _draw(self) -> Drawing:
        return self.view.draw(self.net, shape=self.shape, num_classes=self.num_classes)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        facts = "\n".join(f"{name}: {value}" for name, value in self.facts.items())
        still = {"text/html": self.html, "text/plain": f"{facts}\n{self.drawing.text}"}
        if self._live is None:
            return still
        return {**(self._live.box._repr_mimebundle_() or {}), **still}


class _Controls:
    """A control for each decision, and the picture that follows them."""

    def __init__(self, strip: TokenStrip) -> None:
        from ipywidgets import HTML, HBox, Layout, VBox

        self._is_moving = False  # while we and not the reader move the controls
        self._of_decision: list[Dropdown | list[Checkbox]] = []
        lines = []
        for place, decisions in strip.lines.items():
            controls = [_control(decision, place) for decision in decisions]
            self._of_decision += controls
            name = place.removeprefix("the ")
            shown: list[Any] = [HTML(f"<b>{name}</b>", layout=Layout(width="4.5em"))]
            for control in controls:
                shown += control if isinstance(control, list) else [control]
            lines.append(HBox(shown, layout=Layout(flex_flow="row wrap", align_items="center")))
        for control in self.all:
            control.observe(lambda _: self._changed(strip), names="value")
        self.result = HTML()
        wrap = Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="0 2em")
        self.box = HBox([VBox(lines), self.result], layout=wrap)
        self.show(strip)

    @property
    def all(self) -> list[Dropdown | Checkbox]:
        """Every control, in the order of the decisions."""
        flat: list[Dropdown | Checkbox] = []
        for control in self._of_decision:
            flat += control if isinstance(control, list) else [control]
        return flat

    def show(self, strip: TokenStrip) -> None:
        """Move the controls to the strip's tokens, and show its picture."""
        self._is_moving = True
        for control, token in zip(self._of_decision, strip.tokens, strict=False):
            if isinstance(control, list):
                for bit, box in enumerate(control):
                    box.value = bool(token >> bit & 1)
            else:
                control.value = token
        self._is_moving = False
        self.result.value = strip.html

    def _changed(self, strip: TokenStrip) -> None:
        if not self._is_moving:
            strip.tokens = [_token_of(control) for control in self._of_decision]


def _control(decision: Decision, place: str) -> Dropdown | list[Checkbox]:
    """Return a list to choose from, or for an anchor a box to tick for each earlier layer."""
    from ipywidgets import Checkbox, Dropdown, Layout

    tidy = {"description_width": "initial"}
    if decision.is_anchor:
        return [
            Checkbox(
                **name_for(place, f"reads {j}"),
                tooltip=f"{place} reads the output of layer {j}",
                indent=False,
                layout=Layout(width="5.5em"),
            )
            for j in range(1, decision.layer)
        ]
    name = decision_words(decision).removeprefix("filter ")
    return Dropdown(
        options=[(f"{choice}", token) for token, choice in enumerate(decision.choices)],
        **name_for(place, name),
        tooltip=f"{decision.name.replace('_', ' ')} of {place}",
        style=tidy,
        layout=Layout(width=f"{len(name) * 0.6 + 5.5}em"),
    )


def _token_of(control: Dropdown | list[Checkbox]) -> int:
    if isinstance(control, list):
        return sum(bool(box.value) << bit for bit, box in enumerate(control))
    return int(control.value or 0)


def _first_token(decision: Decision) -> int:
    """The first choice; for an anchor, the layer before."""
    return 1 << decision.layer - 2 if decision.is_anchor and decision.layer > 1 else 0
