import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest
from evaluators import SPACE, Counted, Misbehaving

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.searching import Study, Trial
from nasedu.searching.workers import InlineWorkers, PoolWorkers, make_workers

DOUBLES = Path(__file__).parents[1] / "doubles"


def trials(count):
    return [Trial(n, 1, (0, 1, 0, 1, 0, 1), n) for n in range(1, count + 1)]


@pytest.fixture(params=[InlineWorkers, lambda e: PoolWorkers(e, 2)], ids=["inline", "pool"])
def workers(request):
    made = request.param(Misbehaving(raises=(2,)))
    yield made
    made.cancel()


def test_every_trial_comes_back_once_with_its_outcome(workers):
    for trial in trials(5):
        workers.submit(trial)
    results = {trial.number: outcome for trial, outcome in workers.completed()}
    assert sorted(results) == [1, 2, 3, 4, 5]
    assert results[1] == Counted()(trials(1)[0])
    assert results[2].reason == "ValueError: no such luck"
    assert list(workers.completed()) == []


def test_what_is_cancelled_does_not_come_back(workers):
    for trial in trials(5):
        workers.submit(trial)
    next(workers.completed())
    workers.cancel()
    workers.cancel()
    assert list(workers.completed()) == []


def test_every_kind_of_failing_child_costs_one_trial():
    evaluator = Misbehaving(raises=(1,), kills=(2,), exits=(3,), hangs=(4,))
    workers = PoolWorkers(evaluator, 2, timeout=5.0)
    try:
        for trial in trials(8):
            workers.submit(trial)
        reasons = {trial.number: outcome.reason for trial, outcome in workers.completed()}
    finally:
        workers.cancel()
    assert reasons == {
        1: "ValueError: no such luck",
        2: "its process was killed by signal 9",
        3: "its process ended with 3",
        4: "ran over the time limit of 5 s",
        **dict.fromkeys((5, 6, 7, 8)),
    }


def test_two_workers_find_the_same_as_one():
    def found(workers):
        events = search(
            SPACE,
            make_strategy("reinforce", SPACE.decisions),
            evaluator=Misbehaving(raises=(3,)),
            trials=12,
            batch=4,
            workers=workers,
        )
        study = list(events)[-1].study
        return [(t.tokens, t.outcome and t.outcome.reward) for t in study.trials()], study.updates()

    assert found(2) == found(1)


def test_one_worker_without_a_limit_needs_no_process():
    assert isinstance(make_workers(Counted(), 1, None), InlineWorkers)


def test_an_evaluator_that_workers_cannot_import_is_one_clear_line(monkeypatch):
    ghost = types.ModuleType("ghost")
    exec("from evaluators import Counted\nclass Mine(Counted): pass", ghost.__dict__)
    ghost.Mine.__module__ = "ghost"
    monkeypatch.setitem(sys.modules, "ghost", ghost)
    with pytest.raises(SettingError, match=r"cannot be used there .*No module named 'ghost'"):
        PoolWorkers(ghost.Mine(), 2)


def test_a_script_without_a_guard_is_told_so_and_does_not_multiply(tmp_path, monkeypatch):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from evaluators import Counted\n"
        "from nasedu.searching import workers\n"
        "workers.START_LIMIT = 5\n"
        "workers.PoolWorkers(Counted(), 1)\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(DOUBLES), *sys.path])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "SettingError: worker processes cannot be used here" in done.stderr
    assert done.stderr.count("the script starts a search when it is imported") <= 1


SCRIPT = """
import sys
from evaluators import SPACE, Counted
from nasedu import search
from nasedu.controller import make_strategy

if __name__ == "__main__":
    strategy = make_strategy("reinforce", SPACE.decisions)
    evaluator = Counted(0.05, log=sys.argv[2])
    for event in search(SPACE, strategy, evaluator=evaluator, trials=400, batch=8, workers=2,
                        run=sys.argv[1]):
        print(type(event).__name__, flush=True)
"""


def started(tmp_path):
    """Start a long search in a process group of its own; return once both workers train."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, script, tmp_path / "run", tmp_path / "log"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(DOUBLES), *sys.path])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "Started\n"
    log = tmp_path / "log"
    limit = time.monotonic() + 60
    while not log.exists() or len({line.split()[1] for line in log.open()}) < 2:
        assert time.monotonic() < limit, "the second worker did not start"
        process.stdout.readline()
    return process


def alive(pids):
    """Return those processes that run, without zombies."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.add(pid)
    return running


def wait_until_none_is_alive(pids, seconds=60):
    """Wait as long as a busy machine may take; benchmarks/kill_and_resume.py has the figure."""
    limit = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < limit:
        time.sleep(0.02)
    return alive(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_by_themselves_when_the_search_does(tmp_path, how):
    process = started(tmp_path)
    workers = {int(line.split()[1]) for line in (tmp_path / "log").open()}
    assert alive(workers) == workers
    if how is signal.SIGINT:
        os.killpg(process.pid, how)  # Ctrl-C in a terminal reaches the whole group
    else:
        process.send_signal(how)
    assert wait_until_none_is_alive(workers) == set()
    errors = process.communicate(timeout=60)[1]
    assert errors.count("Traceback") <= (how is signal.SIGINT)  # the script's own
    finished = [t.number for t in Study(tmp_path / "run").trials() if t.outcome]
    assert finished
    trained = [int(line.split()[0]) for line in (tmp_path / "log").open()]
    assert set(finished) <= set(trained)
