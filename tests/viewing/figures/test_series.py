import numpy as np
import pytest
from evaluators import SPACE, Counted

from nasedu.controller import make_strategy
from nasedu.errors import SettingError
from nasedu.runs import Trial
from nasedu.searching import search
from nasedu.training import Outcome
from nasedu.training.measure import PERPLEXITY, REWARD
from nasedu.viewing.figures.series import (
    asked,
    best_distinct,
    pareto_front,
    series_of,
    share_explained,
)


def trial(number, reward, parameters=100, batch=1, tokens=None, curve=(0.5,), learner=0):
    outcome = Outcome(reward, valid_curve=curve, num_parameters=parameters)
    if reward is None:
        outcome = Outcome.failed("it broke")
    return Trial(number, batch, tokens or (number,), seed=number, outcome=outcome, learner=learner)


@pytest.fixture(scope="module")
def study():
    *_, last = search(SPACE, make_strategy("reinforce", SPACE.decisions, 0, lr=0.1), trials=16,
                      batch=4, workers=1, evaluate=Counted())  # fmt: skip
    return last.study


def test_a_study_brings_its_plan_its_baselines_and_the_title_of_its_data(study):
    [series] = series_of(study)
    assert series.planned == 16
    assert series.data == "made-up rewards"
    assert list(series.baselines) == [(0, 1), (0, 2), (0, 3), (0, 4)]
    assert series.baselines[0, 1] == pytest.approx(np.mean([t.reward for t in study.trials(1)]))


def test_trials_alone_have_neither_baselines_nor_a_title(study):
    [series] = series_of(study.trials())
    assert series.trials == study.trials()
    assert (series.baselines, series.data, series.planned) == ({}, "", 16)


def test_a_list_under_a_name_is_one_search_with_a_seed_each(study):
    named, alone = series_of({"ours": [study, study.trials()], "theirs": study})
    assert named.label == "ours, 2 seeds"
    assert named.seeds == (study.trials(), study.trials())
    assert alone.label == "theirs"


@pytest.mark.parametrize("searches", [{}, {name: [] for name in "abcde"}, [3], {"a": [[3]]}])
def test_what_is_no_search_is_refused(searches):
    with pytest.raises(SettingError, match=r"expected (1 to 4|a study or trials)"):
        series_of(searches)


def test_a_batch_in_training_has_no_mean_yet():
    first, second = [trial(1, 0.2), trial(2, None)], trial(3, 1.0, batch=2)
    [series] = series_of([*first, second, Trial(4, 2, (4,), seed=4)])
    assert series.batches(REWARD).number.tolist() == [1]
    assert series.dots(REWARD)[0].tolist() == [1, 3]
    [series] = series_of([*first, second, trial(4, None, batch=2)])
    assert series.batches(REWARD).number.tolist() == [1, 2]


def test_a_batch_of_one_search_has_a_mean_and_a_standard_deviation():
    [series] = series_of([trial(1, 0.2), trial(2, 0.6), trial(3, None), trial(4, 1.0, batch=2)])
    batches = series.batches(REWARD)
    assert batches.number.tolist() == [1, 2]
    assert batches.place.tolist() == [2, 4]
    assert batches.mean == pytest.approx([0.4, 1.0])
    assert batches.high == pytest.approx([0.6, 1.0])
    assert batches.low == pytest.approx([0.2, 1.0])


def test_a_batch_of_several_seeds_reaches_from_the_lowest_mean_to_the_highest():
    seeds = [[trial(1, 0.2), trial(2, 0.4)], [trial(1, 0.5), trial(2, 0.9)]]
    [series] = series_of({"both": seeds})
    batches = series.batches(REWARD)
    assert (batches.low[0], batches.mean[0], batches.high[0]) == pytest.approx((0.3, 0.5, 0.7))


def test_a_batch_of_failures_alone_is_left_out():
    [series] = series_of([trial(1, None), trial(2, 0.5, batch=2)])
    assert series.batches(REWARD).number.tolist() == [2]


def test_batches_of_several_learners_are_kept_apart_and_stand_in_the_order_of_asking():
    rows = [(1, 1, 1, 0.2), (2, 2, 1, 0.8), (3, 2, 2, 0.5), (4, 1, 2, 0.6)]
    trials = [trial(n, r, batch=batch, learner=who) for n, who, batch, r in rows]
    batches = series_of(trials)[0].batches(REWARD)
    assert batches.place.tolist() == [1, 2, 3, 4]
    assert batches.number.tolist() == [1, 1, 2, 2]
    assert batches.mean == pytest.approx([0.2, 0.8, 0.5, 0.6])


def test_the_best_so_far_never_falls_and_is_unknown_before_the_first():
    [series] = series_of([trial(n, r) for n, r in enumerate([None, 0.3, 0.1, 0.7], start=1)])
    best = series.best_so_far(REWARD)[0]
    assert np.isnan(best[0])
    assert best[1:].tolist() == [0.3, 0.3, 0.7]


def test_of_a_text_the_best_so_far_never_rises():
    curves = [(400.0,), (300.0, 350.0), (500.0,)]
    trials = [trial(n, 80 / min(c) ** 2, curve=c) for n, c in enumerate(curves, start=1)]
    [series] = series_of(trials)
    assert series.best_so_far(PERPLEXITY).tolist() == [[400, 300, 300]]


def test_what_children_are_not_measured_in_is_refused(study):
    with pytest.raises(SettingError, match="of is 'bits'; expected 'reward' or 'accuracy'"):
        asked(study, "bits")


def test_size_explains_all_of_a_reward_that_grows_with_its_logarithm():
    exact = [trial(n, 0.1 * n, parameters=10**n) for n in range(1, 6)]
    assert share_explained(exact) == pytest.approx(1)


def test_size_explains_nothing_of_a_reward_that_does_not_follow_it():
    rewards = [0.1, 0.3, 0.3, 0.1]
    flat = [trial(n, r, parameters=10**n) for n, r in enumerate(rewards, start=1)]
    assert share_explained(flat) == pytest.approx(0)


@pytest.mark.parametrize("rewards", [[], [0.1, 0.2], [0.3, 0.3, 0.3], [None, 0.1, 0.2]])
def test_from_too_little_nothing_is_explained(rewards):
    trials = [trial(n, r, parameters=10**n) for n, r in enumerate(rewards, start=1)]
    assert share_explained(trials) is None


def test_the_front_holds_what_no_smaller_child_beats():
    pairs = [(10, 0.5), (20, 0.4), (30, 0.6), (30, 0.7), (40, 0.7)]
    trials = [trial(n, r, parameters=p) for n, (p, r) in enumerate(pairs, start=1)]
    assert [t.number for t in pareto_front([*trials, trial(9, None)])] == [1, 4]


def test_a_network_that_was_proposed_twice_counts_once_with_its_best_training():
    trials = [
        trial(1, 0.5, tokens=(1, 1)),
        trial(2, 0.9, tokens=(2, 2)),
        trial(3, 0.7, tokens=(1, 1)),
        trial(4, 0.9, tokens=(2, 2)),
        trial(5, None, tokens=(3, 3)),
        trial(6, 0.6, tokens=(4, 4)),
    ]
    assert [t.number for t in best_distinct(trials)] == [2, 3, 6]
    assert [t.number for t in best_distinct(trials, 1)] == [2]
