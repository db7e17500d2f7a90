"""What a convolutional network costs, counted from its description alone.

Shapes, parameters and arithmetic follow from the layers by counting, so pictures, tables
and the order in which children are trained need no built network.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from nasedu.architectures.conv_net import ConvNet


@dataclass(frozen=True, slots=True)
class LayerCost:
    """Shapes and cost of one layer for one image.

    Attributes:
        in_channels: Channels after concatenating the layer's inputs.
        out_channels: Number of filters, or of classes.
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
    size are padded to the largest (fix-up rule 3, section 3.3).
    """
    shapes = [(in_channels, height, width)]  # of the image, then of each layer's output
    layers = []
    for layer in net.layers:
        channels, tall, wide = _concatenated([shapes[i] for i in layer.inputs])
        tall, wide = ceil(tall / layer.stride_height), ceil(wide / layer.stride_width)
        weights = layer.filter_height * layer.filter_width * channels * layer.num_filters
        shapes.append((layer.num_filters, tall, wide))
        layers.append(
            LayerCost(
                in_channels=channels,
                out_channels=layer.num_filters,
                height=tall,
                width=wide,
                num_parameters=weights + 2 * layer.num_filters,
                flop=2 * weights * tall * wide,
            )
        )
    channels = sum(shapes[i][0] for i in net.loose_ends)
    weights = channels * num_classes
    head = LayerCost(channels, num_classes, 1, 1, weights + num_classes, 2 * weights)
    return NetworkCost(tuple(layers), head)


def _concatenated(shapes: list[tuple[int, int, int]]) -> tuple[int, int, int]:
    channels, heights, widths = zip(*shapes, strict=True)
    return sum(channels), max(heights), max(widths)
