import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nasedu import build
from nasedu.architectures import ConvLayer, ConvNet, cost, published
from nasedu.children import concatenate
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace

SPACE = ConvNetSpace(4, (1, 3, 5), (2, 3, 7), (2, 5), strides=(1, 2, 3))


def num_parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_the_published_network_has_4_201_630_parameters():
    assert num_parameters(build(published.NAS_CNN_V1)) == 4_201_630


@settings(max_examples=60)
@given(st.data())
def test_every_network_of_a_space_builds_as_counted_and_takes_a_step(data):
    tokens = [data.draw(st.integers(0, d.num_tokens - 1)) for d in SPACE.decisions]
    net = SPACE.decode(tokens)
    child = build(net, in_channels=1, num_classes=3)
    counts = cost(net, in_channels=1, num_classes=3, height=5, width=8)
    assert num_parameters(child) == counts.num_parameters
    shapes = []
    for block in child.blocks:
        block.register_forward_hook(lambda module, inputs, output: shapes.append(output.shape))
    logits = child(torch.rand(2, 1, 5, 8))
    assert logits.shape == (2, 3)
    assert shapes == [(2, c.out_channels, c.height, c.width) for c in counts.layers]
    logits.logsumexp(1).sum().backward()
    assert all(p.grad.isfinite().all() for p in child.parameters())


def test_every_network_of_a_small_space_maps_to_logits():
    space = ConvNetSpace(3, (1, 3), (3,), (2,))
    for tokens in itertools.product(*(range(d.num_tokens) for d in space.decisions)):
        assert build(space.decode(tokens)).eval()(torch.rand(1, 3, 4, 4)).shape == (1, 10)


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("pixels", [1, 7, 8])
def test_same_padding_for_any_filter_and_stride(size, stride, pixels):
    net = ConvNet((ConvLayer(size, size, 2, (0,), stride, stride),))
    block = build(net).blocks[0]
    side = -(-pixels // stride)
    assert block(torch.rand(2, 3, pixels, pixels)).shape == (2, 2, side, side)


def test_a_block_is_convolution_then_batch_norm_then_relu():
    child = build(ConvNet((ConvLayer(3, 5, 4, (0,)),)))
    images = torch.rand(6, 3, 8, 8)
    convolution = torch.nn.functional.conv2d(images, child.blocks[0][0].weight, padding=(1, 2))
    mean, var = convolution.mean((0, 2, 3)), convolution.var((0, 2, 3), unbiased=False)
    expected = (convolution - mean[:, None, None]) / (var[:, None, None] + 1e-5).sqrt()
    torch.testing.assert_close(child.blocks[0](images), expected.relu(), rtol=1e-4, atol=1e-5)


def test_inputs_are_concatenated_in_depth_in_order():
    layers = (ConvLayer(1, 1, 2, (0,)), ConvLayer(1, 1, 3, (0,)), ConvLayer(1, 1, 4, (0, 1, 2)))
    child = build(ConvNet(layers)).eval()
    seen = []
    child.blocks[2].register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    images = torch.rand(1, 3, 4, 4)
    child(images)
    first, second = child.blocks[0](images), child.blocks[1](images)
    assert torch.equal(seen[0], torch.cat([images, first, second], 1))


def test_smaller_maps_are_padded_with_zeros_at_bottom_and_right():
    small, large = torch.ones(1, 1, 2, 1), torch.ones(1, 2, 3, 3)
    padded = concatenate([small, large])
    assert padded.shape == (1, 3, 3, 3)
    assert padded[0, 0].tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert concatenate([small]) is small


def test_the_classifier_reads_every_loose_end():
    layers = (ConvLayer(3, 3, 2, (0,)), ConvLayer(3, 3, 3, (0,)), ConvLayer(3, 3, 5, (2,)))
    child = build(ConvNet(layers)).eval()
    assert child.classifier.in_features == 2 + 5
    images = torch.rand(2, 3, 6, 6)
    first = child.blocks[0](images)
    third = child.blocks[2](child.blocks[1](images))
    pooled = torch.cat([first.mean((2, 3)), third.mean((2, 3))], 1)
    torch.testing.assert_close(child(images), child.classifier(pooled))


def test_what_cannot_be_built_is_named():
    with pytest.raises(SettingError, match="num_classes is 0"):
        build(published.NAS_CNN_V1, num_classes=0)
    with pytest.raises(TypeError, match="a str is of no known problem"):
        build("resnet")
