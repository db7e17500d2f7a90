import os
import signal
import subprocess
import sys
import threading
import time
import types
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest
from evaluators import SPACE, Counted, Filed

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.runs import Study, Trial
from nasedu.searching.workers import InlineWorkers, PoolWorkers, make_workers

DOUBLES = Path(__file__).parents[1] / "doubles"


def trials(count):
    return [Trial(n, 1, (0, 1, 0, 1, 0, 1), n) for n in range(1, count + 1)]


def test_one_worker_without_a_limit_needs_no_process():
    assert isinstance(make_workers(Counted(), 1, None), InlineWorkers)


def no_room(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("count", [1, 2])
def test_where_there_is_no_room_for_processes_children_are_trained_here(monkeypatch, count):
    monkeypatch.setattr(BaseContext, "RLock", no_room)  # as with a full /dev/shm
    with pytest.raises(SettingError, match="No space left on device"):
        PoolWorkers(Counted(), count, 600)
    events = search(
        *(SPACE, make_strategy("random", SPACE.decisions)),
        evaluate=Counted(),
        trials=4,
        workers=count,
        child_timeout=600,
    )
    with pytest.warns(UserWarning, match="No space left .* in this process, one at a time"):
        started, *_, finished = events
    assert started.workers == 1
    assert [t.state for t in finished.study.trials()] == ["finished"] * 4


def test_no_more_workers_than_a_batch_can_use(monkeypatch):
    counts = []

    def counted(evaluator, count, timeout):
        counts.append(count)
        return InlineWorkers(evaluator)

    monkeypatch.setattr("nasedu.searching.loop.make_workers", counted)
    for trials, batch in ((2, 8), (40, 8), (40, 60)):
        made = make_strategy("random", SPACE.decisions)
        options = {"evaluate": Counted(), "workers": 40, "trials": trials, "batch": batch}
        list(search(SPACE, made, **options))
    assert counts == [2, 8, 40]


@pytest.mark.parametrize(
    ("later", "words"),
    [("other data", "digest = 'other data' where it was 'data'"), (None, "cannot load what")],
)
def test_a_worker_that_would_train_on_other_data_ends_the_search(tmp_path, later, words):
    path = tmp_path / "data"
    path.write_text("data")
    made = make_strategy("random", SPACE.decisions)
    options = {"trials": 6, "batch": 6, "workers": 1, "child_timeout": 600}
    run = tmp_path / "run"
    with pytest.raises(SettingError, match=words) as caught:
        list(search(SPACE, made, evaluate=Filed(path, later), run=run, **options))
    assert "\n" not in str(caught.value)
    states = [trial.state for trial in Study(run).trials()]
    assert states == ["finished", "failed", *["asked"] * 4]  # the second killed its process


def test_processes_that_were_killed_while_idle_are_one_clear_line(tmp_path):
    workers = PoolWorkers(Counted(log=tmp_path / "log"), 1)
    try:
        with pytest.raises(SettingError, match="were killed; what is finished is kept"):
            for trial in trials(100):
                workers.submit(trial)
                assert len(list(workers.completed())) == 1
                os.kill(int((tmp_path / "log").read_text().split()[-1]), signal.SIGKILL)
    finally:
        workers.cancel()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_that_is_stopped_is_not_slow(tmp_path):
    log = tmp_path / "log"
    workers = PoolWorkers(Counted(1.0, log), 1, timeout=5.0)

    def stop_for_a_while():
        while not log.exists() or not log.read_text().endswith("\n"):
            time.sleep(0.02)
        pid = int(log.read_text().split()[-1])
        os.kill(pid, signal.SIGSTOP)
        time.sleep(8)
        os.kill(pid, signal.SIGCONT)

    stopping = threading.Thread(target=stop_for_a_while)
    stopping.start()
    try:
        workers.submit(trials(1)[0])
        ((_, outcome),) = workers.completed()
    finally:
        stopping.join()
        workers.cancel()
    assert outcome.reason is None


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
    for event in search(SPACE, strategy, evaluate=evaluator, trials=400, batch=8, workers=2,
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
