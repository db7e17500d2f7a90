"""The worker that runs untrusted code: one function of a student, in a process with limits.

A process serves one function and ends, so that what a student's code does to Python, on purpose or
by accident, meets nobody else's. The limits are of time (kept by the parent) and of memory. They
are no sandbox: the code may read and write whatever the user may who started it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from multiprocessing.connection import Connection
from typing import Any

from nasedu.course import check
from nasedu.course.answers import code
from nasedu.course.hidden_cases import with_hidden_cases
from nasedu.worker_process import limit_memory

Verdict = tuple[str, str]  # state and sentence, as in a `CheckResult`
READY = b"ready"


def report_to(
    parent: Connection, folder: str, megabytes: int, source: str, name: str, seed: int
) -> None:
    """Send the parent that this process is ready, and then the verdict, as JSON.

    What the parent reads is bytes and no pickle, which could run code there.

    Args:
        parent: To it.
        folder: Relative names of files lead to a new folder in it.
        megabytes: How much memory the code may take; kept on Linux alone.
        source: Code that defines the function and what it needs.
        name: Of the function, and of its exercise.
        seed: Of the hidden cases.
    """
    _limit(folder, megabytes)
    parent.send_bytes(READY)
    parent.send_bytes(json.dumps(grade_program(source, name, seed)).encode())


def _limit(folder: str, megabytes: int) -> None:
    import torch

    torch.set_num_threads(1)
    if sys.platform != "win32":
        os.setpgid(0, 0)  # what the code starts is in the group of this process, and ends with it
    os.chdir(tempfile.mkdtemp(dir=folder))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # `input()` ends, and what is printed is nobody's
        os.dup2(nowhere, stream)
    limit_memory(megabytes)


def grade_program(source: str, name: str, seed: int) -> Verdict:
    """Run what defines a function, and grade the function.

    Args:
        source: Code that defines it and what it needs.
        name: Of the function, and of its exercise.
        seed: Of the hidden cases.
    """
    exercise = with_hidden_cases(check.EXERCISES[name], seed)
    names: dict[str, Any] = {"__name__": "__main__"}  # as in a notebook
    try:
        exec(compile(source, f"<{name}>", "exec"), names)
    except BaseException as error:  # SystemExit, too
        reason = code(f"{type(error).__name__}: {error}".removesuffix(": "))
        return "not right yet", f"What the function needs cannot be run: {reason}."
    try:
        result = exercise(names[name])
    except BaseException as error:  # KeyboardInterrupt, which a check lets through
        return "not right yet", f"It raises {code(type(error).__name__)}."
    return result.state, result.sentence
