"""Any space from its JSON, which says itself of which kind it is."""

from __future__ import annotations

from nasedu.architectures.json_form import kind_of
from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.recurrent_cell_space import RecurrentCellSpace

Space = ConvNetSpace | RecurrentCellSpace


def read_space(text: str) -> Space:
    """Read what `ConvNetSpace.to_json` or `RecurrentCellSpace.to_json` wrote.

    Raises:
        SearchSpaceError: The text is malformed, of a newer schema, or no valid space.
    """
    if kind_of(text) == "recurrent_cell_space":
        return RecurrentCellSpace.from_json(text)
    return ConvNetSpace.from_json(text)
