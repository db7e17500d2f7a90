"""What every architecture is, whatever it describes."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self


class Architecture(Protocol):
    """A frozen value that describes a child; what cannot be built cannot be constructed."""

    kind: ClassVar[str]  # of its JSON, by which its `Problem` is found

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: equal architectures, equal digests."""
        ...

    def to_json(self) -> str:
        """Return the canonical JSON: sorted keys, no spaces, with a schema version."""
        ...

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ArchitectureError: The text is malformed, of a newer schema, or not valid.
        """
        ...
