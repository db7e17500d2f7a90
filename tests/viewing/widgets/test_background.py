import asyncio
import time

import pytest
from awaiting import ended, until

from nasedu.errors import StudyError
from nasedu.searching import Started, TrialFinished, Updated
from nasedu.viewing.widgets.background import BackgroundSearch


class Script:
    """Events as a search would tell them, with a log of what was asked for."""

    def __init__(self, batches=1000, batch=4, fails_at=None):
        self.log, self.closed = [], False
        self._events = self._tell(batches, batch, fails_at)

    def _tell(self, batches, batch, fails_at):
        try:
            yield Started(study="the study", num_trials=batches * batch, num_done=0, workers=1)
            for number in range(1, batches + 1):
                for _ in range(batch):
                    self.log.append(number)
                    if len(self.log) == fails_at:
                        raise ValueError("no such luck")
                    time.sleep(0.001)
                    yield TrialFinished(trial=None)
                yield Updated(number, (), None, None)
        finally:
            self.closed = True

    def __call__(self):
        return self._events


@pytest.fixture
def begun():
    """Return a function that begins a search; all are stopped in the end."""
    searches = []

    def begin(script, *args, **options):
        searches.append(BackgroundSearch(script(), *args, **options))
        searches[-1].start()
        return searches[-1]

    yield begin
    for search in searches:
        search.stop()


def test_it_runs_to_the_end_and_returns_the_study(begun):
    script, events = Script(batches=3), []
    search = begun(script, events.append)
    assert ended(search) == "the study"
    assert search.state == "finished"
    assert [type(e) for e in events].count(TrialFinished) == 12
    assert script.closed


def test_pause_really_pauses_and_resume_goes_on(begun):
    script = Script()
    search = begun(script)
    until(lambda: len(script.log) > 5)
    search.pause()
    until(lambda: search.state == "paused")
    before = len(script.log)
    time.sleep(0.2)
    assert len(script.log) == before
    search.resume()
    until(lambda: len(script.log) > before + 5)


def test_a_step_is_one_batch(begun):
    script = Script()
    search = begun(script, paused=True)
    until(lambda: search.state == "paused")
    assert script.log == []
    for number in (1, 2):
        search.step()
        until(lambda: search.state == "paused")
        assert script.log == sorted([1, 2] * 4)[: 4 * number]


def test_a_step_of_a_running_search_ends_its_batch(begun):
    script = Script()
    search = begun(script)
    until(lambda: len(script.log) > 5)
    search.step()
    until(lambda: search.state == "paused")
    assert script.log.count(script.log[-1]) == 4


def test_nothing_is_left_to_pause_for_after_the_last_child(begun):
    search = begun(Script(batches=2), paused=True)
    for state in ("paused", "finished"):
        until(lambda: search.state == "paused")
        search.step()
        until(lambda state=state: search.state == state)


@pytest.mark.parametrize("paused", [False, True])
def test_stop_ends_it_and_keeps_the_study(begun, paused):
    script = Script()
    search = begun(script, paused=False)
    until(lambda: len(script.log) > 5)
    if paused:
        search.pause()
        until(lambda: search.state == "paused")
    search.stop()
    assert ended(search) == "the study"
    assert search.state == "stopped"
    assert script.closed
    assert len(script.log) < 4000


def test_await_raises_what_ended_the_search(begun):
    search = begun(Script(fails_at=3))
    for _ in range(2):
        with pytest.raises(ValueError, match="no such luck"):
            ended(search)
    assert search.state == "failed"


def test_an_error_while_showing_ends_the_search_too(begun):
    script = Script()
    search = begun(script, lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ended(search)
    assert script.closed  # or the run folder would stay locked


def test_a_run_is_free_again_after_an_error_while_showing(begun, tmp_path):
    from evaluators import SPACE, Counted

    from nasedu import search as run_search
    from nasedu.controller import make_strategy

    def events():
        made = make_strategy("random", SPACE.decisions)
        return run_search(SPACE, made, evaluate=Counted(), trials=4, workers=1, run=tmp_path)

    with pytest.raises(ZeroDivisionError):
        ended(begun(events, lambda event: 1 / 0))
    assert ended(begun(events)).is_complete


def test_a_function_that_makes_the_events_is_called_in_the_thread():
    def make():
        raise StudyError("runs/first is in use")

    search = BackgroundSearch(make)
    search.start()
    with pytest.raises(StudyError, match="in use"):
        ended(search)


def test_a_cell_that_waits_leaves_the_kernel_free_and_a_paused_search_paused(begun):
    script = Script(batches=2)
    search = begun(script, paused=True)
    seen = []

    async def click():
        while search.state != "paused":
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.2)
        seen.append((search.state, len(script.log)))
        search.resume()

    async def cell():
        clicking = asyncio.create_task(click())
        study = await search
        await clicking
        return study

    assert asyncio.run(cell()) == "the study"
    assert seen == [("paused", 0)]
    assert len(script.log) == 8


def test_an_interrupt_of_the_cell_that_waits_stops_the_search(begun):
    script = Script()
    search = begun(script)
    until(lambda: len(script.log) > 2)

    async def interrupted():
        cell = asyncio.ensure_future(waits())
        await asyncio.sleep(0.1)
        cell.cancel()  # what the kernel makes of an interrupt
        await cell

    async def waits():
        return await search

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    until(lambda: search.state == "stopped")
    assert script.closed


def test_a_search_that_was_stopped_before_it_began_has_no_study(begun):
    search = begun(Script(), paused=True)
    until(lambda: search.state == "paused")
    search.stop()
    with pytest.raises(StudyError, match="stopped and has no study"):
        ended(search)


def test_every_change_of_state_is_told(begun):
    states = []
    search = BackgroundSearch(Script(batches=2)(), on_state=lambda: states.append(search.state))
    search.start()
    ended(search)
    search.pause()
    search.stop()
    assert states == ["finished"]  # after the end nothing moves it
