"""Simulated clusters: they learn as real searches do, and lose no child."""

import dataclasses

import numpy as np
import pytest
from cell_tables import made_up_cells

from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.searching import search_many
from nasedu.searching.simulation import Cluster, Kill, simulate
from nasedu.tables import NetworkTable, TabularEvaluator

SMALL = Cluster(shards=2, replicas=5, children=2)


@pytest.fixture(scope="module")
def table():
    return TabularEvaluator(NetworkTable.load("digits_3_layers"))


def run(table, cluster=SMALL, trials=60, seeds=(0,), lr=0.01):
    def make(seed):
        return make_strategy("reinforce", table.space.decisions, seed, lr=lr)

    found = simulate(cluster, make, table, trials=trials, seeds=seeds)
    return found if len(seeds) > 1 else found[0]


def check_whole(simulated, trials):
    """Check that every child has ended, once, after all attempts at it, one at a time."""
    assert len(simulated.places) == len(simulated.ends) == trials
    assert simulated.num_unfinished == 0
    ended = [stay for stay in simulated.stays if not stay.is_lost]
    assert sorted(stay.child for stay in ended) == list(range(1, trials + 1))
    for stay in ended:
        assert stay.end == simulated.ends[stay.child - 1]
    by_machine = {}
    for stay in simulated.stays:
        assert stay.begin >= by_machine.get(stay.machine, 0)
        by_machine[stay.machine] = stay.end
    assert 0 < simulated.utilisation < 1


def test_one_replica_finds_what_a_search_finds(table):
    def make(seed):
        return make_strategy("reinforce", table.space.decisions, seed, lr=0.01)

    wanted = search_many(make, table, seeds=range(2), trials=100, batch=8)
    alone = Cluster(shards=3, replicas=1, children=8)
    for simulated, places in zip(run(table, alone, 100, (0, 1)), wanted, strict=True):
        assert simulated.places.tolist() == places.tolist()
        assert set(simulated.staleness) == {0}
        check_whole(simulated, 100)


def test_children_take_the_time_of_their_record(table):
    simulated = run(table, dataclasses.replace(SMALL, slowdown=10))
    for stay in simulated.stays:
        recorded = table.seconds(simulated.places[stay.child - 1])
        assert stay.end - stay.begin == pytest.approx(10 * recorded)


def test_a_simulation_can_be_had_again(table):
    first, again, other = (run(table, seeds=seeds) for seeds in ((3,), (3,), (4,)))
    assert first.stays == again.stays != other.stays
    assert first.pushes == again.pushes
    assert first.places.tolist() == again.places.tolist()


def test_replicas_do_not_wait_for_each_other_unless_they_are_to(table):
    free, waiting = run(table), run(table, dataclasses.replace(SMALL, waits=True))
    assert free.staleness.max() > 0 and set(waiting.staleness) == {0}
    assert free.utilisation > waiting.utilisation
    first = [push.seconds for push in waiting.pushes[:5]]
    assert next(s.begin for s in waiting.stays if s.child == 11) > max(first)  # the second wave
    for simulated in (free, waiting):
        check_whole(simulated, 60)


def test_the_staleness_is_about_that_of_the_others_at_work(table):
    many = run(table, dataclasses.replace(SMALL, replicas=20), 480)
    assert 15 < np.mean(many.staleness[40:]) < 23
    gathered = run(table, dataclasses.replace(SMALL, replicas=20, accumulate=10), 480)
    assert 1 < np.mean(gathered.staleness[40:]) < 3


def test_one_shard_is_a_bottleneck_where_messages_are_slow_and_several_are_less(table):
    seconds = [
        run(table, dataclasses.replace(SMALL, shards=shards, bandwidth=5e5)).seconds
        for shards in (1, 4)
    ]
    assert seconds[0] > 1.2 * seconds[1]


def test_a_killed_machine_trains_its_child_again(table):
    killed = dataclasses.replace(SMALL, kills=(Kill(0.1, "machine", 3),), restart=2.0)
    simulated = run(table, killed)
    lost = [stay for stay in simulated.stays if stay.is_lost]
    assert [(stay.machine, stay.end) for stay in lost] == [(3, 0.1)]
    again = [s for s in simulated.stays if s.child == lost[0].child and not s.is_lost]
    assert [(s.machine, s.begin) for s in again] == [(3, 2.1)]
    check_whole(simulated, 60)


def test_a_killed_shard_loses_the_steps_since_its_checkpoint_and_no_child(table):
    kills = (Kill(3.0, "shard", 1), Kill(4.0, "replica", 2))
    simulated = run(table, dataclasses.replace(SMALL, kills=kills, checkpoint=4), 200)
    assert 0 < simulated.lost_steps < 8
    check_whole(simulated, 200)


def test_who_waits_for_a_killed_shard_does_not_wait_for_ever(table):
    kills = tuple(Kill(seconds, "shard", 1) for seconds in (1.2, 2.0, 2.6))
    simulated = run(table, dataclasses.replace(SMALL, waits=True, kills=kills), 60)
    assert simulated.lost_steps == 0
    check_whole(simulated, 60)


def test_a_killed_replica_pushes_later(table):
    plain = run(table)
    when = min(push.seconds for push in plain.pushes if push.replica == 2)
    late = run(table, dataclasses.replace(SMALL, kills=(Kill(when - 0.01, "replica", 2),)))
    first = min(push.seconds for push in late.pushes if push.replica == 2)
    assert first == pytest.approx(when - 0.01 + SMALL.restart)
    check_whole(late, 60)


@pytest.mark.parametrize("trouble", [{"slow_machines": 0.3}, {"mean_life": 2.0}])
def test_stragglers_and_failures_cost_time_and_no_child(table, trouble):
    simulated = run(table, dataclasses.replace(SMALL, **trouble))
    assert simulated.seconds > run(table).seconds
    assert (simulated.num_lost > 0) == ("mean_life" in trouble)
    check_whole(simulated, 60)


def test_the_time_to_a_goal_is_that_of_the_first_child_that_reaches_it(table):
    simulated, values = run(table), table.table.best[0]
    own = values[simulated.places]
    goal = np.sort(own)[-3]
    assert simulated.time_to(values, goal) == simulated.ends[own >= goal].min()
    assert simulated.time_to(values, 2.0) == np.inf


def test_cells_are_simulated_too_and_those_that_diverge_teach_nothing():
    cells = TabularEvaluator(made_up_cells(diverged=3000))
    for cluster in (SMALL, dataclasses.replace(SMALL, children=1, waits=True)):
        check_whole(run(cells, cluster, 40), 40)


def test_a_table_that_is_not_finished_cannot_be_simulated():
    with pytest.raises(SettingError, match="finish it first"):
        run(TabularEvaluator(made_up_cells(finished=100)))


def test_what_is_not_there_cannot_be_killed():
    with pytest.raises(SettingError, match="shard 3 is to be killed; expected 1 to 2"):
        dataclasses.replace(SMALL, kills=(Kill(1.0, "shard", 3),))
