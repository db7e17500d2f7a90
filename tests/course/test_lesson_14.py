"""Lesson 14: its solutions agree with the package, and students are understood."""

from __future__ import annotations

import numpy as np
import pytest

from nasedu.controller import make_strategy
from nasedu.course import check
from nasedu.searching.simulation import Cluster, simulate
from nasedu.tables import NetworkTable, TabularEvaluator


@pytest.fixture(scope="module")
def simulated():
    table = TabularEvaluator(NetworkTable.load("digits_3_layers"))

    def make(seed):
        return make_strategy("reinforce", table.space.decisions, seed)

    cluster = Cluster(shards=1, replicas=3, children=4, deciding=0, latency=0, bandwidth=1e12)
    return simulate(cluster, make, table, trials=96)[0]


def test_share_at_work_is_that_of_a_simulated_replica(simulated):
    own = [s for s in simulated.stays if s.machine <= 4]
    seconds = np.array([s.end - s.begin for s in own]).reshape(-1, 4)
    last = max(s.end for s in own)
    assert check.share_at_work.solution(seconds) == pytest.approx(seconds.sum() / (4 * last), 1e-3)


def test_staleness_is_that_of_a_simulated_search(simulated):
    events = [("pull", replica) for replica in (1, 2, 3)]
    for push in simulated.pushes:
        events += [("push", push.replica), ("pull", push.replica)]
    assert check.staleness.solution(events) == simulated.staleness.tolist()


# Mistakes as students write them. -------------------------------------------------------------


def share_by_batch(seconds):
    return np.mean([row.sum() / (len(row) * row.max()) for row in seconds])


def late_from_the_start(events):
    return [i for i, _ in enumerate(e for e in events if e[0] == "push")]


def late_with_itself(events):
    steps, at, out = 0, {}, []
    for what, who in events:
        if what == "pull":
            at[who] = steps
        else:
            steps += 1
            out.append(steps - at[who])
    return out


def once_by_number(deliveries):
    return sum({number: gradient for _, number, gradient in deliveries}.values())


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.share_at_work, share_by_batch, "mean of the batches' shares"),
        (check.share_at_work, lambda s: s.sum() / s.max(1).sum(), "multiply the time"),
        (check.staleness, late_from_the_start, "all steps so far"),
        (check.staleness, late_with_itself, "own step"),
        (check.sum_counted_once, lambda d: sum(m[2] for m in d), "twice if it comes twice"),
        (check.sum_counted_once, lambda d: sum({m[2] for m in d}), "by their gradient"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


def once_by_dictionary(deliveries):
    return sum({(who, number): g for who, number, g in deliveries}.values())


def once_by_the_last_number(deliveries):
    last, total = {}, 0
    for who, number, gradient in deliveries:
        if number > last.get(who, 0):
            last[who], total = number, total + gradient
    return total


@pytest.mark.parametrize("function", [once_by_dictionary, once_by_the_last_number])
def test_another_right_way_passes(function):
    assert check.sum_counted_once(function).passed
