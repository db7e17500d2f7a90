"""The catalogue of data sets: which there are, and where imported ones lie."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nasedu.data import digits, pydocs, storage
from nasedu.data.images import ImageData
from nasedu.data.text import TextData, characters_of
from nasedu.data.text_storage import read_characters, read_text, read_text_header
from nasedu.errors import DataError

BUILT_IN = (digits.NAME,)
BUILT_IN_TEXT = (pydocs.NAME,)
CHARACTERS = "-chars"  # what a text is called that is cut into characters


@dataclass(frozen=True, slots=True)
class DataRow:
    """One line of ``nasedu data list``, about images.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        shape: ``(C, H, W)`` of every image.
        num_train: Training images, validation included.
        num_test: Test images.
        classes: Names of the classes.
        num_bytes: Size of the file, or in memory if it is built in.
        path: Its file, or None if it is built in.
        problem: Why it cannot be used; empty if it can.
    """

    name: str
    title: str
    shape: tuple[int, int, int]
    num_train: int
    num_test: int
    classes: tuple[str, ...]
    num_bytes: int
    path: Path | None
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"{self.name:<10} cannot be used: {self.problem}"
        channels, height, width = self.shape
        place = f"built in, {self.num_bytes / 1e6:.1f} MB" if self.path is None else self.path
        return (
            f"{self.name:<10} {self.title}: {self.num_train:,} to train, {self.num_test:,} to "
            f"test, {channels}x{height}x{width}, {len(self.classes)} classes ({place})"
        )


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of ``nasedu data list``, about a text.

    Attributes:
        name: What ``--data`` calls it.
        title: What figures call it.
        counts: Tokens of the three parts.
        num_words: Size of the vocabulary.
        num_bytes: Size of the file, or in memory if it is built in.
        path: Its file, or None if it is built in.
        problem: Why it cannot be used; empty if it can.
    """

    name: str
    title: str
    counts: tuple[int, int, int]
    num_words: int
    num_bytes: int
    path: Path | None
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"{self.name:<10} cannot be used: {self.problem}"
        train, valid, test = self.counts
        place = f"built in, {self.num_bytes / 1e6:.1f} MB" if self.path is None else self.path
        return (
            f"{self.name:<10} {self.title}: {train:,} words to train, {valid:,} to validate, "
            f"{test:,} to test, {self.num_words:,} distinct; {self.name}{CHARACTERS}: the same "
            f"as characters ({place})"
        )


def data_home() -> Path:
    """Return where data lies: $NASEDU_DATA, else the checkout's data/, else ~/.nasedu/data.

    A user without a home, as in a container, has a folder among the temporary files.

    Raises:
        DataError: $NASEDU_DATA begins with the home of somebody who has none.
    """
    if named := os.environ.get("NASEDU_DATA"):
        try:
            return Path(named).expanduser()
        except RuntimeError:
            raise DataError(
                f"NASEDU_DATA is {named!r}, and there is no such home folder; give a full path"
            ) from None
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "data"
    try:
        return Path.home() / ".nasedu" / "data"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"nasedu-{os.getuid()}" / "data"


def imported_path(name: str) -> Path:
    """Return the file of an imported data set, there or not."""
    return data_home() / "imported" / f"{name}.safetensors"


def text_path(name: str) -> Path:
    """Return the file of an imported text, there or not."""
    return data_home() / "imported" / "text" / f"{name}.safetensors"


def is_valid(name: str) -> bool:
    """Whether a data set can be imported under this name."""
    if name in (*BUILT_IN, *BUILT_IN_TEXT) or name.endswith(CHARACTERS):
        return False
    return re.fullmatch(r"[a-z0-9_-]{1,40}", name) is not None


def names_of_images() -> Iterator[str]:
    """Yield the names of all sets of images, the built-in ones before any folder is read."""
    yield from BUILT_IN
    yield from _imported(imported_path("any").parent)


def names() -> tuple[str, ...]:
    """Return the names of all sets of images, the built-in ones first."""
    return tuple(names_of_images())


def text_names() -> tuple[str, ...]:
    """Return the names of all texts of words, the built-in ones first."""
    return (*BUILT_IN_TEXT, *_imported(text_path("any").parent))


def names_of_texts() -> Iterator[str]:
    """Yield the names of all texts, as words and as characters, the built-in ones first."""
    for name in BUILT_IN_TEXT:
        yield from (name, name + CHARACTERS)
    for name in _imported(text_path("any").parent):
        yield from (name, name + CHARACTERS)


def _imported(folder: Path) -> list[str]:
    """Return the names of what was imported into a folder, sorted."""
    try:
        files = [file for file in folder.iterdir() if file.suffix == ".safetensors"]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise storage.unreadable(folder, error) from None
    return sorted(file.stem for file in files if is_valid(file.stem))


def load(name: str) -> ImageData:
    """Return a set of images; its images stay in memory, or in its file, for the next call.

    Raises:
        DataError: There is none of that name, or its file cannot be read.
    """
    if name == digits.NAME:
        return digits.digits()
    if name not in names():
        if name.removesuffix(CHARACTERS) in text_names():
            raise DataError(
                f"{name!r} is a text, no set of images; expected one of {', '.join(names())}"
            )
        raise DataError(
            f"there is no data set {name!r}; expected one of {', '.join(names())}, "
            "or add one with: nasedu data add NAME PATH"
        )
    path = imported_path(name)
    return _load(path, path.stat().st_mtime_ns)


def load_text(name: str) -> TextData:
    """Return a text; it stays in memory for the next call.

    Args:
        name: ``"pydocs"``, or what was imported, such as ``"ptb"``. With ``-chars`` after it,
            the same as characters: those of the text itself, or of the words joined by ``_``
            for ``pydocs`` and Mikolov's Penn Treebank (see `characters_of`).

    Raises:
        DataError: There is none of that name, or its file cannot be read.
    """
    words = name.removesuffix(CHARACTERS)
    if words not in BUILT_IN_TEXT and words not in text_names():
        if name in names():
            raise DataError(
                f"{name!r} is a set of images, no text; expected one of {', '.join(text_names())}"
            )
        raise DataError(
            f"there is no text {name!r}; expected one of {', '.join(text_names())}, with "
            f"{CHARACTERS} after it for characters, or add one with: nasedu data add NAME PATH"
        )
    path = None if words in BUILT_IN_TEXT else text_path(words)
    return _load_text(path, path.stat().st_mtime_ns if path else 0, words != name)


@lru_cache(maxsize=4)
def _load_text(path: Path | None, _changed: int, characters: bool) -> TextData:
    """Read a file, as words or as characters, once for each time that it was written."""
    if path:
        return read_characters(path) if characters else read_text(path)
    return characters_of(pydocs.pydocs()) if characters else pydocs.pydocs()


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> ImageData:
    """Read a file once for each time that it was written."""
    return storage.read(path)


def describe() -> list[DataRow | TextRow]:
    """Return one row for every data set, also for what cannot be read."""
    return [*map(_row, names()), *map(_text_row, text_names())]


def _text_row(name: str) -> TextRow:
    path = None if name in BUILT_IN_TEXT else text_path(name)
    size = path.stat().st_size if path else 0
    try:
        if path:
            head = read_text_header(path)
            return TextRow(name, head.title, head.counts, len(head.symbols), size, path)
        data = load_text(name)
    except DataError as error:
        return TextRow(name, "", (0, 0, 0), 0, size, path, problem=str(error))
    size = 8 * sum(data.counts)
    return TextRow(name, data.title, data.counts, data.num_symbols, size, None)


def _row(name: str) -> DataRow:
    if name in BUILT_IN:
        data = load(name)
        size = data.train.images.nbytes + data.test.images.nbytes
        counts = len(data.train), len(data.test)
        return DataRow(name, data.title, data.shape, *counts, data.classes, size, None)
    path = imported_path(name)
    size = path.stat().st_size
    try:
        head = storage.read_header(path)
    except DataError as error:
        return DataRow(name, "", (0, 0, 0), 0, 0, (), size, path, problem=str(error))
    counts = head.num_train, head.num_test
    return DataRow(name, head.title, head.shape, *counts, head.classes, size, path)
