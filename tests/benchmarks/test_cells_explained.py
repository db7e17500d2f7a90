"""What explains a result, what form a cell has; a toy run of `benchmarks/cells_explained.py`."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from cell_tables import made_up_cells

from nasedu import CellNode, RecurrentCell
from nasedu.children import PlainCell
from nasedu.tables import MISSING


def cell(nodes, inject, output, into):
    made = [CellNode(*words.split()) for words in (*nodes, inject)]
    return RecurrentCell(tuple(made[:3]), made[3], output, into)


@pytest.mark.parametrize(
    ("nodes", "inject", "into", "found"),
    [
        (("add tanh", "add sigmoid", "mul tanh"), "add identity", 0, ["the other leaf"]),
        (("add sigmoid", "add tanh", "mul tanh"), "add identity", 0, []),  # identity follows it
        (("add tanh", "add tanh", "mul tanh"), "add sigmoid", 1, ["the other leaf"]),
        (("add sigmoid", "add tanh", "add tanh"), "mul identity", 0, ["the memory"]),
        (("add tanh", "add tanh", "add sigmoid"), "mul identity", 2, ["the memory"]),
        (("mul sigmoid", "add tanh", "add tanh"), "add sigmoid", 2, []),
    ],
)
def test_a_gate_is_a_multiplication_with_a_sigmoid(script, nodes, inject, into, found):
    forms = script("cell_forms")
    made = cell(nodes, inject, 1, into)
    assert forms.gates(made) == found
    said = forms.forms(made)
    assert ("no gate" in said) == (not found)
    assert ("memory enters where it leaves" in said) == (into == 1)


@pytest.mark.parametrize("leaves_at", [0, 1, 2])
@pytest.mark.parametrize("into", [0, 1, 2])
def test_a_memory_from_a_leaf_does_not_depend_on_the_memory_before(leaves_at, into):
    made = cell(("add tanh", "add sigmoid", "add tanh"), "add tanh", leaves_at, into)
    child, x, h = PlainCell(made, 3, 4), torch.rand(2, 3), torch.rand(2, 4)
    (_, one), (_, other) = (child.step(x, h, torch.full((2, 4), c)) for c in (0.0, 1.0))
    assert (one == other).all() != (leaves_at == 2 and into < 2)


def test_forms_are_counted_beside_those_of_all(script):
    one = cell(("add tanh", "mul relu", "mul sigmoid"), "add relu", 1, 0)  # figure 5
    other = cell(("add tanh", "add tanh", "add tanh"), "add relu", 2, 2)
    rows = {row[0]: row[1:] for row in script("cell_forms").shared([one], [one, other, other, one])}
    assert rows["leaves: add and mul"] == ["1 of 1", "50 %"]
    assert rows["injection: add"] == ["1 of 1", "100 %"]
    assert "memory leaves at the root" not in rows


@pytest.fixture
def partial(tmp_path):
    """Return the file of a table of cells of which 100 were trained, and 10 diverged."""
    made_up_cells(finished=100, diverged=10, worse_than_nothing=3).save(tmp_path / "part.npz")
    return tmp_path / "part.npz"


def test_a_part_of_a_table_is_read_as_different_cells_best_first(script, partial):
    known = script("cells_explained").Cells(partial)
    assert (len(known.places), len(known.diverged), known.total) == (100, 10, 18_688)
    assert (np.diff(known.bits) >= 0).all() and known.bits.max() == pytest.approx(np.log2(50))
    assert known.clipped == 3
    assert (known.table.first[known.places] == known.places).all()
    places, whose = known.everywhere(known.places)
    assert len(places) > 150 and (known.table.test[0, whose] != MISSING).all()
    assert len(known.names()) == len(set(known.names())) == 10


def test_a_toy_run_says_what_is_missing_and_is_recorded_again_from_its_table(
    script, partial, tmp_path
):
    explained = script("cells_explained")
    words = ["--toy", "--folder", str(tmp_path / "toy"), "--workers", "1", "--table", str(partial)]
    assert explained.main(words) == 0
    record = (tmp_path / "toy" / "cells_explained.md").read_text()
    assert "First trainings of 110 of 18,688 different cells" in record
    assert "18,578 are missing" in record and "of the best 20 have a gate" in record
    pictures = re.findall(r"\]\((\w+\.png)\)", record)
    assert len(pictures) == 6 and all((tmp_path / "toy" / name).exists() for name in pictures)
    table = (tmp_path / "toy" / "cells_explained.csv").read_text()
    frame = pd.read_csv(tmp_path / "toy" / "cells_explained.csv")
    assert frame.groupby("of").size().to_dict() == {"beside": 6, "longer": 6}
    assert frame.loc[frame["of"] == "longer", "test_bits"].isna().all()
    assert (abs(frame.loc[frame["of"] == "beside", "parameters"] / 7346 - 1) < 0.05).all()
    assert explained.main([*words, "--record"]) == 0
    assert (tmp_path / "toy" / "cells_explained.csv").read_text() == table


def test_of_too_few_cells_nothing_is_said(script, tmp_path):
    made_up_cells(finished=5).save(tmp_path / "few.npz")
    with pytest.raises(SystemExit, match="5 finished cells; 20 are needed"):
        script("cells_explained").main(["--toy", "--table", str(tmp_path / "few.npz")])
