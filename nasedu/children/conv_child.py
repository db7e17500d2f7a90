"""Convolutional children (Zoph & Le 2016, section 3.3).

Legend of shapes: N images, C channels, H x W pixels, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, max_pool2d, pad

from nasedu.architectures import ConvLayer, ConvNet, cost
from nasedu.errors import SettingError
from nasedu.values import Count, checked


class ConvBlock(nn.Sequential):
    """One layer: convolution, batch norm, ReLU.

    The paper names the three and not their order; this is the usual one. The convolution
    pads to SAME, so that its output measures ceil(n / stride), and has no bias, since batch
    norm subtracts any constant.
    """

    def __init__(self, layer: ConvLayer, in_channels: int) -> None:
        size = (layer.filter_height, layer.filter_width)
        convolution = nn.Conv2d(
            in_channels,
            layer.num_filters,
            size,
            stride=(layer.stride_height, layer.stride_width),
            padding=((size[0] - 1) // 2, (size[1] - 1) // 2),
            bias=False,
        )
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        steps = [convolution, nn.BatchNorm2d(layer.num_filters), nn.ReLU()]
        if any(n % 2 == 0 for n in size):  # an even filter needs one more pixel at the far side
            extra = tuple(1 - n % 2 for n in size)
            steps.insert(0, nn.ZeroPad2d((0, extra[1], 0, extra[0])))
        super().__init__(*steps)


class PoolBlock(nn.Module):
    """One layer that pools: the largest or the mean of every window, with no weights.

    Padded to SAME as a convolution is. Padding is never the largest, nor part of a mean.
    """

    def __init__(self, layer: ConvLayer) -> None:
        super().__init__()
        self.size = height, width = layer.filter_height, layer.filter_width
        self.stride = (layer.stride_height, layer.stride_width)
        self.is_max = layer.operation == "max"
        top, left = (height - 1) // 2, (width - 1) // 2
        self.padding = (left, width - 1 - left, top, height - 1 - top)

    def forward(self, maps: Tensor) -> Tensor:
        """Pool maps ``(N, C, H, W)``."""
        if self.is_max:
            padded = pad(maps, self.padding, value=float("-inf"))
            return max_pool2d(padded, self.size, self.stride)
        inside = pad(torch.ones_like(maps[:1, :1]), self.padding)
        share = avg_pool2d(inside, self.size, self.stride)  # of a window that is no padding
        return avg_pool2d(pad(maps, self.padding), self.size, self.stride) / share


class ConvChild(nn.Module):
    """The network that a `ConvNet` describes.

    Args:
        net: The description.
        in_channels: Channels of the image.
        num_classes: K.

    Raises:
        SettingError: A size below 1.
    """

    def __init__(self, net: ConvNet, in_channels: int = 3, num_classes: int = 10) -> None:
        super().__init__()
        checked(in_channels, Count, "in_channels", SettingError)
        checked(num_classes, Count, "num_classes", SettingError)
        counts = cost(net, in_channels=in_channels, num_classes=num_classes)
        self.net = net
        self.blocks = nn.ModuleList(
            PoolBlock(layer) if layer.is_pooling else ConvBlock(layer, count.in_channels)
            for layer, count in zip(net.layers, counts.layers, strict=True)
        )
        self.classifier = nn.Linear(counts.classifier.in_channels, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(N, C, H, W)`` to logits ``(N, K)``.

        Fix-up rule 2: the classifier reads all outputs that no layer consumes.
        """
        outputs = [images]  # of the image (0), then of layers 1, 2, ...
        for number, layer in enumerate(self.net.layers, start=1):
            maps = concatenate([outputs[i] for i in layer.inputs])
            outputs.append(self.blocks[number - 1](maps))
            if number in self.net.pool_after:
                outputs = self.pooled(outputs)
        features = concatenate([outputs[i] for i in self.net.loose_ends])
        # Global average pooling. Unlike mean((2, 3)), its gradient keeps the channels-last order.
        return self.classifier(avg_pool2d(features, features.shape[2:]).flatten(1))

    def pooled(self, outputs: list[Tensor]) -> list[Tensor]:
        """Halve the maps so far, rounding up, so that each is pooled once for all its readers.

        Those that nobody will read any more are left as they are.
        """
        later = {i for layer in self.net.layers[len(outputs) - 1 :] for i in layer.inputs}
        later |= {*self.net.loose_ends}
        return [
            max_pool2d(maps, 2, ceil_mode=True) if number in later else maps
            for number, maps in enumerate(outputs)
        ]


def concatenate(maps: Sequence[Tensor]) -> Tensor:
    """Stack maps ``(N, C_i, H_i, W_i)`` in depth.

    Fix-up rule 3: smaller maps are padded with zeros to the largest. The paper does not say
    on which side; here at the bottom and the right.
    """
    if len(maps) == 1:
        return maps[0]
    height = max(m.shape[2] for m in maps)
    width = max(m.shape[3] for m in maps)
    return torch.cat([pad(m, (0, width - m.shape[3], 0, height - m.shape[2])) for m in maps], 1)
