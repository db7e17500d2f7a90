"""A study that several learners share: each has its own state, batches and updates."""

import pytest
import torch
from evaluators import SPACE, Counted

from nasedu.controller import UpdateStats, make_strategy
from nasedu.errors import StudyError
from nasedu.runs import RunConfig, Study
from nasedu.runs.trial import child_seed
from nasedu.training import Outcome

CONFIG = RunConfig(SPACE.to_json(), {"name": "reinforce"}, Counted().settings, 2, 7, 6)


class Learner:
    """Someone who asks and is told."""

    def __init__(self, number):
        self.number = number
        self.strategy = make_strategy("reinforce", SPACE.decisions, seed=number)
        self.source = torch.Generator().manual_seed(number)

    def ask(self, study, **options):
        tokens = self.strategy.ask(2, generator=self.source)
        return study.ask(tokens, self.source, learner=self.number, **options)

    def tell(self, study):
        self.strategy.tell(torch.zeros(1, len(SPACE.decisions)).long(), torch.ones(1))
        return study.tell(UpdateStats(0.5), self.strategy, self.source, learner=self.number)


@pytest.fixture
def learners():
    return [Learner(0), Learner(1)]


@pytest.fixture
def study(tmp_path, learners):
    first, second = learners
    study = Study.create(tmp_path / "study.db", CONFIG, first.strategy, first.source)
    study.join(1, second.strategy, second.source)
    return study


def test_trials_count_through_and_batches_learner_by_learner(study, learners):
    first, second = learners
    asked = [*first.ask(study), *second.ask(study)]
    assert first.tell(study) == 1
    asked += first.ask(study)
    assert study.trials() == tuple(asked)
    assert [t.number for t in asked] == [1, 2, 3, 4, 5, 6]
    assert [(t.learner, t.batch, t.policy) for t in asked] == [
        *[(0, 1, 0)] * 2,
        *[(1, 1, 0)] * 2,
        *[(0, 2, 1)] * 2,
    ]
    assert [t.seed for t in asked] == [child_seed(7, n) for n in range(1, 7)]
    assert study.trials(1, learner=1) == tuple(asked[2:4])


def test_it_is_complete_when_every_learner_was_told(study, learners):
    first, second = learners
    trials = [*first.ask(study), *second.ask(study), *second.ask(study)]
    for trial in trials:
        study.finish(trial, Outcome(0.5))
    assert not study.is_complete
    first.tell(study)
    assert not study.is_complete
    second.tell(study)
    assert study.is_complete
    assert [(u.learner, u.number) for u in study.updates()] == [(0, 1), (1, 1)]


def test_each_comes_back_to_where_it_was_left(study, learners, tmp_path):
    for learner in learners:
        learner.ask(study)
        learner.tell(study)
    again = Study(tmp_path)
    for learner in learners:
        other = Learner(5)
        again.join(learner.number, other.strategy, other.source)
        assert torch.equal(other.source.get_state(), learner.source.get_state())
        ours, theirs = learner.strategy.weights, other.strategy.weights
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_policy_may_be_older_than_the_batch(study, learners):
    first, _ = learners
    first.tell(study)
    assert {trial.policy for trial in first.ask(study, policy=0)} == {0}


def test_seeds_of_ones_own_stand_where_they_are_given(study, learners):
    first, _ = learners
    assert [trial.seed for trial in first.ask(study, seeds=[11, 12])] == [11, 12]


def test_a_learner_that_never_joined_has_no_state(study):
    stranger = Learner(9)
    with pytest.raises(StudyError, match="the strategy's state cannot be read"):
        study.restore(stranger.strategy, stranger.source, 9)
