"""The clock: how long this process has been running, without the time that it was stopped."""

from __future__ import annotations

import threading
import time
from functools import cache

LOOK = 0.25  # seconds between two looks at the system's clock
LATE = 1.0  # seconds at most that count between two looks: a busy machine may delay one


class RunningClock:
    """Counts the seconds in which this process ran.

    The system's clocks go on while a process is stopped (Ctrl-Z) and, some of them, while the
    lid of a laptop is closed. So a thread looks at the clock again and again. Where two looks
    lie far apart, the process was stopped in between, and that time does not count.
    """

    def __init__(self) -> None:
        self._ran, self._last = 0.0, time.monotonic()
        self._lock = threading.Lock()
        threading.Thread(target=self._look, daemon=True).start()

    @property
    def seconds(self) -> float:
        """How long the process ran since the clock was made."""
        with self._lock:
            now = time.monotonic()
            self._ran += min(now - self._last, LATE)
            self._last = now
            return self._ran

    def _look(self) -> None:
        while True:
            time.sleep(LOOK)
            _ = self.seconds


@cache
def running_clock() -> RunningClock:
    """Return the clock of this process, which starts with the first call."""
    return RunningClock()


class Deadline:
    """The end of a number of seconds in which this process runs.

    Sent to another process, it leaves that one as many seconds as are left here.
    """

    def __init__(self, seconds: float) -> None:
        self._end = running_clock().seconds + seconds

    @property
    def has_passed(self) -> bool:
        """Whether the seconds are over."""
        return self._left <= 0

    @property
    def _left(self) -> float:
        return self._end - running_clock().seconds

    def __reduce__(self) -> tuple[type[Deadline], tuple[float]]:
        return Deadline, (self._left,)
