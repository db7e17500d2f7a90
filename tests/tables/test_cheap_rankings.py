from functools import partial

import numpy as np
import pytest
from scipy.stats import spearmanr

from nasedu.children.shared_conv import SharedConv
from nasedu.data import load
from nasedu.spaces import sequences_at
from nasedu.tables import NetworkTable
from nasedu.tables.cheap_rankings import (
    by_first_epochs,
    by_prediction,
    by_shared_weights,
    by_successive_halving,
    features_of,
)
from nasedu.training import ImageTask, Recipe


@pytest.fixture(scope="module")
def table():
    return NetworkTable.load("digits_3_layers")


PLACES = np.random.default_rng(0).choice(46_656, 64, replace=False)


def test_all_epochs_are_the_whole_training_and_fewer_tell_less(table):
    whole = table.curves[0, PLACES, -1]
    assert np.array_equal(by_first_epochs(table, PLACES, 5), whole)
    agreed = [spearmanr(by_first_epochs(table, PLACES, e), whole)[0] for e in (1, 3, 5)]
    assert agreed == sorted(agreed) and agreed[-1] == pytest.approx(1)


def test_halving_trains_the_better_half_on_and_ranks_survivors_first(table):
    scores, spent = by_successive_halving(table, PLACES)
    assert spent == 64 + 32 + 16 + 8 + 4
    assert len(set(scores)) == len(PLACES)
    first = table.curves[0, PLACES, 0]
    stayed = scores >= 2
    assert stayed.sum() == 32 and first[stayed].min() >= first[~stayed].max()
    last = table.curves[0, PLACES, 4]
    finalists = scores >= 5
    assert finalists.sum() == 4 and last[scores.argmax()] == last[finalists].max()


def test_a_prediction_reads_known_trainings_alone_and_ranks_others(table):
    rest = np.setdiff1d(np.arange(len(table)), PLACES)
    known = np.random.default_rng(1).choice(rest, 200, replace=False)
    scores = by_prediction(table, known, PLACES)
    assert spearmanr(scores, table.best[0, PLACES])[0] > 0.85
    few = by_prediction(table, known[:1], PLACES)
    assert np.isfinite(few).all()


def test_features_are_the_choices_and_the_size(table):
    found = features_of(table, PLACES)
    decisions = table.space.decisions
    assert found.shape == (64, sum(d.num_tokens for d in decisions) + 1)
    assert (found[:, :-1].sum(1) == len(decisions)).all()
    order = np.argsort(table.parameters[PLACES], kind="stable")
    assert (np.diff(found[order, -1]) >= 0).all()


def test_where_less_is_better_scores_turn_round():
    cells = NetworkTable.load("cells_base_2")
    known = np.flatnonzero(np.isfinite(cells.best[0]))[:40]
    assert np.array_equal(by_first_epochs(cells, known, 1), -cells.curves[0, known, 0])
    best = known[by_successive_halving(cells, known)[0].argmax()]
    assert cells.curves[0, best, 0] == np.nanmin(cells.curves[0, known, 0])


def test_shared_weights_rank_by_the_accuracy_of_each_network(table):
    task = ImageTask(load("digits"), Recipe(epochs=1, num_train=128))
    training = task.begin(partial(SharedConv, table.space), 0)
    training.finish()
    nets = [table.space.decode(row) for row in sequences_at(table.space.decisions, PLACES[:5])]
    scores = by_shared_weights(training.child, task, nets)
    assert training.child.net == nets[-1] and len(set(scores)) > 1
    training.child.net = nets[0]
    assert task.validate(training.child) == scores[0]
