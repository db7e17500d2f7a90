"""Parameter servers on a cluster: they find what those of one process find, whatever is killed."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from evaluators import SPACE, Counted
from ray_cluster import kill, needs_ray, processes

from nasedu import search
from nasedu.controller import ParameterServers, make_strategy
from nasedu.runs import Study
from nasedu.searching import RayWorkers, Updated
from nasedu.searching.cluster.joining import joined
from nasedu.searching.cluster.ray_workers import ClusterWorkers
from nasedu.searching.cluster.remote_servers import RemoteServers
from nasedu.searching.parameter_servers.asynchronous import SeededWorkers

pytestmark = needs_ray
SERVERS = ParameterServers(shards=2, replicas=2)


class SeededPlaces(SeededWorkers):
    """Trains in this process, in an order that is the same each time; servers are elsewhere."""

    def __init__(self, evaluator, crew, most):
        self.places = ClusterWorkers(Counted(), crew, most, None)
        super().__init__(evaluator, 0, 0)
        self.serve = self.places.serve

    def cancel(self):
        super().cancel()
        self.places.cancel()


@dataclass(frozen=True)
class SeededCrew(RayWorkers):
    """A cluster whose children end in the order in which those of one process would."""

    def begin(self, evaluator, most, timeout):
        return SeededPlaces(evaluator, self, 1)


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Return one that all tests of this file share, since it takes seconds to start."""
    with joined("local", 4) as ray:
        yield ray


def searched(workers, run=None):
    strategy = make_strategy("reinforce", SPACE.decisions, 0, lr=0.03)
    options = {"trials": 18, "batch": 3, "servers": SERVERS, "workers": workers, "run": run}
    return search(SPACE, strategy, evaluate=Counted(), **options)


def decided(study):
    return study.trials(), study.updates()


@pytest.fixture(scope="module")
def undisturbed():
    """What a search in this process finds."""
    *_, finished = searched(1)
    return decided(finished.study)


KILLED = {2: "ray::ShardActor", 4: "ray::ReplicaActor", 5: "ray::ShardActor"}  # after which update


def test_what_is_killed_or_lost_comes_back_and_changes_nothing(undisturbed, tmp_path, monkeypatch):
    from ray.exceptions import GetTimeoutError

    arrived, lost = RemoteServers._call, []

    def sometimes_lost(self, replica, method, arguments):
        answer = arrived(self, replica, method, arguments)
        if method == "push" and not lost:
            lost.append(replica.number)
            raise GetTimeoutError("the push arrived, and its answer did not come back")
        return answer

    monkeypatch.setattr(RemoteServers, "_call", sometimes_lost)
    for event in (events := searched(SeededCrew(), tmp_path / "run")):
        if isinstance(event, Updated) and event.number in KILLED:
            kill(KILLED[event.number])
    assert lost
    assert decided(event.study) == undisturbed
    events.close()


SCRIPT = """
import sys
from evaluators import SPACE, Counted
from nasedu import search
from nasedu.controller import ParameterServers, make_strategy
from nasedu.runs import Study
from nasedu.searching import RayWorkers, Updated

if __name__ == "__main__":
    strategy = make_strategy("reinforce", SPACE.decisions, 0, lr=0.03)
    servers = ParameterServers(shards=2, replicas=2)
    for event in search(SPACE, strategy, evaluate=Counted(0.3), trials=18, batch=3, run=sys.argv[1],
                        servers=servers, workers=RayWorkers(count=2)):
        print(type(event).__name__, flush=True)
"""


def test_a_search_whose_driver_was_killed_goes_on_and_loses_nothing(tmp_path):
    run = tmp_path / "run"
    driver = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, run],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    seen = [line.strip() for line, _ in zip(driver.stdout, range(8), strict=False)]
    others = processes("ray::", driver.pid)
    driver.kill()
    driver.communicate()
    assert seen.count("TrialFinished") >= 4 and len(others) > 4
    before = {t.number: t for t in Study(run).trials()}
    *_, finished = searched(1, run)
    after = finished.study.trials()
    assert [t.number for t in after] == [*range(1, 19)]
    assert all(t.outcome is not None for t in after)
    for trial in after:  # those that were in training are trained again, under the same number
        was = before.get(trial.number, trial)
        assert (was.tokens, was.seed) == (trial.tokens, trial.seed)
        assert was.outcome in (None, trial.outcome)
    assert_all_told_once(finished.study)


def assert_all_told_once(study):
    """Every batch of every replica was pushed once."""
    batches = {(t.learner, t.batch) for t in study.trials()}
    updates = [(u.learner, u.number) for u in study.updates()]
    assert sorted(updates) == sorted(batches)
