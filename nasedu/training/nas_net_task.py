"""The task of NASNet cells on images (Zoph et al. 2017).

Legend of shapes: B images in a batch, C channels, H x W pixels.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from nasedu.architectures.nas_net import NasNet
from nasedu.children.nas_net import NasNetChild
from nasedu.data import ImageData
from nasedu.training.hardware import autocast
from nasedu.training.image_task import ImageTask, MakeChild
from nasedu.training.nas_net_recipe import NasNetRecipe
from nasedu.training.task import Cost


class NasNetTask(ImageTask):
    """Trains networks of NASNet cells on images.

    Args:
        data: The images. The test set is touched by `Training.test` alone.
        recipe: How to train, and how large networks are.
        device: Where; default the first CUDA device if there is one, else the CPU.
    """

    kind = "nasnet"
    recipe: NasNetRecipe

    def __init__(
        self,
        data: ImageData,
        recipe: NasNetRecipe | None = None,
        device: torch.device | None = None,
    ) -> None:
        super().__init__(data, recipe or NasNetRecipe(), device)

    def sized(self, architecture: NasNet | MakeChild) -> MakeChild:
        """Return what makes a child as large as the recipe says."""
        if callable(architecture):
            return architecture
        recipe = self.recipe
        return partial(
            NasNetChild,
            architecture,
            cells=recipe.cells,
            filters=recipe.filters,
            auxiliary=self.data.shape[1:] if recipe.auxiliary else None,
            drop_path=recipe.drop_path,
        )

    def build(self, architecture: Any) -> nn.Module:
        """Return an untrained child; see `ImageTask.build`."""
        return super().build(self.sized(architecture))

    def cost(self, architecture: Any) -> Cost:
        """Count parameters, and FLOP as torch counts them, of a child without memory."""
        with torch.device("meta"), FlopCounterMode(display=False) as counter:
            child = self.sized(architecture)(**self.shape).eval()
            child(torch.empty(1, *self.data.shape))
        parameters = sum(each.numel() for each in child.parameters())
        return Cost(parameters, counter.get_total_flops())

    def loss(self, child: nn.Module, images: Tensor, labels: Tensor, done: float) -> Tensor:
        """Return the loss of a batch, with that of the auxiliary head if there is one."""
        if not isinstance(child, NasNetChild):
            return super().loss(child, images, labels, done)
        child.schedule(done)
        with autocast(self.device, self.dtype):
            logits, side = child.read(images)
        loss = cross_entropy(logits.float(), labels)
        if side is not None:
            loss = loss + self.recipe.auxiliary * cross_entropy(side.float(), labels)
        return loss
