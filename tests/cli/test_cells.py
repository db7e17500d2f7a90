"""`nasedu search` on a text, and what else the command line does with cells."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest
import torch
from command_line import nasedu
from decided import decided

from nasedu import ConvNetSpace, RecurrentCellSpace, published
from nasedu.controller import make_strategy
from nasedu.errors import NaseduError, SettingError, StudyError
from nasedu.runs import RunConfig, Study
from nasedu.searching import TrainingEvaluator
from nasedu.training import QUICK, LanguageRecipe

TEXT = ("search", "--data", "pydocs")
TINY = (*TEXT, "--base", "2", "--hidden-size", "4", "--epochs", "1", "--num-train", "1000")
SMALL = (*TINY, "--batch", "2", "--workers", "1")


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A run of 4 cells, and what was printed meanwhile."""
    folder = tmp_path_factory.mktemp("runs") / "cells"
    return folder, nasedu(*SMALL, "--trials", 4, "--run", folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The same run with 6 cells, by two workers."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    nasedu(*TINY, "--batch", 2, "--workers", 2, "--trials", 6, "--run", folder)
    return folder


def test_a_search_on_a_text_tells_of_perplexities_and_ends_with_a_cell(begun):
    folder, printed = begun
    first, second, key, more, *batches, best, cell, report = printed.splitlines()
    assert first.startswith("4 children by reinforce")
    assert second.startswith("Python's help topics: 1,000 training and ")
    assert second.endswith(" validation words, 1 epoch per child")
    assert key.startswith("each line is a batch: median perplexity")
    assert more.startswith("    baseline (average of earlier rewards")
    assert [line[:21] for line in batches] == [f"batch   {n}  perplexity" for n in (1, 2)]
    study = Study(folder)
    top = study.best()
    lowest = min(top.outcome.valid_curve)
    assert best.startswith(f"best child: {top.number}, validation perplexity {lowest:,.1f}, ")
    assert cell == str(RecurrentCellSpace(2).decode(top.tokens))
    assert report == f"report: {folder / 'report.html'}"
    assert "validation perplexity" in (folder / "report.html").read_text(encoding="utf-8")
    recipe = LanguageRecipe(**study.config.evaluator["recipe"])
    assert (recipe.hidden_size, recipe.epochs, recipe.num_train) == (4, 1, 1000)


def test_the_report_says_how_to_train_the_best_cell(begun, tmp_path):
    folder, _ = begun
    page = (folder / "report.html").read_text(encoding="utf-8")
    (said,) = re.findall(r"nasedu train [^<]*", page)
    assert said.endswith("--data pydocs --hidden-size 4 --epochs 20")
    options = said.split()[3:-1]
    assert "test perplexity" in nasedu("train", folder, *options, 1, "--num-train", 1000)


def test_run_again_it_trains_nothing(begun):
    folder, _ = begun
    before = decided(folder)
    printed = nasedu(*SMALL, "--trials", 4, "--run", folder)
    assert "4 of them trained before" in printed and "batch" not in printed
    assert decided(folder) == before


def test_grown_by_one_worker_it_is_what_two_workers_find_at_once(begun, whole, tmp_path):
    shutil.copytree(begun[0], tmp_path / "run")
    assert "batch   3  perplexity" in nasedu("resume", tmp_path / "run", "--trials", 6)
    assert decided(tmp_path / "run") == decided(whole)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_after_a_batch_and_resumed_it_ends_the_same(whole, tmp_path):
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "nasedu", *SMALL, "--trials", "6", "--run", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert any(line.startswith("batch   1") for line in process.stdout)
        process.send_signal(signal.SIGKILL)
    assert sum(t.outcome is not None for t in Study(folder).trials()) >= 2
    printed = nasedu("resume", folder, "--workers", 1)
    assert "of them trained before" in printed
    assert decided(folder) == decided(whole)


def test_characters_are_told_of_in_bits(tmp_path):
    options = ("--base", 1, "--hidden-size", 2, "--epochs", 1, "--num-train", 100, "--batch", 1)
    run = tmp_path / "run"
    printed = nasedu("search", "--data", "pydocs-chars", *options, "--trials", 1, "--run", run)
    assert "validation characters, 1 epoch per child" in printed
    assert "validation bits per character" in printed


def test_a_run_and_a_file_of_a_cell_are_drawn(begun, tmp_path):
    folder, _ = begun
    assert "h_t = a2" in nasedu("draw", folder) and "h_t = a2" in nasedu("draw", f"{folder}:2")
    path = tmp_path / "cell.json"
    path.write_text(published.NAS_CELL.to_json())
    assert nasedu("draw", path) == nasedu("draw", "published:NAS_CELL")
    nasedu("draw", path, "--out", tmp_path / "cell.svg")
    assert "recurrent cell" in (tmp_path / "cell.svg").read_text(encoding="utf-8")


@pytest.fixture
def asked(monkeypatch):
    """Return what calls `search` on the command line and returns what it would search."""
    found = {}

    def stand_in(space, strategy, **options):
        found.update(options, space=space)
        raise SettingError("enough")

    def call(*arguments):
        monkeypatch.setattr("nasedu.searching.search", stand_in)
        with pytest.raises(SettingError, match="enough"):
            nasedu(*arguments)
        return found

    return call


def test_options_of_a_text_make_the_space_and_the_recipe(asked):
    given = asked(*TEXT)
    assert given["space"] == RecurrentCellSpace(8)
    assert given["recipe"] == LanguageRecipe(**{**QUICK.to_dict(), "num_train": 40_000})
    given = asked(*TEXT, "--base", 4, "--space", "max-and-sin", "--hidden-size", 16, "--lr", 0.5)
    combines, activations = given["space"].combines, given["space"].activations
    assert (given["space"].base, combines[-1], activations[-1]) == (4, "max", "sin")
    assert (given["recipe"].hidden_size, given["recipe"].lr) == (16, 0.5)
    given = asked(*TEXT, "--epochs", 2, "--batch-size", 5, "--precision", "float32")
    recipe = given["recipe"]
    assert (recipe.epochs, recipe.batch_size, recipe.precision) == (2, 5, "float32")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*TEXT, "--base", 3), "base is 3; expected a power of two"),
        ((*TEXT, "--base", 0), "base is 0"),
        ((*TEXT, "--base", -4), "base is -4"),
        ((*TEXT, "--base", 1048576), "base is 1048576; expected a power of two, 64 at most"),
        ((*TEXT, "--hidden-size", 0), "hidden_size is 0; expected an integer of at least 1"),
        ((*TEXT, "--epochs", -1), "epochs is -1"),
        ((*TEXT, "--lr", "nan"), "lr is nan; expected a number above 0"),
        ((*TEXT, "--batch-size", 0), "batch_size is 0"),
        ((*TEXT, "--num-train", 5), "num_train is 5; expected 20 (one token per stream)"),
        ((*TEXT, "--num-train", 99_999_999), "num_train is 99999999"),
        ((*TEXT, "--trials", -3), "trials is -3"),
        ((*TEXT, "--child-timeout", 0), "child_timeout is 0"),
        (
            (*TEXT, "--space", "cifar10-v1"),
            "--space is 'cifar10-v1'; expected one of first, max",
        ),
        (
            ("search", "--space", "max-and-sin"),
            "--space is 'max-and-sin'; expected one of first",
        ),
        ((*TEXT, "--combines", "add,min"), "combines[1] is 'min'; expected one of add, mul, max"),
        ((*TEXT, "--num-train", "many"), "num_train is 'many'; expected an integer"),
        (("search", "--data", "wiki"), "there is no data set 'wiki'; expected one of digits"),
        (("search", "--data", ""), "there is no data set ''"),
        (("search", "--data", "digits-chars"), "there is no data set 'digits-chars'"),
        (("search", "--data", "pydocs-chars-chars"), "there is no data set 'pydocs-chars-chars'"),
    ],
)
def test_bad_usage_is_one_line_and_nothing_is_written(tmp_path, arguments, words):
    with pytest.raises(NaseduError) as caught:
        nasedu(*arguments, "--run", tmp_path / "run")
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("draw", "{run}", "--data", "digits"), "--data gives shapes of images, and"),
        (("draw", "{run}", "--style", "matrix"), "has the style 'graph' only"),
        (("draw", "{run}:9"), "has no trial 9; it has 4 trials"),
        (("draw", "published:NAS_CNN_V1", "--data", "pydocs"), "expected one of digits"),
        (("train", "{run}", "--data", "digits"), "'digits' is a set of images, no text"),
        (("train", "{run}", "--recipe", "step"), "--recipe is 'step'; expected one of first,"),
        (("train", "published:NAS_CNN_V1", "--data", "pydocs"), "expected one of digits"),
        (("resume", "{run}", "--trials", 2), "was asked for 4 trials and not 2"),
        (("resume", "{run}", "--trials", 0), "trials is 0"),
    ],
)
def test_what_cannot_be_done_with_cells_is_one_line(begun, arguments, words):
    with pytest.raises(NaseduError) as caught:
        nasedu(*(str(a).format(run=begun[0]) for a in arguments))
    assert words in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--base", 4), r"space\.base = 2 and not 4"),
        (("--space", "max-and-sin"), r"space\.activations = .* and not"),
        (("--hidden-size", 8), r"recipe\.hidden_size = 4 and not 8"),
        (("--num-train", 2000), r"evaluator\.num_train = 1000 and not 2000"),
        (("--data", "pydocs-chars"), r"evaluator\.data = 'pydocs' and not 'pydocs-chars'"),
        (("--seed", 1), "seed = 0 and not 1"),
    ],
)
def test_other_options_are_refused_in_the_folder_of_a_run(begun, options, words):
    before = decided(begun[0])
    with pytest.raises(StudyError, match=words):
        nasedu(*SMALL, "--trials", 4, "--run", begun[0], *options)
    assert decided(begun[0]) == before


def test_a_run_of_images_is_not_gone_on_with_on_a_text_nor_the_other_way(begun, tmp_path):
    with pytest.raises(StudyError, match=r"evaluator\.kind = 'language' and not 'images'"):
        nasedu("search", "--run", begun[0])
    space = ConvNetSpace(2, skip_connections=False)
    settings = TrainingEvaluator(space, "digits").settings
    config = RunConfig(space.to_json(), {"name": "random"}, settings, 2, 0, 4)
    strategy = make_strategy("random", space.decisions)
    Study.create(tmp_path / "study.db", config, strategy, torch.Generator()).close()
    with pytest.raises(StudyError, match=r"evaluator\.kind = 'images' and not 'language'"):
        nasedu(*SMALL, "--run", tmp_path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"data": "wiki"}, "there is no text 'wiki'"),
        ({"digest": "0123"}, r"evaluator\.digest = '0123' .* and the data that it was begun with"),
        ({"recipe": {"lr": "fast"}}, "settings that are not known"),
    ],
)
def test_a_run_whose_text_or_record_is_not_what_it_was(begun, tmp_path, damage, words):
    shutil.copytree(begun[0], tmp_path / "run")
    config = json.loads(Study(tmp_path / "run").config.to_json())
    recorded = config["evaluator"]
    recorded |= damage | {"recipe": recorded["recipe"] | damage.get("recipe", {})}
    with sqlite3.connect(tmp_path / "run" / "study.db") as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'config'", (json.dumps(config),))
    with pytest.raises(NaseduError, match=words) as caught:
        nasedu("resume", tmp_path / "run", "--trials", 6)
    assert "\n" not in str(caught.value)
    assert "report:" in nasedu("report", tmp_path / "run")
