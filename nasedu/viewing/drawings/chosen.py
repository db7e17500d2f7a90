"""The view of choices of one's own: a table with a row a layer, or a row a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nasedu.architectures import Chosen
from nasedu.spaces import ChoiceSpace
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.drawings.view import View
from nasedu.viewing.explorer.scene import Scene
from nasedu.viewing.words import count


class ChoiceView(View):
    """Words and drawings for whatever named choices describe."""

    def searched(self, space: ChoiceSpace) -> str:
        """Return e.g. ``"children of 8 decisions"``, with the class of one's own if it has one."""
        of = f" of {printable(space.name)}" if space.name else ""
        return f"{self.things}{of} of {count(len(space.decisions), 'decision')}"

    def fields(self, net: Chosen) -> dict[str, str]:
        """Return the choices of each layer, or of the whole if there is only one."""
        last = net.choices[-1].layer
        rows: dict[str, list[str]] = {}
        for one in net.choices:
            name, value = printable(one.name.replace("_", " ")), printable(one)
            if last == 1:
                rows.setdefault(name, []).append(value)
            else:
                rows.setdefault(f"layer {one.layer}", []).append(f"{name} {value}")
        return {name: ", ".join(values) for name, values in rows.items()}

    def scene(self, net: Chosen, evaluator: Mapping[str, Any]) -> Scene:
        """Return a part a layer; it reads the layers that its anchor points chose."""
        parts, last = super().scene(net, evaluator), net.choices[-1].layer
        if last == 1 or len(parts) < last:  # parts are names, or some layer has no decision
            return parts
        read: dict[int, set[int]] = {}
        for one in net.choices:
            if isinstance(one.value, tuple):
                read.setdefault(one.layer, set()).update(layer - 1 for layer in one.value)
        return tuple(
            replace(part, inputs=tuple(sorted(read.get(i, ()))))
            for i, part in enumerate(parts, start=1)
        )


VIEW = ChoiceView()
