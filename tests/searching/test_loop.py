import dataclasses
import warnings
from pathlib import Path

import pytest
import torch
from evaluators import SPACE, Counted, Misbehaving

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import SearchSpaceError, SettingError, StudyError
from nasedu.runs import Study
from nasedu.searching import Finished, Started, TrialFinished, Updated
from nasedu.spaces import ConvNetSpace


def strategy(name="reinforce", seed=0):
    return make_strategy(name, SPACE.decisions, seed)


def run_all(evaluator=None, made=None, **options):
    options = {"trials": 12, "batch": 4, "workers": 1, **options}
    return list(search(SPACE, made or strategy(), evaluate=evaluator or Counted(), **options))


def found(study):
    """Everything that a seed decides."""
    return [(t.tokens, t.seed, t.outcome) for t in study.trials()], study.updates()


def test_events_come_in_order():
    events = run_all()
    kinds = [type(event).__name__ for event in events]
    assert kinds == ["Started"] + (["TrialFinished"] * 4 + ["Updated"]) * 3 + ["Finished"]
    assert [e.number for e in events if isinstance(e, Updated)] == [1, 2, 3]
    best = max(e.trial.reward for e in events if isinstance(e, TrialFinished))
    assert events[-1].best.reward == best
    assert events[-1].study.best() == events[-1].best


def test_the_last_batch_may_be_smaller():
    events = run_all(trials=6)
    assert [len(e.trials) for e in events if isinstance(e, Updated)] == [4, 2]


def test_rewards_are_told_in_the_order_of_asking():
    told = []

    class Listening(type(strategy("random"))):
        def tell(self, tokens, rewards):
            told.append((tokens.tolist(), rewards.tolist()))
            return super().tell(tokens, rewards)

    events = run_all(made=Listening(SPACE.decisions))
    trained = [e.trial for e in events if isinstance(e, TrialFinished)]
    assert [t.number for t in trained] != sorted(t.number for t in trained)  # largest first
    in_order = sorted(trained, key=lambda t: t.number)
    assert [row for tokens, _ in told for row in tokens] == [list(t.tokens) for t in in_order]
    assert [r for _, rewards in told for r in rewards] == [t.reward for t in in_order]


def test_the_largest_child_of_a_batch_is_trained_first():
    events = run_all()
    costs = [Counted().cost(e.trial) for e in events if isinstance(e, TrialFinished)]
    assert [costs[i : i + 4] for i in (0, 4, 8)] == [
        sorted(costs[i : i + 4], reverse=True) for i in (0, 4, 8)
    ]


def test_a_seed_gives_the_same_search_and_another_seed_another():
    a, b, c = (run_all(seed=seed)[-1].study for seed in (5, 5, 6))
    assert found(a) == found(b)
    assert found(a) != found(c)


def test_a_finished_run_is_only_shown(tmp_path):
    run_all(run=tmp_path)
    events = run_all(Counted(log=tmp_path / "log"), run=tmp_path)
    assert [type(e) for e in events] == [Started, Finished]
    assert not (tmp_path / "log").exists()


def test_a_run_grows_as_if_it_had_been_asked_for_more(tmp_path):
    run_all(run=tmp_path, trials=8)
    grown = run_all(run=tmp_path, trials=16)[-1].study
    assert found(grown) == found(run_all(trials=16)[-1].study)
    assert Study(tmp_path).config.trials == 16


@pytest.mark.parametrize("told", [True, False])
def test_a_run_of_uneven_batches_is_complete_only_when_told(tmp_path, told):
    run_all(run=tmp_path, trials=5)  # batches of 4 and 1
    run_all(run=tmp_path, trials=9)  # and 4 more: 3 updates
    events = search(
        SPACE, strategy(), evaluate=Counted(), trials=10, batch=4, workers=1, run=tmp_path
    )
    for event in events:
        if isinstance(event, TrialFinished) and not told:
            break
    events.close()
    assert Study(tmp_path).is_complete is told
    assert len(run_all(run=tmp_path, trials=10)[-1].study.updates()) == 4


def test_failed_children_are_recorded_and_not_learned_from():
    events = run_all(Misbehaving(raises=(2, 5, 6, 7, 8)))
    failed = [t for t in events[-1].study.trials() if t.state == "failed"]
    assert [t.number for t in failed] == [2, 5, 6, 7, 8]
    assert failed[0].reason == "ValueError: no such luck"
    updates = [e for e in events if isinstance(e, Updated)]
    rewards = [t.reward for t in updates[0].trials if t.reward is not None]
    assert updates[0].stats.mean_reward == pytest.approx(sum(rewards) / 3)
    assert updates[1].stats is None
    assert updates[2].stats is not None


def test_an_update_without_rewards_leaves_the_strategy_alone():
    made = strategy()
    before = {k: v.clone() for k, v in made.controller.state_dict().items()}
    run_all(Misbehaving(raises=range(1, 13)), made)
    assert all(torch.equal(before[k], v) for k, v in made.controller.state_dict().items())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 1}, "seed = 0 and not 1"),
        ({"batch": 3}, "batch = 4 and not 3"),
        ({"made": strategy("random")}, "strategy.name = 'reinforce' and not 'random'"),
        ({"trials": 8}, "asked for 12 trials and not 8"),
        ({"evaluator": Misbehaving()}, None),
    ],
)
def test_another_search_in_the_same_folder_is_refused(tmp_path, change, words):
    study = run_all(run=tmp_path)[-1].study
    before = found(study)
    if words is None:  # equal settings: nothing to refuse
        run_all(run=tmp_path, **change)
        return
    with pytest.raises(StudyError) as caught:
        run_all(run=tmp_path, **change)
    assert words in str(caught.value)
    assert found(Study(tmp_path)) == before


def test_a_study_of_another_space_is_refused(tmp_path):
    run_all(run=tmp_path)
    other = ConvNetSpace(3, (1, 3), (1, 3), (4, 8), skip_connections=False)
    made = make_strategy("reinforce", other.decisions)
    with pytest.raises(StudyError, match=r"space\.num_layers = 2 and not 3"):
        list(search(other, made, evaluate=Counted(), trials=12, batch=4, workers=1, run=tmp_path))


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(StudyError, match="is not a run folder; choose a folder that is new"):
        run_all(run=tmp_path)
    with pytest.raises(StudyError, match="is not a run folder"):
        run_all(run=tmp_path / "thesis.tex")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_training_that_begins_meanwhile_in_the_same_new_folder_keeps_it(tmp_path, monkeypatch):
    make_folder = Path.mkdir

    def meanwhile(self, *arguments, **options):
        make_folder(self, *arguments, **options)
        (self / "job.json").write_text("{}")

    monkeypatch.setattr(Path, "mkdir", meanwhile)
    with pytest.raises(StudyError, match="is not a run folder"):
        run_all(run=tmp_path / "run")
    assert not (tmp_path / "run" / "study.db").exists()


def test_what_a_killed_creation_leaves_is_cleared_away(tmp_path):
    left = tmp_path / ".study.db.999999999.part"
    left.write_text("half a study")
    run_all(run=tmp_path)
    assert not left.exists()


def test_a_strategy_of_another_space_is_refused_before_anything_is_recorded(tmp_path):
    other = ConvNetSpace(3, (1, 3), (1, 3), (4, 8), skip_connections=False)
    with pytest.raises(SearchSpaceError, match="9 tokens are not whole layers"):
        run_all(made=make_strategy("random", other.decisions), run=tmp_path)
    assert Study(tmp_path).trials() == ()
    run_all(made=make_strategy("random", SPACE.decisions), run=tmp_path)


class Careless(Counted):
    """Returns or does what an evaluator should not."""

    def __call__(self, trial):
        outcome = super().__call__(trial)
        match trial.number:
            case 1:
                return dataclasses.replace(outcome, reward=float("nan"))
            case 2:
                return None
            case 3:
                raise SystemExit(3)
            case 4:
                return dataclasses.replace(outcome, reward=torch.tensor(0.5))
            case 5:
                return dataclasses.replace(outcome, reward=-1e38)
        return outcome


def test_whatever_an_evaluator_does_it_costs_one_trial():
    trials = run_all(Careless(), trials=6, batch=6)[-1].study.trials()
    assert [t.state for t in trials] == [*["failed"] * 3, "finished", "failed", "finished"]
    assert trials[3].reward == 0.5
    assert trials[4].reason == (
        "ValueError: the reward is -1e+38; expected a number from -1e+15 to 1e+15"
    )


def test_a_controller_goes_on_learning_from_the_largest_reward():
    class Huge(Counted):
        def __call__(self, trial):
            return dataclasses.replace(super().__call__(trial), reward=1e15 * (-1) ** trial.number)

    updates = run_all(Huge())[-1].study.updates()
    assert len({update.stats.probabilities for update in updates}) == 3


def test_a_lock_that_cannot_be_had_says_why(tmp_path):
    (tmp_path / ".lock").write_text("no database at all" * 100)
    with pytest.raises(StudyError, match="cannot be used: file is not a database"):
        run_all(run=tmp_path)


def test_a_second_search_on_a_running_one_is_refused(tmp_path):
    first = search(SPACE, strategy(), evaluate=Counted(), workers=1, run=tmp_path)
    next(first)
    with pytest.raises(StudyError, match="in use by another process"):
        run_all(run=tmp_path, trials=80, batch=8)
    first.close()
    assert isinstance(run_all(run=tmp_path, trials=80, batch=8)[-1], Finished)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"workers": 0}, "workers is 0; expected at least 1"),
        ({"trials": 0}, "trials is 0"),
        ({"batch": 2.5}, "batch is 2.5"),
        ({"child_timeout": 0}, "child_timeout is 0"),
        ({"seed": 2**63}, "seed is 9223372036854775808"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_arguments_fail_before_anything_is_made(tmp_path, options, words):
    with pytest.raises(SettingError) as caught:
        search(SPACE, strategy(), evaluate=Counted(), run=tmp_path / "run", **options)
    assert words in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_another_torch_is_warned_of(tmp_path, monkeypatch):
    run_all(run=tmp_path, trials=4)
    monkeypatch.setattr(
        "nasedu.runs.provenance.versions", lambda: {"torch": "9", "processor": "x", "device": "y"}
    )
    with pytest.warns(UserWarning, match="begun with torch"):
        run_all(run=tmp_path, trials=8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        monkeypatch.undo()
        run_all(run=tmp_path, trials=12)
