"""Files that are written whole or not at all, whatever stops the writing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nasedu.errors import NaseduError

REMEDY = "see that its folder exists and has room, or choose another"


def write_whole(path: Path, content: bytes, error: type[NaseduError], remedy: str = REMEDY) -> None:
    """Write a file beside its place and then put it there; what was there before is replaced.

    A full disk, Ctrl-C, a kill and a power failure leave the file that was there. After a kill
    a part lies beside it, see `left_by_a_kill`.

    Args:
        path: Where to, in a folder that exists.
        content: All of it.
        error: What to raise if it cannot be written, with the reason and the remedy in one line.
        remedy: What to do then.
    """
    if not path.name or path.is_dir():
        raise error(f"{path} is a folder; expected the name of a file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # else a power failure may leave the new name with no content
        part.replace(path)
    except OSError as cause:
        size = f"{len(content) / 1e6:.1f} MB"
        raise error(f"{path} cannot be written: {cause.strerror} ({size}); {remedy}") from None
    finally:
        with suppress(OSError):
            part.unlink()


def left_by_a_kill(folder: Path, name: str = "*") -> list[Path]:
    """Return the parts below a folder that `write_whole` did not come to the end of.

    Nothing tells them from those that are being written right now.

    Args:
        folder: Where to look, folders in it included.
        name: Name of the files that they were to become; by default any.
    """
    return sorted(folder.rglob(f".{name}.[0-9]*.part"))
