"""The source of an import: what lies in a folder or an archive, and what of it is passed over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from nasedu.data.archives import MAX_FILE_BYTES, Parts, archive_entries, check_size
from nasedu.data.foreign import hint_for
from nasedu.data.storage import unreadable
from nasedu.errors import DataError

Content = bytes | Path  # of a file: its bytes, or where it lies in a folder, read when needed
Entries = dict[Parts, Content | None]  # what is in a file, by the parts of its path; None: a folder

SPLITS = ("train", "test")
ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
TEXT_PART = re.compile(r"(|.*[._-])(train|valid|test)(\.(?:txt|tokens|raw))")
PAIR_PART = re.compile(r"(train|valid|val|dev|test)(?:[._-]\w+)*\.([a-z]{2})")
IDX_PART = re.compile(r"(train|t10k)-(images|labels)[.-]idx[13]-ubyte(\.gz)?")  # of MNIST
CIFAR10_PART = re.compile(r"(data_batch_[1-5]|test_batch)(\.bin)?|batches\.meta(\.txt)?")
LITTER = re.compile(
    r"\._.*|~\$.*|\.ds_store|__macosx|\.(spotlight-v100|trashes|fseventsd|temporaryitems)"
    r"|\.(apdisk|localized|apple(double|db|desktop))|icon\r"  # macOS
    r"|(eh)?thumbs(_vista)?\.db(:encryptable)?|desktop\.ini|.*zone\.identifier"
    r"|\$recycle\.bin|recycler|system volume information|wpsettings\.dat"  # Windows
    r"|@eadir|@tmp|@recycle|#recycle|#snapshot|\.?@__thumb"  # network disks
    r"|lost\+found|\.trash-\d+|\.directory|\.thumbnails|\.nfs.*|\.fuse_hidden.*"  # Linux
    r"|\.~lock\..*|.*\.sw[po]|.*~"  # editors
    r"|\.dropbox(\.\w+)?|.*:com\.dropbox\..*|\.picasa\.ini|picasa\.ini|\.nomedia"
    r"|\.git|\.gitignore|\.gitattributes|\.gitkeep|\.svn|\.hg|\.dvc|\.idea|\.vscode"
    r"|\.ipynb_checkpoints|__pycache__",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """What lies in a folder or an archive.

    Attributes:
        path: The folder or archive.
        entries: Every file and folder that may be of use, by the parts of its path.
        litter: How many files and folders were left out, by name, which systems and programs
            leave behind, such as ``.DS_Store``.
        closed: Folders that could not be looked into.
    """

    path: Path
    entries: Entries
    litter: Counter[str]
    closed: tuple[Path, ...] = ()


def read_source(path: Path) -> Source:
    """Return what lies in a folder, .zip, .tar, .tar.gz or .tgz.

    Raises:
        DataError: Not there, of no known kind, damaged, or an archive that is not to be trusted.
    """
    entries: Entries = {}
    litter: Counter[str] = Counter()
    closed: list[Path] = []
    try:
        for parts, content in _entries(path, closed):
            if left := next(filter(is_litter, parts), None):
                litter[left] += content is not None or parts[-1] == left
            else:
                entries[parts] = content
    except DataError:
        raise
    except Exception as error:  # on damage the standard library's readers raise almost anything
        if isinstance(error, OSError) and error.errno:
            raise unreadable(error.filename or path, error) from None
        raise DataError(
            f"{path} is damaged, truncated or of another kind than its name says "
            f"({' '.join(str(error).split())}); fetch it again"
        ) from None
    return Source(path, entries, litter, tuple(closed))


def _entries(path: Path, closed: list[Path]) -> Iterator[tuple[Parts, Content | None]]:
    """Return the entries of this kind of source; add folders that cannot be read to ``closed``."""
    if path.is_dir():
        return _folder_entries(path, closed)
    if not path.is_file():
        raise DataError(f"there is no file or folder {path}; check the path")
    if path.name.lower().endswith(ENDINGS):
        return archive_entries(path, _is_needed)
    if hint := hint_for([path.name]):
        raise DataError(f"{path} is not read as it is: {hint}")
    raise DataError(
        f"{path} is of an unknown kind; expected a folder or one of {', '.join(ENDINGS)}: unpack "
        "it, or import the folder that it lies in"
    )


def is_litter(name: str) -> bool:
    """Whether a file or folder is what systems leave behind: .DS_Store, Thumbs.db and so on."""
    return LITTER.fullmatch(name) is not None


def _is_needed(parts: Parts) -> bool:
    """Whether the content of a file in an archive may be wanted, by its path."""
    if any(map(is_litter, parts)):
        return False
    kinds = (TEXT_PART, PAIR_PART, IDX_PART, CIFAR10_PART)
    is_part = any(kind.fullmatch(parts[-1]) for kind in kinds)
    return is_part or not set(SPLITS).isdisjoint(parts[:2])


def text_part(name: str) -> tuple[str, str, str] | None:
    """Return e.g. ``("ptb.", "train", ".txt")`` for the file name ``ptb.train.txt``, else None."""
    match = TEXT_PART.fullmatch(name)
    return (match[1], match[2], match[3]) if match else None


def _folder_entries(folder: Path, closed: list[Path]) -> Iterator[tuple[Parts, Content | None]]:
    """Yield what lies in ``train`` and ``test``, here or one folder down; of the rest, names.

    Links are followed: the folder is the user's own.
    """
    top = _names(folder)
    yield from (((name,), content) for name, content in top.items())
    if _holds_splits(top):
        for split in SPLITS:
            yield from _walk(folder, (split,))
        return
    for name, content in top.items():
        if content is not None or is_litter(name):
            continue
        try:
            inner = _names(folder / name)
        except PermissionError:
            closed.append(folder / name)
            continue
        yield from (((name, below), content) for below, content in inner.items())
        if _holds_splits(inner):
            for split in SPLITS:
                yield from _walk(folder, (name, split))


def _names(folder: Path) -> dict[str, Content | None]:
    """Return what lies in a folder, sorted by name: the place of a file, None for a folder."""
    return {path.name: None if path.is_dir() else path for path in sorted(folder.iterdir())}


def _holds_splits(names: dict[str, Content | None]) -> bool:
    return all(split in names and names[split] is None for split in SPLITS)


def _walk(folder: Path, split: Parts) -> Iterator[tuple[Parts, Content | None]]:
    """Yield what lies in a folder, two levels deep, which is where images are."""
    for name, content in _names(folder.joinpath(*split)).items():
        inside = (*split, name)
        yield inside, _plain(content)
        if content is None and not is_litter(name):
            for below, content in _names(folder.joinpath(*inside)).items():
                yield (*inside, below), _plain(content)


def _plain(content: Content | None) -> Content | None:
    """Return the place of a file, if it is one and no pipe, device or link to nothing."""
    if isinstance(content, Path) and not (content.is_file() or is_litter(content.name)):
        raise DataError(f"{content} is neither a file nor a folder; remove it")
    return content


def content_of(file: Content) -> bytes:
    """Return the bytes of a file; one in a folder is read now.

    Raises:
        DataError: It cannot be read, or is too large.
    """
    if isinstance(file, bytes):
        return file
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
            check_size(file.parent, file.name, max(len(content), file.stat().st_size))
    except OSError as error:
        raise unreadable(file, error) from None
    return content


def left_out(entries: Entries, taken: Collection[str]) -> tuple[str, ...]:
    """Return the paths of all files but some, and of folders of which nothing else is known.

    Args:
        entries: What lies in the source.
        taken: Paths of the files that were read.
    """
    looked_into = {parts[:-1] for parts in entries}
    rest = (p for p, content in entries.items() if content is not None or p not in looked_into)
    return tuple(sorted({"/".join(parts) for parts in rest} - {*taken}))
