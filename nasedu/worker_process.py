"""The worker process: what it does first, before it imports anything that takes time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any


def begin(module: str, function: str, *arguments: Any) -> None:
    """Watch the parent from now on, then call what prepares this process.

    Importing torch takes seconds, and a parent that is killed meanwhile must not leave this
    process behind. So this module imports the standard library alone, and the other by name.

    Args:
        module: Where the function is.
        function: Its name.
        arguments: Its arguments.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    getattr(import_module(module), function)(*arguments)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C in this thread; processes and threads that it starts inherit that for good."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def limit_memory(megabytes: int) -> None:
    """Let this process take so much memory beside what it has now; kept on Linux alone."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def ending_of(exitcode: int | None) -> str:
    """Return how a process ended, e.g. ``"was killed by signal 9"`` or ``"ended with 3"``."""
    if exitcode is not None and exitcode < 0:
        return f"was killed by signal {-exitcode}"
    return f"ended with {exitcode}"


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
