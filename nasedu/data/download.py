"""The download of an archive: it goes on where it was cut off, and is checked before use."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from nasedu import __version__
from nasedu.data import catalogue, cifar10, storage
from nasedu.data.importing import add, check_name
from nasedu.data.summary import ImportSummary
from nasedu.errors import DataError, SettingError
from nasedu.whole_file import held

OFFERED = (cifar10.NAME,)
BLOCK = 2**16
PATIENCE = 30  # seconds without a byte
TRIAL = 20  # seconds after which a server is left for another one if it is slow
SLOW = 250_000  # bytes a second
NO_RANGE = 416  # the server has nothing after what is there already
OnBytes = Callable[[int, int | None], None]


class _SlowError(Exception):
    """A server that takes too long while others have not been asked."""


def get(
    name: str,
    *,
    addresses: Sequence[str] | None = None,
    archives: Sequence[cifar10.Archive] = (cifar10.BINARY, cifar10.PYTHON),
    replace: bool = False,
    on_bytes: OnBytes | None = None,
) -> ImportSummary:
    """Download a data set from its authors, or from who keeps the same archive, and import it.

    The archive is removed once it is imported. After an interruption the part that came is kept,
    and the next call asks for the rest.

    Args:
        name: ``"cifar10"``.
        addresses: Where from, tried in turn; by default of its authors and of several mirrors.
        archives: What may come: any of them by size and MD5 sum, and nothing else.
        replace: Whether an imported data set of that name may be replaced.
        on_bytes: Called with the bytes that are there and how many it will be, if that is known.

    Raises:
        SettingError: Another name, or it is imported already.
        DataError: No server can be reached, or what came is not the archive.
    """
    if name not in OFFERED:
        raise SettingError(
            f"{name!r} cannot be downloaded; expected {' or '.join(OFFERED)}, or import images "
            "with: nasedu data add NAME PATH"
        )
    check_name(name, replace)
    storage.check_folder(catalogue.imported_folder())
    folder = catalogue.data_home() / "downloads"
    storage.make_folder(folder)
    with held(folder, DataError, f"another download into {folder} is under way; wait for it"):
        archive = fetch(addresses or cifar10.ADDRESSES, folder, archives, name, on_bytes)
        summary = add(name, archive, title=cifar10.TITLE, replace=replace)
        archive.unlink(missing_ok=True)
    return summary


def fetch(
    addresses: Sequence[str],
    folder: Path,
    archives: Sequence[cifar10.Archive],
    name: str,
    on_bytes: OnBytes | None = None,
) -> Path:
    """Return the file of an archive, downloaded unless it is there.

    A server that fails, gives something else or is slow makes place for the next one; a slow
    one is asked again, for the rest, if no other one helps.

    Args:
        addresses: As for `get`.
        folder: Where to. A file that is not whole and checked is called ``….part``.
        archives: As for `get`.
        name: Data set, for errors.
        on_bytes: As for `get`.

    Raises:
        DataError: It does not come, or comes with other sums: then it is removed.
    """
    for archive in archives:
        if (path := folder / archive.name).exists() and cifar10.md5_of(path) == archive.md5:
            return path
    failures: list[str] = []
    slow: list[str] = []
    for address in addresses:
        try:
            return _fetched(address, folder, archives, on_bytes, is_patient=len(addresses) == 1)
        except _SlowError:
            slow.append(address)
        except DataError as error:
            failures.append(str(error))
    for address in slow:
        try:
            return _fetched(address, folder, archives, on_bytes, is_patient=True)
        except DataError as error:
            failures.append(str(error))
    there = sum(part.stat().st_size for part in folder.glob("*.part"))
    kept = f"{there / 1e6:.1f} MB are kept, run it again for the rest; " if there else ""
    raise DataError(
        f"{'; '.join(failures)}; {kept}other addresses: --from URL; without a network, import it "
        f"from a folder or archive: nasedu data add {name} FOLDER_OR_ARCHIVE"
    )


def _fetched(
    address: str,
    folder: Path,
    archives: Sequence[cifar10.Archive],
    on_bytes: OnBytes | None,
    is_patient: bool,
) -> Path:
    """Return the archive that comes from an address.

    Raises:
        DataError: It does not come, or something else does.
        _SlowError: It would take long, and the caller is not patient.
    """
    called = Path(urlsplit(address).path).name
    expected = [archive for archive in archives if archive.name == called] or archives
    part = folder / f"{expected[0].name}.part"
    try:
        most = max(archive.num_bytes for archive in expected)
        _download(address, part, most, on_bytes, is_patient)
        found = cifar10.md5_of(part)
        for archive in expected:
            if archive.md5 == found:
                return part.replace(folder / archive.name)
        part.unlink()
        wanted = " or ".join(archive.md5 for archive in expected)
        raise ValueError(f"its MD5 is {found}, expected {wanted}: it was removed")
    except (URLError, http.client.HTTPException, ValueError, OSError) as error:
        cause = error if isinstance(error, HTTPError) else getattr(error, "reason", error)
        reason = " ".join(str(cause).split()) or "no answer"
        raise DataError(f"cannot download {address} ({reason})") from None


def _download(
    address: str, part: Path, most: int, on_bytes: OnBytes | None, is_patient: bool
) -> None:
    """Append to a file what it lacks, or write it anew if the server cannot begin midway."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": f"nasedu/{__version__}"} | (
        {"Range": f"bytes={have}-"} if have else {}
    )
    if not address.startswith(("http://", "https://")):
        raise ValueError("expected an address that begins with https://")
    try:
        answer = urlopen(Request(address, headers=headers), timeout=PATIENCE)
    except HTTPError as error:
        with suppress(OSError):
            error.close()
        if error.code == NO_RANGE and have:  # it is whole already, or no part of this file
            return
        raise
    with answer:
        have = have if answer.status == http.client.PARTIAL_CONTENT else 0
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() and len(length) < 20 else None
        first, began = have, time.monotonic()
        with part.open("ab" if have else "wb") as file:
            # One byte more than the archive has tells another file, before it fills the disk.
            while have <= most and (block := answer.read1(min(BLOCK, most + 1 - have))):
                file.write(block)
                have += len(block)
                if on_bytes:
                    on_bytes(have, total)
                passed = time.monotonic() - began
                if not is_patient and passed > TRIAL and have - first < SLOW * passed:
                    raise _SlowError
    if have > most:
        part.unlink()
        raise ValueError(f"more than the {most:,} bytes of the archive came: it was removed")
    if total is not None and have < total:
        raise ValueError(f"the connection ended after {have:,} of {total:,} bytes")
