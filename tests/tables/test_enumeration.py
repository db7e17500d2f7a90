"""The enumeration asks for everything once, whatever happens to what it asked for."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from small_tables import LARGER, SPACE

from nasedu.controller import DepthSchedule
from nasedu.errors import SettingError, StudyError
from nasedu.runs.trial import Trial, child_seed
from nasedu.searching import search
from nasedu.spaces import sequences_at
from nasedu.tables import Enumeration, NetworkTable
from nasedu.tables.enumeration import best_jobs, first_jobs
from nasedu.tables.making import evaluator_of, rewards_of
from nasedu.tables.results import Results
from nasedu.training import Outcome

SEED, SIZE = 5, 32
DIVERGED = Outcome.failed("TrainingError: the loss became nan in epoch 1")


def outcome(trial):
    return Outcome(reward=(trial.seed % 1000) / 1000)


def asked(strategy, n):
    """The trials that a study would make of the next batch."""
    tokens = strategy.ask(n, generator=torch.Generator())
    pairs = zip(tokens.tolist(), strategy.seeds(), strict=True)
    return [Trial(i, 1, tuple(row), seed) for i, (row, seed) in enumerate(pairs, start=1)]


def trained(strategy, trials, outcome=outcome):
    done = [Trial(t.number, 1, t.tokens, t.seed, outcome(t)) for t in trials]
    strategy.see(done)
    return done


def enumerated(strategy, n, outcome=outcome):
    """All that a strategy asks for to its end, as jobs."""
    jobs = []
    while batch := asked(strategy, n):
        jobs += map(strategy.job_of, trained(strategy, batch, outcome))
    return jobs


@pytest.mark.parametrize("n", [1, 7, 400])
def test_batches_of_any_size_ask_for_the_same_trainings_once(n):
    strategy = Enumeration(LARGER, SEED, best=4)
    most = strategy.total
    jobs = enumerated(strategy, n)
    assert jobs[: len(first_jobs(np.arange(SIZE), SEED))] == first_jobs(np.arange(SIZE), SEED)
    assert len(jobs) == len(set(jobs)) == strategy.total <= most
    assert strategy.left == 0
    assert {*best_jobs(strategy.rewards[0], strategy.places, 4)} <= {*jobs}


def test_the_seed_of_a_training_follows_from_its_place_and_repeat():
    strategy = Enumeration(LARGER, SEED)
    for trial, (place, repeat) in zip(
        asked(strategy, 38), first_jobs(np.arange(SIZE), SEED), strict=True
    ):
        assert trial.seed == child_seed(SEED, 1 + place + repeat * SIZE)
        assert trial.tokens == tuple(sequences_at(LARGER.decisions, place).tolist())
        assert strategy.job_of(trial) == (place, repeat)


@pytest.mark.parametrize("stop", range(1, 45, 4))
def test_its_state_is_all_that_it_needs_to_go_on(stop):
    whole = enumerated(Enumeration(LARGER, SEED, best=4), 1)
    strategy = Enumeration(LARGER, SEED, best=4)
    jobs = []
    for _ in range(stop):
        jobs += map(strategy.job_of, trained(strategy, asked(strategy, 1)))
    state = strategy.state_dict()
    plain = json.loads(json.dumps({"best": state["best"]}))
    again = Enumeration(LARGER, SEED, best=1)  # never fewer
    again.load_state_dict(load(save({"rewards": state["rewards"]})) | plain)
    assert jobs + enumerated(again, 3) == whole


def test_more_of_the_best_are_asked_for_after_the_end():
    strategy = Enumeration(LARGER, SEED, best=2)
    jobs = enumerated(strategy, 8)
    more = Enumeration(LARGER, SEED, best=6)
    more.load_state_dict(strategy.state_dict())
    assert {*jobs, *enumerated(more, 8)} == {*enumerated(Enumeration(LARGER, SEED, best=6), 8)}


def test_what_diverged_has_a_result_and_what_failed_is_asked_again_by_the_next_process():
    def unlucky(trial):
        strange = {strange_seed: Outcome.failed("its process was killed by signal 9")}
        return strange.get(trial.seed, DIVERGED if trial.seed == diverged_seed else outcome(trial))

    (_, (strange, _), (diverged, _)) = first_jobs(np.arange(SIZE), SEED)[-3:]
    strange_seed, diverged_seed = (child_seed(SEED, 1 + place) for place in (strange, diverged))
    strategy = Enumeration(LARGER, SEED, best=4)
    jobs = enumerated(strategy, 8, unlucky)
    assert sorted(jobs) == sorted(first_jobs(np.arange(SIZE), SEED))  # the best are not known yet
    assert [trial.seed for trial in strategy.failed] == [strange_seed]
    assert strategy.rewards[0, diverged] == -1
    again = Enumeration(LARGER, SEED, best=4)
    again.load_state_dict(strategy.state_dict())
    jobs = enumerated(again, 8)
    assert jobs[0] == (strange, 0)
    assert (diverged, 0) not in jobs


def test_what_is_known_is_not_asked_for():
    known = torch.full((3, 8), torch.nan, dtype=torch.float64)
    known[0, :4] = torch.tensor([0.5, 0.25, -1.0, 0.75])
    jobs = enumerated(Enumeration(SPACE, SEED, best=2, known=known), 3)
    assert not {(place, 0) for place in range(4)} & {*jobs}
    assert {(place, 0) for place in range(4, 8)} <= {*jobs}


def test_a_diverged_network_is_never_among_the_best():
    rewards = torch.tensor([-1.0, 0.0, 0.5, 0.5])
    assert [place for place, _ in best_jobs(rewards, np.arange(4), 3)] == [2, 2, 3, 3, 1, 1]
    assert [place for place, _ in best_jobs(rewards, np.arange(4), 1)] == [2, 2]


def test_what_does_not_fit_is_refused():
    with pytest.raises(SettingError, match=r"known is \(3, 8\); expected \(3, 32\) rewards"):
        Enumeration(LARGER, SEED, known=torch.zeros(3, 8))
    with pytest.raises(ValueError, match=r"rewards have the shape \(3, 8\)"):
        Enumeration(LARGER, SEED).load_state_dict(Enumeration(SPACE, SEED).state_dict())
    with pytest.raises(StudyError, match="trial 1 has a seed that no training"):
        Enumeration(LARGER, SEED).job_of(Trial(1, 1, (0,) * len(LARGER.decisions), 7))
    depth = DepthSchedule(start=1, step=1, every=4)
    with pytest.raises(SettingError, match="leave the depth out"):
        list(search(SPACE, Enumeration(SPACE, 0), depth=depth, trials=4))


def test_the_shipped_table_is_what_an_enumeration_ends_with(tmp_path):
    table = NetworkTable.load()
    about = table.about
    strategy = Enumeration(table.space, about["seed"], best=about["best"], known=rewards_of(table))
    assert (strategy.total, strategy.left) == (table.num_trainings, 0)
    results = Results(table.space, evaluator_of(table), [table])
    assert results.table(about).save(tmp_path / "again.npz") == table.digest
    part = torch.where(torch.from_numpy(np.arange(len(table)) < 40_000), strategy.rewards, np.nan)
    begun = Enumeration(table.space, about["seed"], best=about["best"], known=part)
    assert {place for place, _ in begun.jobs()} == {*range(40_000, len(table))}
