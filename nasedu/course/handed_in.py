"""The files that students hand in: found and opened as if each meant harm.

No link is followed, since it may lead to the files of others. No pipe is waited for. A file is
read up to a limit, and its name becomes one that a sheet, a page and a terminal can bear.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable
from itertools import count
from pathlib import Path

from nasedu.errors import DataError
from nasedu.viewing.drawings.field_table import printable

NOT_HANDED_IN = "not handed in"
LARGEST = 2**24  # bytes of a notebook; the largest lesson has less than one million
MOST = 100_000  # files and folders of a student; a copy of the course has some hundred
PACKED = re.compile(r"\.(zip|rar|7z|tar|tgz|(tar\.)?gz)$", re.IGNORECASE)
KINDS = {stat.S_IFLNK: "a link, which is not followed", stat.S_IFDIR: "a folder"}
PLAINLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither

Found = list[os.DirEntry[str]]


def students_of(folder: Path) -> list[Path]:
    """Return the folders of the students, in order of their names.

    Raises:
        DataError: There is no such folder, or none in it.
    """
    expected = "expected a folder for each student, e.g. FOLDER/ada/04_policy_gradient.ipynb"
    try:
        found = sorted(p for p in folder.iterdir() if p.is_dir() and not _is_left_over(p.name))
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}; {expected}") from None
    if not found:
        raise DataError(f"{folder} holds no folders; {expected}")
    return found


def packed_in(folder: Path) -> list[str]:
    """Return the archives beside the students' folders that nobody has unpacked there."""
    names = sorted(path.name for path in folder.iterdir() if PACKED.search(path.name))
    return [name for name in names if not (folder / PACKED.sub("", name)).is_dir()]


def distinct(names: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return names that can be written anywhere; who would bear the same as another gets a number.

    Args:
        names: Of files or folders.
        taken: What nobody may be called.
    """
    used, found = set(taken), []
    for name in names:
        plain = printable(unicodedata.normalize("NFC", name)) or "\ufffd"
        numbered = (f"{plain} ({number})" for number in count(2))
        given = plain if plain not in used else next(one for one in numbered if one not in used)
        used.add(given)
        found.append(given)
    return found


def found_in(student: Path) -> Found:
    """Return all files and folders below a student's folder, in no order.

    Left out are those that programs keep for themselves, and what lies in a folder that cannot be
    opened.

    Raises:
        DataError: The folder is a link or cannot be read, or it holds far too much.
    """
    if student.is_symlink():
        raise DataError("This folder is a link, which is not followed: put the folder itself there")
    found: Found = []
    pending = [os.fspath(student)]  # folders may be nested deeper than Python's calls
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                here = [entry for entry in entries if not _is_left_over(entry.name)]
        except OSError as error:
            if not found and folder == os.fspath(student):
                raise DataError(f"This folder cannot be read: {error.strerror}") from None
            continue
        found += here
        pending += (entry.path for entry in here if entry.is_dir(follow_symlinks=False))
        if len(found) > MOST:
            raise DataError(f"This folder holds over {MOST:,} files: hand in the lessons alone")
    return found


def _is_left_over(name: str) -> bool:
    """Whether a file or folder is what a program keeps for itself, or a Mac adds to a zip."""
    return name.startswith(".") or name in ("__MACOSX", "__pycache__")


def notebooks_among(files: Found) -> dict[str, list[Path]]:
    """Return a student's copies of each lesson, by its number; the first one counts.

    That is the file with the shortest name: Jupyter, browsers and people add to the name of a copy
    (``-Copy1``, `` (1)``, ``_final``). Left out are newer versions that ``start.py lab`` has put
    beside a changed lesson. What has the name of a notebook and is no file comes last.
    """

    def rank(entry: os.DirEntry[str]) -> tuple[bool, int, str]:
        return not entry.is_file(follow_symlinks=False), len(entry.name), entry.path

    found: dict[str, list[Path]] = {}
    for entry in sorted((e for e in files if e.name.endswith(".ipynb")), key=rank):
        lesson, underscore, _ = entry.name.partition("_")
        if underscore and not entry.name.endswith(".new.ipynb"):
            found.setdefault(lesson, []).append(Path(entry.path))
    return found


def read_handed_in(path: Path, largest: int = LARGEST) -> str:
    """Return the text of a file that a student has handed in.

    Args:
        path: Of the file.
        largest: Bytes that it may have.

    Raises:
        DataError: It is no plain file, too large, or no text of UTF-8.
    """
    name = path.name
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
        if kind != stat.S_IFREG:
            found = KINDS.get(kind, "a pipe or a device")
            raise DataError(f"{name} is {found}: hand in the file itself")
        # What takes its place from now on is not followed, and not waited for
        with open(path, "rb", opener=lambda at, flags: os.open(at, flags | PLAINLY)) as file:
            content = file.read(largest + 1) or b""
        if len(content) > largest:
            raise DataError(f"{name} has more than {largest:,} bytes: hand in a smaller one")
        return content.decode("utf-8-sig")  # some editors of Windows write a mark first
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}): hand it in again") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} is no UTF-8 from byte {error.start:,} on: save it again, and hand in that"
        ) from None
