import json
from dataclasses import replace

import pytest

from nasedu import problems
from nasedu.children import LSTMLayer
from nasedu.children.language_model import LanguageModel
from nasedu.errors import SettingError
from nasedu.training import (
    CHARACTERS,
    GAL_LARGE,
    QUICK,
    TENSORFLOW_MEDIUM,
    TENSORFLOW_SMALL,
    ZAREMBA_MEDIUM,
    ZAREMBA_SMALL,
    LanguageRecipe,
)
from nasedu.training.language_recipe import RECIPES


def rates(recipe):
    return [recipe.lr_at(epoch) for epoch in range(recipe.epochs)]


def test_schedules_of_the_literature():
    """Zaremba's and Gal's code lowers the rate after epochs *beyond* ``max_epoch``: one more."""
    assert rates(ZAREMBA_SMALL)[:7] == [1, 1, 1, 1, 1, 0.5, 0.25]
    assert rates(TENSORFLOW_SMALL)[:6] == [1, 1, 1, 1, 0.5, 0.25]
    assert len(rates(ZAREMBA_SMALL)) == len(rates(TENSORFLOW_SMALL)) == 13
    assert rates(ZAREMBA_MEDIUM)[:9] == pytest.approx([1] * 7 + [1 / 1.2, 1 / 1.44])
    assert rates(TENSORFLOW_MEDIUM)[:8] == pytest.approx([1] * 6 + [0.8, 0.64])
    assert len(rates(ZAREMBA_MEDIUM)) == len(rates(TENSORFLOW_MEDIUM)) == 39
    assert rates(GAL_LARGE)[:12] == pytest.approx([1] * 11 + [1 / 1.15])
    assert len(rates(GAL_LARGE)) == 55
    assert CHARACTERS.lr_at(382) == 0.001


def test_the_recipes_are_those_of_the_literature():
    small, medium = ZAREMBA_SMALL, ZAREMBA_MEDIUM
    assert (small.hidden_size, small.unroll, small.batch_size, small.init_range) == (
        200,
        20,
        20,
        0.1,
    )
    assert (medium.hidden_size, medium.unroll, medium.batch_size) == (650, 35, 20)
    assert (small.dropout, medium.dropout, small.clip, medium.clip) == (0, 0.5, 5, 5)
    assert small.num_layers == medium.num_layers == CHARACTERS.num_layers == 2
    assert CHARACTERS.epochs * (5_017_482 // 32 // 100 + 1) == pytest.approx(600_000, rel=0.002)
    assert (CHARACTERS.embedding_size, CHARACTERS.hidden_size) == (128, 800)


def test_a_recipe_makes_its_model_and_is_json():
    recipe = replace(CHARACTERS, hidden_size=6, embedding_size=3)
    child = LanguageModel(LSTMLayer, 5, recipe)
    assert (child.embedding.embedding_dim, child.output.in_features) == (3, 6)
    assert LanguageRecipe(**json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_a_precision_is_written_only_if_it_is_not_what_recipes_always_did():
    assert LanguageRecipe().precision == "float32" and "precision" not in LanguageRecipe().to_dict()
    for precision in ("auto", "bfloat16"):
        recipe = LanguageRecipe(precision=precision)
        assert recipe.to_dict()["precision"] == precision
        assert LanguageRecipe(**json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_which_weights_are_kept_is_written_only_if_it_is_not_the_best():
    assert LanguageRecipe().keep == "best" and "keep" not in LanguageRecipe().to_dict()
    assert LanguageRecipe(keep="last").to_dict()["keep"] == "last"


def test_recipes_by_name_are_those_that_a_problem_offers():
    assert problems.CELLS.load("recipes") is RECIPES
    assert RECIPES["first"] == replace(QUICK, num_train=40_000)
    assert RECIPES["train"] == replace(QUICK, epochs=20)
    assert RECIPES["gal-large"] is GAL_LARGE
    assert {*RECIPES.values()} >= {ZAREMBA_SMALL, ZAREMBA_MEDIUM, TENSORFLOW_MEDIUM, CHARACTERS}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs is 0; expected an integer of at least 1"),
        ({"hidden_size": None}, "hidden_size is None"),
        ({"num_train": 0}, "num_train is 0"),
        ({"lr": 0.0}, "lr is 0.0; expected a number above 0"),
        ({"clip": float("inf")}, "clip is inf"),
        ({"decay": 1.5}, "decay is 1.5; expected above 0 and at most 1"),
        ({"weight_decay": -1.0}, "weight_decay is -1.0"),
        ({"dropout": 1.0}, "dropout is 1.0; expected 0 or more and below 1"),
        ({"tied": True, "embedding_size": 64}, "expected them equal, or tied=False"),
        ({"optimizer": "adagrad"}, "optimizer is 'adagrad'; expected one of"),
        ({"precision": "half"}, "precision is 'half'; expected one of"),
    ],
)
def test_recipes_that_cannot_be(change, message):
    with pytest.raises(SettingError, match=message):
        LanguageRecipe(**change)
