import math

import pytest

from nasedu.errors import SettingError
from nasedu.searching import Trial
from nasedu.training import Outcome
from nasedu.viewing.measures import measure_of, say, value_of


def trial(reward, curve):
    return Trial(1, 1, (0,), 0, Outcome(reward, valid_curve=curve))


def test_the_value_of_a_child_is_its_reward_or_its_best_result():
    child = trial(0.125, (0.5, 0.4))
    assert value_of(child) == 0.125
    assert value_of(child, "accuracy") == 0.5
    assert value_of(trial(0.3, ()), "accuracy") is None
    assert value_of(Trial(1, 1, (0,), 0, Outcome.failed("it broke"))) is None
    with pytest.raises(SettingError, match="of is 'loss'; expected one of 'reward', 'accuracy'"):
        value_of(child, "loss")


def test_of_a_text_the_lowest_is_the_best():
    child = trial(0.001, (300.0, 256.0, 280.0))
    assert value_of(child, "perplexity") == 256
    assert value_of(child, "bits") == math.log2(256)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"kind": "images"}, "accuracy"),
        ({"kind": "table"}, "accuracy"),
        ({"kind": "language", "unit": "word"}, "perplexity"),
        ({"kind": "language", "unit": "character"}, "bits"),
        ({}, "accuracy"),
    ],
)
def test_the_data_decide_what_children_are_measured_in(settings, expected):
    assert measure_of(settings) == expected


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [
        (0.5, "reward", "0.500"),
        (0.00091283, "reward", "0.000913"),
        (0.0, "reward", "0.000"),
        (0.05, "accuracy", "0.050"),
        (1312.26, "perplexity", "1,312.3"),
        (1.2345, "bits", "1.234"),
    ],
)
def test_a_value_has_the_digits_that_mean_something(value, of, text):
    assert say(value, of) == text
