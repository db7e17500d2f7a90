import base64
import json
import sys
import threading
import time

import awaiting
import pytest
from awaiting import ended, until
from evaluators import SPACE, Counted, Misbehaving

from nasedu.controller import make_strategy
from nasedu.runs import Study
from nasedu.searching import search
from nasedu.viewing import LiveSearch
from nasedu.viewing.widgets import live_search

pytest.importorskip("ipywidgets")

VIEW = "application/vnd.jupyter.widget-view+json"


def events(evaluator=None, trials=24, run=None):
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    evaluator = evaluator or Counted(0.002)
    return search(SPACE, strategy, trials=trials, batch=4, workers=1, run=run, evaluate=evaluator)


@pytest.fixture
def live():
    """Return a function that begins a live search; all are stopped in the end."""
    begun = []

    def begin(*args, **options):
        begun.append(LiveSearch(*args, **options))
        return begun[-1]

    yield begin
    for one in begun:
        one.stop()
        until(lambda one=one: one.state in ("finished", "stopped", "failed"))


class Gated(Counted):
    """Trains a child only when it is let through."""

    def __init__(self, allowed=0):
        super().__init__()
        self.gate = threading.Semaphore(allowed)

    def __call__(self, trial):
        assert self.gate.acquire(timeout=600)
        return super().__call__(trial)


def test_its_cell_returns_at_once_and_await_gives_the_study(live):
    evaluator = Gated()
    view = live(events(evaluator))
    assert view.state == "running"  # though no child can be trained yet
    assert live_search.STILL in view._repr_mimebundle_()["text/html"]
    evaluator.gate.release(24)
    study = ended(view)
    assert isinstance(study, Study)
    assert len(study.trials()) == 24
    assert study is view.study
    assert repr(view) == "LiveSearch(finished, 24 of 24 children)"


def test_it_shows_progress_status_and_figure(live):
    view = live(events())
    ended(view)
    assert (view.progress.value, view.progress.max) == (24, 24)
    assert "24 of 24 children, finished" in view.count.value
    assert "batch 6: mean reward" in view.facts.value
    assert f"(child {view.study.best().number})" in view.facts.value
    png = view.figure.value.split("base64,")[1].split('"')[0]
    assert base64.b64decode(png).startswith(b"\x89PNG")
    assert 'alt="Mean reward' in view.figure.value


def test_it_says_what_seems_amiss_live_and_in_a_saved_notebook(live):
    view = live(events(Misbehaving(raises=range(2, 24, 3))))
    ended(view)
    assert "Many children fail" in view.diagnosis.value
    assert "ValueError: no such luck" in view._repr_mimebundle_()["text/html"]


def test_every_control_has_its_label(live):
    view = live(events())
    buttons = (view.pause_button, view.step_button, view.stop_button)
    assert [b.description for b in buttons] == ["Pause", "Step", "Stop"]
    assert all(b.tooltip for b in buttons)
    ended(view)
    assert all(b.disabled for b in buttons)


def test_pause_and_resume_by_clicks(live):
    evaluator = Gated(allowed=5)
    view = live(events(evaluator))
    until(lambda: view.progress.value == 5)
    view.pause_button.click()
    assert view.pause_button.description == "Resume"
    assert "pausing" in view.count.value
    evaluator.gate.release(10)  # the sixth is in training and is finished
    until(lambda: view.state == "paused")
    time.sleep(0.3)
    assert view.progress.value == 6
    assert sum(t.outcome is not None for t in view.study.trials()) == 6
    view.pause_button.click()
    assert view.pause_button.description == "Pause"
    until(lambda: view.progress.value == 15)
    evaluator.gate.release(9)
    ended(view)


def test_step_by_clicks(live):
    view = live(events(), paused=True)
    until(lambda: view.state == "paused")
    assert view.pause_button.description == "Resume"
    for batches in (1, 2):
        view.step_button.click()
        until(lambda: view.state == "paused")
        assert view.study.num_updates == batches
        assert view.progress.value == 4 * batches


def test_a_step_from_the_middle_of_a_batch_ends_it(live):
    evaluator = Gated(allowed=6)
    view = live(events(evaluator))
    until(lambda: view.progress.value == 6)
    view.pause_button.click()
    evaluator.gate.release(18)
    until(lambda: view.state == "paused")
    assert view.progress.value == 7
    view.step_button.click()
    until(lambda: view.state == "paused")
    assert (view.progress.value, view.study.num_updates) == (8, 2)


def test_the_last_step_ends_it(live):
    view = live(events(trials=8), paused=True)
    for state in ("paused", "finished"):
        until(lambda: view.state == "paused")
        view.step_button.click()
        until(lambda state=state: view.state == state)
    assert view.study.is_complete


def test_what_is_found_is_the_same_with_pauses_and_steps_as_without(live):
    undisturbed = ended(live(events()))
    view = live(events(), paused=True)
    until(lambda: view.state == "paused")
    view.step()
    until(lambda: view.state == "paused")
    view.resume()
    until(lambda: view.progress.value >= 9)
    view.pause()
    until(lambda: view.state in ("paused", "finished"))
    view.step()
    until(lambda: view.state in ("paused", "finished"))
    view.resume()
    study = ended(view)
    assert study.trials() == undisturbed.trials()
    assert study.updates() == undisturbed.updates()


def test_stop_by_a_click_keeps_a_run_that_can_be_continued(live, tmp_path):
    evaluator = Gated(allowed=6)
    view = live(events(evaluator, run=tmp_path / "run"))
    until(lambda: view.progress.value == 6)
    view.stop_button.click()
    assert view.stop_button.disabled
    evaluator.gate.release(24)
    with pytest.warns(UserWarning, match="stopped after 7 of 24 children.*run the cell") as told:
        study = ended(view)
    assert [warning.filename for warning in told] == [awaiting.__file__]  # who waits is told
    assert view.state == "stopped" and not study.is_complete
    again = live(events(run=tmp_path / "run"))
    ended(again)
    assert again.state == "finished"
    assert len(again.study.trials()) == 24


def test_an_error_is_shown_and_raised_by_await(live):
    def broken():
        yield from ()
        raise ValueError("no <such> luck")

    view = live(broken())
    with pytest.raises(ValueError, match="no <such> luck"):
        ended(view)
    assert "no &lt;such&gt; luck" in view.count.value


def test_it_speaks_draws_and_counts_only_now_and_then(live, monkeypatch):
    for pace in ("COUNTED", "DRAWN", "SPOKEN"):
        monkeypatch.setattr(live_search, pace, 1e6)
    evaluator, told = Gated(), []
    view = live(events(evaluator))
    until(lambda: view.status.value)
    for name in ("count", "figure", "status"):
        shown = getattr(view, name)
        shown.observe(lambda change, name=name: told.append(name), names="value")
    evaluator.gate.release(24)
    ended(view)
    assert sorted(told) == ["count", "figure"]  # once, at the end; not even then said too soon


def test_what_is_said_is_said_in_time_and_to_the_end(live, monkeypatch):
    monkeypatch.setattr(live_search, "SPOKEN", 0.3)
    said, start = [], time.monotonic()
    view = live(events(Counted(0.02)))
    view.status.observe(lambda change: said.append(change.new), names="value")
    ended(view)
    until(lambda: "finished" in view.status.value)
    assert 'role="status" aria-live="polite"' in view.status.value
    assert 0.3 * (len(said) - 1) <= time.monotonic() - start


def test_a_pause_is_said(live, monkeypatch):
    monkeypatch.setattr(live_search, "SPOKEN", 0.05)
    view = live(events(), paused=True)
    until(lambda: "no child yet; paused." in view.status.value)
    view.step()
    until(lambda: "4 of 24 children; batch 1: mean" in view.status.value)
    until(lambda: "; paused." in view.status.value)


def test_every_child_is_seen_before_the_first_batch_ends(live):
    evaluator = Gated(allowed=3)
    view = live(events(evaluator))
    until(lambda: "batch 1: 3 of 4 children" in view.facts.value)
    assert live_search.REWARD_WORDS in view.meaning.value
    assert live_search.BASELINE_WORDS not in view.meaning.value  # nothing is compared with it yet
    evaluator.gate.release(21)
    ended(view)
    assert live_search.BASELINE_WORDS in view.meaning.value
    assert live_search.BASELINE_WORDS in view._repr_mimebundle_()["text/html"]


def test_other_searches_stand_beside_it(live):
    other = live(events(), name="other")
    ended(other)
    view = live(events(), name="ours", beside={"random": other.study})
    ended(view)
    assert "ours: mean reward" in view.figure.value
    assert "random: mean reward" in view.figure.value


def test_without_a_kernel_it_shows_the_same(live):
    view = live(events())
    ended(view)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    assert view.figure.value in bundle["text/html"]
    assert "24 of 24 children" in bundle["text/html"]
    assert live_search.STILL not in bundle["text/html"]
    assert bundle["text/plain"] == repr(view)
    json.dumps(bundle)


def test_all_children_failing_is_shown_and_no_error(live):
    class Broken(Counted):
        def __call__(self, trial):
            raise ValueError("no such luck")

    view = live(events(Broken(), trials=4))
    ended(view)
    assert "every child failed" in view.facts.value
    assert 'alt="All 4 children failed."' in view.figure.value


def test_a_saved_notebook_shows_the_last_state_where_the_view_was_shown(tmp_path):
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    begin = f"""
import sys
sys.path[:0] = {sys.path!r}
from evaluators import SPACE, Counted, Misbehaving
from nasedu.controller import make_strategy
from nasedu.searching import search
from nasedu.viewing import LiveSearch

strategy = make_strategy("reinforce", SPACE.decisions, 0)
options = dict(trials=8, batch=4, workers=1, evaluate=Counted(0.05))
live = LiveSearch(search(SPACE, strategy, **options))
live
"""
    notebook = new_notebook(cells=[new_code_cell(begin), new_code_cell("(await live).best()")])
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": tmp_path}}).execute()
    shown, awaited = (cell.outputs for cell in notebook.cells)
    (view,) = shown
    assert "8 of 8 children" in view.data["text/html"]
    assert 'alt="Mean reward' in view.data["text/html"]
    assert live_search.STILL not in view.data["text/html"]
    assert view.data["text/plain"] == "LiveSearch(finished, 8 of 8 children)"
    (best,) = awaited  # the view is shown once
    assert "Trial(" in best.data["text/plain"]
