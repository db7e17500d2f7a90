import pytest
import torch
from torch.nn.functional import batch_norm, conv2d

from nasedu import ConvNetSpace
from nasedu.architectures import ConvLayer, ConvNet
from nasedu.children.shared_conv import SharedConv
from nasedu.errors import SettingError

SPACE = ConvNetSpace(3, (1, 3, 5), (1, 3, 5), (2, 6))


@pytest.fixture
def shared():
    torch.manual_seed(0)
    return SharedConv(SPACE, in_channels=1, num_classes=4)


def test_a_network_is_computed_with_its_part_of_the_weights(shared):
    """Layer by layer, by hand: the middle of the filters, the first of them, the inputs' rows."""
    shared.net = ConvNet(
        (ConvLayer(5, 1, 2, (0,)), ConvLayer(1, 3, 6, (0,)), ConvLayer(3, 3, 2, (0, 1)))
    )
    images = torch.rand(5, 1, 8, 8)

    def norm(values):
        return batch_norm(values, None, None, training=True).relu()

    one, two, three = shared.weights
    first = norm(conv2d(images, one[:2, :1, :, 2:3], padding=(2, 0)))
    second = norm(conv2d(images, two[:6, :1, 2:3, 1:4], padding=(0, 1)))
    part = torch.cat([three[:2, :1], three[:2, 1:3]], 1)[:, :, 1:4, 1:4]
    third = norm(conv2d(torch.cat([images, first], 1), part, padding=1))
    expected = (
        second.mean((2, 3)) @ shared.heads[1].T + third.mean((2, 3)) @ shared.heads[2, :, :2].T
    )
    torch.testing.assert_close(shared.eval()(images), expected, rtol=1e-4, atol=1e-5)


def test_inputs_after_a_narrow_layer_keep_their_own_weights(shared):
    """The weights for layer 2 stand behind all six that layer 1 could have."""
    layer = ConvLayer(1, 1, 2, (1, 2))
    part = shared.part(shared.weights[2], layer, [2, 2])
    own = shared.weights[2][:2, :, 2:3, 2:3]
    assert torch.equal(part, torch.cat([own[:, 1:3], own[:, 7:9]], 1))


def test_while_training_every_batch_goes_through_another_network(shared):
    nets = set()
    for _ in range(20):
        shared.train()(torch.rand(2, 1, 8, 8))
        nets.add(shared.net.digest)
    assert len(nets) > 15
    chosen = shared.eval().net = SPACE.decode([0] * len(SPACE.decisions))
    shared(torch.rand(2, 1, 8, 8))
    assert shared.net is chosen


def test_every_weight_has_a_gradient_whatever_was_drawn(shared):
    shared.train()(torch.rand(2, 1, 8, 8)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in shared.parameters())


def test_networks_are_drawn_alike(shared):
    torch.manual_seed(0)
    filters = [layer.num_filters for _ in range(400) for layer in shared.drawn().layers]
    assert sum(n == 2 for n in filters) / len(filters) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    "space",
    [
        ConvNetSpace(2, strides=(1, 2)),
        ConvNetSpace(2, operations=("conv", "max")),
        ConvNetSpace(2, pool_after=(1,)),
    ],
)
def test_strides_and_pooling_are_refused(space):
    with pytest.raises(SettingError, match="has strides or pooling"):
        SharedConv(space, in_channels=1, num_classes=4)
