"""The files of a folder or an archive, read in one pass and never unpacked to disk.

An archive is not trusted: a path that leaves it, a link, a device, a path that repeats or a
size beyond reason refuses the whole of it.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from nasedu.errors import DataError

Parts = tuple[str, ...]
Entries = dict[Parts, bytes | None]  # what is in a file, by the parts of its path; None: a folder

SPLITS = ("train", "test")
ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
MAX_FILE_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30
MAX_ENTRIES = 1_000_000
SLACK = 2**20  # bytes of headers between two files of a tar archive
TAIL = 16 * 2**20  # bytes of padding after the last one
TEXT_PART = re.compile(r"(|.*[._-])(train|valid|test)\.txt")


def read_source(path: Path) -> Entries:
    """Return every file and folder of a folder, .zip, .tar, .tar.gz or .tgz, without hidden ones.

    Raises:
        DataError: Not there, of no known kind, damaged, or an archive that is not to be trusted.
    """
    kind = _kind(path)
    entries: Entries = {}
    total = count = 0
    try:
        for parts, content in kind(path):
            total, count = total + len(content or b""), count + 1
            if total > MAX_TOTAL_BYTES or count > MAX_ENTRIES:
                raise DataError(
                    f"{path} holds more than {MAX_TOTAL_BYTES >> 30} GiB or {MAX_ENTRIES:,} files; "
                    "leave only train/ and test/ in it, or import fewer images"
                )
            if parts in entries and not (content is None and entries[parts] is None):
                raise _untrusted(path, "/".join(parts), "is there twice")
            entries[parts] = content
    except DataError:
        raise
    except Exception as error:  # on damage the standard library's readers raise almost anything
        if isinstance(error, OSError) and error.errno:
            what = error.filename or path
            raise DataError(f"cannot read {what} ({error.strerror}); check its rights") from None
        raise DataError(
            f"{path} is damaged, truncated or of another kind than its name says "
            f"({' '.join(str(error).split())}); fetch it again"
        ) from None
    return {parts: content for parts, content in entries.items() if not _is_hidden(parts)}


def _kind(path: Path) -> Callable[[Path], Iterator[tuple[Parts, bytes | None]]]:
    """Return the generator of entries for this kind of source."""
    if path.is_dir():
        return _folder_entries
    if not path.is_file():
        raise DataError(f"there is no file or folder {path}; check the path")
    if path.name.lower().endswith(".zip"):
        return _zip_entries
    if path.name.lower().endswith(ENDINGS):
        return _tar_entries
    raise DataError(f"{path} is of no known kind; expected a folder or one of {', '.join(ENDINGS)}")


def _is_hidden(parts: Parts) -> bool:
    """Whether a path is what systems leave behind: .DS_Store, __MACOSX, Thumbs.db and the like."""
    return any(
        part.startswith(".") or part in ("__MACOSX", "Thumbs.db", "desktop.ini") for part in parts
    )


def _folder_entries(folder: Path) -> Iterator[tuple[Parts, bytes | None]]:
    """Yield what lies in ``train`` and ``test``, here or one folder down; of the rest, names.

    Files that may be parts of a text come with their content. Links are followed: the folder
    is the user's own.
    """
    for entry in sorted(folder.iterdir()):
        if entry.name in SPLITS and entry.is_dir():
            yield from _walk(folder, (entry.name,))
            continue
        yield (entry.name,), _content(folder, entry)
        if entry.is_dir() and not _is_hidden((entry.name,)):
            for inner in sorted(entry.iterdir()):
                if inner.name in SPLITS and inner.is_dir():
                    yield from _walk(folder, (entry.name, inner.name))
                else:
                    yield (entry.name, inner.name), _content(folder, inner)


def _content(folder: Path, path: Path) -> bytes | None:
    """Return the bytes of a part of a text, none of another file's, None for a folder."""
    if path.is_dir():
        return None
    if not text_part(path.name) or not path.is_file():
        return b""
    _check_size(folder, path.name, path.stat().st_size)
    return path.read_bytes()


def text_part(name: str) -> tuple[str, str] | None:
    """Return e.g. ``("ptb.", "train")`` for the file name ``ptb.train.txt``, else None."""
    match = TEXT_PART.fullmatch(name)
    return (match[1], match[2]) if match else None


def _walk(folder: Path, split: Parts) -> Iterator[tuple[Parts, bytes | None]]:
    """Yield a folder and what lies in it, two levels deep, which is where images are."""
    yield split, None
    for path in sorted(folder.joinpath(*split).glob("*")) + sorted(
        folder.joinpath(*split).glob("*/*")
    ):
        parts = path.relative_to(folder).parts
        if path.is_dir():
            yield parts, None
        elif not path.is_file():
            raise DataError(f"{path} is neither a file nor a folder; remove it")
        else:
            _check_size(folder, "/".join(parts), path.stat().st_size)
            yield parts, path.read_bytes()


def _zip_entries(path: Path) -> Iterator[tuple[Parts, bytes | None]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            parts = _parts(path, info.filename)
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _untrusted(path, info.filename, "is a link or a device")
            if info.flag_bits & 1:
                raise DataError(f"{path}: {info.filename!r} is encrypted; expected a plain .zip")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise DataError(
                    f"{path}: {info.filename!r} is compressed with method {info.compress_type}; "
                    "expected a plain .zip (stored or deflated)"
                )
            _check_size(path, info.filename, info.file_size)
            yield parts, None if info.is_dir() else archive.read(info)


def _tar_entries(path: Path) -> Iterator[tuple[Parts, bytes | None]]:
    """Yield the members of a tar archive in one pass, and check that it ends where it should.

    tarfile takes a damaged header for the end of the archive. What follows the last member
    must therefore be zeros, at least one block of them.
    """
    zipped = path.name.lower().endswith("gz")
    with gzip.open(path) if zipped else path.open("rb") as file:
        stream = _Metered(path, file)
        end = 0
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                parts = _parts(path, member.name)
                end = member.offset_data
                if member.isreg() and not member.issparse():
                    _check_size(path, member.name, member.size)
                    stream.allowance = member.size + SLACK
                    content = archive.extractfile(member)
                    yield parts, content.read() if content else b""
                    end += -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
                elif member.isdir():
                    yield parts, None
                else:
                    raise _untrusted(path, member.name, "is a link, a device or a sparse file")
                stream.allowance = SLACK
        stream.allowance = TAIL
        while stream.read(tarfile.RECORDSIZE):
            pass
        if stream.last > end or stream.position < end + tarfile.BLOCKSIZE:
            raise tarfile.ReadError(f"no end of archive after {end} bytes")


class _Metered(io.RawIOBase):
    """A stream that refuses to give more than was allowed, so that no header can be a bomb."""

    def __init__(self, path: Path, file: IO[bytes] | gzip.GzipFile) -> None:
        super().__init__()
        self.path = path
        self.file = file
        self.allowance = SLACK
        self.position = 0
        self.last = 0  # where the last byte lies that is not zero

    def read(self, size: int = -1, /) -> bytes:
        data = self.file.read(size)
        self.allowance -= len(data)
        if self.allowance < 0:
            raise DataError(f"{self.path} has a header beyond reason: the archive is refused whole")
        if solid := len(data.rstrip(b"\0")):
            self.last = self.position + solid
        self.position += len(data)
        return data


def _parts(path: Path, name: str) -> Parts:
    """Return the parts of a path in an archive, or refuse one that leaves the archive."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name) or "\\" in name:
        raise _untrusted(path, name, "lies outside of its folder")
    return parts


def _check_size(path: Path, name: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{path}: {name!r} takes {size:,} bytes; expected at most {MAX_FILE_BYTES:,} a file"
        )


def _untrusted(path: Path, name: str, why: str) -> DataError:
    return DataError(
        f"{path}: {name!r} {why}; the archive is refused whole: make one that holds only "
        "train/<class>/* and test/<class>/* (or a text's three files) as plain files"
    )
