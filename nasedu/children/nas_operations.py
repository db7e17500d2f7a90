"""The operations of NASNet cells, each of which gives F channels (Zoph et al. 2017).

Legend of shapes: N images, C channels, F filters of a cell, H x W pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


class Convolution(nn.Sequential):
    """ReLU, convolution, batch norm: the order of all convolutions in a cell.

    It pads to SAME, so that its output measures ceil(n / stride).
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        size: tuple[int, int] = (1, 1),
        stride: tuple[int, int] = (1, 1),
        dilation: int = 1,
    ) -> None:
        height, width = size
        padding = (dilation * (height - 1) // 2, dilation * (width - 1) // 2)
        convolution = nn.Conv2d(channels, filters, size, stride, padding, dilation, bias=False)
        super().__init__(nn.ReLU(), convolution, nn.BatchNorm2d(filters))


def pointwise(channels: int, filters: int) -> nn.Sequential:
    """Return a 1x1 convolution and batch norm: it changes the number of channels and no more."""
    return nn.Sequential(nn.Conv2d(channels, filters, 1, bias=False), nn.BatchNorm2d(filters))


class Separable(nn.Sequential):
    """A separable convolution, applied twice; only the first has a stride.

    Nothing stands between the convolution of each channel alone and the 1x1 convolution.
    """

    def __init__(self, channels: int, filters: int, size: int, stride: int) -> None:
        steps = []
        for given, step in ((channels, stride), (filters, 1)):
            depthwise = nn.Conv2d(given, given, size, step, size // 2, groups=given, bias=False)
            pointwise = nn.Conv2d(given, filters, 1, bias=False)
            steps += [nn.ReLU(), depthwise, pointwise, nn.BatchNorm2d(filters)]
        super().__init__(*steps)


class Pooling(nn.Sequential):
    """Max or average pooling; a 1x1 convolution after it if the channels are not F."""

    def __init__(self, kind: str, channels: int, filters: int, size: int, stride: int) -> None:
        steps: list[nn.Module] = [
            nn.MaxPool2d(size, stride, size // 2)
            if kind == "max"
            else nn.AvgPool2d(size, stride, size // 2, count_include_pad=False)
        ]
        if channels != filters:
            steps.append(pointwise(channels, filters))
        super().__init__(*steps)


class FactorizedReduction(nn.Module):
    """Halves maps without losing every second pixel of each row: two 1x1 convolutions, shifted.

    One reads the pixels of even rows and columns, the other those of odd ones; each makes half
    of the channels.
    """

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.even = nn.Conv2d(channels, filters // 2, 1, 2, bias=False)
        self.odd = nn.Conv2d(channels, filters - filters // 2, 1, 2, bias=False)
        self.norm = nn.BatchNorm2d(filters)

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` to ``(N, F, ceil(H / 2), ceil(W / 2))``."""
        moved = pad(maps, (0, 1, 0, 1))[:, :, 1:, 1:]
        return self.norm(torch.cat([self.even(maps), self.odd(moved)], 1))


def operation(name: str, channels: int, filters: int, stride: int) -> nn.Module:
    """Return one of `NAS_OPERATIONS` that maps C channels to F.

    Args:
        name: Its name, a kind and a size: ``"separable_5x5"``.
        channels: C.
        filters: F.
        stride: 1, or 2 where the maps are halved.
    """
    kind, _, size = name.partition("_")
    if kind == "identity":
        same = stride == 1 and channels == filters
        return nn.Identity() if same else Convolution(channels, filters, stride=(stride, stride))
    if kind == "conv" and size.count("_"):  # two convolutions, a row and a column
        n = int(size[2])
        first = Convolution(channels, filters, (1, n), (1, stride))
        return nn.Sequential(first, Convolution(filters, filters, (n, 1), (stride, 1)))
    n = int(size[0])
    if kind == "separable":
        return Separable(channels, filters, n, stride)
    if kind in ("max", "average"):
        return Pooling(kind, channels, filters, n, stride)
    dilation = 2 if kind == "dilated" else 1
    return Convolution(channels, filters, (n, n), (stride, stride), dilation)


class DropPath(nn.Module):
    """Drops the output of an operation while training, all of it, for some of the images.

    Attributes:
        drop: Probability of dropping; `NasNetChild.schedule` sets it.
    """

    drop: float = 0.0

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(N, C, H, W)`` to the same, of some images zeros and of others enlarged."""
        if not (self.training and self.drop):
            return maps
        keep = 1 - self.drop
        kept = torch.rand(len(maps), 1, 1, 1, device=maps.device) < keep
        return maps * kept.to(maps.dtype) / keep
