"""The scripts of benchmarks/gpu at toy size and on the CPU: a slice goes on where one ended."""

import json
from dataclasses import replace

import pytest
import torch

from nasedu.training import GAL_LARGE

MOMENT = "1e-6"  # minutes: the least that a slice can do


@pytest.fixture
def call(script, monkeypatch, tmp_path):
    """Return what calls a script at toy size on a folder of the test's."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    def run(name, folder, *options, minutes=MOMENT):
        words = ["--toy", "--folder", str(tmp_path / folder), "--minutes", minutes, *options]
        script(name).main(words)
        return tmp_path / folder

    return run


def test_a_final_training_in_slices_is_the_whole_one(call):
    whole = call("cifar10_v1", "whole", minutes="60")
    cut = call("cifar10_v1", "cut")
    assert not (cut / "record.md").exists()
    assert len((cut / "epochs.csv").read_text().splitlines()) == 2  # a header and an epoch
    call("cifar10_v1", "cut")
    assert "2 slices" in (cut / "record.md").read_text()
    call("cifar10_v1", "cut")
    assert len(json.loads((cut / "slices.json").read_text())) == 2  # nothing left to do
    found, expected = (
        json.loads((folder / "run" / "outcome.json").read_text())["outcome"]
        for folder in (cut, whole)
    )
    assert {**found, "seconds": 0} == {**expected, "seconds": 0}
    assert (cut / "epochs.csv").read_text() == (whole / "epochs.csv").read_text()


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
    cut = call("ptb_nas_cell", "cut", *options)
    assert not list(cut.glob("*.result.json"))
    call("ptb_nas_cell", "cut", *options)
    (found,), (expected,) = (list(folder.glob("*.result.json")) for folder in (cut, whole))
    found, expected = (json.loads(path.read_text()) for path in (found, expected))
    assert {**found, "seconds": 0} == {**expected, "seconds": 0}
    for name in ("windows", "valid"):
        assert found[name] in (cut / "record.md").read_text()


def test_cells_are_right_and_each_is_measured_once(call):
    folder = call("cells", "cells", "--rounds", "1")
    rows = (folder / "cells.csv").read_text().splitlines()
    assert len(rows) == 2 and not (folder / "record.md").exists()
    call("cells", "cells", "--rounds", "1", minutes="60")
    after = (folder / "cells.csv").read_text().splitlines()
    assert after[:2] == rows and len(after) == 5
    assert all(row.endswith("yes") for row in after[1:])


@pytest.mark.usefixtures("call")  # which hides the GPU
def test_without_a_gpu_the_real_sizes_are_refused(script, tmp_path):
    for name in ("cifar10_v1", "cifar10_children", "throughput", "ptb_nas_cell", "cells"):
        with pytest.raises(SystemExit, match="there is no CUDA device here; --toy tries"):
            script(name).main(["--folder", str(tmp_path / name)])
        assert not (tmp_path / name).exists()


def test_words_are_trained_by_gals_recipe(script):
    assert replace(GAL_LARGE, tied=True) == script("ptb_nas_cell").WORDS
