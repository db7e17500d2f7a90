import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from nasedu import build, published
from nasedu.architectures.nas_net import NAS_OPERATIONS, NasNet, NasNetBlock, NasNetCell
from nasedu.children.nas_net import NasNetChild
from nasedu.children.nas_operations import DropPath, FactorizedReduction, operation
from nasedu.errors import SettingError
from nasedu.spaces import NasNetSpace

SMALL = {"cells": 1, "filters": 2, "in_channels": 1, "num_classes": 3}


def num_parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("cells", "filters", "auxiliary", "count"),
    [
        (6, 32, None, 3_346_538),  # the paper's 3.3 M
        (6, 32, (32, 32), 4_978_036),
        (7, 96, None, 32_590_954),  # the paper says 27.6 M, and no rule that gives it is known
    ],
)
def test_the_published_networks_have_so_many_parameters(cells, filters, auxiliary, count):
    with torch.device("meta"):
        child = build(published.NASNET_A, cells=cells, filters=filters, auxiliary=auxiliary)
    assert num_parameters(child) == count
    assert child.classifier.in_features == 24 * filters  # "6 @ 768", "7 @ 2304"
    assert len(child.cells) == 3 * cells + 2


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_decodable_network_builds_and_takes_a_step(data):
    space = NasNetSpace(data.draw(st.sampled_from([1, 2, 5])))  # 5: the paper's
    tokens = [data.draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions]
    size = data.draw(st.sampled_from([(1, 1), (5, 8), (8, 8)]))
    sizes = SMALL | {"filters": data.draw(st.integers(1, 3))}
    child = build(space.decode(tokens), **sizes, auxiliary=size, drop_path=0.3)
    child.schedule(0.5)
    optimizer = torch.optim.SGD(child.parameters(), lr=0.01)
    logits, side = child.read(torch.rand(3, 1, *size))
    assert logits.shape == side.shape == (3, 3)
    (logits.logsumexp(1).sum() + side.logsumexp(1).sum()).backward()
    optimizer.step()
    assert all(p.isfinite().all() for p in child.parameters())
    assert child.eval()(torch.rand(1, 1, *size)).isfinite().all()


@pytest.mark.parametrize("name", NAS_OPERATIONS)
@pytest.mark.parametrize("stride", [1, 2])
def test_every_operation_gives_f_channels_and_halves_rounding_up(name, stride):
    for channels, pixels in ((4, 7), (6, 8)):
        made = operation(name, channels, 4, stride).train()
        side = -(-pixels // stride)
        assert made(torch.rand(2, channels, pixels, pixels)).shape == (2, 4, side, side)


def test_separable_convolutions_are_applied_twice_and_only_the_first_has_the_stride():
    kinds = [type(module).__name__ for module in operation("separable_5x5", 4, 6, 2)]
    assert kinds == ["ReLU", "Conv2d", "Conv2d", "BatchNorm2d"] * 2
    depthwise, pointwise, second = (operation("separable_5x5", 4, 6, 2)[k] for k in (1, 2, 5))
    assert (depthwise.groups, depthwise.stride, pointwise.kernel_size) == (4, (2, 2), (1, 1))
    assert (second.groups, second.stride) == (6, (1, 1))


def test_an_average_leaves_the_padding_out():
    ones = torch.ones(1, 4, 3, 3)
    assert torch.equal(operation("average_3x3", 4, 4, 1)(ones), ones)


def test_identity_has_weights_only_where_it_changes_the_shape():
    assert isinstance(operation("identity", 4, 4, 1), nn.Identity)
    assert num_parameters(operation("identity", 4, 4, 2)) == 4 * 4 + 2 * 4
    assert num_parameters(operation("identity", 5, 4, 1)) == 5 * 4 + 2 * 4


def test_a_factorised_reduction_sees_even_and_odd_pixels():
    reduction = FactorizedReduction(1, 2).eval()
    for convolution in (reduction.even, reduction.odd):
        nn.init.ones_(convolution.weight)
    maps = torch.arange(16.0).view(1, 1, 4, 4)
    even, odd = reduction(maps)[0]
    torch.testing.assert_close(even, torch.tensor([[0.0, 2.0], [8.0, 10.0]]), rtol=1e-4, atol=0)
    torch.testing.assert_close(odd, torch.tensor([[5.0, 7.0], [13.0, 15.0]]), rtol=1e-4, atol=0)


def test_the_first_cell_after_a_reduction_sees_the_map_before_it():
    child = build(published.NASNET_A, **SMALL).eval()
    seen, made = [], []
    for cell in child.cells:
        cell.register_forward_pre_hook(lambda module, inputs: seen.append(inputs))
        cell.register_forward_hook(lambda module, inputs, output: made.append(output))
    child(torch.rand(2, 1, 8, 8))
    assert seen[0][0] is seen[0][1]  # nothing is before the first cell
    assert seen[2][0] is made[1] and seen[2][1] is made[0]  # cell 1 reduces
    assert [maps.shape[2] for maps in made] == [8, 4, 4, 2, 2]
    assert [maps.shape[1] for maps in made] == [12, 16, 24, 32, 48]


def test_a_reduction_may_give_its_own_inputs_on():
    block = NasNetBlock(0, 0, "identity", "identity")
    cell = NasNetCell((block,))
    assert cell.outputs == (1, 2)
    child = build(NasNet(cell, cell), **SMALL)
    assert child(torch.rand(2, 1, 8, 8)).shape == (2, 3)


def test_paths_are_dropped_more_in_later_cells_and_later_and_never_an_identity():
    child = build(published.NASNET_A, **SMALL, drop_path=0.4)
    drops = [{m.drop for m in cell.modules() if isinstance(m, DropPath)} for cell in child.cells]
    assert drops == [{0.0}] * 5
    child.schedule(0.5)
    drops = [{m.drop for m in cell.modules() if isinstance(m, DropPath)} for cell in child.cells]
    assert [round(min(one), 6) for one in drops] == [
        0.04,
        0.08,
        0.12,
        0.16,
        0.2,
    ]
    normal = child.cells[0]
    paths = sum(isinstance(module, DropPath) for module in normal.modules())
    assert paths == 8  # ten operations, two of them identities


def test_a_dropped_path_is_zero_for_whole_images_and_its_mean_stays():
    torch.manual_seed(0)
    path, maps = DropPath(), torch.ones(4000, 1, 2, 2)
    path.drop = 0.25
    out = path(maps)
    assert sorted({*out.flatten(1).sum(1).tolist()}) == pytest.approx([0.0, 4 / 0.75])
    assert out.mean().item() == pytest.approx(1, abs=0.03)
    assert path.eval()(maps) is maps


def test_the_auxiliary_head_reads_the_last_normal_cell_before_the_second_reduction():
    child = build(published.NASNET_A, cells=2, filters=2, auxiliary=(32, 32))
    assert isinstance(child, NasNetChild) and child.side_after == 4
    seen = []
    child.side.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    child.read(torch.rand(2, 3, 32, 32))
    assert seen[0].shape == (2, 6 * 4, 16, 16)
    assert child.eval().read(torch.rand(1, 3, 32, 32))[1] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": 0}, "cells is 0"),
        ({"cells": 51}, "cells is 51; expected an integer of at least 1 and at most 50"),
        ({"filters": 0}, "filters is 0"),
        ({"num_classes": 0}, "num_classes is 0"),
        ({"drop_path": 1.0}, "drop_path is 1.0"),
    ],
)
def test_sizes_that_cannot_be_are_named(changes, words):
    with pytest.raises(SettingError, match=words):
        build(published.NASNET_A, **{**SMALL, **changes})
