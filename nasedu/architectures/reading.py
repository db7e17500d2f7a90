"""Any architecture from its JSON, which says itself of which kind it is."""

from __future__ import annotations

from nasedu.architectures.conv_net import ConvNet
from nasedu.architectures.json_form import kind_of
from nasedu.architectures.recurrent_cell import RecurrentCell

Architecture = ConvNet | RecurrentCell
KINDS = {"conv_net": ConvNet, "recurrent_cell": RecurrentCell}


def read_architecture(text: str) -> Architecture:
    """Read what `ConvNet.to_json` or `RecurrentCell.to_json` wrote.

    Raises:
        ArchitectureError: The text is malformed, of a newer schema, or no valid architecture.
    """
    return KINDS[kind_of(text, tuple(KINDS))].from_json(text)
