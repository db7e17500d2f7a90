"""The storage of imported data: one safetensors file a set, with its description as JSON.

What a file holds, and what of that is checked, is said by each kind of data. How files are
written, opened and refused is the same for all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasedu.documents import read_document, write_document
from nasedu.errors import DataError
from nasedu.values import checked
from nasedu.whole_file import left_by_a_kill, write_whole

if TYPE_CHECKING:
    from torch import Tensor

REMEDY = "make room, or name another folder in the environment variable NASEDU_DATA"


@dataclass(frozen=True, slots=True)
class Packed:
    """A data set as its file holds it.

    Attributes:
        kind: What its description is of, e.g. ``"image_data"``.
        fields: The description, a JSON object: what figures call it (``title``), and more.
        tensors: All numbers, by name.
    """

    kind: str
    fields: Mapping[str, Any]
    tensors: Mapping[str, Tensor]


def write(path: Path, packed: Packed, source: Mapping[str, Any]) -> int:
    """Write a data set whole or not at all, and return the size of its file in bytes.

    Nothing in the file depends on the time or place of writing, so that equal imports give
    equal files.

    Args:
        path: Where to; an existing file is replaced.
        packed: What to write.
        source: Where it came from, for the record: a JSON object.

    Raises:
        DataError: The disk is full or the folder cannot be written to.
    """
    from safetensors.torch import save

    description = write_document(packed.kind, {**packed.fields, "source": source})
    content = save(dict(packed.tensors), metadata={"nasedu": description})
    make_folder(path.parent)
    for left in left_by_a_kill(path.parent, path.name):
        with suppress(OSError):
            left.unlink()
    write_whole(path, content, DataError, REMEDY)
    return len(content)


def check_folder(folder: Path) -> None:
    """Raise `DataError` if a folder, there or not, could not be written to, before the work."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise DataError(f"{there} cannot be written to; {REMEDY}")


def make_folder(folder: Path) -> None:
    """Make a folder for data, unless it is there.

    Raises:
        DataError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error.strerror}; {REMEDY}") from None


def read_description(
    path: Path,
    kind: str,
    hints: Mapping[str, Any],
    expected: Sequence[str],
    further: Sequence[str] = (),
) -> tuple[dict[str, Any], dict[str, tuple[str, list[int]]]]:
    """Return fields of a file's description, and type and shape of its tensors, left unread.

    Args:
        path: The file.
        kind: What the description must be of.
        hints: The fields and their types, see `checked`.
        expected: Names of the tensors that it must hold, no others.
        further: Names of those that it may hold as well, all of them or none.

    Raises:
        DataError: The file is not there, truncated, of something else or of a newer nasedu.
    """
    with open_file(path) as file:
        text = (file.metadata() or {}).get("nasedu", "")
        names = set(file.keys())
        if further and names == {*expected, *further}:
            expected = (*expected, *further)
        if names != set(expected):
            raise unusable(path, f"it holds {sorted(names)[:4]}, expected {list(expected)}")
        slices = {name: file.get_slice(name) for name in expected}
        kinds = {name: (part.get_dtype(), part.get_shape()) for name, part in slices.items()}
    try:
        fields = read_document(kind, text)
        return {name: checked(fields.get(name), hint, name) for name, hint in hints.items()}, kinds
    except ValueError as error:
        raise unusable(path, str(error)) from None


def open_file(path: Path) -> Any:
    """Open a safetensors file, whose tensors are read when they are asked for.

    Raises:
        DataError: The file is not there, may not be read, or is none of safetensors.
    """
    from safetensors import SafetensorError, safe_open

    try:
        path.open("rb").close()  # what may not be read is no reason to import it again
    except PermissionError as error:
        raise unreadable(path, error) from None
    except OSError:
        pass
    try:
        return safe_open(path, framework="pt")
    except (OSError, SafetensorError) as error:
        raise unusable(path, str(error)) from None


def unreadable(path: Path | str, error: OSError) -> DataError:
    """Return the error for a file or folder that the system does not let us read."""
    return DataError(f"cannot read {path} ({error.strerror}); check its permissions")


def unusable(path: Path, why: str) -> DataError:
    """Return the error for a file that is not what it should be."""
    return DataError(
        f"{path} is no data set that this nasedu can read ({why}); "
        "import it again with: nasedu data add NAME PATH --replace"
    )
