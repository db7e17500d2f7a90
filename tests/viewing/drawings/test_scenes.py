"""Scenes: children as parts, with the numbers that are counted elsewhere."""

import random
from itertools import pairwise

import pytest

from nasedu import ChoiceSpace, RecurrentCellSpace, compare, draw, published
from nasedu.architectures import cost
from nasedu.errors import DrawingError
from nasedu.spaces import Decision, NasNetSpace, presets
from nasedu.viewing import view_of
from nasedu.viewing.drawings.dot_drawing import Drawing


def drawn(seed):
    space, source = NasNetSpace(5), random.Random(seed)
    return space.decode([source.randrange(d.num_tokens) for d in space.decisions])


def scene_of(net, **evaluator):
    return {part.name: part for part in view_of(net).scene(net, evaluator)}


def test_a_network_has_its_layers_and_what_they_cost():
    net, shape = published.NAS_CNN_V1, (3, 24, 24)
    parts = scene_of(net, shape=shape, num_classes=7)
    counted = cost(net, in_channels=3, height=24, width=24, num_classes=7)
    assert list(parts) == ["image", *(f"layer {i}" for i in range(1, 16)), "classifier"]
    for i, (layer, of) in enumerate(zip(net.layers, counted.layers, strict=True), start=1):
        part = parts[f"layer {i}"]
        assert part.inputs == layer.inputs and part.y == i
        assert part.facts["parameters"] == of.num_parameters and part.facts["FLOP"] == of.flop
        assert part.note == part.facts["shape"] == f"{of.out_channels} × 24 × 24"
    told = [part.facts.get("parameters", 0) for part in parts.values()]
    assert sum(told) == counted.num_parameters
    assert parts["classifier"].inputs == net.loose_ends


def test_strides_and_poolings_are_told():
    space = presets.PRESETS["cifar10-v3"]
    net = space.decode([0] * len(space.decisions))
    parts = scene_of(net)
    pooled = [name for name, part in parts.items() if "after it" in part.facts]
    assert pooled == [f"layer {i}" for i in net.pool_after]
    strided = presets.PRESETS["cifar10-v2"]
    tokens = [min(1, d.num_tokens - 1) for d in strided.decisions]
    assert "/2×2" in scene_of(strided.decode(tokens))["layer 1"].label


@pytest.mark.parametrize("cell", [published.NAS_CELL, published.NAS_CELL_MAX_SIN])
def test_a_cell_reads_below_what_stands_above(cell):
    scene = view_of(cell).scene(cell, {"recipe": {"hidden_size": 5}})
    names = [part.name for part in scene]
    assert names == ["x_t", "h_t-1", "c_t-1", *(f"node {k}" for k in range(15)), "injection",
                     "h_t", "c_t"]  # fmt: skip
    for part in scene:
        assert all(scene[i].y > part.y for i in part.inputs)
    places = [(part.x, part.y) for part in scene]
    assert len(set(places)) == len(places)
    injected = scene[names.index("injection")]
    assert [names[i] for i in injected.inputs] == [f"node {cell.cell_input}", "c_t-1"]
    readers = [part.name for part in scene if names.index(f"node {cell.cell_input}") in part.inputs]
    assert "injection" in readers and set(readers) <= {"injection", "c_t"}
    leaves = [part for part in scene if part.facts.get("parameters")]
    assert len(leaves) == 8 and leaves[0].facts["parameters"] == 2 * 5 * 5


@pytest.mark.parametrize("base", [1, 2, 4])
def test_every_cell_of_a_small_base_has_a_place_for_each_part(base):
    space = RecurrentCellSpace(base)
    for k in range(2 * base - 1):
        tokens = [min(k, d.num_tokens - 1) for d in space.decisions]
        cell = space.decode(tokens)
        scene = view_of(cell).scene(cell, {})
        rows = {}
        for part in scene:
            rows.setdefault(part.y, []).append(part.x)
        for row in rows.values():  # a box is almost as wide as a column
            assert all(b - a >= 1 for a, b in pairwise(sorted(row)))


@pytest.mark.parametrize("seed", range(8))
def test_a_nasnet_has_two_operations_a_block_below_what_joins_them(seed):
    net = drawn(seed) if seed else published.NASNET_A
    scene = view_of(net).scene(net, {})
    named = {part.name: part for part in scene}
    assert len(named) == len(scene) == 2 * (2 + 3 * 5 + 1)
    for name, cell in net.cells.items():
        for state, block in enumerate(cell.blocks, start=2):
            pair = [scene[i] for i in named[f"{name} {state}"].inputs]
            assert [part.name for part in pair] == [f"{name} {state}{side}" for side in "ab"]
            assert [scene[part.inputs[0]].name for part in pair] == [
                f"{name} {source}" for source in block.inputs
            ]
        output = named[f"{name} out"]
        assert {scene[i].name for i in output.inputs} == {f"{name} {k}" for k in cell.outputs}
    rows = {}
    for part in scene:
        assert all(scene[i].y > part.y for i in part.inputs)
        rows.setdefault(part.y, []).append(part.x)
        assert all(len(word) <= 9 for word in part.label.split(" ", 1))
    for row in rows.values():  # a box is almost as wide as a column
        assert all(b - a >= 1 for a, b in pairwise(sorted(row)))


def test_anchor_points_of_ones_own_are_connections():
    space = ChoiceSpace({"op": ("a", "b"), "inputs": ()}, num_layers=3)
    scene = view_of(space).scene(space.decode([0, 0, 1, 1, 0, 3]), {})
    assert [part.inputs for part in scene] == [(), (0,), (0, 1)]


def test_what_has_one_layer_is_a_list_of_names():
    space = ChoiceSpace([Decision("lr", 1, (0.1, 0.2)), Decision("depth", 1, (2, 4))])
    scene = view_of(space).scene(space.decode([1, 0]), {})
    assert [(part.name, part.label, part.inputs) for part in scene] == [
        ("lr", "0.2", ()),
        ("depth", "2", ()),
    ]


def test_drawings_can_be_explored(tmp_path):
    drawing = draw(published.NAS_CELL)
    assert "NAS" not in drawing.title and drawing.title in drawing.explore().html
    assert drawing.save(tmp_path / "a.html").read_text(encoding="utf-8") == drawing.explore().html
    both = compare(published.NAS_CELL, published.NAS_CELL_MAX_SIN, names=("one", "two"))
    assert [exhibit.name for exhibit in both.exhibits] == ["one", "two"]
    with pytest.raises(DrawingError, match="not a drawing of a child"):
        Drawing("digraph {}", "", "", "By hand").explore()
