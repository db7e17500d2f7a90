import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import avg_pool2d, max_pool2d, one_hot

from nasedu import build
from nasedu.architectures import ConvLayer, ConvNet, cost
from nasedu.spaces import PRESETS, ConvNetSpace

KINDS = ConvNetSpace(
    5,
    (1, 2, 3),
    (1, 3, 4),
    (2, 3),
    strides=(1, 3),
    operations=("conv", "max", "average"),
    pool_after=(2, 5),
)


def drawn_from(data, space):
    """Return any network of a space."""
    return space.decode([data.draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions])


def take_a_step(net, height, width):
    """Train one step, and check the shapes on the way against what was counted."""
    child = build(net, in_channels=2, num_classes=3)
    counts = cost(net, in_channels=2, num_classes=3, height=height, width=width)
    assert sum(p.numel() for p in child.parameters()) == counts.num_parameters
    shapes = []
    for block in child.blocks:
        block.register_forward_hook(lambda module, inputs, output: shapes.append(output.shape))
    loss = child(torch.rand(2, 2, height, width)).logsumexp(1).sum()
    assert shapes == [(2, c.out_channels, c.height, c.width) for c in counts.layers]
    loss.backward()
    before = [p.detach().clone() for p in child.parameters()]
    torch.optim.SGD(child.parameters(), 0.1).step()
    assert all(p.isfinite().all() for p in child.parameters())
    assert any(not torch.equal(p, q) for p, q in zip(child.parameters(), before, strict=True))


@settings(max_examples=20)
@given(st.data())
def test_every_network_with_pooling_builds_as_counted_and_takes_a_step(data):
    take_a_step(drawn_from(data, KINDS), 7, 10)


@pytest.mark.parametrize("name", PRESETS)
@settings(max_examples=2)
@given(st.data())
def test_networks_of_the_papers_spaces_take_a_step(name, data):
    take_a_step(drawn_from(data, PRESETS[name]), 6, 5)


def test_strides_of_three_shrink_a_map_below_its_filters_and_go_on():
    layers = [ConvLayer(7, 7, 2, (0,), 3, 3)]
    layers += [ConvLayer(7, 5, 2, (i,), 3, 3) for i in (1, 2, 3)]
    layers += [ConvLayer(7, 7, 2, (0, 1, 4), 1, 1)]
    take_a_step(ConvNet(tuple(layers)), 32, 32)
    counts = cost(ConvNet(tuple(layers)))
    sides = [(c.height, c.width) for c in counts.layers]
    assert sides == [(11, 11), (4, 4), (2, 2), (1, 1), (32, 32)]


def test_unequal_maps_are_read_with_zeros_at_bottom_and_right():
    net = ConvNet((ConvLayer(1, 1, 2, (0,), 3, 3), ConvLayer(1, 1, 2, (0, 1))))
    child = build(net).eval()
    seen = []
    child.blocks[1].register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    images = torch.rand(1, 3, 7, 7)
    child(images)
    assert torch.equal(seen[0][:, 3:, :3, :3], child.blocks[0](images))
    assert not seen[0][:, 3:, 3:].any()
    assert not seen[0][:, 3:, :, 3:].any()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("operation", ["max", "average"])
def test_a_pooling_layer_looks_at_the_image_alone_and_not_at_its_padding(size, stride, operation):
    net = ConvNet((ConvLayer(size, size, 0, (0,), stride, stride, operation),))
    images = -1 - torch.rand(1, 2, 5, 5)  # zeros of a padding would be the largest
    result = build(net, in_channels=2).blocks[0](images)
    first = (size - 1) // 2
    for row in range(-(-5 // stride)):
        top = row * stride - first
        rows = images[0, 0, max(top, 0) : top + size, max(-first, 0) : size - first]
        expected = rows.max() if operation == "max" else rows.mean()
        torch.testing.assert_close(result[0, 0, row, 0], expected)
    assert result.shape == (1, 2, -(-5 // stride), -(-5 // stride))


def test_pooling_in_between_is_what_later_readers_get():
    layers = (
        ConvLayer(3, 3, 2, (0,)),
        ConvLayer(3, 3, 3, (0, 1)),
        ConvLayer(1, 1, 2, (0, 2)),
        ConvLayer(1, 1, 2, (1, 3)),
    )
    child = build(ConvNet(layers, pool_after=(2, 3))).eval()
    images = torch.rand(2, 3, 5, 5)

    def pool(maps):
        return max_pool2d(maps, 2, ceil_mode=True)

    first = child.blocks[0](images)
    second = child.blocks[1](torch.cat([images, first], 1))
    third = child.blocks[2](torch.cat([pool(images), pool(second)], 1))
    fourth = child.blocks[3](torch.cat([pool(pool(first)), pool(third)], 1))
    logits = child.classifier(avg_pool2d(fourth, 2).flatten(1))
    torch.testing.assert_close(child(images), logits)


def test_the_classifier_reads_pooled_maps_too():
    net = ConvNet((ConvLayer(3, 3, 2, (0,)), ConvLayer(3, 3, 2, (0,))), pool_after=(1, 2))
    child = build(net).eval()
    images = torch.rand(1, 3, 4, 4)
    first = max_pool2d(max_pool2d(child.blocks[0](images), 2), 2)
    second = max_pool2d(child.blocks[1](max_pool2d(images, 2)), 2)
    logits = child.classifier(torch.cat([first, second], 1).flatten(1))
    torch.testing.assert_close(child(images), logits)


def test_a_map_of_one_pixel_stays_one():
    net = ConvNet((ConvLayer(3, 3, 2, (0,)),) * 4, pool_after=(1, 2, 3, 4))
    assert build(net).eval()(torch.rand(1, 3, 2, 1)).shape == (1, 10)


def test_each_map_is_pooled_once_however_many_read_it(monkeypatch):
    from nasedu.children import conv_child

    calls = []

    def counted(maps, *arguments, **options):
        calls.append(tuple(maps.shape))
        return max_pool2d(maps, *arguments, **options)

    monkeypatch.setattr(conv_child, "max_pool2d", counted)
    layers = (ConvLayer(1, 1, 4, (0,)), *(ConvLayer(1, 1, 5, (1,)) for _ in range(4)))
    child = build(ConvNet(layers, pool_after=(1,)))
    child(torch.rand(2, 3, 4, 4))
    assert calls == [(2, 4, 4, 4)]  # the image is read no more


def test_gradients_reach_what_lies_before_a_pooling():
    net = ConvNet((ConvLayer(3, 3, 4, (0,)), ConvLayer(3, 3, 4, (1,))), pool_after=(1,))
    child = build(net)
    logits = child(torch.rand(8, 3, 8, 8))
    (logits * one_hot(torch.arange(8) % 10, 10)).sum().backward()
    assert child.blocks[0][0].weight.grad.abs().sum() > 0
