"""A search in a thread of its own, so that a notebook stays free while it runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any, Literal

from nasedu.errors import StudyError
from nasedu.runs import Study
from nasedu.searching import Event, Started, TrialFinished, Updated

State = Literal["running", "pausing", "paused", "stopping", "stopped", "finished", "failed"]
Events = Iterator[Event] | Callable[[], Iterator[Event]]

# What each wish and each end makes of a state; it leaves the others as they are.
PAUSE: dict[State, State] = {"running": "pausing"}
RESUME: dict[State, State] = {"pausing": "running", "paused": "running"}
STOP: dict[State, State] = {"running": "stopping", "pausing": "stopping", "paused": "stopping"}
REACHED: dict[State, State] = {"pausing": "paused"}
OVER = ("finished", "stopped", "failed")

GLANCE = 0.05  # seconds between two looks at whether the search is over


class BackgroundSearch:
    """Runs a search in a thread; it can be paused, stepped and stopped between two events.

    What is in training is finished first. (Worker processes also finish the batch that they
    were given; its children are recorded when the search goes on.)

    Args:
        events: What `search` or `resume` returned, or a function that returns it.
        on_event: Called in the thread with every event.
        on_state: Called when `state` has changed, in whatever thread changed it.
        paused: Whether to begin paused.

    Attributes:
        state: What it does now.
        study: The record, from the first event on.
        error: What ended the search, if something did.
    """

    def __init__(
        self,
        events: Events,
        on_event: Callable[[Event], None] = lambda event: None,
        on_state: Callable[[], None] = lambda: None,
        *,
        paused: bool = False,
    ) -> None:
        self.state: State = "pausing" if paused else "running"
        self.study: Study | None = None
        self.error: BaseException | None = None
        self._events, self._on_event, self._on_state = events, on_event, on_state
        self._moved = threading.Condition()
        self._is_stepping = False
        self._num_left: int | None = None  # children to train; None before the first event
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)

    def start(self) -> None:
        """Begin, and return at once."""
        self._thread.start()

    def pause(self) -> None:
        """Wait after what is in training now."""
        self._move(PAUSE)

    def resume(self) -> None:
        """Go on."""
        self._is_stepping = False
        self._move(RESUME)

    def step(self) -> None:
        """Go on to the end of a batch, then pause."""
        self._is_stepping = True
        self._move(RESUME)

    def stop(self) -> None:
        """End after what is in training now; what is recorded is kept."""
        self._move(STOP)

    def __await__(self) -> Generator[Any, None, Study]:
        """Wait for the end and return the study; see `LiveSearch`."""
        return self._ended().__await__()

    async def _ended(self) -> Study:
        try:
            while self._thread.is_alive():
                await asyncio.sleep(GLANCE)  # meanwhile the kernel hears clicks
        except (asyncio.CancelledError, KeyboardInterrupt):  # the cell was interrupted
            self.stop()
            raise
        if self.error is not None:
            raise self.error
        if self.study is None:
            raise StudyError(f"the search is {self.state} and has no study: it never began")
        return self.study

    def _run(self) -> None:
        try:
            events = self._events() if callable(self._events) else self._events
            try:
                while self._waited() and (event := next(events, None)) is not None:
                    self._take(event)
            finally:  # ends the workers and frees the run folder, in the thread that opened it
                getattr(events, "close", bool)()
            self._move({"stopping": "stopped", "running": "finished", "pausing": "finished"})
        except BaseException as error:
            self.error = error
            self._move(dict.fromkeys(("running", "pausing", "paused", "stopping"), "failed"))

    def _waited(self) -> bool:
        """Wait while paused and there are children to train; return whether to go on."""
        while self.state not in ("running", "stopping") and self._num_left != 0:
            self._move(REACHED)
            with self._moved:
                self._moved.wait_for(lambda: self.state != "paused")
        return self.state != "stopping"

    def _take(self, event: Event) -> None:
        if isinstance(event, Started):
            self.study = event.study
            self._num_left = event.num_trials - event.num_done
        elif isinstance(event, TrialFinished) and self._num_left:
            self._num_left -= 1
        self._on_event(event)
        if isinstance(event, Updated) and self._is_stepping:
            self._is_stepping = False
            self.pause()

    def _move(self, moves: dict[State, State]) -> None:
        with self._moved:
            if self.state not in moves:
                return
            self.state = moves[self.state]
            self._moved.notify_all()
        self._on_state()
