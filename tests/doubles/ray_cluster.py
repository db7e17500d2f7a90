"""Ray in tests: it comes with an extra, which may be missing."""

import importlib.util
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

needs_ray = [
    pytest.mark.ray,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is not installed: pip install 'nasedu[cluster]'",
    ),
]
"""Marks of tests that start a cluster."""


def processes(name, of=None):
    """Return the processes below one, in whose command a name stands, e.g. ``ray::RemotePool``.

    Args:
        name: Ray calls a process after its actor's class, and after what that does just now.
        of: Below which; default this one.
    """
    parents, named = {}, []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                parents[int(folder.name)] = int(
                    (folder / "stat").read_text().rpartition(")")[2].split()[1]
                )
                if name.encode() in (folder / "cmdline").read_bytes():
                    named.append(int(folder.name))
    return [pid for pid in named if (of or os.getpid()) in _above(pid, parents)]


def _above(pid, parents):
    while pid := parents.get(pid):
        yield pid


def kill(name, of=None):
    """Kill the first process of a name."""
    os.kill(min(processes(name, of)), signal.SIGKILL)
