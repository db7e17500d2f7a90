import numpy as np
import pytest
from explored import scenes_of, tokens_of, unpacked

from nasedu import ConvNetSpace, RecurrentCellSpace
from nasedu.spaces import Decision
from nasedu.viewing.explorer.packing import (
    compressed,
    compressed_scenes,
    compressed_tokens,
    width_of,
)
from nasedu.viewing.explorer.scene import ScenePart


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f8"])
def test_numbers_come_back_as_they_were(kind):
    values = np.array([0, 1, 77, 255])
    assert unpacked(compressed(values, kind)).tolist() == values.tolist()


def test_what_is_not_known_stays_unknown():
    assert np.isnan(unpacked(compressed([1.5, np.nan]))[1])


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
            "tokens": compressed_tokens(rows, space.decisions),
            "depth": compressed([len(row) for row in rows], "u2"),
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


def test_what_scenes_have_in_common_is_kept_once():
    facts = {"shape": "4 × 8 × 8", "parameters": 60}
    part = ScenePart("layer 1", "3×5", "4 × 8 × 8", (), facts=facts)
    last = ScenePart("layer 2", "5×5", "", (0,), y=1, kind="output", facts={"FLOP": 2**40})
    packs = compressed_scenes([(part,), (part, last)])
    assert packs["words"] == ["4 × 8 × 8", "3×5", "5×5", ""]
    assert packs["moulds"] == [("layer 1", 0, 0, 0, (0, 1)), ("layer 2", 2, 0, 1, (2,))]
    assert [
        (name, is_text, unpacked(column).tolist()) for name, is_text, column in packs["facts"]
    ] == [
        ("shape", True, [0, 0]),
        ("parameters", False, [60, 60]),
        ("FLOP", False, [2**40]),
    ]
    assert scenes_of({"scenes": packs})[1] == {
        "layer 1": ("3×5", "4 × 8 × 8", [], facts),
        "layer 2": ("5×5", "", ["layer 1"], {"FLOP": 2**40}),
    }
