"""Anchor points to play with: tick who reads whom, and see the network and its fix-up rules."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from nasedu.architectures import ConvNet
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace
from nasedu.viewing.decision_words import name_for
from nasedu.viewing.drawings.conv_net import VIEW
from nasedu.viewing.drawings.dot_drawing import Drawing
from nasedu.viewing.drawings.layer_table import Shape

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
        self._live = _Boxes(self)

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
        self._live.show(self)

    def _set(self, masks: Sequence[int]) -> None:
        answers = iter(masks)
        tokens = [next(answers) if d.is_anchor else 0 for d in self.space.decisions]
        self.net: ConvNet = self.space.decode(tokens)
        self._masks = [int(mask) for mask in masks]
        self.drawing: Drawing = VIEW.draw(self.net, shape=self.shape, num_classes=self.num_classes)

    @property
    def boxes(self) -> dict[tuple[int, int], Checkbox]:
        """The box of every connection that there could be, by ``(reader, read)``."""
        return self._live.boxes

    @property
    def widget(self) -> Box:
        """The boxes with the picture, to be put into a layout."""
        return self._live.box

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
        still = {"text/html": self.html, "text/plain": "\n".join(lines)}
        return {**(self._live.box._repr_mimebundle_() or {}), **still}


class _Boxes:
    """A box for each pair of layers, and the picture that follows them."""

    def __init__(self, matrix: SkipMatrix) -> None:
        from ipywidgets import HTML, Checkbox, HBox, Layout, VBox

        self._is_moving = False  # while we and not the reader move the boxes
        self.boxes: dict[tuple[int, int], Checkbox] = {}
        rows = []
        for layer in range(2, matrix.space.num_layers + 1):
            for j in range(1, layer):
                self.boxes[layer, j] = Checkbox(
                    **name_for(f"layer {layer}", f"reads {j}"),
                    tooltip=f"layer {layer} reads the output of layer {j}",
                    indent=False,
                    layout=Layout(width="5.5em"),
                )
            name = HTML(f"<b>layer {layer}</b>", layout=Layout(width="4.5em"))
            rows.append(HBox([name, *(self.boxes[layer, j] for j in range(1, layer))]))
        for box in self.boxes.values():
            box.observe(lambda _: self._changed(matrix), names="value")
        self.result = HTML()
        wrap = Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="0 2em")
        self.box = HBox([VBox(rows), self.result], layout=wrap)
        self.show(matrix)

    def show(self, matrix: SkipMatrix) -> None:
        """Tick what the matrix has, and show its picture."""
        self._is_moving = True
        for (layer, j), box in self.boxes.items():
            box.value = bool(matrix.masks[layer - 1] >> (j - 1) & 1)
        self._is_moving = False
        self.result.value = matrix.html

    def _changed(self, matrix: SkipMatrix) -> None:
        if not self._is_moving:
            masks = [0] * matrix.space.num_layers
            for (layer, j), box in self.boxes.items():
                masks[layer - 1] |= bool(box.value) << (j - 1)
            matrix.masks = masks
