"""The scripts of benchmarks/gpu at toy size and on the CPU: a slice goes on where one ended."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

from nasedu.training import GAL_LARGE

MOMENT = "1e-6"  # minutes: the least that a slice can do


@pytest.fixture
def call(script, monkeypatch, tmp_path):
    """Return what calls a script at toy size on a folder of the test's."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    def run(name, folder, *options, minutes=MOMENT, status=None):
        words = ["--toy", "--folder", str(tmp_path / folder), "--minutes", minutes, *options]
        found = script(name).main(words)
        assert status in (None, found)
        return tmp_path / folder

    return run


@pytest.mark.parametrize(("name", "run"), [("cifar10_v1", "run"), ("nasnet", "2-epochs-0")])
def test_a_final_training_in_slices_is_the_whole_one(call, name, run):
    whole = call(name, "whole", minutes="60")
    cut = call(name, "cut", status=75)
    assert not (cut / "record.md").exists()
    call(name, "cut")
    found, expected = (
        json.loads((folder / run / "outcome.json").read_text())["outcome"]
        for folder in (cut, whole)
    )
    assert {**found, "seconds": 0} == {**expected, "seconds": 0}
    before = (cut / "record.md").stat()
    assert f"Test error {100 * (1 - found['test']):.2f} %" in (cut / "record.md").read_text()
    call(name, "cut")  # nothing left to do
    assert (cut / "record.md").stat().st_size == before.st_size


def test_a_search_in_slices_finds_what_the_whole_one_finds(call):
    sizes = ("--children", "4", "--batch", "2", "--workers", "1")
    whole = call("cifar10_children", "whole", *sizes, minutes="60")
    for children in (1, 2, 3, 4):
        cut = call("cifar10_children", "cut", *sizes)
        rows = (cut / "children.csv").read_text().splitlines()
        assert len(rows) == 1 + children
        assert f"**Children: {children} in" in (cut / "record.md").read_text()
    for row, expected in zip(rows, (whole / "children.csv").read_text().splitlines(), strict=True):
        assert row.split(",")[:4] == expected.split(",")[:4]  # all but the seconds


@pytest.mark.parametrize("options", [["--size", "characters", "--graphs"], ["--cell", "lstm"]])
def test_a_language_model_in_slices_is_the_whole_one(call, options):
    whole = call("ptb_nas_cell", "whole", *options, minutes="60")
    cut = call("ptb_nas_cell", "cut", *options, status=75)
    assert not list(cut.glob("*/outcome.json"))
    call("ptb_nas_cell", "cut", *options, status=0)
    (found,), (expected,) = (list(folder.glob("*/outcome.json")) for folder in (cut, whole))
    found, expected = (json.loads(path.read_text()) for path in (found, expected))
    for result in (found, expected):
        result["outcome"]["seconds"] = 0
    assert found == expected
    for name in ("windows", "valid"):
        assert found[name] in (cut / "record.md").read_text()


def test_more_epochs_go_on_where_fewer_ended(call):
    whole = call("ptb_nas_cell", "whole", "--epochs", "3", minutes="60")
    grown = call("ptb_nas_cell", "grown", minutes="60")
    assert "| 2 |" in (grown / "record.md").read_text()
    call("ptb_nas_cell", "grown", "--epochs", "3", minutes="60", status=0)
    results = [
        json.loads(next(folder.glob("*/outcome.json")).read_text()) for folder in (whole, grown)
    ]
    assert results[0]["outcome"]["valid_curve"] == results[1]["outcome"]["valid_curve"]
    assert results[1]["epochs"] == 3


def test_cells_are_right_and_each_is_measured_once(call):
    folder = call("cells", "cells", "--rounds", "1", minutes="60", status=0)
    rows = (folder / "cells.csv").read_text().splitlines()
    assert len(rows) == 5 and all(row.endswith("yes") for row in rows[1:])
    (folder / "record.md").unlink()
    shutil.rmtree(folder / "6-4-16-bfloat16")
    assert call("cells", "cells", "--rounds", "1", status=75)
    assert not (folder / "record.md").exists()
    call("cells", "cells", "--rounds", "1", minutes="60", status=0)
    assert (folder / "cells.csv").read_text().splitlines()[:4] == rows[:4]


def test_rates_are_measured_for_every_number_of_processes(call):
    folder = call("throughput", "rates", minutes="60", status=0)
    lines = (folder / "record.md").read_text().splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| reference")]
    assert [(row[1], row[3]) for row in rows] == [
        (precision, count) for precision in ("bfloat16", "float32", "tf32") for count in "12"
    ]


@pytest.mark.usefixtures("call")  # which hides the GPU
def test_without_a_gpu_the_real_sizes_are_refused(script, tmp_path):
    for name in ("cifar10_v1", "cifar10_children", "throughput", "ptb_nas_cell", "cells"):
        with pytest.raises(SystemExit, match="there is no CUDA device here; --toy tries"):
            script(name).main(["--folder", str(tmp_path / name)])
        assert not (tmp_path / name).exists()


def test_words_are_trained_by_gals_recipe(script):
    assert replace(GAL_LARGE, tied=True) == script("ptb_nas_cell").WORDS
