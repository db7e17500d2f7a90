"""Archives, read in one pass and never unpacked to disk: .zip, .tar and .tar.gz.

An archive is not trusted: a path that leaves it, a link, a device, a path that repeats or a
size beyond reason refuses the whole of it, and a declared size is never believed.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from nasedu.errors import DataError

Parts = tuple[str, ...]
IsNeeded = Callable[[Parts], bool]

MAX_FILE_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30
MAX_ENTRIES = 1_000_000
SLACK = 2**20  # bytes of headers between two files of a tar archive
TAIL = 16 * 2**20  # bytes of padding after the last one
UTF8_NAMES = 0x800  # the flag of a name in a zip archive that is UTF-8
UNICODE_PATH = 0x7075  # the extra field of a name in Unicode
UNIX = 3  # the system that wrote a zip archive


def archive_entries(path: Path, is_needed: IsNeeded) -> Iterator[tuple[Parts, bytes | None]]:
    """Yield what is in an archive: the parts of a path, and its content, None for a folder.

    Args:
        path: A .zip, .tar, .tar.gz or .tgz.
        is_needed: Whether a file is wanted; the content of another one is not read, and b"".

    Raises:
        DataError: The archive is not to be trusted.
    """
    kind = _zip_entries if path.name.lower().endswith(".zip") else _tar_entries
    total = count = 0
    seen: dict[Parts, bool] = {}
    for parts, is_folder, size, read in kind(path):
        wanted = not is_folder and is_needed(parts)
        if wanted:
            check_size(path, "/".join(parts), size)
        total, count = total + size, count + 1
        if total > MAX_TOTAL_BYTES or count > MAX_ENTRIES:
            raise DataError(
                f"{path} holds more than {MAX_TOTAL_BYTES >> 30} GiB or {MAX_ENTRIES:,} files; "
                "leave only train/ and test/ in it, or import fewer images"
            )
        if parts in seen and not (is_folder and seen[parts]):
            raise _untrusted(path, "/".join(parts), "is there twice")
        seen[parts] = is_folder
        yield parts, None if is_folder else read() if wanted else b""


def check_size(path: Path, name: str, size: int) -> None:
    """Raise `DataError` for a file that is too large to be an image or a part of a text."""
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{path}: {name!r} takes {size:,} bytes; expected at most {MAX_FILE_BYTES:,} per file"
        )


Member = tuple[Parts, bool, int, Callable[[], bytes]]  # path, whether a folder, size, how to read


def _zip_entries(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = _zip_name(info)
            is_folder = name.endswith("/")
            parts = _parts(path, name, is_folder)
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _untrusted(path, name, "is a link or a device")
            if info.flag_bits & 1:
                raise DataError(f"{path}: {name!r} is encrypted; expected a plain .zip")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise DataError(
                    f"{path}: {name!r} is compressed with method {info.compress_type}; "
                    "expected a plain .zip (stored or deflated)"
                )

            def read(info: zipfile.ZipInfo = info) -> bytes:
                with archive.open(info) as file:
                    # One byte more: without an end, zipfile unpacks all that is there at once.
                    return file.read(info.file_size + 1)

            yield parts, is_folder, info.file_size, read


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a name as its maker wrote it, with ``/`` between the parts.

    Without the flag for UTF-8 zipfile takes code page 437, while Unix writes UTF-8 and Windows
    the code page of its country, some programs with the name in Unicode beside it. Other bytes
    become surrogates, see `_parts`.
    """
    if name := _unicode_path(info):
        return name.replace("\\", "/")
    name = info.filename
    if not info.flag_bits & UTF8_NAMES:
        encoding = "utf-8" if info.create_system == UNIX else "ascii"
        name = name.encode("cp437").decode(encoding, "surrogateescape")
    return name.replace("\\", "/")


def _unicode_path(info: zipfile.ZipInfo) -> str:
    """Return the name in Unicode that a zip's extra field holds, or "" (APPNOTE.TXT, 4.6.9)."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == UNICODE_PATH and extra[4:5] == b"\1" and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "surrogateescape")
        extra = extra[4 + size :]
    return ""


def _tar_entries(path: Path) -> Iterator[Member]:
    """Yield the members of a tar archive in one pass, and check that it ends where it should.

    tarfile takes a damaged header for the end of the archive. What follows the last member
    must therefore be zeros, at least one block of them.
    """
    zipped = path.name.lower().endswith("gz")
    with gzip.open(path) if zipped else path.open("rb") as file:
        stream = _Metered(path, file)
        end = 0
        with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8") as archive:
            for member in archive:
                name = member.name.replace("\\", "/")
                parts = _parts(path, name, member.isdir())
                end = member.offset_data
                if member.isreg() and not member.issparse():
                    stream.allowance = member.size + SLACK
                    taken = archive.extractfile(member)
                    yield parts, False, member.size, taken.read if taken else bytes
                    end += -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
                elif member.isdir():
                    stream.allowance = SLACK
                    yield parts, True, 0, bytes
                else:
                    raise _untrusted(path, name, "is a link, a device or a sparse file")
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
            raise DataError(
                f"{self.path} has a header of impossible size: the whole archive is refused"
            )
        if solid := len(data.rstrip(b"\0")):
            self.last = self.position + solid
        self.position += len(data)
        return data


def _parts(path: Path, name: str, is_folder: bool) -> Parts:
    """Return the parts of a path in an archive, or refuse one that leaves the archive."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise _untrusted(path, name, "lies outside of its folder")
    for folder in parts if is_folder else parts[:-1]:  # a folder may be a class
        if any("\udc80" <= letter <= "\udcff" for letter in folder):
            raise DataError(
                f"{path}: the name of the folder {folder!r} is in an encoding that the archive "
                "does not name; unpack it and import the folder, or pack it "
                "again with names in UTF-8"
            )
    return parts


def _untrusted(path: Path, name: str, why: str) -> DataError:
    return DataError(
        f"{path}: {name!r} {why}; the whole archive is refused: make one that holds only "
        "train/<class>/* and test/<class>/* (or a text's three files) as plain files"
    )
