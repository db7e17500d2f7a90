"""The pace of a picture: it is renewed at a reader's pace, not at the search's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Paced:
    """Calls a function at most every so many seconds, and never forgets the last call.

    A call that comes too early is made late, in a thread of its own; of several only one is.
    So what is shown is never older than the pace. Two calls never overlap.

    Args:
        call: What is called.
        seconds: From one call to the next, at least.
        share: The most of all time that the calls should take: a slow one comes less often.
        longest: Seconds from one call to the next, however slow they are.
    """

    def __init__(
        self,
        call: Callable[[], None],
        seconds: float,
        *,
        share: float = 1.0,
        longest: float = float("inf"),
    ) -> None:
        self._call, self._seconds, self._share, self._longest = call, seconds, share, longest
        self._next = -float("inf")
        self._timer: threading.Timer | None = None
        self._lock = threading.RLock()

    def __call__(self) -> None:
        """Call now, or else as soon as it may be."""
        with self._lock:
            early = self._next - time.monotonic()
            if early <= 0:
                self.now()
            elif self._timer is None:
                self._timer = threading.Timer(early, self._late)
                self._timer.daemon = True
                self._timer.start()

    def now(self) -> None:
        """Call at once, whatever the pace; a call that was put off is made with it."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            start = time.monotonic()
            self._call()
            took = time.monotonic() - start
            self._next = start + max(self._seconds, min(took / self._share, self._longest))

    def _late(self) -> None:
        with self._lock:
            if self._timer is threading.current_thread():  # else it was made meanwhile
                self.now()
