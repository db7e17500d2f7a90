"""A sentence of tokens to play with: change a word, and the network changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from nasedu.architectures import Architecture
from nasedu.errors import SearchSpaceError
from nasedu.spaces import Decision, Space
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.drawings.view import decision_words, view_of
from nasedu.viewing.widgets.frame import Frame, box_to_tick, cell_output, line_of, name_for

if TYPE_CHECKING:
    from ipywidgets import Box, Checkbox, Dropdown


Place = tuple[int, int | None]  # the number of a decision, from 0, and of an anchor the bit


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
        self._frame = self._framed() if len(self.lines) <= self.view.most_lines else None
        self._show()

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
        self._show()

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
        return None if self._frame is None else self._frame.box

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

    def _framed(self) -> Frame[Place]:
        """Return the controls, a line for each layer or node."""
        controls: dict[Place, Dropdown | Checkbox] = {}
        lines, k = [], 0
        for place, decisions in self.lines.items():
            line = {}
            for decision in decisions:
                line |= {(k, bit): control for bit, control in _controls(decision, place).items()}
                k += 1
            controls |= line
            lines.append(line_of(list(line.values()), place.removeprefix("the ")))
        return Frame(controls, lines, self._changed)

    def _show(self) -> None:
        """Move the controls to the tokens, and show the picture."""
        if self._frame is not None:
            values = {
                (k, bit): self._tokens[k] if bit is None else bool(self._tokens[k] >> bit & 1)
                for k, bit in self._frame.controls
            }
            self._frame.show(values, self.html)

    def _changed(self, values: dict[Place, Any]) -> None:
        tokens = [0] * len(self._tokens)
        for (k, bit), value in values.items():
            tokens[k] |= int(value) << (bit or 0)
        self.tokens = tokens

    def _draw(self) -> Drawing:
        return self.view.draw(self.net, shape=self.shape, num_classes=self.num_classes)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        facts = "\n".join(f"{name}: {value}" for name, value in self.facts.items())
        return cell_output(self.widget, self.html, f"{facts}\n{self.drawing.text}")


def _controls(decision: Decision, place: str) -> dict[int | None, Dropdown | Checkbox]:
    """Return a list to choose from, or for an anchor a box to tick for each earlier layer."""
    from ipywidgets import Dropdown, Layout

    if decision.is_anchor:
        return {j - 1: box_to_tick(decision.layer, j) for j in range(1, decision.layer)}
    name = decision_words(decision).removeprefix("filter ")
    choices = Dropdown(
        options=[(f"{choice}", token) for token, choice in enumerate(decision.choices)],
        **name_for(place, name),
        tooltip=f"{decision.name.replace('_', ' ')} of {place}",
        style={"description_width": "initial"},
        layout=Layout(width=f"{len(name) * 0.6 + 5.5}em"),
    )
    return {None: choices}


def _first_token(decision: Decision) -> int:
    """The first choice; for an anchor, the layer before."""
    return 1 << decision.layer - 2 if decision.is_anchor and decision.layer > 1 else 0
