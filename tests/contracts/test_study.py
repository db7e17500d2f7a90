"""What a study promises, held against each: in memory, in a file, begun by an older schema."""

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch
from evaluators import SPACE, Counted

from nasedu.controller import UpdateStats, make_strategy
from nasedu.errors import StudyError
from nasedu.problems import read_space
from nasedu.runs import RunConfig, Study
from nasedu.runs.records import learner_columns
from nasedu.runs.trial import Trial, child_seed
from nasedu.training import Outcome

OLD = Path(__file__).parents[1] / "runs" / "schema_1"
CONFIG = RunConfig(SPACE.to_json(), {"name": "reinforce"}, Counted().settings, 2, 7, 6)
OUTCOME = Outcome(0.1 + 0.2, (0.3, 2 / 3), (1.5,), 0.25, 10, 20)
STATS = UpdateStats(0.5, 0.4, -0.1, 3.0, 0.2, ((0.25, 0.75), (), (1.0,)))
KINDS = ("memory", "file", *sorted(path.name for path in OLD.iterdir() if path.is_dir()))


def made(config, seed):
    """Return a strategy as the configuration says, and a generator."""
    settings, decisions = dict(config.strategy), read_space(config.space).decisions
    strategy = make_strategy(settings.pop("name"), decisions, seed, **settings)
    return strategy, torch.Generator().manual_seed(seed)


class Learner:
    """Someone who takes part, asks and is told."""

    def __init__(self, study, number=0):
        self.number = number
        self.strategy, self.source = made(study.config, 10 + number)
        study.join(number, self.strategy, self.source)

    def ask(self, study, n=2, **options):
        self.tokens = self.strategy.ask(n, generator=self.source)
        return study.ask(self.tokens, self.source, learner=self.number, **options)

    def tell(self, study, stats=STATS):
        self.strategy.tell(self.tokens, torch.ones(len(self.tokens)))
        return study.tell(stats, self.strategy, self.source, learner=self.number)

    def is_at(self, other):
        """Return whether two are at the same point, to the last bit."""
        mine, theirs = (learner_columns(one.strategy, one.source) for one in (self, other))
        return mine == theirs


@pytest.fixture(params=KINDS)
def study(request, tmp_path):
    """A study of which every trial was told; an older one has a history."""
    if request.param in ("memory", "file"):
        path = tmp_path / "study.db" if request.param == "file" else None
        return Study.create(path, CONFIG, *made(CONFIG, 10))
    shutil.copytree(OLD / request.param, tmp_path / "run")
    study = Study(tmp_path / "run")
    study.start()
    first, pending = Learner(study), study.trials(study.num_updates + 1)
    first.tokens = torch.tensor([trial.tokens for trial in pending])
    for trial in pending:
        if trial.outcome is None:
            study.finish(trial, OUTCOME)
    first.tell(study)
    return study


@pytest.fixture
def learners(study):
    return Learner(study), Learner(study, 1)


def opened_again(study):
    """Return what another process would see now, e.g. after this one was killed."""
    if study.path is None:
        pytest.skip("nobody else sees a study in memory")
    return Study(study.path)


class TestStudy:
    def test_trials_carry_number_batch_tokens_and_a_seed_of_their_own(self, study):
        before, told, first = study.trials(), study.num_updates, Learner(study)
        trials = first.ask(study, 4)
        numbers = [len(before) + i for i in (1, 2, 3, 4)]
        assert study.trials() == before + trials and study.num_asked == numbers[-1]
        assert study.trials(told + 1) == trials
        assert [t.number for t in trials] == numbers
        assert [list(t.tokens) for t in trials] == first.tokens.tolist()
        assert [t.seed for t in trials] == [child_seed(study.config.seed, n) for n in numbers]
        assert {(t.batch, t.learner, t.policy, t.state) for t in trials} == {
            (told + 1, 0, told, "asked")
        }

    def test_an_outcome_comes_back_exactly_and_only_once(self, study):
        trial = Learner(study).ask(study, 4)[1]
        finished = study.finish(trial, OUTCOME)
        assert study.trials()[-3] == finished
        assert (finished.outcome, finished.state) == (OUTCOME, "finished")
        with pytest.raises(StudyError, match=f"trial {trial.number} has an outcome already"):
            study.finish(trial, Outcome(0.9))
        assert study.trials()[-3].outcome == OUTCOME

    def test_failed_trials_keep_their_reason(self, study):
        best, trial = study.best(), Learner(study).ask(study)[0]
        study.finish(trial, Outcome.failed("the loss became nan", 1.5))
        failed = study.trials()[-2]
        assert (failed.state, failed.reason) == ("failed", "the loss became nan")
        assert study.best() == best

    def test_best_is_the_earliest_of_equals(self, study):
        trials = Learner(study).ask(study, 4)
        for trial, reward in zip(trials, (10.1, 10.5, 10.5, 10.2), strict=True):
            study.finish(trial, Outcome(reward))
        assert study.best().number == trials[1].number

    def test_updates_come_back(self, study):
        before, first = study.updates(), Learner(study)
        numbers = []
        for stats in (STATS, None):
            first.ask(study)
            numbers.append(first.tell(study, stats))
        assert numbers == [len(before) + 1, len(before) + 2]
        assert study.updates()[:-2] == before
        assert [update.stats for update in study.updates()[-2:]] == [STATS, None]

    def test_asking_records_what_was_drawn_and_telling_what_was_learned(self, study):
        first, before = Learner(study), Learner(study)
        trials = first.ask(study)
        other = Learner(again := opened_again(study))
        assert again.trials()[-2:] == trials
        before.source.set_state(first.source.get_state())
        assert other.is_at(before)  # the generator has drawn, the strategy has not learned
        first.tell(study)
        assert not Learner(opened_again(study)).is_at(before)
        assert Learner(opened_again(study)).is_at(first)

    def test_a_transaction_that_fails_changes_nothing(self, study, monkeypatch):
        first = Learner(study)
        first.ask(study)
        trials, updates = study.trials(), study.updates()
        with pytest.raises(IndexError):
            study.ask(first.tokens, first.source, seeds=[1])  # one for two
        with pytest.raises(StudyError, match="was not asked"):
            study.finish(Trial(999, 1, (), 0), OUTCOME)
        if study.path is not None:  # in memory no state is kept, so that none can fail
            monkeypatch.setattr(first.strategy, "state_dict", lambda: {"baseline": float("nan")})
            with pytest.raises(ValueError, match="JSON"):
                study.tell(STATS, first.strategy, first.source)
        assert (study.trials(), study.updates()) == (trials, updates)

    def test_going_on_with_it_changes_nothing(self, study):
        before = study.config, study.trials(), study.updates(), study.starts()
        study.start()
        assert (study.config, study.trials(), study.updates(), study.starts()) == before


class TestSharedStudy:
    def test_trials_count_through_and_batches_learner_by_learner(self, study, learners):
        before, told, (first, second) = study.trials(), study.num_updates, learners
        asked = [*first.ask(study), *second.ask(study)]
        assert first.tell(study) == told + 1
        asked += first.ask(study)
        assert study.trials() == (*before, *asked)
        assert [t.number for t in asked] == [len(before) + i for i in range(1, 7)]
        assert [(t.learner, t.batch, t.policy) for t in asked] == [
            *[(0, told + 1, told)] * 2,
            *[(1, 1, 0)] * 2,
            *[(0, told + 2, told + 1)] * 2,
        ]
        assert len({t.seed for t in study.trials()}) == len(study.trials())
        assert study.trials(1, learner=1) == tuple(asked[2:4])
        assert (study.told(0), study.told(1)) == (told + 1, 0)

    def test_it_is_complete_when_every_learner_was_told(self, study, learners):
        first, second = learners
        trials = [*first.ask(study), *second.ask(study)]
        while study.num_asked < study.config.trials:
            trials += second.ask(study)
        for trial in trials:
            study.finish(trial, OUTCOME)
        assert not study.is_complete
        first.tell(study)
        assert not study.is_complete
        assert second.tell(study) == 1
        assert study.is_complete
        assert [(u.learner, u.number) for u in study.updates()][-2:] == [(0, study.told(0)), (1, 1)]

    def test_each_comes_back_to_where_it_was_left(self, study, learners):
        for learner in learners:
            learner.ask(study)
            learner.tell(study)
        again = opened_again(study)
        others = [Learner(again, number) for number in (0, 1)]
        assert [other.is_at(own) for other in others for own in learners] == [
            *(True, False),
            *(False, True),
        ]

    def test_updates_come_in_the_order_in_which_they_were_made(self, study, learners):
        before, (first, second) = len(study.updates()), learners
        for learner in (second, first, second, first):
            learner.ask(study)
            learner.tell(study)
        told = study.told(0)
        assert [(u.learner, u.number) for u in study.updates()[before:]] == [
            *((1, 1), (0, told - 1)),
            *((1, 2), (0, told)),
        ]

    def test_a_learner_may_learn_for_another_and_keep_its_own_state_as_it_asked(
        self, study, learners
    ):
        first, second = learners
        tokens = second.strategy.ask(2, generator=second.source)
        study.ask(tokens, second.source, learner=1, strategy=second.strategy)
        kept = Learner(opened_again(study), 1)
        assert kept.is_at(second)
        first.strategy.tell(tokens, torch.ones(2))
        assert study.tell(STATS, first.strategy, first.source, learner=1, of=0) == 1
        again = opened_again(study)
        assert Learner(again, 1).is_at(second) and Learner(again).is_at(first)

    def test_how_late_an_update_came_is_kept(self, study, learners):
        _, second = learners
        for staleness in (None, 3):
            second.ask(study)
            second.tell(study, dataclasses.replace(STATS, staleness=staleness))
        assert [u.stats.staleness for u in study.updates()[-2:]] == [None, 3]

    def test_a_policy_may_be_older_than_the_batch(self, study, learners):
        first, _ = learners
        first.ask(study)
        first.tell(study)
        assert {trial.policy for trial in first.ask(study, policy=0)} == {0}

    def test_seeds_of_ones_own_stand_where_they_are_given(self, study, learners):
        first, _ = learners
        assert [trial.seed for trial in first.ask(study, seeds=[11, 12])] == [11, 12]
        assert [trial.seed for trial in study.trials()[-2:]] == [11, 12]

    def test_a_learner_that_never_joined_has_no_state(self, study):
        with pytest.raises(StudyError, match="the strategy's state cannot be read"):
            study.restore(*made(study.config, 0), 9)
