"""The cost of a convolutional network, counted from its description alone.

Shapes, parameters and arithmetic follow from the layers by counting, so pictures, tables
and the order in which children are trained need no built network.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from nasedu.architectures.conv_net import ConvLayer, ConvNet


@dataclass(frozen=True, slots=True)
class LayerCost:
    """Shapes and cost of one layer for one image.

    Attributes:
        in_channels: Channels after concatenating the layer's inputs.
        out_channels: Number of filters, or of classes; pooling gives as many as it reads.
        height: Height of the output, in pixels.
        width: Width of the output, in pixels.
        num_parameters: Trained numbers: weights without bias, and batch norm's scale and shift.
        flop: Floating-point operations forward: two for each multiply-add of the
            convolution or matrix product. Batch norm, ReLU and pooling are not counted.
    """

    in_channels: int
    out_channels: int
    height: int
    width: int
    num_parameters: int
    flop: int


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """Cost of a whole network: its layers, then the classifier."""

    layers: tuple[LayerCost, ...]
    classifier: LayerCost

    @property
    def num_parameters(self) -> int:
        """Trained numbers of the whole network."""
        return sum(c.num_parameters for c in (*self.layers, self.classifier))

    @property
    def flop(self) -> int:
        """Floating-point operations of one image, forward."""
        return sum(c.flop for c in (*self.layers, self.classifier))


def cost(
    net: ConvNet, *, in_channels: int = 3, height: int = 32, width: int = 32, num_classes: int = 10
) -> NetworkCost:
    """Count shapes, parameters and FLOP of `build(net)` for one image of this shape.

    Convolutions pad to SAME, so an output measures ceil(n / stride); inputs of unequal
    size are padded to the largest (fix-up rule 3, section 3.3). Pooling between layers halves
    every map, rounded up.
    """
    shapes = [(in_channels, height, width)]  # of the image, then of each layer's output
    layers = []
    for number, layer in enumerate(net.layers, start=1):
        count = _layer_cost(layer, *_concatenated([shapes[i] for i in layer.inputs]))
        layers.append(count)
        shapes.append((count.out_channels, count.height, count.width))
        if number in net.pool_after:
            shapes = [(channels, ceil(h / 2), ceil(w / 2)) for channels, h, w in shapes]
    channels = sum(shapes[i][0] for i in net.loose_ends)
    weights = channels * num_classes
    # Global average pooling comes first: whatever the size of the maps, one number a channel.
    head = LayerCost(channels, num_classes, 1, 1, weights + num_classes, 2 * weights)
    return NetworkCost(tuple(layers), head)


def _layer_cost(layer: ConvLayer, channels: int, height: int, width: int) -> LayerCost:
    """Count a layer that reads so many channels of this size."""
    height, width = ceil(height / layer.stride_height), ceil(width / layer.stride_width)
    # No bias: batch norm would take it away again, and brings two numbers a filter of its own.
    # Pooling has no filters, and so neither weights nor FLOP.
    weights = layer.filter_height * layer.filter_width * channels * layer.num_filters
    return LayerCost(
        in_channels=channels,
        out_channels=channels if layer.is_pooling else layer.num_filters,
        height=height,
        width=width,
        num_parameters=weights + 2 * layer.num_filters,
        flop=2 * weights * height * width,
    )


def _concatenated(shapes: list[tuple[int, int, int]]) -> tuple[int, int, int]:
    channels, heights, widths = zip(*shapes, strict=True)
    return sum(channels), max(heights), max(widths)
