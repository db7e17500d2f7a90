import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from evaluators import SPACE, Counted, Misbehaving

from nasedu import search
from nasedu.controller import make_strategy
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
    workers = PoolWorkers(evaluator, 2, timeout=1.0)
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
        4: "ran over the time limit of 1 s",
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


def alive_in(group):
    """Return the processes of a group that run, without zombies."""
    alive = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            alive.append(int(stat.parent.name))
    return alive


def wait_until_none_is_alive(group, seconds=2.0):
    limit = time.monotonic() + seconds
    while alive_in(group) and time.monotonic() < limit:
        time.sleep(0.02)
    return alive_in(group)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_within_two_seconds_of_the_search(tmp_path, how):
    process = started(tmp_path)
    assert len(alive_in(process.pid)) >= 3
    if how is signal.SIGINT:
        os.killpg(process.pid, how)  # Ctrl-C in a terminal reaches the whole group
    else:
        process.send_signal(how)
    assert wait_until_none_is_alive(process.pid) == []
    assert "Traceback" not in process.communicate()[1].replace("KeyboardInterrupt", "") or (
        how is signal.SIGINT
    )
    finished = [t.number for t in Study(tmp_path / "run").trials() if t.outcome]
    assert finished
    trained = [int(line.split()[0]) for line in (tmp_path / "log").open()]
    assert set(finished) <= set(trained)
