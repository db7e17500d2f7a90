"""A time limit for a call in the same thread, so that a loop without an end does not hang a lesson.

A second thread waits, and asks Python to raise an exception in the first one
(``PyThreadState_SetAsyncExc``). This works in every thread and on every system, and costs nothing
while the function runs. The others do not: ``signal.setitimer`` is not there on Windows and
belongs to the main thread, ``sys.settrace`` makes a loop ten times as slow, and a function that is
moved to a thread of its own cannot be ended there and loses what torch knows of its thread.

Python looks for such an exception between two of its own instructions. One long call into C, such
as ``time.sleep``, is not interrupted before it returns.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any


class TooLongError(BaseException):
    """A call took too long; no `Exception`, so that ``except Exception`` does not swallow it."""


def within(seconds: float | None, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function and return its answer.

    Where Python cannot be asked (only CPython can), or has no threads, there is no limit.

    Args:
        seconds: How long it may take; None is no limit.
        function: What to call.
        arguments: For it.

    Raises:
        TooLongError: It took longer.
    """
    if seconds is None or not hasattr(ctypes, "pythonapi"):
        return function(*arguments)
    turns: SimpleQueue[None] = SimpleQueue()  # in C: an Event would stay locked if it ended in it
    place = threading.get_ident(), sys._getframe()
    watch = threading.Thread(target=_watch, args=(*place, seconds, turns), daemon=True)
    try:
        watch.start()
    except RuntimeError:
        return function(*arguments)
    try:
        try:
            turns.put(None)  # begin
            return function(*arguments)
        finally:
            turns.put(None)  # over
    finally:  # again, since the end may come just before the line above
        turns.put(None)
        watch.join()  # so that a last request comes here, and not in a later cell


def _watch(thread: int, frame: FrameType, seconds: float, turns: SimpleQueue[None]) -> None:
    """Ask for the end once the time is over, and again for a loop that catches everything."""
    turns.get()
    for wait in (seconds, *[0.1] * 100):
        try:
            return turns.get(timeout=wait)
        except Empty:
            if not _runs(thread, frame):
                return None
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread), ctypes.py_object(TooLongError)
            )
    return None


def _runs(thread: int, frame: FrameType) -> bool:
    """Whether a thread is still somewhere in this call."""
    current = sys._current_frames().get(thread)
    while current not in (None, frame):
        current = current.f_back
    return current is frame
