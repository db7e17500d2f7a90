import json

import numpy as np
import pytest
from explored import inflated, tokens_of, unpacked

from nasedu import ConvNetSpace, RecurrentCellSpace
from nasedu.spaces import Decision
from nasedu.viewing.explorer.packing import packed, packed_scenes, packed_tokens, width_of
from nasedu.viewing.explorer.scene import Part


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f8"])
def test_numbers_come_back_as_they_were(kind):
    values = np.array([0, 1, 77, 255])
    assert unpacked(packed(values, kind)).tolist() == values.tolist()


def test_what_is_not_known_stays_unknown():
    assert np.isnan(unpacked(packed([1.5, np.nan]))[1])


@pytest.mark.parametrize(
    "space", [ConvNetSpace(20, strides=(1, 2, 3)), RecurrentCellSpace(8)], ids=["images", "cells"]
)
def test_tokens_come_back_as_they_were_those_of_shallow_children_too(space):
    random = np.random.default_rng(0)
    rows = [[int(random.integers(d.num_tokens)) for d in space.decisions] for _ in range(5)]
    if space.deepest:
        rows[2] = [t for t, d in zip(rows[2], space.decisions, strict=True) if d.layer <= 3]
    run = {
        "count": len(rows),
        "decisions": [{"width": width_of(d)} for d in space.decisions],
        "columns": {
            "tokens": packed_tokens(rows, space.decisions),
            "depth": packed([len(row) for row in rows], "u2"),
        },
    }
    assert [tokens_of(run, i) for i in range(len(rows))] == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("decision", "width"),
    [
        (Decision("a", 1, (1,)), 1),
        (Decision("a", 1, tuple(range(256))), 1),
        (Decision("a", 1, tuple(range(257))), 2),
        (Decision("a", 1), 1),
        (Decision("a", 9), 1),
        (Decision("a", 10), 2),
        (Decision("a", 62), 8),
    ],
)
def test_a_token_takes_the_bytes_that_it_needs(decision, width):
    assert width_of(decision) == width


def test_words_of_scenes_are_kept_once():
    part = Part("layer 1", "3×5", "4 × 8 × 8", (0,), facts={"shape": "4 × 8 × 8", "parameters": 60})
    packs = packed_scenes([(part,), (part, part)])
    assert packs["words"] == ["layer 1", "3×5", "4 × 8 × 8", "shape", "parameters"]
    lines = inflated(packs["lines"]).decode().split("\n")
    row = [0, 1, 2, 0, 0, 0, [0], 3, [2], 4, 60]
    assert [json.loads(line) for line in lines] == [[row], [row, row]]
