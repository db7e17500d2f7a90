"""The import of folders and archives: ``nasedu data add NAME PATH``.

Each kind of data, a `Shelf` of the catalogue, looks into the source in turn. The first that finds
its own there says how it is written and what is to be said of it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nasedu.data import catalogue, storage
from nasedu.data.arranging import layout_of
from nasedu.data.source import Source, read_source
from nasedu.data.summary import ImportSummary, passed_over
from nasedu.errors import DataError, SettingError
from nasedu.problems import load_named
from nasedu.whole_file import held

MAX_TITLE = 80
PATIENCE = 60  # seconds that another import may take to write its file

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asks for, see `add`."""

    name: str
    title: str | None
    flip: bool
    on_progress: OnProgress | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one kind of data takes from a source, read and checked.

    Attributes:
        packed: What its file will hold; its ``title`` is what figures call it.
        summary: Makes the summary, but for what is the same for all kinds.
        ignored: Paths of what else lies in the source.
    """

    packed: storage.Packed
    summary: Callable[..., ImportSummary]
    ignored: tuple[str, ...]


def add(
    name: str,
    path: Path | str,
    *,
    title: str | None = None,
    flip: bool = True,
    replace: bool = False,
    on_progress: OnProgress | None = None,
) -> ImportSummary:
    """Import data, checking all of it, into a file that loads in less than a second.

    Nothing is written unless everything is in order.

    Args:
        name: What to call the data set.
        path: A folder, .zip, .tar, .tar.gz or .tgz of ``train/<class>/*`` and
            ``test/<class>/*``, possibly inside one folder. Images are 8-bit, of one size. Or
            CIFAR-10's official archive, in its binary or its Python version; or MNIST's four
            files. Or of a text: three files that end in ``train.txt``, ``valid.txt`` and
            ``test.txt`` (or ``.tokens``), such as ``ptb.train.txt``, a sentence a line. Images
            in classes win over a text that lies beside them. Or of sentence pairs: train, val
            and test, each in two languages, such as ``train.en`` and ``train.de``.
        title: What figures call it. By default the name, with a note if all images are JPEG;
            "CIFAR-10" for the official archive and "CIFAR-10 (JPEG copy)" for images that are
            its by classes, number and size; for the file sums of Mikolov's Penn Treebank, that.
        flip: For images: whether a mirrored image is still of its class.
        replace: Whether an imported data set of that name may be replaced.
        on_progress: Called with the number of images decoded and of all.

    Raises:
        SettingError: The name or title cannot be, or the name is taken.
        DataError: The source is not as described above, or the disk is full.
    """
    started = time.perf_counter()
    path = Path(path)
    check_name(name, replace)
    storage.check_folder(catalogue.imported_folder())
    if title is not None and not (title.isprintable() and 0 < len(title.strip()) <= MAX_TITLE):
        raise SettingError(f"title is {title!r}; expected one line of 1 to {MAX_TITLE} characters")
    source, origin = read_source(path), _origin(path)
    shelf, found = _find(source, Wanted(name, title, flip, on_progress))
    size, target = _written(name, replace, found.packed, origin, shelf)
    return found.summary(
        name=name,
        title=found.packed.fields["title"],
        num_bytes=size,
        seconds=time.perf_counter() - started,
        path=target,
        ignored=found.ignored,
        passed=passed_over(source.litter),
    )


def _find(source: Source, wanted: Wanted) -> tuple[catalogue.Shelf, Taken]:
    """Return what the first kind of data that knows the source found there."""
    for shelf in catalogue.SHELVES:
        if found := load_named(shelf.find)(source, wanted):
            return shelf, found
    layout_of(source)  # says what is missing, and names the layouts of the trade that are not read
    raise DataError(f"{source.path} holds no data set")


def check_name(name: str, replace: bool) -> None:
    """Raise `SettingError` unless a data set may be called so, and the name is free."""
    if name.endswith(catalogue.CHARACTERS):
        raise SettingError(
            f"name is {name!r}; names that end in {catalogue.CHARACTERS!r} are for the characters "
            "of a text: choose another"
        )
    if not catalogue.is_valid(name):
        taken = (name for shelf in catalogue.SHELVES for name in shelf.built_in_stems())
        built_in = " or ".join(map(repr, taken))
        raise SettingError(
            f"name is {name!r}; expected 1 to 40 small letters, digits, '-' and '_', and not "
            f"{built_in}, which are built in"
        )
    for target in (shelf.path(name) for shelf in catalogue.SHELVES):
        if _exists(target) and not replace:
            raise SettingError(
                f"there is a data set {name!r} already ({target}); choose another name, or "
                "replace it with --replace"
            )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise storage.unreadable(path, error) from None


def _written(
    name: str,
    replace: bool,
    packed: storage.Packed,
    origin: dict[str, str | None],
    shelf: catalogue.Shelf,
) -> tuple[int, Path]:
    """Write a data set unless its name was taken meanwhile; return the file's size and place."""
    target, folder = shelf.path(name), catalogue.imported_folder()
    storage.make_folder(target.parent)
    busy = f"another import into {folder} is still under way; wait for it"
    with held(folder, DataError, busy, PATIENCE):
        check_name(name, replace)
        for other in catalogue.SHELVES:
            if other is not shelf and _exists(path := other.path(name)):
                raise SettingError(
                    f"a {other.noun} is called {name!r} already ({path}); choose another name"
                )
        return storage.write(target, packed, origin), target


def _origin(source: Path) -> dict[str, str | None]:
    """Return where data came from, without the folders of this machine."""
    return {"name": source.resolve().name, "sha256": _sha256(source)}


def _sha256(source: Path) -> str | None:
    """Return the digest of an archive, or None for a folder."""
    if source.is_dir():
        return None
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise storage.unreadable(source, error) from None
