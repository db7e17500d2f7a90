"""The view of choices of one's own: a table with a row a layer, or a row a name."""

from __future__ import annotations

from nasedu.architectures import Chosen
from nasedu.spaces import ChoiceSpace
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.drawings.view import View
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


VIEW = ChoiceView()
