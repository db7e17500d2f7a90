import json
from types import SimpleNamespace

import pytest
import torch
from command_line import nasedu
from evaluators import SPACE, Counted
from small_tables import made_up

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import SettingError, StudyError
from nasedu.runs import Limits, RunConfig, Study
from nasedu.searching import Finished, TrainingEvaluator, resume
from nasedu.tables import TabularEvaluator
from nasedu.training import Recipe

TABLE = made_up()
TRIALS = {"trials": 24, "batch": 4, "workers": 1}


class Sized(Counted):
    """Says how large a child is, and trains none above 1,500 parameters."""

    def size_of(self, trial):
        return SimpleNamespace(num_parameters=1000 * (1 + trial.tokens[0]), flop=10**10)

    def __call__(self, trial):
        assert self.size_of(trial).num_parameters <= 1500, "it was trained"
        return super().__call__(trial)


class Listening:
    """A strategy that keeps what it is told."""

    def __init__(self, name="reinforce", space=SPACE):
        self.inner, self.told = make_strategy(name, space.decisions, 0), []
        self.name, self.settings = self.inner.name, self.inner.settings

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def tell(self, tokens, rewards):
        self.told += list(zip(tokens.tolist(), rewards.tolist(), strict=True))
        return self.inner.tell(tokens, rewards)


def run(strategy, evaluator=None, space=SPACE, **options):
    *_, end = search(space, strategy, evaluate=evaluator or Sized(), **{**TRIALS, **options})
    assert isinstance(end, Finished)
    return end.study


def test_a_child_above_a_limit_is_refused_before_it_is_trained():
    study = run(told := Listening(), limits=Limits(max_parameters=1500))
    states = {(t.tokens[0], t.state, t.is_refused) for t in study.trials()}
    assert states == {(0, "finished", False), (1, "failed", True)}
    refused = next(t for t in study.trials() if t.is_refused)
    assert refused.reason == "LimitError: 2,000 parameters; the limit is 1,500"
    assert (refused.outcome.num_parameters, refused.outcome.flop) == (2000, 10**10)
    rewards = [(list(t.tokens), t.reward) for t in study.trials() if t.reward is not None]
    assert told.told == rewards  # nothing of the others


def test_with_a_penalty_the_strategy_is_told_and_learns_to_keep_the_limit():
    study = run(told := Listening(), limits=Limits(1500, limit_penalty=0.5))
    assert {r for tokens, r in told.told if tokens[0] == 1} == {-0.5}
    assert len(told.told) == 24 and study.trials() == study.trials()
    assert all(t.reward is None for t in study.trials() if t.is_refused)
    assert study.best().tokens[0] == 0
    assert study.updates()[0].stats.mean_reward < 0.5


def test_a_failure_of_another_kind_is_not_penalised():
    class Breaking(Sized):
        def __call__(self, trial):
            raise ValueError("no such luck")

    study = run(told := Listening(), Breaking(), limits=Limits(1500, limit_penalty=0.5))
    assert {tokens[0] for tokens, _ in told.told} == {1}
    assert {t.is_refused for t in study.trials() if t.tokens[0] == 0} == {False}


def test_flop_have_a_limit_too():
    study = run(Listening(), limits=Limits(max_flop=10**9))
    assert all(t.reason.startswith("LimitError: 10,000,000,000 FLOP") for t in study.trials())


def test_a_run_keeps_its_limits_and_goes_on_with_them_alone(tmp_path):
    events = search(
        TABLE.space,
        make_strategy("random", TABLE.space.decisions, 0),
        evaluate=TabularEvaluator(TABLE),
        limits=Limits(max_parameters=103),
        run=tmp_path,
        **TRIALS,
    )
    list(events)
    config = Study(tmp_path).config
    assert config.limits == {"max_parameters": 103}
    sizes = {t.outcome.num_parameters: t.state for t in Study(tmp_path).trials()}
    assert {state for size, state in sizes.items() if size > 103} == {"failed"}
    assert {state for size, state in sizes.items() if size <= 103} == {"finished"}
    with pytest.raises(StudyError, match="limits"):
        run(
            make_strategy("random", TABLE.space.decisions, 0),
            TabularEvaluator(TABLE),
            TABLE.space,
            run=tmp_path,
        )


def test_without_limits_a_run_has_the_settings_that_it_always_had(tmp_path):
    study = run(Listening(), Counted(), run=tmp_path, limits=Limits())
    assert "limits" not in json.loads(study.config.to_json())
    assert "limits" not in json.loads((tmp_path / "config.json").read_text())


def test_limits_in_a_record_are_checked(tmp_path):
    text = run(Listening(), Sized(), limits=Limits(1500)).config.to_json()
    assert RunConfig.from_json(text).limits == {"max_parameters": 1500}
    for wrong in ('"no"', "0"):
        with pytest.raises(StudyError, match="max_parameters"):
            RunConfig.from_json(text.replace("1500", wrong))


@pytest.mark.parametrize("fields", [{"max_parameters": 0}, {"max_flop": -1}, {"limit_penalty": 1}])
def test_limits_that_make_no_sense_are_refused(fields):
    with pytest.raises(SettingError, match=next(iter(fields))):
        Limits(**fields)


def test_who_does_not_know_sizes_cannot_limit_them():
    with pytest.raises(SettingError, match="size_of"):
        run(Listening(), lambda net: 1.0, limits=Limits(10))


def test_images_are_counted_without_training_and_with_the_same_numbers():
    evaluator = TrainingEvaluator(SPACE, recipe=Recipe(epochs=1, num_train=50))
    most = 350
    study = run(make_strategy("random", SPACE.decisions, 0), evaluator, limits=Limits(most))
    counted = {t.is_refused: t.outcome for t in study.trials()}
    assert counted[True].num_parameters > most >= counted[False].num_parameters
    same = next(t for t in study.trials() if t.state == "finished")
    assert evaluator.size_of(same).num_parameters == same.outcome.num_parameters


def test_the_command_line_asks_for_the_best_small_network_of_a_table(tmp_path):
    limit = ("--max-parameters", "3000", "--max-flop", "5000000000")
    table = ("--table", "digits_3_layers", "--trials", "40")
    said = nasedu("search", "--run", tmp_path, *table, *limit)
    assert "at most 3,000 parameters and 5,000,000,000 FLOP" in said
    best = Study(tmp_path).best()
    assert best.outcome.num_parameters <= 3000
    assert any(t.is_refused for t in Study(tmp_path).trials())
    before = [t.tokens for t in Study(tmp_path).trials()]
    list(resume(tmp_path, trials=48))
    after = Study(tmp_path).trials()
    assert [t.tokens for t in after][:40] == before and len(after) == 48
    assert torch.tensor([t.outcome.num_parameters for t in after if t.reward]).max() <= 3000
