"""Every reader of JSON, and what it makes of values that somebody else put into its file.

The contract: whatever is in the file, a reader returns what can be used, or raises a `NaseduError`
of one line. Nothing else.
"""

import copy
import json
import re
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
import torch
from evaluators import SPACE as SPACE_OF_RUNS
from evaluators import Counted
from safetensors.torch import save_file
from small_tables import made_up

from nasedu import search
from nasedu.architectures import published
from nasedu.controller import make_strategy
from nasedu.data.image_storage import read_image_header
from nasedu.data.text_storage import read_text_header
from nasedu.errors import NaseduError, StudyError
from nasedu.problems import read_architecture, read_space
from nasedu.runs import Study
from nasedu.runs.config import RunConfig
from nasedu.runs.folder import begin_or_go_on
from nasedu.searching import find_architecture
from nasedu.searching.final_training import checked_record
from nasedu.searching.jobs import RECORD, RESULT, read_result
from nasedu.spaces import ChoiceSpace, ConvNetSpace, RecurrentCellSpace
from nasedu.tables import NetworkTable
from nasedu.tables.network_table import ARRAYS
from nasedu.training import Checkpoint, Outcome
from nasedu.viewing import training_figure
from nasedu.viewing.report.table_facts import summary

DEEP, LONG = "[" * 3000 + "]" * 3000, "7" * 5000
RAW = ("", "nonsense", "null", "3", "[]", "{}", DEEP, LONG, "1e999", "NaN", '{"a": 1, "a": 2}')
HOSTILE = (None, True, "no", "x" * 2000, -1, 0.5, 10**18, [], [1, "a", None], {}, {"a": [1]})
IN_PLACE = (DEEP, LONG, "1" + "0" * 400, "1e999", "-Infinity")  # in the place of a value
OUTCOME_FIELDS = {
    "reward": 0.5,
    "valid_curve": [0.5, 0.75],
    "train_curve": [1.5, 1.25],
    "seconds": 1.5,
    "num_parameters": 10,
    "flop": 20,
    "reason": None,
    "test": 0.5,
}
RECORDED = {
    "architecture": json.loads(published.NAS_CELL.to_json()),
    "data": {"name": "digits", "title": "Digits"},
    "seed": 1,
    "recipe": {"lr": 0.1},
    "outcome": OUTCOME_FIELDS,
    "grid": [{"point": {"lr": 0.1}, "outcome": OUTCOME_FIELDS}],
    "versions": {"torch": "2"},
    "command": "nasedu train",
}
EVALUATOR = made_up().about["evaluator"]
RUN = {
    "space": json.loads(SPACE_OF_RUNS.to_json()),
    "strategy": {"name": "random"},
    "evaluator": EVALUATOR,
    "batch": 2,
    "seed": 0,
    "trials": 4,
    "depth": {"start": 1, "step": 1, "every": 4},
}
MACHINE = {"torch": "2", "processor": "abacus", "device": "cpu"}
TRAINED = {"seed": 1, "recipe": {"lr": 0.1}, "begun_with": MACHINE}
KEPT = {
    "kind": "training",
    "schema": 2,
    "settings": {"seed": 1},
    "digest": Checkpoint({}, {"x": torch.zeros(1)}, (), (), 0.0, 0.0).digest,
    "train_curve": [1.0],
    "valid_curve": [0.5],
    "seconds": 1.5,
    "processor_seconds": 1.0,
}


def architecture(text, folder):
    net = read_architecture(text)
    assert net.digest and str(net)


def named(text, folder):
    (folder / "net.json").write_text(text)
    assert find_architecture(str(folder / "net.json")).net.digest


def space(text, folder):
    found = read_space(text)
    assert read_space(found.to_json()) == found and found.size


def configuration(text, folder):
    config = RunConfig.from_json(text)
    config.check_continues(config, "here")
    assert config.evaluator.get("title") is None or config.evaluator["title"]


def outcome(text, folder):
    found = Outcome.from_json(text)
    assert Outcome.from_json(found.to_json()) == found
    assert sum((*found.valid_curve, *found.train_curve, found.seconds)) is not None


def trained(text, folder):
    (folder / RECORD).write_text(text)
    begin_or_go_on(folder / RECORD, {k: v for k, v in TRAINED.items() if k != "begun_with"})


def finished(text, folder):
    (folder / RESULT).write_text(text)
    record = checked_record(read_result(folder), folder)
    assert training_figure(record).alt and f"{record['outcome']['test']:.4f}"


def point(text, folder):
    (folder / RESULT).write_text(text)
    assert Outcome.from_json(json.dumps(read_result(folder))) is not None


def checkpoint(text, folder):
    save_file({"x": torch.zeros(1)}, folder / "c.safetensors", metadata={"nasedu": text})
    kept = Checkpoint.load(folder / "c.safetensors")
    assert sum((*kept.train_curve, *kept.valid_curve, kept.seconds)) is not None


def table(text, folder):
    arrays = {name: getattr(made_up(), name) for name in ARRAYS}
    np.savez(folder / "table.npz", about=np.array(text), **arrays)
    assert summary(NetworkTable.load(folder))


def images(text, folder):
    shapes = {"train": torch.zeros(4, 8, 8, 1), "test": torch.zeros(2, 8, 8, 1)}
    tensors = {f"{part}_images": images.byte() for part, images in shapes.items()}
    tensors |= {f"{part}_labels": torch.zeros(len(shapes[part])).long() for part in shapes}
    save_file(tensors, folder / "i.safetensors", metadata={"nasedu": text})
    assert read_image_header(folder / "i.safetensors").title is not None


def words(text, folder):
    tensors = {part: torch.zeros(3, dtype=torch.int32) for part in ("train", "valid", "test")}
    save_file(tensors, folder / "t.safetensors", metadata={"nasedu": text})
    assert read_text_header(folder / "t.safetensors").title is not None


NET = json.loads(replace(published.NAS_CNN_V1, pool_after=(3,)).to_json())
IMAGES = {"kind": "image_data", "schema": 1, "title": "t", "classes": ["a", "b"], "flip": True}
WORDS = {"kind": "text_data", "schema": 1, "title": "t", "symbols": ["a", "b"]}
CHOICES = ChoiceSpace({"block": ("a", 1, 0.5), "skip": ()}, num_layers=2)
READERS = {
    "a network": (architecture, {**NET, "layers": NET["layers"][:2], "pool_after": [1]}),
    "a cell": (architecture, json.loads(published.NAS_CELL.to_json())),
    "a named network": (named, {**NET, "layers": NET["layers"][:1], "pool_after": []}),
    "a space of networks": (space, json.loads(ConvNetSpace(2, strides=(1, 2)).to_json())),
    "a space of cells": (space, json.loads(RecurrentCellSpace(2).to_json())),
    "choices": (architecture, json.loads(CHOICES.decode([1, 0, 2, 1]).to_json())),
    "a space of choices": (space, json.loads(CHOICES.to_json())),
    "a run": (configuration, RUN),
    "an outcome": (outcome, OUTCOME_FIELDS),
    "what is trained": (trained, TRAINED),
    "what was tested": (finished, RECORDED),
    "a point of a grid": (point, OUTCOME_FIELDS),
    "a checkpoint": (checkpoint, KEPT),
    "a table": (table, {**made_up().about, "space": json.loads(made_up().space.to_json())}),
    "images": (images, {**IMAGES, "source": {}}),
    "a text": (words, {**WORDS, "source": {}}),
}


def places(value, before=()):
    """Yield the path to every value of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner if isinstance(value, dict | list) else ():
        yield (*before, key)
        if isinstance(one, dict | list):
            yield from places(one, (*before, key))


def changed(document, place, value):
    """Return a document with another value in one place."""
    found = copy.deepcopy(document)
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return found


def hostile(document):
    """Yield texts like the document's, in each of which something is wrong."""
    yield from RAW
    for place in places(document):
        for value in HOSTILE:
            yield json.dumps(changed(document, place, value))
        for text in IN_PLACE:
            yield json.dumps(changed(document, place, "HERE")).replace('"HERE"', text)
    for key in document:
        yield json.dumps({k: v for k, v in document.items() if k != key})
    yield json.dumps({**document, "no such field": 1})


def refuses(read, text, folder):
    """Return whether a reader refuses a text, in one line."""
    try:
        read(text, folder)
    except NaseduError as error:
        assert "\n" not in str(error) and len(str(error)) < 9000
        return True
    return False


@pytest.mark.filterwarnings("ignore:.*was begun")  # on another machine, as the record says
@pytest.mark.parametrize("name", READERS)
def test_a_reader_returns_what_can_be_used_or_refuses_it_in_one_line(tmp_path, name):
    read, document = READERS[name]
    assert not refuses(read, json.dumps(document), tmp_path), "what is right is read"
    refused = [refuses(read, text, tmp_path) for text in hostile(document)]
    assert all(refused[: len(RAW)])
    assert sum(refused) > len(refused) / 2


def recorded(folder):
    strategy = make_strategy("evolution", SPACE_OF_RUNS.decisions)
    options = {"evaluate": Counted(), "trials": 4, "batch": 2, "workers": 1}
    list(search(SPACE_OF_RUNS, strategy, run=folder, **options))
    return folder / "study.db"


def restore(study):
    strategy = make_strategy("evolution", SPACE_OF_RUNS.decisions)
    study.restore(strategy, torch.Generator())
    return strategy.ask(2, generator=torch.Generator())


CELLS = {
    "meta.value WHERE key = 'config'": lambda study: study.config,
    "starts.versions WHERE number = 1": lambda study: study.versions,
    "trials.tokens WHERE number = 1": Study.trials,
    "trials.outcome WHERE number = 1": Study.best,
    "trials.batch WHERE number = 1": Study.trials,
    "updates.stats WHERE number = 1": Study.updates,
    "state.plain WHERE learner = 0": restore,
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_study_returns_what_can_be_used_or_refuses_it_in_one_line(tmp_path, cell):
    path = recorded(tmp_path / "run")
    column, where = cell.split(" WHERE ")
    table, column = column.split(".")
    with sqlite3.connect(path) as db:
        right = db.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()[0]
        document = json.loads(right) if isinstance(right, str) else right
        texts = [*hostile(document)] if isinstance(document, dict) else [*RAW]
        refused = 0
        for text in (*texts, b"\xff\x00"):
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (text,))
            db.commit()
            study = Study(path)
            try:
                CELLS[cell](study)
            except NaseduError as error:
                refused += 1
                assert re.fullmatch(r".{10,9000}", str(error))
            study.close()
    assert refused > len(texts) / 4


@pytest.mark.parametrize("number", [10**10, 3, 0, -1])
@pytest.mark.parametrize("table", ["trials", "updates"])
def test_records_that_are_not_counted_one_by_one_are_refused(tmp_path, table, number):
    path = recorded(tmp_path / "run")
    with sqlite3.connect(path) as db:
        db.execute(f"DELETE FROM {table} WHERE number = 3")
        db.execute(f"UPDATE {table} SET number = ? WHERE number = 2", (number,))
    with pytest.raises(StudyError, match=r"stands where [12] should|of batch 1"):
        getattr(Study(path), table)()


def test_a_trial_of_a_batch_that_cannot_be_is_refused(tmp_path):
    path = recorded(tmp_path / "run")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE trials SET batch = 10000000000 WHERE number = 2")
    with pytest.raises(StudyError, match="trial 2 is of batch 10000000000"):
        Study(path).trials()


@pytest.mark.parametrize("field", ["reward", "valid_curve", "train_curve", "seconds"])
@pytest.mark.parametrize("number", [1e308, -1e308])
def test_an_outcome_beyond_what_pictures_can_show_is_refused(field, number):
    value = [number] if field.endswith("curve") else number
    with pytest.raises(StudyError, match=r"1e\+308; expected -1e\+155 to 1e\+155"):
        Outcome.from_json(json.dumps({**OUTCOME_FIELDS, field: value}))
