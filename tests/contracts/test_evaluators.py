"""What an evaluator promises, held against all: of images, of text, of tables, of jobs."""

import json
import math
import pickle
import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
import toy_problem
from adding import Adding
from evaluators import Several
from small_tables import RECIPE, SPACE, made_up

from nasedu import RecurrentCellSpace, problems
from nasedu.runs import Limits, Trial
from nasedu.searching import TrainingEvaluator
from nasedu.searching.evaluator import train_child
from nasedu.searching.jobs import JobEvaluator
from nasedu.searching.limited_evaluator import LimitedEvaluator
from nasedu.searching.workers import PoolWorkers
from nasedu.spaces import ConvNetSpace
from nasedu.tables import TabularEvaluator
from nasedu.tables.results import TestingEvaluator
from nasedu.training import LanguageRecipe, Outcome

CELLS = RecurrentCellSpace(2)
CURVES = toy_problem.CurveSpace()
WORDS = LanguageRecipe(hidden_size=6, epochs=2, num_train=1200, dropout=0.2)
CHAINS = ConvNetSpace(2, (1, 3), (3,), (2,), skip_connections=False)
JOBS = [Adding("one", (1, 2)), Adding("two", (3, 4))]


@dataclass(frozen=True)
class Case:
    """An evaluator, made anew by every call of a function of a folder."""

    name: str
    make: Any
    space: Any = SPACE

    def trials(self, batch=1):
        """Return two trials, of other tokens and seeds."""
        if self.space is None:  # a job is named by the number alone
            return [Trial(number, batch, (number - 1,), 0) for number in (1, 2)]
        source = random.Random(4)
        rows = [[source.randrange(d.num_tokens) for d in self.space.decisions] for _ in range(2)]
        return [Trial(n, batch, tuple(row), 7 + n) for n, row in enumerate(rows, start=1)]

    @property
    def foreign(self):
        """A trial that describes no child."""
        return Trial(99, 1, (), 0)


CASES = (
    Case("images", lambda _: TrainingEvaluator(SPACE, "digits", RECIPE)),
    Case("cells", lambda _: TrainingEvaluator(CELLS, "pydocs", WORDS), CELLS),
    Case("toy", lambda _: TrainingEvaluator(CURVES), CURVES),
    Case("tested images", lambda _: TestingEvaluator(SPACE, "digits", RECIPE)),
    Case("table", lambda _: TabularEvaluator(made_up())),
    Case("noisy table", lambda _: TabularEvaluator(made_up(), noise=True)),
    Case("table of more", lambda _: TabularEvaluator(made_up(), CHAINS), CHAINS),
    Case("limited", lambda _: LimitedEvaluator(TabularEvaluator(made_up()), Limits(102))),
    Case("jobs", lambda folder: JobEvaluator(JOBS, folder, None), None),
)


@pytest.fixture(scope="module", autouse=True)
def known():
    """Let the toy be known in these tests, and no longer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(problems, "_known", dict(problems._known))
        problems.add_problem(toy_problem.ROW)
        yield


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def evaluator(case, tmp_path):
    return case.make(tmp_path)


@pytest.fixture(scope="module")
def from_elsewhere(tmp_path_factory):
    """What a worker process finds for the trials of every case, by its name."""
    folder = tmp_path_factory.mktemp("elsewhere")
    workers = PoolWorkers(Several([case.make(folder) for case in CASES]), 1)
    try:
        for batch, case in enumerate(CASES, start=1):
            for trial in case.trials(batch):
                workers.submit(trial)
        found = {case.name: {} for case in CASES}
        for trial, outcome in workers.completed():
            found[CASES[trial.batch - 1].name][trial.number] = timeless(outcome)
    finally:
        workers.cancel()
    return found


def timeless(outcome):
    """Return an outcome without what a clock said."""
    return replace(outcome, seconds=0.0)


def outcomes(evaluator, trials):
    """Return what becomes of trials, as a worker finds it."""
    evaluator.prepare()
    return {trial.number: timeless(train_child(evaluator, trial)) for trial in trials}


class TestEvaluator:
    def test_settings_are_json_and_of_every_one_that_is_made_alike(self, case, evaluator, tmp_path):
        settings = evaluator.settings
        assert json.loads(json.dumps(settings, allow_nan=False)) == settings
        assert case.make(tmp_path).settings == settings
        assert pickle.loads(pickle.dumps(evaluator)).settings == settings
        assert getattr(evaluator, "asked", {}).items() <= settings.items()

    def test_settings_are_the_same_before_and_after_the_work(self, case, evaluator):
        before = json.dumps(evaluator.settings, sort_keys=True)
        outcomes(evaluator, case.trials())
        assert json.dumps(evaluator.settings, sort_keys=True) == before

    def test_equal_trials_have_equal_outcomes_in_any_order(self, case, evaluator, tmp_path):
        trials = case.trials()
        found = outcomes(evaluator, trials)
        assert [outcome.reason for outcome in found.values()] == [None, None]
        torch.rand(5)
        again = outcomes(case.make(tmp_path / "again"), reversed(trials))
        assert again == found == outcomes(evaluator, trials)

    def test_a_process_of_its_own_finds_the_same(self, case, evaluator, from_elsewhere):
        assert outcomes(evaluator, case.trials()) == from_elsewhere[case.name]

    def test_an_outcome_can_be_recorded(self, case, evaluator):
        for outcome in outcomes(evaluator, case.trials()).values():
            assert Outcome.from_json(outcome.to_json()) == outcome
            assert math.isfinite(outcome.reward)

    def test_a_trial_that_describes_no_child_fails_alone(self, case, evaluator):
        evaluator.prepare()
        failed = train_child(evaluator, case.foreign)
        assert failed.is_failed and failed.reason and "\n" not in failed.reason
        assert outcomes(evaluator, case.trials())[1].reason is None

    def test_a_cost_is_a_finite_number_known_before_the_work(self, case, evaluator):
        for trial in case.trials():
            cost = evaluator.cost(trial)
            assert math.isfinite(cost) and cost >= 0
            assert cost == evaluator.cost(replace(trial, number=50, seed=3))

    def test_it_says_whether_another_process_is_worth_it(self, evaluator):
        assert evaluator.is_instant in (True, False)

    def test_the_random_numbers_of_the_caller_are_left_as_they_were(self, case, evaluator):
        torch.manual_seed(11)
        before = torch.get_rng_state()
        outcomes(evaluator, case.trials())
        assert torch.equal(torch.get_rng_state(), before)
