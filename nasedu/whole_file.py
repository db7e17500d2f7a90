"""Files that are written whole or not at all, and folders that one process holds at a time."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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
    part = _part_of(path, error)
    try:
        with part.open("xb") as file:
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


def check_writable(path: Path, error: type[NaseduError]) -> None:
    """Find out, before work that takes long, whether `write_whole` can write its result.

    Args:
        path: Where to.
        error: What to raise if not.
    """
    part = _part_of(path, error)
    try:
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as cause:
        raise error(f"{path} cannot be written: {cause.strerror}; {REMEDY}") from None


def _part_of(path: Path, error: type[NaseduError]) -> Path:
    """Return where a file is written before it is put in its place."""
    try:
        there = stat.S_IFMT(path.stat().st_mode)
    except OSError:  # most often there is nothing yet; else writing says what is the matter
        there = stat.S_IFREG
    if not path.name or there == stat.S_IFDIR:
        raise error(f"{path} is a folder; expected the name of a file")
    if there != stat.S_IFREG:  # replacing /dev/null would be a disaster
        raise error(f"{path} is a device or a pipe; expected the name of a file")
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")


def left_by_a_kill(folder: Path, name: str = "*") -> list[Path]:
    """Return the parts below a folder that `write_whole` did not come to the end of.

    Those of processes that live are being written right now and are no such parts.

    Args:
        folder: Where to look, folders in it included.
        name: Name of the files that they were to become; by default any.
    """
    parts = sorted(folder.rglob(f".{name}.[0-9]*.part"))
    return [part for part in parts if not _is_alive(part.name)]


def _is_alive(part: str) -> bool:
    """Whether the process lives that a part's name tells."""
    match = re.search(r"\.([0-9]+)(\.[0-9a-f]{8})?\.part$", part)
    process = int(match[1]) if match else 0
    if process in (0, os.getpid()):
        return process > 0
    if sys.platform == "win32":  # where asking would end it, and an open file cannot be removed
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


@contextmanager
def held(folder: Path, error: type[NaseduError], busy: str, patience: float = 0) -> Iterator[None]:
    """Hold the lock of a folder; only one process at a time can, and its end lets go of it.

    Args:
        folder: A folder that exists; the file ``.lock`` is made in it.
        error: What to raise if that cannot be.
        busy: What to say if another process holds it.
        patience: Seconds to wait for that process.
    """
    # SQLite's own file lock works on every system and does not outlive its process.
    try:
        lock = sqlite3.connect(folder / ".lock", isolation_level=None, timeout=patience)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as cause:
        if "locked" in str(cause):
            raise error(busy) from None
        raise error(
            f"{folder} cannot be used: {cause}; check that it may be written and the disk has room"
        ) from None
    with closing(lock):
        yield
