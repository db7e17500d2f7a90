"""Anchor points to play with: tick who reads whom, and see the network and its fix-up rules."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from nasedu.architectures import ConvNet
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace
from nasedu.viewing.drawings.conv_net import VIEW
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape
from nasedu.viewing.widgets.frame import Frame, box_to_tick, cell_output, line_of

if TYPE_CHECKING:
    from ipywidgets import Box, Checkbox

MOST_LAYERS = 6  # more boxes than that nobody oversees


class SkipMatrix:
    """Who reads whom as a matrix of boxes, beside the network that it describes.

    As a cell's value it shows a row for each layer and a column for each layer that it could
    read, and beside it the tokens of the anchor points, which fix-up rules were needed
    (section 3.3) and the drawing; without a kernel the same without boxes. All layers are
    alike: only the wiring can be changed.

    Args:
        masks: The anchor's token of every layer, from layer 1 on: bit j-1 is layer j. From 2
            to 6 layers.
        num_filters: Filters of 3x3 in every layer.
        shape: ``(channels, height, width)`` of the images.
        num_classes: Number of classes to tell apart.

    Raises:
        SettingError: Too few or too many layers.
        SearchSpaceError: A mask that names a layer that is not an earlier one.
    """

    def __init__(
        self,
        masks: Sequence[int] = (0, 1, 2, 4),
        *,
        num_filters: int = 8,
        shape: Shape = (1, 8, 8),
        num_classes: int = 10,
    ) -> None:
        if not 2 <= len(masks) <= MOST_LAYERS:
            raise SettingError(f"{len(masks)} masks; expected from 2 to {MOST_LAYERS}, one a layer")
        self.space = ConvNetSpace(len(masks), (3,), (3,), (num_filters,))
        self.shape = shape
        self.num_classes = num_classes
        self._set(masks)
        boxes, lines = {}, []
        for layer in range(2, len(masks) + 1):
            line = {(layer, j): box_to_tick(layer, j) for j in range(1, layer)}
            lines.append(line_of(list(line.values()), f"layer {layer}"))
            boxes |= line
        self._frame = Frame(boxes, lines, self._ticked)
        self._show()

    def __repr__(self) -> str:
        return f"SkipMatrix({self.masks})"

    @property
    def masks(self) -> list[int]:
        """The anchor's token of every layer; may be set, and boxes and picture follow."""
        return list(self._masks)

    @masks.setter
    def masks(self, masks: Sequence[int]) -> None:
        if len(masks) != self.space.num_layers:
            raise SettingError(f"{len(masks)} masks; expected {self.space.num_layers}, one a layer")
        self._set(masks)
        self._show()

    def _set(self, masks: Sequence[int]) -> None:
        answers = iter(masks)
        tokens = [next(answers) if d.is_anchor else 0 for d in self.space.decisions]
        self.net: ConvNet = self.space.decode(tokens)
        self._masks = [int(mask) for mask in masks]
        self.drawing: Drawing = VIEW.draw(self.net, shape=self.shape, num_classes=self.num_classes)

    def _show(self) -> None:
        ticked = {(i, j): bool(self._masks[i - 1] >> (j - 1) & 1) for i, j in self.boxes}
        self._frame.show(ticked, self.html)

    def _ticked(self, values: dict[tuple[int, int], bool]) -> None:
        masks = [0] * self.space.num_layers
        for (layer, j), is_read in values.items():
            masks[layer - 1] |= is_read << (j - 1)
        self.masks = masks

    @property
    def boxes(self) -> dict[tuple[int, int], Checkbox]:
        """The box of every connection that there could be, by ``(reader, read)``."""
        return self._frame.controls

    @property
    def widget(self) -> Box:
        """The boxes with the picture, to be put into a layout."""
        return self._frame.box

    @property
    def tokens(self) -> str:
        """Every anchor's set as a bit mask, with the token: ``layer 3: 10 (2)``."""
        words = [
            f"layer {layer}: {mask:0{layer - 1}b} ({mask})"
            for layer, mask in enumerate(self._masks, start=1)
            if layer > 1
        ]
        return ", ".join(words)

    @property
    def rules(self) -> list[str]:
        """What the fix-up rules had to do, a sentence each."""
        empty = [i for i, mask in enumerate(self._masks, start=1) if i > 1 and not mask]
        loose = self.net.loose_ends[:-1]
        said = [f"Rule 1: layer {i} chose nothing, so it reads the image." for i in empty]
        said += [f"Rule 2: no layer reads layer {i}, so the classifier does." for i in loose]
        return said or ["No rule was needed after layer 1: every layer reads and is read."]

    @property
    def html(self) -> str:
        """Tokens, rules and the drawing, as HTML."""
        lines = "".join(f"<div>{escape(sentence)}</div>" for sentence in self.rules)
        return (
            f'<div aria-live="polite"><div>anchors <code>{self.tokens}</code></div>{lines}</div>\n'
            f'<div style="max-width: 24rem">{self.drawing.html}</div>'
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        lines = [f"anchors: {self.tokens}", *self.rules, self.drawing.text]
        return cell_output(self.widget, self.html, "\n".join(lines))
