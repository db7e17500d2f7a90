"""Any space from its JSON, which says itself of which kind it is."""

from __future__ import annotations

from nasedu.architectures.json_form import kind_of
from nasedu.errors import ArchitectureError, SearchSpaceError
from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.recurrent_cell_space import RecurrentCellSpace

Space = ConvNetSpace | RecurrentCellSpace
KINDS = {"conv_net_space": ConvNetSpace, "recurrent_cell_space": RecurrentCellSpace}


def read_space(text: str) -> Space:
    """Read what `ConvNetSpace.to_json` or `RecurrentCellSpace.to_json` wrote.

    Raises:
        SearchSpaceError: The text is malformed, of a newer schema, or no valid space.
    """
    try:
        kind = kind_of(text, tuple(KINDS))
    except ArchitectureError as error:
        raise SearchSpaceError(str(error)) from None
    return KINDS[kind].from_json(text)
