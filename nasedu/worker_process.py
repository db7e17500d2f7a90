"""The worker process: what it does first, before it imports anything that takes time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from importlib import import_module
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


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
