import json
import math

import pytest

from nasedu import problems
from nasedu.errors import SettingError, StudyError
from nasedu.training import Outcome, Recipe, cubed_accuracy
from nasedu.training.recipe import RECIPES


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0),
        ("epochs", 1.5),
        ("batch_size", -1),
        ("lr", 0.0),
        ("lr", float("nan")),
        ("momentum", 1.0),
        ("weight_decay", -1e-4),
        ("schedule", "sine"),
        ("precision", "float16"),
        ("num_train", 0),
        ("image_size", 0),
        ("whitening", "zca"),
        ("augmentation", "cutout"),
        ("bn_epsilon", 0.0),
        ("decay_epoch", 0),
        ("decay_epoch", 2),
        ("decay_epoch", 1.5),
        ("split_seed", 0.5),
        ("keep", "first"),
        ("clip", 0.0),
        ("cutout", -1),
    ],
)
def test_a_bad_recipe_names_the_field_and_the_value(field, value):
    with pytest.raises(SettingError) as caught:
        Recipe(**{field: value})
    assert field in str(caught.value)
    assert str(value) in str(caught.value)


def test_a_recipe_survives_json():
    recipe = Recipe(epochs=3, num_train=100)
    assert Recipe(**json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_fields_that_came_later_are_written_only_if_they_say_something():
    assert list(Recipe().to_dict()) == [
        *("epochs", "batch_size", "lr", "momentum", "weight_decay", "schedule", "precision"),
        *("num_train", "image_size", "split_seed"),
    ]
    later = {"whitening": "image", "augmentation": "paper", "decay_epoch": 3, "bn_epsilon": 1e-3}
    later |= {"keep": "best", "clip": 5.0, "cutout": 8}
    recipe = Recipe(epochs=9, **later)
    assert later.items() <= recipe.to_dict().items()
    assert Recipe(**json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_recipes_by_name_are_those_that_a_problem_offers():
    table = Recipe(epochs=5)
    assert {"first": Recipe(), "train": Recipe(epochs=20), "table": table} == RECIPES
    assert problems.IMAGES.load("recipes") is RECIPES


def rates(**fields):
    recipe = Recipe(epochs=8, lr=1.0, **fields)
    return [recipe.lr_at(step, 16) for step in range(16)]  # two updates an epoch


def test_steps_come_after_half_and_three_quarters_or_where_they_are_put():
    assert rates(schedule="step") == pytest.approx([1] * 8 + [0.1] * 4 + [0.01] * 4)
    late = rates(schedule="step", decay_epoch=6)
    assert late == pytest.approx([1] * 12 + [0.1] * 2 + [0.01] * 2)


def test_a_line_may_begin_later():
    assert rates(decay_epoch=4) == pytest.approx([1] * 9 + [1 - i / 8 for i in range(1, 8)])
    with pytest.raises(SettingError, match="is constant; choose linear, step or cosine"):
        rates(schedule="constant", decay_epoch=4)


def test_half_a_cosine_falls_to_zero_slowly_at_both_ends():
    falling = rates(schedule="cosine")
    assert falling == pytest.approx([(1 + math.cos(math.pi * i / 16)) / 2 for i in range(16)])
    assert falling[0] - falling[1] < (falling[7] - falling[9]) / 9


def test_the_reward_is_the_best_of_the_last_five_epochs_cubed():
    assert cubed_accuracy([0.9, 0.1, 0.2, 0.5, 0.3, 0.4]) == 0.5**3
    assert cubed_accuracy([0.2, 0.4]) == 0.4**3
    with pytest.raises(SettingError, match="empty"):
        cubed_accuracy([])


def test_an_outcome_survives_json_exactly():
    outcome = Outcome(0.1 + 0.2, (1 / 3, 2 / 3), (1e-17,), 0.1, 3, 4)
    assert Outcome.from_json(outcome.to_json()) == outcome
    failed = Outcome.failed("no luck", 2.5)
    assert Outcome.from_json(failed.to_json()) == failed
    assert failed.is_failed


EMPTY = '"valid_curve": [], "train_curve": []'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"reward": 1, "valid_curve": 3}',
        '{"reward": 1, "valid_curve": ["good"], "train_curve": []}',
        f'{{"reward": "good", {EMPTY}}}',
        f'{{"reward": 1, "flop": "many", {EMPTY}}}',
    ],
)
def test_what_is_no_outcome_is_named(text):
    with pytest.raises(StudyError, match="not a recorded outcome"):
        Outcome.from_json(text)
