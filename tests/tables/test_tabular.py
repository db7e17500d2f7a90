"""Children that are looked up are those that training gives."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from small_tables import SPACE, made_up, measured

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import DataError, SearchSpaceError, SettingError, StudyError, TrainingError
from nasedu.runs import Study, Trial
from nasedu.searching import resume
from nasedu.spaces import ConvNetSpace, sequences_at
from nasedu.tables import MISSING, NetworkTable, TabularEvaluator, simulated_clock
from nasedu.tables.making import evaluator_of, table_trial

CHAINS = dataclasses.replace(SPACE, skip_connections=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a table that was measured here."""
    folder = tmp_path_factory.mktemp("table")
    measured(folder)
    return folder


@pytest.fixture
def table(folder):
    return NetworkTable.load(folder)


def trial(place, seed=0, space=SPACE):
    return Trial(1, 1, tuple(sequences_at(space.decisions, place).tolist()), seed)


def found(study):
    return [(t.number, t.tokens, t.outcome.to_json()) for t in study.trials()], study.updates()


def run_search(evaluator, seed=0, strategy="reinforce", **options):
    made = make_strategy(strategy, evaluator.space.decisions, seed)
    events = search(evaluator.space, made, evaluate=evaluator, seed=seed, **options)
    return list(events)[-1].study


def test_a_looked_up_outcome_is_what_training_gives(table):
    trainer, tabular = evaluator_of(table), TabularEvaluator(table)
    for place in (0, 3, 6):
        trained = trainer(table_trial(SPACE, table.about["seed"], place))
        looked_up = tabular(trial(place))
        assert looked_up.valid_curve == trained.valid_curve
        assert looked_up.reward == trained.reward
        assert looked_up.num_parameters == trained.num_parameters
        assert looked_up.flop == trained.flop
        assert looked_up.seconds == pytest.approx(table.seconds[0, place])
        assert looked_up.test is None  # a search does not see it


def test_without_noise_the_seed_of_a_child_changes_nothing():
    tabular = TabularEvaluator(made_up())
    assert len({tabular(trial(2, seed)) for seed in range(20)}) == 1


def test_noise_draws_one_of_the_trainings_by_the_seed_of_the_child():
    table = made_up()
    tabular = TabularEvaluator(table, noise=True)
    curves = [tabular(trial(2, seed)).valid_curve for seed in range(300)]
    recorded = [tuple(curve) for curve in table.curves[:, 2].tolist()]
    assert [curves.count(curve) for curve in recorded] == [100, 100, 100]
    assert tabular(trial(2, 7)) == tabular(trial(2, 7))


def test_noise_is_drawn_from_the_trainings_that_there_are():
    table = made_up()
    table.test[1:, 4], table.valid[1:, 4] = MISSING, MISSING
    tabular = TabularEvaluator(table, noise=True)
    assert len({tabular(trial(4, seed)) for seed in range(20)}) == 1


def test_rewards_of_a_batch_are_those_of_its_children():
    table = made_up(diverged=[5])
    tabular = TabularEvaluator(table)
    tokens = torch.from_numpy(sequences_at(SPACE.decisions, [[0, 7, 2], [2, 3, 4]]))
    rewards = tabular.rewards(tokens)
    assert rewards.dtype == torch.float64
    for row, places in zip(rewards.tolist(), [[0, 7, 2], [2, 3, 4]], strict=True):
        assert row == pytest.approx([tabular(trial(place)).reward for place in places])
    assert tabular.rewards(torch.from_numpy(sequences_at(SPACE.decisions, [5]))).isnan().all()


def test_a_child_that_diverged_in_the_table_fails_in_the_search():
    table = made_up(diverged=range(4))
    with pytest.raises(TrainingError, match="the loss became NaN"):
        TabularEvaluator(table)(trial(3))
    study = run_search(TabularEvaluator(table), trials=40, strategy="random")
    failed = {t.reason for t in study.trials() if t.state == "failed"}
    assert failed == {"TrainingError: the loss became NaN"}


@pytest.mark.parametrize("noise", [False, True])
def test_a_child_that_is_missing_says_so(noise):
    table = made_up()
    table.test[:, 4], table.valid[:, 4] = MISSING, MISSING
    with pytest.raises(TrainingError, match="not in the table yet"):
        TabularEvaluator(table, noise=noise)(trial(4, seed=1))


@pytest.mark.parametrize("noise", [False, True])
def test_a_search_is_decided_by_its_seed(noise):
    def results(seed):
        return found(run_search(TabularEvaluator(made_up(), noise=noise), seed, trials=40))

    assert results(1) == results(1)
    assert results(1) != results(2)


def test_one_and_two_workers_look_up_the_same():
    tabular = TabularEvaluator(made_up(), noise=True)
    assert found(run_search(tabular, trials=16, workers=2)) == found(run_search(tabular, trials=16))


def test_chains_are_read_from_a_table_with_skip_connections():
    table = made_up()
    tabular = TabularEvaluator(table, CHAINS)
    for place in range(4):
        net = CHAINS.decode(sequences_at(CHAINS.decisions, place).tolist())
        (here,) = table.places([SPACE.encode(net)])
        outcome = tabular(trial(place, space=CHAINS))
        assert outcome.valid_curve == tuple(table.curves[0, here].tolist())
        assert outcome.num_parameters == table.parameters[here]
        assert tabular.places([trial(place, space=CHAINS).tokens]).tolist() == [here]


@pytest.mark.parametrize(
    "space",
    [
        ConvNetSpace(2, (1, 5), (3,), (2,)),
        ConvNetSpace(3, (1, 3), (3,), (2,)),
        ConvNetSpace(1, (1, 3), (3,), (2,)),
        ConvNetSpace(2, (1, 3), (3,), (2,), strides=(1, 2)),
        ConvNetSpace(15),
    ],
)
def test_a_space_with_other_networks_is_refused(space):
    with pytest.raises(SearchSpaceError):
        TabularEvaluator(made_up(), space)


@pytest.mark.parametrize(("space", "noise"), [(None, False), (None, True), (CHAINS, True)])
def test_a_recorded_search_goes_on_from_its_folder_alone(table, tmp_path, space, noise):
    tabular = TabularEvaluator(table, space, noise=noise)
    options = {"seed": 3, "strategy": "random", "batch": 4}
    whole = run_search(tabular, trials=24, **options)
    run_search(tabular, trials=12, run=tmp_path, **options)
    study = list(resume(tmp_path, trials=24, child_timeout=600))[-1].study
    assert found(study) == found(whole)


def test_a_search_on_a_table_of_ones_own_goes_on_from_another_folder(table, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    table.save(Path("mine.npz"))
    run_search(TabularEvaluator(NetworkTable.load("mine.npz")), trials=4, run="run")
    monkeypatch.chdir("elsewhere")
    assert len(list(resume("../run", trials=8))[-1].study.trials()) == 8
    moved = Path("mine.npz").absolute()
    Path("../mine.npz").rename(moved)
    evaluator = TabularEvaluator(NetworkTable.load(moved))
    assert len(run_search(evaluator, trials=12, run="../run").trials()) == 12


def test_another_table_under_the_name_is_noticed(folder, table, tmp_path):
    path = tmp_path / "table.npz"
    table.save(path)
    run_search(TabularEvaluator(NetworkTable.load(path)), trials=4, run=tmp_path / "run")
    made_up().save(path)
    with pytest.raises(StudyError, match=r"evaluator\.(digest|table_digest)"):
        list(resume(tmp_path / "run", trials=8))
    path.unlink()
    with pytest.raises(DataError, match="there is no table"):
        resume(tmp_path / "run", trials=8)


def test_a_table_that_was_never_saved_cannot_be_found_again(tmp_path):
    run_search(TabularEvaluator(made_up()), trials=4, run=tmp_path)
    with pytest.raises(StudyError, match="call `search` with the same space"):
        resume(tmp_path, trials=8)
    tabular = TabularEvaluator(made_up())
    assert len(run_search(tabular, trials=8, run=tmp_path).trials()) == 8


def test_settings_say_which_table_it_was(folder, table, tmp_path):
    study = run_search(TabularEvaluator(table, noise=True), trials=4, run=tmp_path)
    settings = json.loads(Study(tmp_path).config.to_json())["evaluator"]
    assert (settings["kind"], settings["noise"]) == ("table", True)
    assert (settings["table"], settings["table_digest"]) == (str(folder), table.digest[:16])
    assert settings["recipe"] == table.about["evaluator"]["recipe"]
    assert study.config.evaluator == settings


@pytest.mark.parametrize(
    ("seconds", "batch", "workers", "ends"),
    [
        ([1, 2, 3], 3, 1, [6, 5, 3]),  # the longest first, one after the other
        ([1, 2, 3], 1, 1, [1, 3, 6]),
        ([1, 2, 3, 4], 4, 2, [5, 5, 3, 4]),  # 4 and 3 begin; 2 follows 3, then 1 follows 4
        ([1, 2, 3, 4], 2, 2, [1, 2, 5, 6]),  # the second batch waits for the first
        ([5, 1, 1, 1, 1], 5, 2, [5, 1, 2, 3, 4]),
        ([2, 2], 2, 8, [2, 2]),
        ([], 8, 1, []),
    ],
)
def test_the_clock_says_when_each_child_would_have_ended(seconds, batch, workers, ends):
    assert simulated_clock(seconds, batch, workers).tolist() == ends


def test_more_workers_are_never_slower_nor_faster_than_they_can_be():
    seconds = np.random.default_rng(0).random(200)
    one, two, three = (simulated_clock(seconds, 8, workers).max() for workers in (1, 2, 3))
    assert one == pytest.approx(seconds.sum())
    assert one / 2 <= two < one
    assert one / 3 <= three < two


@pytest.mark.parametrize(("batch", "workers"), [(0, 1), (8, 0)])
def test_a_clock_needs_a_batch_and_a_worker(batch, workers):
    with pytest.raises(SettingError, match="expected at least 1"):
        simulated_clock([1.0], batch, workers)
