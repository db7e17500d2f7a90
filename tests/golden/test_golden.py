"""What searches found, to the last bit, before the code that finds it was laid out anew.

``python tests/golden/test_golden.py`` writes ``found.json`` again; that is right only where a
change is meant to find something else, and its reason belongs into the commit.
"""

import hashlib
import json
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from decided import state_digest

from nasedu import (
    Controller,
    ConvLayer,
    ConvNet,
    ConvNetSpace,
    RecurrentCellSpace,
    RegularizedEvolution,
    Reinforce,
    Study,
    published,
    search,
)
from nasedu.data import load, load_text
from nasedu.runs.provenance import MACHINE, versions
from nasedu.searching import search_many
from nasedu.tables import NetworkTable, TabularEvaluator
from nasedu.tables.making import evaluator_of, train_again
from nasedu.training import ImageTask, LanguageRecipe, LanguageTask, Recipe

FOUND = Path(__file__).with_name("found.json")
CELLS = LanguageRecipe(
    hidden_size=8,
    epochs=2,
    num_train=2000,
    dropout=0.2,
    variational=True,
    optimizer="adam",
    lr=0.01,
)


def machine():
    """Return what the last bit depends on."""
    here = versions()
    return {name: here[name] for name in MACHINE}


def searched(space, **settings):
    """Return what a search decides: curves and rewards as they are, the state by its digest."""
    strategy = Reinforce(Controller(space.decisions, seed=3), lr=0.03)
    with tempfile.TemporaryDirectory() as folder:
        for _ in search(
            space, strategy, trials=12, batch=4, workers=1, seed=3, run=folder, **settings
        ):
            pass
        trials = Study(folder).trials()
    return {
        "tokens": [list(trial.tokens) for trial in trials],
        "seeds": [trial.seed for trial in trials],
        "valid": [list(trial.outcome.valid_curve) for trial in trials],
        "train": [list(trial.outcome.train_curve) for trial in trials],
        "rewards": [trial.reward for trial in trials],
        "parameters": [trial.outcome.num_parameters for trial in trials],
        "state": state_digest(strategy),
    }


def images():
    """Return a search of networks with skip connections on the digits."""
    space = ConvNetSpace(3, (1, 3), (1, 3), (4, 8))
    return searched(space, data="digits", recipe=Recipe(epochs=2, num_train=300))


def cells():
    """Return a search of recurrent cells on Python's help, with dropout."""
    return searched(RecurrentCellSpace(2), data="pydocs", recipe=CELLS)


def fifty():
    """Return the digest of what 50 seeds of a strategy propose, 2,000 children each."""
    table = NetworkTable.load("digits_3_layers")
    decisions, found = table.space.decisions, {}
    for name, make in {
        "reinforce": lambda seed: Reinforce(Controller(decisions, seed=seed), lr=0.003),
        "evolution": lambda seed: RegularizedEvolution(decisions),
    }.items():
        places = search_many(make, TabularEvaluator(table), seeds=range(50), trials=2000)
        found[name] = hashlib.sha256(places.astype("<i8").tobytes()).hexdigest()
    return found


def entries():
    """Return what 20 entries of the shipped table come to when they are trained again."""
    table = NetworkTable.load("digits_3_layers")
    evaluator, found = evaluator_of(table), {}
    for place in range(0, len(table), -(-len(table) // 20)):
        outcome = train_again(evaluator, table, place)
        found[f"{place}"] = [list(outcome.valid_curve), outcome.test]
    return found


def weights(child):
    """Return the digest of a network's weights, in the order of their names."""
    digest = hashlib.sha256()
    for name, weight in sorted(child.named_parameters()):
        digest.update(name.encode() + weight.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()


def trainings():
    """Return curves and weights of a network and of a cell after three epochs."""
    net, cell = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (0, 1)))), published.NAS_CELL
    on_images = ImageTask(load("digits"), Recipe(epochs=3, num_train=300))
    on_text = LanguageTask(load_text("pydocs"), replace(CELLS, epochs=3, tied=True))
    found = {}
    for name, trainer, architecture in (("network", on_images, net), ("cell", on_text, cell)):
        child, outcome = trainer.fit(architecture, 7)
        found[name] = [list(outcome.train_curve), list(outcome.valid_curve), weights(child)]
    return found


CAPTURES = {
    "images": images,
    "cells": cells,
    "fifty": fifty,
    "entries": entries,
    "trainings": trainings,
}


@pytest.mark.parametrize("name", CAPTURES)
def test_what_is_found_is_what_was_found_to_the_last_bit(name):
    known = json.loads(FOUND.read_text(encoding="utf-8"))
    if known["machine"] != machine():
        pytest.skip(f"found with {known['machine']}; elsewhere the last digits differ")
    assert json.loads(json.dumps(CAPTURES[name]())) == known[name]


if __name__ == "__main__":
    warnings.simplefilter("error")
    everything = {"machine": machine()} | {name: find() for name, find in CAPTURES.items()}
    FOUND.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
