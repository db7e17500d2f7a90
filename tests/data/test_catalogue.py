import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from toy_pairs import PAIRS

from nasedu.data import add, catalogue, data_home, describe, load, load_text, names
from nasedu.errors import DataError, SettingError
from nasedu.problems import CELLS, IMAGES, problem_on


@pytest.fixture
def source(tmp_path, make):
    return make.folder(tmp_path / "source", make.files(train=5))


def test_where_data_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("NASEDU_DATA", str(tmp_path))
    assert data_home() == tmp_path
    monkeypatch.setenv("NASEDU_DATA", "~/somewhere")
    assert data_home() == Path.home() / "somewhere"
    monkeypatch.setenv("NASEDU_DATA", "")
    package = tmp_path / "checkout" / "nasedu" / "data" / "catalogue.py"
    monkeypatch.setattr(catalogue, "__file__", str(package))
    assert data_home() == Path.home() / ".nasedu" / "data"
    package.parent.mkdir(parents=True)
    (tmp_path / "checkout" / "pyproject.toml").touch()
    assert data_home() == tmp_path.resolve() / "checkout" / "data"


def test_names_and_rows(home, source):
    assert names() == ("digits",)
    add("zoo", source)
    add("animals", source, title="Animals")
    (home / "imported" / "Not a name.safetensors").touch()
    (home / "imported" / ".zoo.safetensors.77.part").touch()
    assert names() == ("digits", "animals", "zoo")
    digits, animals, *_ = describe()
    assert (digits.facts, digits.path) == ("1,500 to train, 297 to test, 1x8x8, 10 classes", None)
    assert (animals.name, animals.title) == ("animals", "Animals")
    assert animals.facts == "10 to train, 4 to test, 3x6x8, 2 classes"
    assert animals.path == home / "imported" / "animals.safetensors"
    assert animals.num_bytes == animals.path.stat().st_size
    assert "Animals: 10 to train, 4 to test, 3x6x8, 2 classes" in str(animals)


def test_a_damaged_file_is_listed_with_its_problem(home, source):
    add("zoo", source)
    path = catalogue.IMAGES.path("zoo")
    path.write_bytes(path.read_bytes()[:100])
    (row,) = (row for row in describe() if row.name == "zoo")
    assert "is no data set that this nasedu can read" in row.problem
    assert str(row).startswith("zoo        cannot be used: ")
    with pytest.raises(DataError, match="is no data set"):
        load("zoo")


def test_imports_that_may_not_be_read_are_one_line_and_what_is_built_in_stays(
    home, source, monkeypatch
):
    add("zoo", source)
    looked = Path.iterdir

    def denied(path):
        if path == home / "imported":
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(Path, "iterdir", denied)
    for use in (names, describe, lambda: load("zoo")):
        with pytest.raises(DataError, match=r"cannot read .*imported \(Permission denied\); check"):
            use()
    assert load("digits").name == "digits" and problem_on("digits") == IMAGES
    assert problem_on("pydocs-chars") == CELLS
    assert load_text("pydocs").name == "pydocs"


@pytest.mark.parametrize("name", ["cifra10", "", "../zoo", "imported/zoo"])
def test_an_unknown_name(home, source, name):
    add("zoo", source)
    with pytest.raises(DataError, match="there is no set of images") as caught:
        load(name)
    assert "one of digits, zoo, or add one with: nasedu data add NAME PATH" in str(caught.value)


def test_a_set_is_loaded_once_for_each_time_that_it_is_written(home, source, make):
    add("zoo", source)
    first = load("zoo")
    assert load("zoo") is first
    more = make.folder(source, make.files(train=6))
    add("zoo", more, replace=True)
    os.utime(catalogue.IMAGES.path("zoo"), (1, 1))  # the clock of some file systems is coarse
    assert (len(first.train), len(load("zoo").train)) == (10, 12)


def test_a_replaced_set_stays_as_it_was_for_who_has_it(home, source, make):
    add("zoo", source)
    first = load("zoo")
    images = load("zoo").train.images.clone()
    add("zoo", make.folder(source, make.files(train=6)), replace=True)
    assert torch.equal(first.train.images, images)


def test_importing_nasedu_loads_no_images():
    code = "import sys, nasedu; sys.exit('torch' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=600).returncode == 0


def test_a_kind_of_data_is_a_module_and_a_row(home, source, tmp_path, make, monkeypatch):
    monkeypatch.setattr(catalogue, "SHELVES", (*catalogue.SHELVES, PAIRS))
    files = {"words.left": b"one\ntwo\n", "words.right": b"eins\nzwei\n", "LICENSE": b""}
    summary = add("numbers", make.folder(tmp_path / "pairs", files), title="Numbers")
    assert str(summary).splitlines()[:2] == ["imported numbers: Numbers", "  pairs    2 of lines"]
    assert str(summary).splitlines()[-1] == "  not read 'LICENSE'"
    assert PAIRS.load("numbers").right == ["eins", "zwei"]
    assert describe()[-1].facts == "8 letters to translate"
    with pytest.raises(DataError, match="'numbers' is a set of pairs, no set of images"):
        load("numbers")
    with pytest.raises(SettingError, match="there is a data set 'numbers' already"):
        add("numbers", source)
    add("zoo", source)  # and the other kinds find their own, as before
    assert load("zoo").num_classes == 2
