"""In what a search tells its results: found by its space, whoever evaluated the children."""

import math
from types import SimpleNamespace

import pytest
from evaluators import CELLS, SPACE

from nasedu.errors import SettingError
from nasedu.runs import Trial
from nasedu.training import Outcome
from nasedu.training.measure import ACCURACY, BITS, PERPLEXITY, REWARD, Measure
from nasedu.viewing.units import measure_named, measure_of, value_of


def trial(reward, curve):
    return Trial(1, 1, (0,), 0, Outcome(reward, valid_curve=curve))


def test_the_value_of_a_child_is_its_reward_or_its_best_result():
    child = trial(0.125, (0.5, 0.4))
    assert value_of(child) == 0.125
    assert value_of(child, ACCURACY) == 0.5
    assert value_of(trial(0.3, ()), ACCURACY) is None
    assert value_of(Trial(1, 1, (0,), 0, Outcome.failed("it broke"))) is None


def test_of_a_text_the_lowest_is_the_best():
    child = trial(0.001, (300.0, 256.0, 280.0))
    assert value_of(child, PERPLEXITY) == 256
    assert value_of(child, BITS) == math.log2(256)


@pytest.mark.parametrize(
    ("space", "settings", "expected"),
    [
        (SPACE.to_json(), {"kind": "images"}, ACCURACY),
        (SPACE.to_json(), {"kind": "table", "table": "digits"}, ACCURACY),
        (SPACE.to_json(), {}, ACCURACY),
        (CELLS.to_json(), {"kind": "language", "unit": "word"}, PERPLEXITY),
        (CELLS.to_json(), {"kind": "language", "unit": "character"}, BITS),
        (CELLS.to_json(), {"kind": "of one's own"}, PERPLEXITY),
        ('{"kind": "unheard_of"}', {"unit": "character"}, REWARD),
    ],
)
def test_the_space_decides_what_children_are_measured_in(space, settings, expected):
    assert measure_of(SimpleNamespace(space=space, evaluator=settings)) == expected


def test_a_measure_goes_by_its_name():
    bleu = Measure("bleu")
    assert measure_named("bits") == BITS
    assert measure_named(bleu) is bleu
    assert measure_named("bleu", [None, bleu]) is bleu
    with pytest.raises(SettingError, match="of is 'loss'; expected one of 'reward', 'accuracy'"):
        measure_named("loss")
