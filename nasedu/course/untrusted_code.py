"""Untrusted code: what a process does before it runs any, and how it answers its parent.

A process with code of a student has limits and nothing of the parent's but a connection to it. The
limits are no sandbox: the code may read and write whatever the user may who started it. The
parent's side is `nasedu.course.untrusted_process`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Callable
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

import torch

DESCRIPTORS = 2**16  # above which nothing is open


def confine(parent: Connection) -> None:
    """Take from this process all streams and files but its connection, and all cores but one."""
    torch.set_num_threads(1)
    if sys.platform != "win32":
        os.setpgid(0, 0)  # what the code starts is in the group of this process, and ends with it
        _close_all_but(parent)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # `input()` ends, and what is printed is nobody's
        os.dup2(nowhere, stream)
    sys.stdin = open(nowhere, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr = os.fdopen(nowhere, "w", encoding="utf-8", errors="replace")


def _close_all_but(parent: Connection) -> None:
    """Close what was inherited, as the pipes that end the server of which this is a fork."""
    kept = {parent.fileno()}
    if process := multiprocessing.parent_process():
        kept.add(process.sentinel)  # by which this process notices the parent's end
    for low, high in pairwise((2, *sorted(kept), DESCRIPTORS)):
        os.closerange(low + 1, high)


def answer_questions(parent: Connection, answer: Callable[..., Any]) -> None:
    """Tell the parent that this process is ready, then answer questions until it is ended.

    Args:
        parent: To it.
        answer: Gets the values of a question. What it returns is sent as JSON, and as null if
            it cannot be written so.
    """
    parent.send_bytes(b"true")
    while True:
        parent.send_bytes(_json_of(answer(*json.loads(parent.recv_bytes()))))


def _json_of(value: Any) -> bytes:
    try:
        return json.dumps(value, allow_nan=False).encode()
    except Exception:  # whatever an object of somebody else does when it is looked at
        return b"null"
