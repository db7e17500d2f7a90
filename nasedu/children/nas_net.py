"""Networks of NASNet cells (Zoph et al. 2017), by the rules of the authors' code (TF-Slim).

Legend of shapes: N images, C channels, F filters of a cell, H x W pixels, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from nasedu.architectures.nas_net import INPUTS, NasNet, NasNetBlock, NasNetCell, NumCells
from nasedu.children.nas_operations import (
    Convolution,
    DropPath,
    FactorizedReduction,
    operation,
    pointwise,
)
from nasedu.errors import SettingError
from nasedu.values import Count, Share, checked

STEM = 3  # the first convolution has three times the filters of the first cell
STACKS = 3  # of normal cells, with a reduction cell between two


class Block(nn.Module):
    """Two operations on two states, whose results are added or concatenated."""

    def __init__(
        self, block: NasNetBlock, channels: list[int], filters: int, reduces: bool
    ) -> None:
        super().__init__()
        self.block = block
        self.operations = nn.ModuleList()
        for state, name in zip(block.inputs, (block.left, block.right), strict=True):
            stride = 2 if reduces and state < INPUTS else 1  # later states are halved already
            made = operation(name, channels[state], filters, stride)
            path = nn.Sequential(made) if name == "identity" else nn.Sequential(made, DropPath())
            self.operations.append(path)
        self.channels = filters * (1 if block.combine == "add" else 2)

    def forward(self, states: list[Tensor]) -> Tensor:
        """Map the states so far to the next one, ``(N, F, H, W)`` or with 2 F channels."""
        left, right = (
            run(states[state])
            for run, state in zip(self.operations, self.block.inputs, strict=True)
        )
        return left + right if self.block.combine == "add" else torch.cat([left, right], 1)


class StackedCell(nn.Module):
    """One cell of a network.

    Args:
        cell: The description.
        given: Channels of h_i, the output of the cell before, and of h_{i-1}, that of the one
            before it. The first cell of a network has none before: there h_{i-1} is h_i as it
            is, and what reads it brings its channels to F.
        filters: F.
        reduces: Whether it halves its maps.
        halved: Whether h_i is half as large as h_{i-1}, since the cell before was a reduction.
    """

    def __init__(
        self,
        cell: NasNetCell,
        given: tuple[int, int | None],
        filters: int,
        reduces: bool,
        halved: bool,
    ) -> None:
        super().__init__()
        self.cell = cell
        here, before = given
        self.first = Convolution(here, filters)
        if before is None or (before == filters and not halved):
            self.second = nn.Identity()
        elif halved:
            self.second = nn.Sequential(nn.ReLU(), FactorizedReduction(before, filters))
        else:
            self.second = Convolution(before, filters)
        channels = [filters, here if before is None else filters]
        self.blocks = nn.ModuleList()
        for block in cell.blocks:
            made = Block(block, channels, filters, reduces)
            self.blocks.append(made)
            channels.append(made.channels)
        self.fitted = nn.ModuleDict()  # what makes an input that is given on fit to the rest
        for state in {*cell.outputs} & {*range(INPUTS)}:
            if reduces:
                self.fitted[f"{state}"] = FactorizedReduction(channels[state], filters)
            elif channels[state] != filters:
                self.fitted[f"{state}"] = pointwise(channels[state], filters)
            channels[state] = filters
        self.channels = sum(channels[state] for state in cell.outputs)

    def forward(self, here: Tensor, before: Tensor) -> Tensor:
        """Map h_i and h_{i-1} to h_{i+1}, ``(N, self.channels, H, W)``."""
        states = [self.first(here), self.second(before)]
        for block in self.blocks:
            states.append(block(states))
        for name, module in self.fitted.items():
            states[int(name)] = module(states[int(name)])
        return torch.cat([states[state] for state in self.cell.outputs], 1)


class AuxiliaryHead(nn.Sequential):
    """A second classifier in the middle of a network, for its loss alone."""

    def __init__(self, channels: int, pixels: tuple[int, int], num_classes: int) -> None:
        height, width = (min(5, n) for n in pixels)  # images smaller than CIFAR-10's have less room
        left = ((pixels[0] - height) // 3 + 1, (pixels[1] - width) // 3 + 1)
        super().__init__(
            nn.ReLU(),
            nn.AvgPool2d((height, width), 3),
            nn.Conv2d(channels, 128, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.Conv2d(128, 768, left, bias=False),
            nn.BatchNorm2d(768),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(768, num_classes),
        )


class NasNetChild(nn.Module):
    """A network of NASNet cells: a stem, then N normal cells three times, two reductions between.

    The first cell after a reduction reads, as h_{i-1}, the map before the reduction. Filters
    double at every reduction.

    Args:
        net: The two cells.
        cells: N, normal cells between two reductions.
        filters: F of the first cell.
        in_channels: Channels of the image.
        num_classes: K.
        auxiliary: ``(H, W)`` of the images if there is to be an `AuxiliaryHead`, else None.
        drop_path: Probability of dropping a path of the last cell at the end of training; see
            `schedule`.

    "6 @ 768" of the paper is ``cells=6, filters=32``: 768 are the channels that the classifier
    reads.

    Raises:
        SettingError: A size below 1, or more cells than anyone can train.
    """

    def __init__(
        self,
        net: NasNet,
        *,
        cells: int = 6,
        filters: int = 32,
        in_channels: int = 3,
        num_classes: int = 10,
        auxiliary: tuple[int, int] | None = None,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        checked(cells, NumCells, "cells", SettingError)
        sizes = {"filters": filters, "in_channels": in_channels, "num_classes": num_classes}
        for name, value in sizes.items():
            checked(value, Count, name, SettingError)
        self.drop_path = checked(drop_path, Share, "drop_path", SettingError)
        stem = STEM * filters
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, stem, 3, padding=1, bias=False), nn.BatchNorm2d(stem)
        )
        here, before, halved = stem, None, False
        self.side, self.side_after = None, 2 * cells  # the last cell before the second reduction
        self.cells = nn.ModuleList()
        for number in range(STACKS * (cells + 1) - 1):
            stack, place = divmod(number, cells + 1)
            reduces = place == cells
            kind = net.reduction if reduces else net.normal
            width = filters * 2 ** (stack + reduces)
            cell = StackedCell(kind, (here, before), width, reduces, halved)
            self.cells.append(cell)
            here, before, halved = cell.channels, here, reduces
            if auxiliary is not None and number == self.side_after:
                pixels = (-(-auxiliary[0] // 2), -(-auxiliary[1] // 2))  # after one reduction
                self.side = AuxiliaryHead(here, pixels, num_classes)
        self.classifier = nn.Linear(here, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(N, C, H, W)`` to logits ``(N, K)``."""
        return self.read(images)[0]

    def read(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return the logits, and while training those of the auxiliary head if there is one."""
        here = before = self.stem(images)
        side = None
        for number, cell in enumerate(self.cells):
            here, before = cell(here, before), here
            if self.training and self.side is not None and number == self.side_after:
                side = self.side(here)
        features = here.relu()
        return self.classifier(avg_pool2d(features, features.shape[2:]).flatten(1)), side

    def schedule(self, done: float) -> None:
        """Set how often paths are dropped (ScheduledDropPath).

        It grows along a straight line twice: from cell to cell, and as training goes on.

        Args:
            done: Share of the training that is done, 0 to 1.
        """
        for number, cell in enumerate(self.cells, start=1):
            for module in cell.modules():
                if isinstance(module, DropPath):
                    module.drop = self.drop_path * done * number / len(self.cells)
