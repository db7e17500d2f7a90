"""One network whose weights all networks of a space share (ENAS, Pham et al. 2018).

Every network of the space is a part of it: smaller filters are the middle of the largest ones,
fewer filters are the first ones, and a layer has weights for every layer that may feed it. While
training, each batch goes through another network, drawn at random. That is the simplest honest
form: ENAS draws by its controller.

Legend of shapes: N images, C channels, F filters, H x W pixels, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm, conv2d

from nasedu.architectures import ConvLayer, ConvNet
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace


class SharedConv(nn.Module):
    """The shared network of a space whose networks have stride 1 and no pooling.

    Args:
        space: The networks.
        in_channels: Channels of the images.
        num_classes: K.

    Attributes:
        net: The network that images go through; while training it is drawn anew for each batch,
            from torch's global generator.
    """

    def __init__(self, space: ConvNetSpace, *, in_channels: int, num_classes: int) -> None:
        super().__init__()
        if space.strides != (1,) or space.operations != ("conv",) or space.pool_after:
            raise SettingError(f"{space} has strides or pooling; weights cannot be shared by them")
        self.space = space
        self.filters, self.in_channels = max(space.num_filters), in_channels
        size = (max(space.filter_heights), max(space.filter_widths))
        self.weights = nn.ParameterList()  # of every layer, for the image and all layers before
        for earlier in range(space.num_layers):
            weight = torch.empty(self.filters, in_channels + self.filters * earlier, *size)
            self.weights.append(nn.init.kaiming_normal_(weight, nonlinearity="relu"))
        self.heads = nn.Parameter(
            torch.randn(space.num_layers, num_classes, self.filters) * self.filters**-0.5
        )
        self.scale = nn.Parameter(torch.ones(space.num_layers, self.filters))
        self.shift = nn.Parameter(torch.zeros(space.num_layers, self.filters))
        self.bias = nn.Parameter(torch.zeros(num_classes))
        self.net = self.drawn()

    def drawn(self) -> ConvNet:
        """Return a network at random, every description as likely as any other."""
        tokens = [int(torch.randint(d.num_tokens, ())) for d in self.space.decisions]
        return self.space.decode(tokens)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(N, C, H, W)`` to logits ``(N, K)`` through one of the networks."""
        if self.training:
            self.net = self.drawn()
        maps = [images]
        for number, layer in enumerate(self.net.layers, start=1):
            maps.append(self.layer(number, layer, maps))
        logits = self.bias
        for end in self.net.loose_ends:
            features = maps[end].mean((2, 3))  # (N, F)
            logits = logits + features @ self.heads[end - 1][:, : features.shape[1]].T
        return logits

    def layer(self, number: int, layer: ConvLayer, maps: list[Tensor]) -> Tensor:
        """Return ``(N, F, H, W)`` of a layer, with its part of the shared weights.

        Batch norm takes the statistics of the batch, in testing, too: those of different
        networks differ, and no running mean could stand for all of them.
        """
        inputs = torch.cat([maps[i] for i in layer.inputs], 1)
        weight = self.part(
            self.weights[number - 1], layer, [maps[i].shape[1] for i in layer.inputs]
        )
        padding = (layer.filter_height // 2, layer.filter_width // 2)
        values = conv2d(inputs, weight, padding=padding)
        scale, shift = (each[number - 1, : layer.num_filters] for each in (self.scale, self.shift))
        return batch_norm(values, None, None, scale, shift, training=True).relu()

    def part(self, weight: Tensor, layer: ConvLayer, channels: list[int]) -> Tensor:
        """Return the part ``(F, C, height, width)`` of a layer's weights that a network uses.

        Args:
            weight: ``(F, C, H, W)`` for the largest filters and all inputs.
            layer: The layer.
            channels: How many channels each of its inputs has.
        """
        top = (weight.shape[2] - layer.filter_height) // 2
        left = (weight.shape[3] - layer.filter_width) // 2
        rows, columns = (top, top + layer.filter_height), (left, left + layer.filter_width)
        middle = weight[: layer.num_filters, :, slice(*rows), slice(*columns)]
        starts = [self.in_channels + self.filters * (i - 1) if i else 0 for i in layer.inputs]
        pairs = zip(starts, channels, strict=True)
        return torch.cat([middle[:, start : start + many] for start, many in pairs], 1)
