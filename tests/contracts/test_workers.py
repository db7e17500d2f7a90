"""What the workers promise, held against all: this process, pools of one and of two, a cluster."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from decided import decided
from evaluators import SPACE, Counted, Meeting, Misbehaving
from ray_cluster import needs_ray

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.runs import Study, Trial
from nasedu.searching import RayWorkers, TrialFinished
from nasedu.searching.cluster.joining import joined
from nasedu.searching.cluster.ray_workers import ClusterWorkers
from nasedu.searching.workers import InlineWorkers, PoolWorkers

LIMIT = 5.0  # seconds that a child may take, where there is a limit
FAILING = Misbehaving(raises=(2,), kills=(12,), exits=(13,), hangs=(14,))


@dataclass(frozen=True)
class Case:
    """Some workers, and what `search` is told to have them."""

    name: str
    kind: type
    make: Any  # of an evaluator
    options: dict[str, Any]
    count: int = 1


CASES = (
    Case("inline", InlineWorkers, InlineWorkers, {"workers": 1}),
    *(
        Case(
            f"pool of {count}",
            PoolWorkers,
            lambda evaluator, count=count: PoolWorkers(evaluator, count, LIMIT),
            {"workers": count, "child_timeout": 600.0},
            count,
        )
        for count in (1, 2)
    ),
    Case(
        "cluster",
        ClusterWorkers,
        lambda evaluator: RayWorkers(count=2).begin(evaluator, 8, LIMIT),
        {"workers": RayWorkers(count=2), "child_timeout": 600.0},
        2,
    ),
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(case, id=case.name, marks=needs_ray if case.kind is ClusterWorkers else ())
        for case in CASES
    ],
)
def case(request):
    """Some workers; all that are on a cluster share one, since starting it takes seconds."""
    is_there = joined("local", 4) if request.param.kind is ClusterWorkers else nullcontext()
    with is_there:
        yield request.param


@pytest.fixture(scope="module")
def workers(case):
    """Workers that every test leaves with nothing to do."""
    made = case.make(FAILING)
    yield made
    made.cancel()


def trials(first, last):
    return [Trial(n, 1, (0, 1, 0, 1, 0, 1), n) for n in range(first, last + 1)]


def submit_all(workers, trials):
    for trial in trials:
        workers.submit(trial)


class TestWorkers:
    def test_every_trial_comes_back_once_with_what_the_evaluator_says(self, case, workers):
        assert isinstance(workers, case.kind) and workers.count == case.count
        handed_in = trials(3, 9)
        submit_all(workers, handed_in)
        taken = list(workers.completed())
        assert sorted(trial.number for trial, _ in taken) == [*range(3, 10)]
        for trial, outcome in taken:
            assert trial in handed_in and outcome == Counted()(trial)
        assert workers.take() is None and list(workers.completed()) == []

    def test_what_is_submitted_between_two_takes_comes_back_too(self, workers):
        waiting, numbers = trials(21, 32), []
        submit_all(workers, waiting[:4])
        del waiting[:4]
        while taken := workers.take():  # as learners do who do not wait for each other
            numbers.append(taken[0].number)
            if waiting:
                workers.submit(waiting.pop(0))
        assert sorted(numbers) == [*range(21, 33)]

    def test_a_child_that_raises_costs_one_trial(self, workers):
        submit_all(workers, trials(1, 4))
        reasons = {trial.number: outcome.reason for trial, outcome in workers.completed()}
        assert reasons == {1: None, 2: "ValueError: no such luck", 3: None, 4: None}

    def test_a_child_that_ends_its_process_or_takes_too_long_costs_one_trial(self, case, workers):
        if case.kind is InlineWorkers:
            pytest.skip("there is no other process, and no limit")
        submit_all(workers, trials(11, 18))
        reasons = {trial.number: outcome.reason for trial, outcome in workers.completed()}
        assert reasons == {
            11: None,
            12: "its process was killed by signal 9",
            13: "its process ended with 3",
            14: "ran over the time limit of 5 s",
            **dict.fromkeys(range(15, 19)),
        }

    def test_what_is_cancelled_does_not_come_back(self, case):
        workers = case.make(Counted())
        submit_all(workers, trials(1, 5))
        assert workers.take() is not None
        workers.cancel()
        workers.cancel()
        assert workers.take() is None and list(workers.completed()) == []

    def test_a_search_that_is_left_keeps_what_is_finished_and_finds_the_same(
        self, case, tmp_path, undisturbed
    ):
        run, log = tmp_path / "run", tmp_path / "log"
        events, finished = searched(run, log=log, **case.options), []
        for event in events:
            if isinstance(event, TrialFinished):
                finished.append(event.trial)
            if len(finished) == 6:  # two of the second batch
                break
        events.close()
        recorded = {trial.number: trial for trial in Study(run).trials() if trial.outcome}
        assert recorded == {trial.number: trial for trial in finished}
        list(searched(run, log=log, **case.options))
        assert decided(run) == undisturbed
        trained = [int(line.split()[0]) for line in log.open()]
        assert set(trained) == {*range(1, 13)} - {3}  # which fails before it would be logged
        assert all(trained.count(number) == 1 for number in recorded if number != 3)


def searched(run, log=None, **options):
    made = make_strategy("reinforce", SPACE.decisions)
    settings = {"trials": 12, "batch": 4, **options}
    return search(SPACE, made, evaluate=Misbehaving(raises=(3,), log=log), run=run, **settings)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a search in this process finds that nobody leaves."""
    run = tmp_path_factory.mktemp("search") / "run"
    list(searched(run, workers=1))
    return decided(run)


def test_what_ends_first_is_taken_first(tmp_path):
    workers = PoolWorkers(Meeting(tmp_path / "met"), 2)
    try:
        submit_all(workers, trials(1, 2))
        numbers = []
        while taken := workers.take():
            numbers.append(taken[0].number)
            (tmp_path / "met").touch()  # until then the first waits
    finally:
        workers.cancel()
    assert numbers == [2, 1]
