"""Cells as translators on the command line: what the problem's row promises.

Nothing but the data or ``--problem`` says that a cell is for translation, and not for text.
"""

import json
import re
import shutil

import pytest
from command_line import nasedu
from decided import decided

from nasedu.errors import NaseduError
from nasedu.runs import Study
from nasedu.searching.trained_network import TrainedNetwork
from nasedu.training.translation_task import TranslationTask

SIZE = ("--hidden-size", 6, "--embedding-size", 6, "--epochs", 1, "--num-train", 64)
SHORT = ("search", "--problem", "translation", "--base", 2, *SIZE, "--batch", 2, "--workers", 1)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A run of 4 cells."""
    folder = tmp_path_factory.mktemp("runs") / "cells"
    return folder, nasedu(*SHORT, "--trials", 4, "--run", folder)


def test_a_search_ends_with_a_cell_and_a_report(begun):
    folder, printed = begun
    assert "validation perplexity" in printed
    settings = Study(folder).config.evaluator
    assert (settings["kind"], settings["data"]) == ("translation", "prices")
    page = (folder / "report.html").read_text(encoding="utf-8")
    (said,) = re.findall(r"nasedu train [^<]*", page)
    assert "--data prices --hidden-size 6" in said


def test_grown_and_resumed_it_is_what_is_found_at_once(begun, tmp_path):
    shutil.copytree(begun[0], tmp_path / "run")
    nasedu(*SHORT, "--trials", 6, "--run", tmp_path / "run")
    nasedu(*SHORT, "--trials", 6, "--run", tmp_path / "whole")
    assert decided(tmp_path / "run") == decided(tmp_path / "whole")


def test_the_data_say_what_a_cell_is_trained_for(begun, tmp_path):
    words = ("train", begun[0], *SIZE)
    printed = nasedu(*words, "--data", "prices", "--run", tmp_path / "run")
    assert "64 training and 1,064 validation sentence pairs" in printed
    assert re.search(r"test perplexity [\d.]+ in .*\ntest BLEU \d+\.\d\d\n", printed)
    assert json.loads((tmp_path / "run" / "outcome.json").read_text())["further_tests"]
    loaded = TrainedNetwork.load(tmp_path / "run")
    assert isinstance(loaded.final.task, TranslationTask)
    assert "sentence pairs" in nasedu(*words, "--problem", "translation")
    assert "words" in nasedu(*words, "--data", "pydocs")


def test_what_the_recipe_does_not_have_is_one_line(begun):
    with pytest.raises(NaseduError) as caught:
        nasedu("train", begun[0], "--data", "prices", "--num-train", 10**6)
    assert "expected at most 7919" in str(caught.value) and "\n" not in str(caught.value)
