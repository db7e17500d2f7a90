import time

import pytest

from nasedu.errors import StudyError
from nasedu.searching import Started, TrialFinished, Updated
from nasedu.viewing.background import BackgroundSearch


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


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


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
    assert search.wait() == "the study"
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
    assert search.wait() == "the study"
    assert search.state == "stopped"
    assert script.closed
    assert len(script.log) < 4000


def test_wait_raises_what_ended_the_search(begun):
    search = begun(Script(fails_at=3))
    for _ in range(2):
        with pytest.raises(ValueError, match="no such luck"):
            search.wait()
    assert search.state == "failed"


def test_an_error_while_showing_ends_the_search_too(begun):
    script = Script()
    search = begun(script, lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        search.wait()
    assert script.closed  # or the run folder would stay locked


def test_a_run_is_free_again_after_an_error_while_showing(begun, tmp_path):
    from evaluators import SPACE, Counted

    from nasedu import search as run_search
    from nasedu.controller import make_strategy

    def events():
        made = make_strategy("random", SPACE.decisions)
        return run_search(SPACE, made, evaluator=Counted(), trials=4, workers=1, run=tmp_path)

    with pytest.raises(ZeroDivisionError):
        begun(events, lambda event: 1 / 0).wait()
    assert begun(events).wait().is_complete


def test_a_function_that_makes_the_events_is_called_in_the_thread():
    def make():
        raise StudyError("runs/first is in use")

    search = BackgroundSearch(make)
    search.start()
    with pytest.raises(StudyError, match="in use"):
        search.wait()


def test_waiting_for_a_while_returns_the_study_as_it_is(begun):
    script = Script()
    search = begun(script)
    until(lambda: search.study is not None)
    assert search.wait(timeout=0.05) == "the study"
    assert search.state == "running"


def test_waiting_to_the_end_lets_a_paused_search_go_on(begun):
    script = Script(batches=2)
    search = begun(script, paused=True)
    until(lambda: search.state == "paused")
    with pytest.raises(StudyError, match="paused and has no study yet"):
        search.wait(timeout=0.05)
    assert search.wait() == "the study"
    assert len(script.log) == 8


def test_an_interrupt_of_wait_stops_the_search(begun, monkeypatch):
    script = Script()
    search = begun(script)
    until(lambda: len(script.log) > 2)

    def interrupted(timeout):
        raise KeyboardInterrupt

    monkeypatch.setattr(search._thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        search.wait()
    until(lambda: search.state == "stopped")


def test_every_change_of_state_is_told(begun):
    states = []
    search = BackgroundSearch(Script(batches=2)(), on_state=lambda: states.append(search.state))
    search.start()
    search.wait()
    search.pause()
    search.stop()
    assert states == ["finished"]  # after the end nothing moves it
