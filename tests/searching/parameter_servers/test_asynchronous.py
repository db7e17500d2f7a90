"""Asynchronous searches: equal to synchronous ones where they must be, and whole after kills."""

import sqlite3

import pytest
import torch
from evaluators import SPACE, Counted, Misbehaving

from nasedu import search
from nasedu.controller import DepthSchedule, ParameterServers, make_strategy
from nasedu.errors import SettingError, StudyError
from nasedu.runs import Limits, Study
from nasedu.searching import Finished, Started, TrialFinished, Updated, resume
from nasedu.spaces import ConvNetSpace
from nasedu.tables import NetworkTable, TabularEvaluator

MANY = ParameterServers(shards=3, replicas=4)
DEEP = ConvNetSpace(4, (1, 3), (1, 3), (4, 8), skip_connections=False)


def made(name="reinforce", space=SPACE, **settings):
    return make_strategy(name, space.decisions, 0, **settings)


def run_all(strategy=None, evaluator=None, space=SPACE, **options):
    options = {"trials": 24, "batch": 3, "workers": 1, "servers": MANY, **options}
    strategy = strategy or made(space=space)
    return list(search(space, strategy, evaluate=evaluator or Counted(), **options))


def everything(run):
    """Return trials, updates and every learner's state, to the last bit."""
    study = Study(run)
    with sqlite3.connect(run / "study.db") as db:
        state = db.execute("SELECT * FROM state ORDER BY learner").fetchall()
    return study.trials(), study.updates(), state


@pytest.mark.parametrize("shards", [1, 4])
def test_one_replica_is_the_synchronous_search_exactly(shards):
    pair = [made(lr=0.03), made(lr=0.03)]
    for strategy, servers in zip(pair, (None, ParameterServers(shards)), strict=True):
        *_, end = run_all(strategy, trials=60, batch=8, servers=servers, seed=3)
        decided = [(t.number, t.tokens, t.seed, t.batch, t.outcome) for t in end.study.trials()]
        stats = [update.stats for update in end.study.updates()]
        if servers is None:
            wanted = decided, stats
    assert decided == wanted[0]
    for own, other in zip(stats, wanted[1], strict=True):
        assert (own.baseline, own.loss, own.probabilities) == (
            other.baseline,
            other.loss,
            other.probabilities,
        )
        assert (own.staleness, other.staleness) == (0, None)
    states = [strategy.state_dict() for strategy in pair]
    assert states[0].keys() == states[1].keys()
    for name, value in states[0].items():
        assert torch.equal(torch.as_tensor(value), torch.as_tensor(states[1][name])), name


def test_events_are_a_searchs_and_every_batch_is_told_once():
    events = run_all()
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    finished = [e.trial.number for e in events if isinstance(e, TrialFinished)]
    assert sorted(finished) == list(range(1, 25)) != finished
    updates = [e for e in events if isinstance(e, Updated)]
    assert [u.number for u in updates] == list(range(1, 9))
    told = [t.number for u in updates for t in u.trials]
    assert sorted(told) == list(range(1, 25))
    assert {u.trials[0].learner for u in updates} == {1, 2, 3, 4}
    assert events[-1].best == events[-1].study.best() and events[-1].study.is_complete


def test_the_study_says_who_asked_by_which_policy_and_how_late_the_gradient_was():
    study = run_all()[-1].study
    updates = study.updates()
    stale = {}
    for place, update in enumerate(updates):
        [trials] = [study.trials(update.number, learner=update.learner)]
        assert {t.learner for t in trials} == {update.learner}
        assert place - trials[0].policy == update.stats.staleness
        stale[place] = update.stats.staleness
    assert stale[0] == 0 < max(stale.values())


def test_updates_come_back_in_the_order_in_which_they_were_made(tmp_path):
    events = run_all(run=tmp_path)
    made_in_order = [(u.trials[0].learner, u.trials[0].batch) for u in events if type(u) is Updated]
    recorded = [(u.learner, u.number) for u in Study(tmp_path).updates()]
    assert recorded == made_in_order != sorted(recorded)


@pytest.mark.parametrize("stop", [*range(6), 11, 17, 30, 31])
def test_a_search_that_was_cut_off_anywhere_goes_on_as_if_nothing_had_been(tmp_path, stop):
    """Six early events: replicas ask, the first children end, the first gradient comes."""
    servers = ParameterServers(shards=2, replicas=4, accumulate=2)
    run_all(run=tmp_path / "whole", servers=servers)
    events = search(
        SPACE,
        made(),
        evaluate=Counted(),
        trials=24,
        batch=3,
        workers=1,
        run=tmp_path / "cut",
        servers=servers,
    )
    for count, _ in enumerate(events):
        if count == stop:
            break
    events.close()
    again = run_all(run=tmp_path / "cut", servers=servers)
    assert again[0].num_done == sum(t.outcome is not None for t in again[-1].study.trials()) - sum(
        isinstance(e, TrialFinished) for e in again
    )
    assert everything(tmp_path / "cut") == everything(tmp_path / "whole")


def test_a_push_that_was_not_recorded_is_made_again(tmp_path, monkeypatch):
    run_all(run=tmp_path / "whole")

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Study, "tell", die)
        run_all(run=tmp_path / "cut")
    run_all(run=tmp_path / "cut")
    assert everything(tmp_path / "cut") == everything(tmp_path / "whole")


def test_resume_needs_the_folder_alone(tmp_path):
    table = TabularEvaluator(NetworkTable.load("digits_3_layers"))
    options = {"evaluator": table, "space": table.space, "trials": 48}
    run_all(run=tmp_path / "whole", **options)
    servers = {"servers": MANY, "workers": 1, "batch": 3, "run": tmp_path / "cut"}
    events = search(table.space, made(space=table.space), evaluate=table, trials=48, **servers)
    for _ in range(20):
        next(events)
    events.close()
    *_, end = resume(tmp_path / "cut")
    assert end.study.is_complete
    assert everything(tmp_path / "cut") == everything(tmp_path / "whole")


def test_a_run_is_only_continued_by_as_many_servers(tmp_path):
    run_all(run=tmp_path)
    with pytest.raises(StudyError, match=r"servers\.replicas"):
        run_all(run=tmp_path, servers=ParameterServers(3, 5))
    with pytest.raises(StudyError, match="servers"):
        run_all(run=tmp_path, servers=None)
    grown = run_all(run=tmp_path, trials=30)[-1].study
    assert grown.is_complete and grown.num_asked == 30


def test_the_policy_is_kept_where_any_search_keeps_it(tmp_path):
    strategy, other = made(), made()
    run_all(strategy, run=tmp_path)
    Study(tmp_path).restore(other, torch.Generator())
    for name, weight in strategy.weights.items():
        assert torch.equal(weight, other.weights[name])
    assert strategy.baseline == other.baseline


def test_failed_children_are_not_learned_from_and_their_batch_is_told():
    study = run_all(evaluator=Misbehaving(raises=range(1, 4)), trials=12)[-1].study
    assert [t.number for t in study.trials() if t.state == "failed"] == [1, 2, 3]
    told = [(u.learner, u.stats is None) for u in study.updates()]
    assert told.count((1, True)) == 1 and sum(none for _, none in told) == 1
    assert study.is_complete


def test_the_penalty_of_a_limit_is_told_as_in_a_synchronous_search():
    evaluator = TabularEvaluator(NetworkTable.load("digits_3_layers"))
    limits = Limits(max_parameters=5_000, limit_penalty=0.5)
    seen = []
    for servers in (None, ParameterServers(2)):
        how = {"space": evaluator.space, "trials": 48, "batch": 8, "servers": servers}
        *_, end = run_all(evaluator=evaluator, limits=limits, **how)
        seen.append([u.stats.mean_reward for u in end.study.updates()])
        assert any(trial.is_refused for trial in end.study.trials())
    assert seen[0] == seen[1]
    told = [0.0 if t.reward is None else t.reward for t in end.study.trials(1, learner=1)]
    assert seen[1][0] < sum(told) / 8  # the penalty is in the mean


def test_the_depth_schedule_counts_the_children_of_all_replicas():
    study = run_all(space=DEEP, trials=24, depth=DepthSchedule(1, 1, 6))[-1].study
    lengths = [len(t.tokens) // 3 for t in study.trials()]
    assert lengths == sorted(lengths)
    assert [lengths.count(depth) for depth in (1, 2, 3, 4)] == [6, 6, 6, 6]


def test_a_seed_decides_the_order_in_which_children_end():
    orders = [
        [e.trial.number for e in run_all(seed=seed) if isinstance(e, TrialFinished)]
        for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_with_several_workers_every_child_is_counted_once():
    study = run_all(workers=2)[-1].study
    assert study.is_complete and len(study.updates()) == 8
    assert all(trial.state == "finished" for trial in study.trials())


@pytest.mark.parametrize("name", ["random", "ppo", "evolution"])
def test_strategies_without_one_gradient_a_batch_are_refused(name):
    with pytest.raises(SettingError, match="expected 'reinforce' with parameter servers"):
        run_all(made(name))
