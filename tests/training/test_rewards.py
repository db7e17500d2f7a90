import math

import pytest

from nasedu.data.text import text_of_lines
from nasedu.errors import SettingError, TrainingError
from nasedu.runs.trial import Trial
from nasedu.searching import TrainingEvaluator
from nasedu.searching.evaluator import train_child
from nasedu.spaces import RecurrentCellSpace
from nasedu.training import (
    LanguageRecipe,
    LanguageTask,
    Outcome,
    perplexity,
    perplexity_reward,
)
from nasedu.training.rewards import MAX_PERPLEXITY

LINES = [["one", "two", "three", "four"], ["five", "six", "seven"]] * 6
TEXT = text_of_lines("count", "Counting", LINES, LINES[:4], LINES[:2])
RECIPE = LanguageRecipe(hidden_size=4, epochs=2, batch_size=3, unroll=5)
SPACE = RecurrentCellSpace(2)
TOKENS = (0, 1, 0, 1, 0, 1, 0, 1, 0, 0)


def test_the_reward_of_a_perplexity():
    assert perplexity_reward(80.0) == 1 / 80
    assert perplexity_reward(20.0, c=100) == 0.25
    assert 0 < perplexity_reward(1e154) < 1e-300
    assert 0 < perplexity_reward(MAX_PERPLEXITY) < perplexity_reward(1e154)


@pytest.mark.parametrize("ppl", [0.5, 0, -3, float("-inf")])
def test_what_is_no_perplexity_has_no_reward(ppl):
    with pytest.raises(SettingError, match=r"perplexity is .*; expected a number from 1 to 1\.3e"):
        perplexity_reward(ppl)


@pytest.mark.parametrize(
    "ppl", [math.nextafter(MAX_PERPLEXITY, math.inf), 1e155, 1.7e308, float("inf"), float("nan")]
)
def test_a_perplexity_without_a_square_is_a_child_that_failed(ppl):
    with pytest.raises(TrainingError, match=r"a perplexity of .* is too large for a reward"):
        perplexity_reward(ppl)


@pytest.mark.parametrize("nats", [355.0, 356.0, 500.0, 709.0, 710.0, 1e5])
def test_no_loss_of_a_child_ends_its_training_by_anything_but_a_failure(monkeypatch, nats):
    """From where the square overflows (e^354.9) to where no record holds it (e^356.9), and on."""
    monkeypatch.setattr(LanguageTask, "nats", lambda *_: nats)
    task = LanguageTask(TEXT, RECIPE)
    with pytest.raises(TrainingError, match=r"too large for a reward|is above 1e"):
        task.fit(SPACE.decode(TOKENS), 0)
    evaluator = TrainingEvaluator(SPACE, "count", RECIPE)
    evaluator.task = task
    outcome = train_child(evaluator, Trial(1, 1, TOKENS, 0))
    assert outcome.is_failed and outcome.reason.startswith("TrainingError: ")


def test_one_good_epoch_is_enough_for_a_reward(monkeypatch):
    losses = iter([5.0, 350.0])
    monkeypatch.setattr(LanguageTask, "nats", lambda *_: next(losses))
    _, outcome = LanguageTask(TEXT, RECIPE).fit(SPACE.decode(TOKENS), 0)
    assert outcome.valid_curve[1] > 1e150
    assert Outcome.from_json(outcome.to_json()) == outcome
    assert outcome.reward == perplexity_reward(perplexity(5.0))
