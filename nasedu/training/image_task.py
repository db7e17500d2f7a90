"""The task on images: training a child fast enough for a laptop (Zoph & Le 2016, section 4.1).

Legend of shapes: B images in a batch, C channels, H x W pixels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from nasedu.architectures import ConvLayer, ConvNet, cost
from nasedu.children import build
from nasedu.data import Augmentation, ImageData, LabelledImages, load
from nasedu.errors import SettingError, TrainingError
from nasedu.training.hardware import autocast, one_thread, pick_dtype, seeded
from nasedu.training.measure import ACCURACY
from nasedu.training.recipe import Recipe
from nasedu.training.rewards import LAST, cubed_accuracy
from nasedu.training.task import Cost, Task
from nasedu.training.training import Training

VALID_BATCH = 256
MIN_PIXELS_FOR_BFLOAT16 = 256  # no gain was measured on 8x8 images, twice the speed at 16x16
MakeChild = Callable[..., nn.Module]  # takes in_channels and num_classes


class ImageTask(Task):
    """Trains one child after the other on the same images by the same recipe.

    The images sit on the device as one uint8 tensor and are augmented a batch at a time.

    Args:
        data: The images. The test set is touched by `Training.test` alone.
        recipe: How to train.
        device: Where; default the first CUDA device if there is one, else the CPU.
    """

    kind = "images"
    measure = ACCURACY
    is_share = True

    def __init__(
        self, data: ImageData, recipe: Recipe | None = None, device: torch.device | None = None
    ) -> None:
        super().__init__(recipe or Recipe(), device)
        self.data = data.resized(self.recipe.image_size) if self.recipe.image_size else data
        train, valid = self.data.split(self.recipe.split_seed, self.recipe.num_train)
        self.train, self.valid = train.to(self.device), valid.to(self.device)
        self.augmentation = Augmentation(
            self.train.images,
            pad=self.data.pad,
            flip=data.flip,
            whitening=self.recipe.whitening,
            frame=self.recipe.augmentation,
            cutout=self.recipe.cutout,
        )
        channels, height, width = self.data.shape
        if self.recipe.cutout >= min(height, width):
            raise SettingError(
                f"cutout is {self.recipe.cutout}; expected less than the images' {height}x{width} "
                "pixels"
            )
        pays = height * width >= MIN_PIXELS_FOR_BFLOAT16
        self.dtype = pick_dtype(self.recipe.precision, self.device, pays)
        self.shape = {"in_channels": channels, "num_classes": self.data.num_classes}

    def __repr__(self) -> str:
        return (
            f"ImageTask({self.data.title}, {len(self.train)} train, {len(self.valid)} valid, "
            f"{self.device.type}, {self.dtype})"
        )

    @classmethod
    def on(cls, data: str, recipe: Recipe | None = None) -> Self:
        """Return the task on a set of images, by its name (see ``nasedu data list``)."""
        return cls(load(data), recipe)

    @classmethod
    def shapes(cls, data: str) -> tuple[tuple[int, int, int], int]:
        """Return ``(C, H, W)`` and the number of classes of a set of images."""
        images = load(data)
        return images.shape, images.num_classes

    def describe(self) -> dict[str, Any]:
        """Return the images as children see them, by size and digest, as JSON values."""
        digest = hashlib.sha256()
        for part in (self.train, self.valid):
            for tensor in (part.images.permute(0, 2, 3, 1), part.labels):
                digest.update(tensor.cpu().contiguous().numpy().tobytes())
        return {
            "title": self.data.title,
            "shape": list(self.data.shape),
            "num_classes": self.data.num_classes,
            "num_train": len(self.train),
            "num_valid": len(self.valid),
            "digest": digest.hexdigest()[:16],
        }

    def cost(self, architecture: Any) -> Cost:
        """Count parameters and FLOP of a network on these images."""
        _, height, width = self.data.shape
        counted = cost(architecture, height=height, width=width, **self.shape)
        return Cost(counted.num_parameters, counted.flop)

    def recipe_for(self, architecture: ConvNet | MakeChild) -> Recipe:
        """Return the recipe; a learning rate that was decided with the network goes before it."""
        rate = getattr(architecture, "learning_rate", None)
        return self.recipe if rate is None else replace(self.recipe, lr=rate)

    def build(self, architecture: ConvNet | MakeChild) -> nn.Module:
        """Return an untrained child, its maps laid out channels last, which is faster."""
        if callable(architecture):
            child = architecture(**self.shape)
        else:
            child = build(architecture, **self.shape)
        child = child.to(self.device)
        child = child.to(memory_format=torch.channels_last)  # as the images lie, too
        for module in child.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = self.recipe.bn_epsilon
        return child

    def optimizer(self, child: nn.Module, recipe: Recipe) -> torch.optim.SGD:
        """Return SGD with Nesterov momentum, as the paper has it."""
        return torch.optim.SGD(
            child.parameters(),
            lr=recipe.lr,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=recipe.momentum > 0,
            fused=True,
        )

    def train_epoch(self, training: Training) -> float:
        """Pass once over the training images in random order; return the mean loss in nats."""
        child, optimizer, recipe = training.child, training.optimizer, training.recipe
        epoch, generator = training.epoch, training.generator
        child.train()
        order = torch.randperm(len(self.train), generator=generator, device=self.device)
        batches = list(order.split(recipe.batch_size))
        if len(batches[-1]) == 1 < len(batches):  # batch norm has no variance of one pixel
            batches[-2:] = [torch.cat(batches[-2:])]
        total = torch.zeros((), device=self.device)  # on the device: .item() would wait for it
        for step, indices in enumerate(batches, start=epoch * len(batches)):
            for group in optimizer.param_groups:
                group["lr"] = recipe.lr_at(step, recipe.epochs * len(batches))
            images = self.augmentation(self.train.images[indices], generator)
            done = step / (recipe.epochs * len(batches))
            loss = self.loss(child, images, self.train.labels[indices], done)
            optimizer.zero_grad()
            loss.backward()
            if recipe.clip is not None:
                nn.utils.clip_grad_norm_(child.parameters(), recipe.clip)
            optimizer.step()
            total += loss.detach() * len(indices)
        mean = total.item() / len(order)
        if not mean < float("inf"):  # NaN is not less than anything either
            raise TrainingError(f"the loss became {mean} in epoch {epoch + 1}")
        return mean

    def loss(self, child: nn.Module, images: Tensor, labels: Tensor, done: float) -> Tensor:
        """Return what an update makes smaller: the mean cross entropy of a batch, in nats.

        Args:
            child: In training.
            images: ``(B, C, H, W)``, augmented.
            labels: ``(B,)`` their classes.
            done: Share of the training that is done, 0 to 1.
        """
        with autocast(self.device, self.dtype):
            logits = child(images)
        # In float32: bfloat16 has 8 bits of precision, and a loss sums over all classes.
        return cross_entropy(logits.float(), labels)

    @torch.inference_mode()
    def accuracy(self, child: nn.Module, split: LabelledImages) -> float:
        """Return the share of images, 0 to 1, that the child classifies correctly.

        Raises:
            TrainingError: An output is NaN or infinite.
        """
        child.eval()
        correct = torch.zeros((), dtype=torch.int64, device=self.device)
        finite = torch.ones((), dtype=torch.bool, device=self.device)
        for images, labels in zip(
            split.images.split(VALID_BATCH), split.labels.split(VALID_BATCH), strict=True
        ):
            logits = self._logits(child, images)
            correct += (logits.argmax(1) == labels).sum()
            finite &= logits.isfinite().all()
        if not finite:
            raise TrainingError("the child's outputs became NaN or infinite")
        return correct.item() / len(split)

    def _logits(self, child: nn.Module, images: Tensor) -> Tensor:
        with autocast(self.device, self.dtype):
            return child(self.augmentation.plain(images))

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """``(C, H, W)`` of the images as children see them."""
        return self.data.shape

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.data.classes

    @torch.inference_mode()
    def logits(self, child: nn.Module, images: Tensor) -> Tensor:
        """Return the logits ``(N, K)`` of images ``(N, C, H, W)``, as they are tested."""
        child.eval()
        found = [self._logits(child, part.to(self.device)) for part in images.split(VALID_BATCH)]
        return torch.cat(found).float().cpu()

    def validate(self, child: nn.Module) -> float:
        """Return the accuracy on the validation images, 0 to 1."""
        return self.accuracy(child, self.valid)

    def test(self, child: nn.Module) -> float:
        """Return the accuracy on the test images, 0 to 1, which are read here alone."""
        return self.accuracy(child, self.data.test.to(self.device))

    @classmethod
    def reward_of(cls, valid_curve: Sequence[float], settings: Mapping[str, Any]) -> float:
        """Return the best of the last five accuracies, cubed."""
        return cubed_accuracy(valid_curve)

    @classmethod
    def best_of(cls, curves: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the best of the last five accuracies of every curve."""
        return curves[..., -LAST:].max(-1)

    def flop(self, architecture: ConvNet | MakeChild, child: nn.Module) -> int:
        """Return the FLOP of one image, forward; of a child of one's own as torch counts them."""
        return (
            self._measured_flop(child) if callable(architecture) else self.cost(architecture).flop
        )

    def warm_up(self) -> None:
        """Take one step with a tiny network, so that the first child's seconds are its own."""
        net = ConvNet((ConvLayer(1, 1, 1, (0,)),))
        with one_thread(), seeded(0):
            child = build(net, **self.shape).to(self.device)
            images = self.augmentation.normalise(self.train.images[:2])
            with autocast(self.device, self.dtype):
                loss = child(images).float().sum()
            loss.backward()
            self.optimizer(child, self.recipe).step()

    @torch.inference_mode()
    def _measured_flop(self, child: nn.Module) -> int:
        """Return the FLOP of one image, forward, as torch counts them."""
        child.eval()
        with FlopCounterMode(display=False) as counter:
            child(self.augmentation.plain(self.valid.images[:1]))
        return counter.get_total_flops()
