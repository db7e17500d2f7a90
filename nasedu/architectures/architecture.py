"""The architecture: a frozen value with JSON and a digest, whatever it describes."""

from __future__ import annotations

from functools import cached_property

from nasedu.errors import ArchitectureError
from nasedu.values import Value


class Architecture(Value):
    """A frozen value that describes a child; what cannot be built cannot be constructed.

    Its ``kind`` is that of its JSON, by which its `Problem` is found.
    """

    error = ArchitectureError

    @cached_property
    def digest(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """SHA-256 of the canonical JSON, in hexadecimal: equal architectures, equal digests."""
        return super().digest
