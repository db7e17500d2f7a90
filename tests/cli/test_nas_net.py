"""NASNet cells on the command line: all that a problem's row promises."""

import json
import re
import shutil

import pytest
from command_line import nasedu
from decided import decided

from nasedu import published
from nasedu.errors import NaseduError
from nasedu.runs import Study
from nasedu.tables import NetworkTable

TINY = ("search", "--problem", "nasnet", "--data", "digits", "--num-blocks", "1", "--filters", "2")
SHORT = (*TINY, "--epochs", "1", "--num-train", "64", "--batch", "2", "--workers", "1")
TRAIN = ("--cells", 1, "--filters", 2, "--epochs", 1, "--num-train", 64)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A run of 4 networks, and what was printed meanwhile."""
    folder = tmp_path_factory.mktemp("runs") / "nets"
    return folder, nasedu(*SHORT, "--trials", 4, "--run", folder)


def test_a_search_ends_with_a_pair_of_cells_and_a_report(begun):
    folder, printed = begun
    top = Study(folder).best()
    lines = printed.splitlines()
    assert lines[0].startswith("4 children by reinforce")
    assert lines[-4].startswith(f"best child: {top.number}, validation accuracy ")
    assert lines[-3].startswith("normal: 2 = ") and " | reduction: 2 = " in lines[-3]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "NASNet cells of 1 block" in page
    (said,) = re.findall(r"nasedu train [^<]*", page)
    assert "--data digits --cells 1 --filters 2" in said


def test_grown_and_resumed_it_is_what_is_found_at_once(begun, tmp_path):
    shutil.copytree(begun[0], tmp_path / "run")
    nasedu(*SHORT, "--trials", 6, "--run", tmp_path / "run")
    nasedu(*SHORT, "--trials", 6, "--run", tmp_path / "whole")
    assert decided(tmp_path / "run") == decided(tmp_path / "whole")


def test_the_best_one_is_drawn_and_trained(begun, tmp_path):
    folder, _ = begun
    printed = nasedu("draw", folder, "--out", tmp_path / "net.svg", "--data", "digits")
    assert "normal output" in printed and (tmp_path / "net.svg").exists()
    assert "test accuracy" in nasedu("train", folder, "--data", "digits", *TRAIN)


def test_the_published_cells_are_trained_by_name_and_go_on(tmp_path):
    words = ("train", "published:NASNET_A", "--data", "digits", *TRAIN, "--cutout", 3)
    printed = nasedu(*words, "--run", tmp_path / "run", "--out", tmp_path / "out.json")
    assert "test accuracy" in printed
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["recipe"]["cutout"] == 3 and found["recipe"]["filters"] == 2
    assert found["architecture"]["kind"] == published.NASNET_A.kind
    assert nasedu(*words, "--run", tmp_path / "run")


def test_what_cannot_be_is_one_line(tmp_path):
    for words, said in (
        ((*SHORT, "--num-blocks", 0), "num_blocks is 0"),
        ((*SHORT, "--operations", "conv_9x9"), "conv_9x9"),
        ((*SHORT, "--cutout", 8), "cutout is 8; expected less than the images' 8x8"),
        ((*SHORT, "--cells", 99), "cells is 99; expected an integer of at least 1 and at most 50"),
        ((*TINY, "--data", "pydocs"), "pydocs"),
    ):
        with pytest.raises(NaseduError) as caught:
            nasedu(*words, "--trials", 2, "--run", tmp_path / "run")
        assert said in str(caught.value) and "\n" not in str(caught.value)
        assert not (tmp_path / "run").exists()


def test_a_word_of_help_says_how_to_come_here():
    assert "--problem nasnet" in nasedu("search", "--help")
    assert "--num-blocks" in nasedu("search", "--problem", "nasnet", "--help")


def test_a_table_of_a_small_space_says_by_which_command_it_is_made(tmp_path):
    sizes = ("--num-blocks", 1, "--operations", "identity", "--combines", "add", "--filters", 2)
    words = ("--problem", "nasnet", *sizes, "--epochs", 1, "--num-train", 64)
    nasedu("table", "build", tmp_path / "table", *words, "--workers", 1, "--best", 1)
    text = (tmp_path / "table" / "table.md").read_text(encoding="utf-8")
    (made,) = re.findall(r"nasedu table build .*", text)
    assert "--problem nasnet" in made and "--num-blocks 1" in made and "--filters 2" in made
    assert NetworkTable.load(tmp_path / "table").num_trainings > 16
