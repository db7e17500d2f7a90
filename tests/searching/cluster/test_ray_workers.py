"""What a cluster adds to the contract of workers: places that are lost, and room for children."""

import os
import signal
import time

import pytest
from evaluators import SPACE, Counted, Filed
from ray_cluster import kill, needs_ray, processes

from nasedu import ChoiceSpace, search
from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.runs import Trial
from nasedu.searching import RayWorkers
from nasedu.searching.cluster.joining import joined
from nasedu.searching.cluster.ray_workers import LOSSES, _room

pytestmark = needs_ray


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Return one that all tests of this file share, since it takes seconds to start."""
    with joined("local", 3) as ray:
        yield ray


class Destroying(Counted):
    """Kills the place beside it: some trials once, some again and again."""

    def __init__(self, folder, once, always):
        super().__init__()
        self.folder, self.once, self.always = folder, once, always

    def __call__(self, trial):
        grave = self.folder / str(trial.number)
        if trial.number in self.always or (trial.number in self.once and not grave.exists()):
            grave.touch()
            os.kill(os.getppid(), signal.SIGKILL)
        return super().__call__(trial)


def trials(count):
    return [Trial(n, 1, (0, 1, 0, 1, 0, 1), n) for n in range(1, count + 1)]


def test_a_trial_whose_place_is_lost_is_trained_again_but_not_for_ever(tmp_path):
    evaluator = Destroying(tmp_path, once=(2, 5), always=(4,))
    workers = RayWorkers(count=2).begin(evaluator, 8, None)
    try:
        for trial in trials(6):
            workers.submit(trial)
        taken = list(workers.completed())
        assert sorted(trial.number for trial, _ in taken) == [*range(1, 7)]
        for trial, outcome in taken:
            if trial.number == 4:
                assert outcome.reason == f"its place on the cluster was lost {LOSSES} times"
            else:
                assert outcome == Counted()(trial)
        for name in ("ray::RemotePool", "spawn_main"):  # while they have nothing to do
            kill(name)
            workers.submit(trials(1)[0])
            assert [outcome.reason for _, outcome in workers.completed()] == [None]
    finally:
        workers.cancel()


class Slow(Counted):
    """Leaves a mark when it begins, and takes its time the first time."""

    def __init__(self, mark):
        super().__init__()
        self.mark = mark

    def __call__(self, trial):
        if not self.mark.exists():
            self.mark.touch()
            time.sleep(120)
        return super().__call__(trial)


def test_a_machine_that_is_lost_with_idle_places_costs_a_trial_one_loss(tmp_path):
    (trial,), mark = trials(1), tmp_path / "begun"
    workers = RayWorkers(count=3).begin(Slow(mark), 8, None)
    try:
        while workers.count > len(workers._idle):
            workers._step()
        workers.submit(trial)
        end = time.monotonic() + 100
        while not mark.exists() and time.monotonic() < end:
            time.sleep(0.1)
        for place in processes("ray::RemotePool"):
            os.kill(place, signal.SIGKILL)
        ((again, outcome),) = workers.completed()
        assert (again, outcome) == (trial, Counted()(trial))
        assert workers._losses[trial.number] == 1
    finally:
        workers.cancel()


def test_a_space_and_a_function_of_ones_own_find_what_they_find_here():
    best = ("b", "a", "c", "a")
    space = ChoiceSpace({"letter": ("a", "b", "c")}, num_layers=4)

    def found(workers):
        strategy = make_strategy("reinforce", space.decisions, 0, lr=0.03)
        share = lambda net: sum(x == y for x, y in zip(net["letter"], best, strict=True)) / 4  # noqa: E731
        *_, end = search(space, strategy, evaluate=share, trials=12, batch=4, workers=workers)
        return [(t.tokens, t.seed, t.reward) for t in end.study.trials()], len(end.study.updates())

    assert found(RayWorkers(count=2)) == found(1)


def test_a_place_that_would_train_on_other_data_ends_the_search(tmp_path):
    path = tmp_path / "data"
    path.write_text("data")
    options = {"trials": 6, "batch": 6, "workers": RayWorkers(count=1)}
    evaluator = Filed(path, "other data")
    with pytest.raises(SettingError, match="digest = 'other data' where it was 'data'") as caught:
        list(search(SPACE, make_strategy("random", SPACE.decisions), evaluate=evaluator, **options))
    assert "\n" not in str(caught.value)


def node(cores, gpus=0, is_alive=True):
    return {"Alive": is_alive, "Resources": {"CPU": float(cores), "GPU": float(gpus)}}


@pytest.mark.parametrize(
    ("nodes", "gpus", "expected"),
    [
        ([node(2)], None, (0.0, 2)),
        ([node(2), node(3), node(4, is_alive=False)], None, (0.0, 5)),
        ([node(8), node(8, 2)], None, (1.0, 2)),  # a machine without a GPU trains no child
        ([node(8, 2)], 0.25, (0.25, 8)),
        ([node(4, 2)], 0.25, (0.25, 4)),  # a core each
        ([node(8, 2)], 0.4, (0.4, 4)),  # two children a GPU, and a fifth of each is left over
        ([node(8, 5)], 2.0, (2.0, 2)),
        ([node(8, 2)], 0.0, (0.0, 8)),
    ],
)
def test_how_many_children_there_is_room_for(nodes, gpus, expected):
    assert _room(nodes, gpus) == expected


@pytest.mark.parametrize(("nodes", "gpus"), [([node(8)], 0.5), ([node(0)], None)])
def test_where_there_is_no_room_one_line_says_so(nodes, gpus):
    with pytest.raises(SettingError, match="has room for a child"):
        _room(nodes, gpus)
