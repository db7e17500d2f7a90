"""What architectures, spaces, recipes and records are as text, to the last character.

Digests and settings stand in recorded studies and tables: they must never change. ``python
tests/golden/test_documents.py`` writes ``documents.json`` again; its old entries stay as they are.
"""

import json
import random
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from nasedu import (
    ChoiceSpace,
    ConvLayer,
    ConvNet,
    ConvNetSpace,
    Outcome,
    RecurrentCell,
    RecurrentCellSpace,
    published,
)
from nasedu.controller import DepthSchedule
from nasedu.runs import RunConfig
from nasedu.spaces.presets import CELLS, CHOICES, NETWORKS
from nasedu.training import Recipe, language_recipe

DOCUMENTS = Path(__file__).with_name("documents.json")
SPACES = {
    **NETWORKS,
    **{f"cells, {name}": space for name, space in CELLS.items()},
    "every choice": ConvNetSpace(
        4,
        (1, 3),
        (3, 5),
        (8, 16),
        strides=(1, 2),
        operations=("conv", "max", "average"),
        learning_rates=(0.1, 0.05, 1),
        block_depth=2,
        pool_after=(1, 3),
    ),
    **{f"choices, {name}": space for name, space in CHOICES.items()},
    "choices of every type": ChoiceSpace({"skip": (), "lr": (0.1, 1), "b": ("x",)}, num_layers=3),
    "decisions of another class": ChoiceSpace({"room": ("hall", "attic")}, name="Rooms"),
    "base 2": RecurrentCellSpace(2, ("mul", "max"), ("sin", "relu")),
}


def networks():
    """Return architectures by name: the published ones, and some of every space."""
    found = {
        n: net for n, net in vars(published).items() if isinstance(net, (ConvNet, RecurrentCell))
    }
    layer = ConvLayer(3, 5, 8, (0,), 2)
    found["pooled"] = ConvNet((layer, ConvLayer(2, 2, 0, (0, 1), operation="max")), (1,), 1)
    for name, space in SPACES.items():
        chance = random.Random(name)
        for number in range(5):
            tokens = [chance.randrange(d.num_tokens) for d in space.decisions]
            found[f"{name}, {number}"] = space.decode(tokens)
    return found


def recipes():
    """Return recipes by name: those of the literature, and some with every field."""
    kind = language_recipe.LanguageRecipe
    found = {name: one for name, one in vars(language_recipe).items() if isinstance(one, kind)}
    found["precise"] = kind(precision="bfloat16", tied=True, num_train=9)
    found["images"] = Recipe()
    found["five epochs"] = Recipe(epochs=5, num_train=1000, image_size=16, split_seed=3)
    later = {"whitening": "image", "augmentation": "paper", "decay_epoch": 3, "bn_epsilon": 1e-3}
    found["images, later"] = Recipe(epochs=9, schedule="step", precision="float32", **later)
    return found


def documents():
    """Return what is written of every value."""
    outcome = Outcome(0.1 + 0.2, (1 / 3, 1), (1e-17,), 0.5, 3, 4)
    strategy, evaluator = {"name": "random", "lr": 0.1}, {"kind": "mine", "recipe": {"epochs": 2}}
    run = RunConfig(SPACES["first"].to_json(), strategy, evaluator, 2, 0, 8)
    deep = replace(run, depth={"start": 1, "step": 1, "every": 4})
    failed = Outcome.failed("no luck", 2.5)
    return {
        "digests": {name: net.digest for name, net in networks().items()},
        "spaces": {name: space.to_json() for name, space in SPACES.items()},
        "recipes": {name: json.dumps(one.to_dict()) for name, one in recipes().items()},
        "outcomes": {
            "whole": outcome.to_json(),
            "failed": failed.to_json(),
        },
        "runs": {"all": run.to_json(), "deep": deep.to_json(indent=2)},
        "schedules": {"first": json.dumps(asdict(DepthSchedule()))},
    }


@pytest.mark.parametrize("kind", json.loads(DOCUMENTS.read_text()) if DOCUMENTS.exists() else ())
def test_what_was_written_is_written(kind):
    found, now = json.loads(DOCUMENTS.read_text())[kind], documents()[kind]
    assert {name: now[name] for name in found} == found


def test_what_is_written_is_read():
    for net in networks().values():
        assert type(net).from_json(net.to_json()) == net
    for space in SPACES.values():
        assert type(space).from_json(space.to_json()) == space
    for recipe in recipes().values():
        assert type(recipe)(**recipe.to_dict()) == recipe


if __name__ == "__main__":
    DOCUMENTS.write_text(json.dumps(documents(), indent=1) + "\n")


def test_an_outcome_whose_test_was_called_an_accuracy_is_read():
    early = '{"reward": 0.5, "valid_curve": [0.5], "test_accuracy": 0.25}'
    assert Outcome.from_json(early) == Outcome(0.5, (0.5,), test=0.25)
