"""The database: how the SQLite file of a study is opened, wherever it lies."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from nasedu.errors import StudyError

MOUNTS = Path("/proc/self/mountinfo")  # Linux alone has it
SHARED = {
    *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "drvfs", "gfs2", "glusterfs", "gpfs"),
    *("lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs"),
    *("vboxsf", "virtiofs", "vmhgfs"),
}
LOGS = ("-wal", "-journal")  # beside a file whose writer was killed: what is not in it yet


def open_database(path: Path | None) -> sqlite3.Connection:
    """Open a file that is there, for writing if that may be; None gives one in memory."""
    if path is None:
        return _connect(":memory:")
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return _connect(path.absolute().as_uri())
    return _open_to_read(path)


def choose_log(db: sqlite3.Connection, path: Path, hurry: bool) -> None:
    """Let a file that is to be written have the log that suits the place where it lies.

    With a log of what comes (WAL) those who read never wait. It needs memory that all of them
    share, so on a network file system SQLite asks for a journal of what was. SQLite itself
    keeps to the journal where it sees that there is no such memory.

    Args:
        db: The file, open.
        path: Where it lies.
        hurry: Do not wait until a transaction is on the disk. A journal always waits: without,
            a loss of power could damage the file.
    """
    wanted = "DELETE" if is_shared(path) else "WAL"
    mode = db.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0]
    db.execute(f"PRAGMA synchronous = {'NORMAL' if hurry and mode == 'wal' else 'FULL'}")


def is_shared(path: Path) -> bool:
    """Return whether a file lies on a network file system, as far as the system tells.

    File systems made by programs (FUSE) count, for many of them are of that kind.
    """
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    kinds = {}
    for line in lines:  # "36 35 98:0 / /mount/point rw,noatime - kind device options"
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), before.split()[4])
        kinds[Path(point)] = after.split()[0]  # of several at one point the last is seen
    within = next((place for place in path.resolve().parents if place in kinds), None)
    kind = "" if within is None else kinds[within]
    return kind in SHARED or kind.startswith("fuse")


@contextmanager
def clear_errors(path: Path | None) -> Iterator[None]:
    """Turn SQLite's errors into one line that says what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        text = str(error)
        if "full" in text or "No space" in text:
            remedy = "make room and continue with `nasedu resume`; nothing finished is lost"
        elif "locked" in text:
            remedy = "another process is writing it; wait for it to end"
        elif "unable to open" in text or "readonly" in text or isinstance(error, OSError):
            remedy = "check that the folder exists and may be written"
        else:
            remedy = "it is truncated or no study at all; restore it or choose another run folder"
        raise StudyError(f"{path or 'the study in memory'}: {text}; {remedy}") from None


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open a file on a medium that is read-only, with what its log says."""
    name = f"{path.absolute().as_uri()}?mode=ro"
    try:
        db = _connect(name)
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return db
    except sqlite3.OperationalError:  # there is a log, and no place for what reading it takes
        pass
    if any(Path(f"{path}{end}").exists() for end in LOGS):
        return _copy(path)
    return _connect(f"{name}&immutable=1")


def _copy(path: Path) -> sqlite3.Connection:
    """Return a copy in memory of a file and what its log adds."""
    memory = _connect(":memory:")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for end in ("", *LOGS):
            if Path(f"{path}{end}").exists():
                shutil.copyfile(f"{path}{end}", f"{copy}{end}")
        with closing(sqlite3.connect(copy)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
            db.backup(memory)
    memory.execute("PRAGMA query_only = ON")
    return memory


def _connect(name: str) -> sqlite3.Connection:
    # A widget's thread may write while a notebook's reads: SQLite serialises the two.
    return sqlite3.connect(
        name, uri=True, isolation_level=None, check_same_thread=False, timeout=30
    )
