"""What `benchmarks/cluster_setback.py` calls a setback, and whom it lets learn from failures."""

import numpy as np
import pytest
import torch

from nasedu.spaces import sequences_at
from nasedu.tables import NetworkTable, TabularEvaluator


@pytest.fixture
def setback(script):
    return script("cluster_setback")


def test_a_setback_is_the_highest_rise_above_the_lowest_before(setback):
    falls, forgets = [4.0, 3.5, 3.0, 2.9], [4.0, 3.0, 3.7, 2.8]
    rises, last, first = setback.setbacks(np.array([falls, forgets, forgets[::-1]]))
    assert rises == pytest.approx([-0.1, 0.7, 1.2])
    assert last[1:].tolist() == [2, 3]
    assert first[1:].tolist() == [1, 0]


def test_a_window_holds_children_that_stand_side_by_side(setback):
    values = np.repeat([[1.0, 2.0]], setback.WINDOW, axis=1).reshape(1, -1)
    assert setback.windows(np.sort(values, 1)).tolist() == [[1.0, 2.0]]
    places = np.arange(2 * setback.WINDOW)[None] // 100
    assert setback.different(places, [1]) == [setback.WINDOW // 100]


def test_a_child_that_diverged_earns_nothing_in_place_of_teaching_nothing(setback):
    table = NetworkTable.load("cells_base_2")
    failed = int(np.isnan(table.reward[0]).argmax())
    rows = np.array([failed, int(table.score[0].argmax())])
    tokens = torch.from_numpy(sequences_at(table.space.decisions, rows))
    plain, paid = (make(table).rewards(tokens) for make in (TabularEvaluator, setback.Punishing))
    assert plain.isnan().tolist() == [True, False]
    assert paid.tolist() == [0.0, float(plain[1])]


def test_another_way_to_pay_is_another_job(setback, script):
    clusters, table = script("cluster_simulated"), NetworkTable.load("cells_base_2")

    def job(evaluator):
        def make(seed):
            return clusters.Reinforce(
                clusters.Controller(table.space.decisions, seed=seed), lr=clusters.LR
            )

        return clusters.OnACluster("a title", make, evaluator, 8, 16, 8)

    plain, paid = job(TabularEvaluator(table)), job(setback.Punishing(table))
    assert plain.name != paid.name
    assert "evaluator" not in plain.settings
