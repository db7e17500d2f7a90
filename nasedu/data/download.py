"""Fetching an archive: what was interrupted goes on, and nothing is used before it is checked."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from nasedu import __version__
from nasedu.data import catalogue, cifar10
from nasedu.data.importing import ImportSummary, add, check_name
from nasedu.data.text_importing import TextSummary
from nasedu.errors import DataError, SettingError

OFFERED = (cifar10.NAME,)
BLOCK = 2**18
PATIENCE = 30  # seconds without a byte
NO_RANGE = 416  # the server has nothing after what is there already
OnBytes = Callable[[int, int | None], None]


def get(
    name: str,
    *,
    url: str = cifar10.URL,
    md5: str = cifar10.MD5,
    replace: bool = False,
    on_bytes: OnBytes | None = None,
) -> ImportSummary | TextSummary:
    """Download a data set from its authors and import it.

    The archive is removed once it is imported. After an interruption the part that came is kept
    beside it, and the next call asks for the rest.

    Args:
        name: ``"cifar10"``.
        url: Where from, e.g. a mirror.
        md5: The sum that the archive must have.
        replace: Whether an imported data set of that name may be replaced.
        on_bytes: Called with the bytes that are there and how many it will be, if that is known.

    Raises:
        SettingError: Another name, or it is imported already.
        DataError: The server cannot be reached, or what came is not the archive.
    """
    if name not in OFFERED:
        raise SettingError(
            f"{name!r} cannot be downloaded; expected {' or '.join(OFFERED)}, or import images "
            "with: nasedu data add NAME PATH"
        )
    check_name(name, replace)
    archive = catalogue.data_home() / "downloads" / cifar10.ARCHIVE
    fetch(url, archive, md5, name, on_bytes)
    summary = add(name, archive, title=cifar10.TITLE, replace=replace)
    archive.unlink(missing_ok=True)
    return summary


def fetch(url: str, path: Path, md5: str, name: str, on_bytes: OnBytes | None = None) -> None:
    """Download a file that has this MD5 sum, unless it is there.

    Args:
        url: Where from.
        path: Where to. Until it is whole and checked it is called ``….part``.
        md5: The sum, in hexadecimal.
        name: Data set, for errors.
        on_bytes: As for `get`.

    Raises:
        DataError: It does not come, or comes with another sum: then it is removed.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        if path.exists() and cifar10.md5_of(path) == md5:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _download(url, part, on_bytes)
        if (found := cifar10.md5_of(part)) != md5:
            part.unlink()
            raise DataError(
                f"{url} gave a file with MD5 {found}, expected {md5}: it was removed; "
                f"{_otherwise(name)}"
            )
        part.replace(path)
    except (URLError, http.client.HTTPException, TimeoutError, ValueError, OSError) as error:
        if isinstance(error, DataError):
            raise
        cause = error if isinstance(error, HTTPError) else getattr(error, "reason", error)
        reason = " ".join(str(cause).split()) or "no answer"
        there = part.stat().st_size if part.exists() else 0
        kept = f"{there / 1e6:.1f} MB are kept, run it again for the rest; " if there else ""
        raise DataError(f"cannot download {url} ({reason}); {kept}{_otherwise(name)}") from None


def _download(url: str, part: Path, on_bytes: OnBytes | None) -> None:
    """Append to a file what it lacks, or write it anew if the server cannot begin midway."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": f"nasedu/{__version__}"} | (
        {"Range": f"bytes={have}-"} if have else {}
    )
    if not url.startswith(("http://", "https://")):
        raise ValueError("expected an address that begins with https://")
    try:
        answer = urlopen(Request(url, headers=headers), timeout=PATIENCE)
    except HTTPError as error:
        with suppress(OSError):
            error.close()
        if error.code == NO_RANGE and have:  # it is whole already, or no part of this file
            return
        raise
    with answer:
        have = have if answer.status == http.client.PARTIAL_CONTENT else 0
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else None
        with part.open("ab" if have else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                have += len(block)
                if on_bytes:
                    on_bytes(have, total)
    if total is not None and have < total:
        raise ValueError(f"the connection ended after {have:,} of {total:,} bytes")


def _otherwise(name: str) -> str:
    """Say what to do without a network."""
    return (
        f"without a network, import it from a folder or archive: nasedu data add {name} "
        "FOLDER_OR_ARCHIVE"
    )
