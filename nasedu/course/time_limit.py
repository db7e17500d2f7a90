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
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any


class TooLongError(BaseException):
    """A call took too long; no `Exception`, so that ``except Exception`` does not swallow it."""


def within(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function and return its answer.

    Where Python cannot be asked (only CPython can), there is no limit.

    Args:
        seconds: How long it may take. A function that swallows the end gets it again after as
            many seconds more.
        function: What to call.
        arguments: For it.

    Raises:
        TooLongError: It took longer.
    """
    if not hasattr(ctypes, "pythonapi"):
        return function(*arguments)
    over: SimpleQueue[None] = SimpleQueue()  # an Event would be left locked if the end came in it
    here = threading.get_ident()
    watch = threading.Thread(target=_watch, args=(here, seconds, over), daemon=True)
    watch.start()
    try:
        try:
            return function(*arguments)
        finally:
            over.put(None)
    finally:  # again, since the end may come just before the line above
        over.put(None)
        watch.join()  # so that a last request comes here, and not in a later cell


def _watch(thread: int, seconds: float, over: SimpleQueue[None]) -> None:
    while True:
        try:
            return over.get(timeout=seconds)
        except Empty:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread), ctypes.py_object(TooLongError)
            )
