"""Training a child on images, fast enough for a laptop (Zoph & Le 2016, section 4.1).

Legend of shapes: B images in a batch, C channels, H x W pixels.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Generator, nn
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from nasedu.architectures import ConvLayer, ConvNet, NetworkCost, cost
from nasedu.children import build
from nasedu.data import Augmentation, ImageData, LabelledImages
from nasedu.errors import TrainingError
from nasedu.training.fit import Fit
from nasedu.training.hardware import autocast, one_thread, pick_device, pick_dtype, seeded
from nasedu.training.outcome import Outcome
from nasedu.training.recipe import Recipe
from nasedu.training.rewards import cubed_accuracy

VALID_BATCH = 256
MIN_PIXELS_FOR_BFLOAT16 = 256  # no gain was measured on 8x8 images, twice the speed at 16x16
MakeChild = Callable[..., nn.Module]  # takes in_channels and num_classes
OnEpoch = Callable[[int, float], None]


class ImageTrainer:
    """Trains one child after the other on the same images by the same recipe.

    The images sit on the device as one uint8 tensor and are augmented a batch at a time.

    Args:
        data: The images. The test set is touched by `test_accuracy` alone.
        recipe: How to train.
        device: Where; default the first CUDA device if there is one, else the CPU.
    """

    def __init__(
        self, data: ImageData, recipe: Recipe | None = None, device: torch.device | None = None
    ) -> None:
        self.recipe = recipe or Recipe()
        self.device = device or pick_device()
        self.data = data.resized(self.recipe.image_size) if self.recipe.image_size else data
        train, valid = self.data.split(self.recipe.split_seed, self.recipe.num_train)
        self.train, self.valid = train.to(self.device), valid.to(self.device)
        self.augmentation = Augmentation(
            self.train.images,
            pad=self.data.pad,
            flip=data.flip,
            whitening=self.recipe.whitening,
            frame=self.recipe.augmentation,
        )
        channels, height, width = self.data.shape
        pays = height * width >= MIN_PIXELS_FOR_BFLOAT16
        self.dtype = pick_dtype(self.recipe.precision, self.device, pays)
        self.shape = {"in_channels": channels, "num_classes": self.data.num_classes}

    def __repr__(self) -> str:
        return (
            f"ImageTrainer({self.data.title}, {len(self.train)} train, {len(self.valid)} valid, "
            f"{self.device.type}, {self.dtype})"
        )

    @property
    def about(self) -> dict[str, Any]:
        """The images that children see, by size and digest, as JSON values."""
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

    def cost(self, net: ConvNet) -> NetworkCost:
        """Count parameters and FLOP of a network on these images."""
        _, height, width = self.data.shape
        return cost(net, height=height, width=width, **self.shape)

    def fit(
        self, net: ConvNet | MakeChild, seed: int, on_epoch: OnEpoch | None = None
    ) -> tuple[nn.Module, Outcome]:
        """Build and train a child; the same seed gives the same child.

        Args:
            net: The architecture, or what makes a child that no architecture describes. A
                learning rate of its own goes before the recipe's.
            seed: Seed of the weights, the order of the images and their augmentation.
            on_epoch: Called with the epoch, from 1, and the validation accuracy after it.

        Returns:
            The trained child, and its outcome.

        Raises:
            TrainingError: The loss became NaN or infinite.
        """
        fit = self.begin(net, seed)
        while fit.epoch < self.recipe.epochs:
            self.advance(fit)
            if on_epoch:
                on_epoch(fit.epoch, fit.valid_curve[-1])
        return fit.child, self.outcome(fit)

    def begin(self, net: ConvNet | MakeChild, seed: int) -> Fit:
        """Build a child that is to be trained, for those who want every epoch; see `fit`."""
        start = time.perf_counter()
        described = isinstance(net, ConvNet)
        with one_thread(), seeded(seed):
            child = build(net, **self.shape) if described else net(**self.shape)
        child = child.to(self.device)
        child = child.to(memory_format=torch.channels_last)
        for module in child.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = self.recipe.bn_epsilon
        generator = Generator(self.device).manual_seed(seed)
        optimizer = self._optimizer(child, net.learning_rate if described else None)
        fit = Fit(net if described else None, child, optimizer, generator)
        fit.seconds = time.perf_counter() - start
        return fit

    def advance(self, fit: Fit) -> None:
        """Train for one epoch, and validate.

        Raises:
            TrainingError: The loss or an output became NaN or infinite.
        """
        start = time.perf_counter()
        with one_thread():
            loss = self.train_epoch(fit.child, fit.optimizer, fit.epoch, fit.generator)
            accuracy = self.accuracy(fit.child, self.valid)
        fit.train_curve.append(loss)
        fit.valid_curve.append(accuracy)
        fit.seconds += time.perf_counter() - start

    def outcome(self, fit: Fit) -> Outcome:
        """Return what a training came to, by the epochs that it has had."""
        return Outcome(
            reward=cubed_accuracy(fit.valid_curve),
            valid_curve=tuple(fit.valid_curve),
            train_curve=tuple(fit.train_curve),
            seconds=fit.seconds,
            num_parameters=sum(p.numel() for p in fit.child.parameters()),
            flop=self.cost(fit.net).flop if fit.net else self._measured_flop(fit.child),
        )

    def warm_up(self) -> None:
        """Take one step with a tiny network, so that the first child's seconds are its own.

        What torch loads when it is first used takes longer than many a child.
        """
        net = ConvNet((ConvLayer(1, 1, 1, (0,)),))
        with one_thread(), seeded(0):
            child = build(net, **self.shape).to(self.device)
            images = self.augmentation.normalise(self.train.images[:2])
            with autocast(self.device, self.dtype):
                loss = child(images).float().sum()
            loss.backward()
            self._optimizer(child).step()

    def train_epoch(
        self, child: nn.Module, optimizer: torch.optim.SGD, epoch: int, generator: Generator
    ) -> float:
        """Pass once over the training images in random order; return the mean loss in nats."""
        child.train()
        size, recipe = self.recipe.batch_size, self._recipe_of(optimizer)
        order = torch.randperm(len(self.train), generator=generator, device=self.device)
        batches = list(order.split(size))
        if len(batches[-1]) == 1 < len(batches):  # batch norm has no variance of one pixel
            batches[-2:] = [torch.cat(batches[-2:])]
        total = torch.zeros((), device=self.device)
        for step, indices in enumerate(batches, start=epoch * len(batches)):
            for group in optimizer.param_groups:
                group["lr"] = recipe.lr_at(step, recipe.epochs * len(batches))
            images = self.augmentation(self.train.images[indices], generator)
            with autocast(self.device, self.dtype):
                logits = child(images)
            loss = cross_entropy(logits.float(), self.train.labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(indices)
        mean = total.item() / len(order)
        if not mean < float("inf"):
            raise TrainingError(f"the loss became {mean} in epoch {epoch + 1}")
        return mean

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
            with autocast(self.device, self.dtype):
                logits = child(self.augmentation.plain(images))
            correct += (logits.argmax(1) == labels).sum()
            finite &= logits.isfinite().all()
        if not finite:
            raise TrainingError("the child's outputs became NaN or infinite")
        return correct.item() / len(split)

    def test_accuracy(self, child: nn.Module, outcome: Outcome) -> Outcome:
        """Return the outcome with the accuracy on the test set, which is read here alone."""
        test = self.data.test.to(self.device)
        with one_thread():
            return replace(outcome, test_accuracy=self.accuracy(child, test))

    @torch.inference_mode()
    def _measured_flop(self, child: nn.Module) -> int:
        """Return the FLOP of one image, forward, as torch counts them."""
        child.eval()
        with FlopCounterMode(display=False) as counter:
            child(self.augmentation.plain(self.valid.images[:1]))
        return counter.get_total_flops()

    def _optimizer(self, child: nn.Module, lr: float | None = None) -> torch.optim.SGD:
        """Return the optimiser; without a learning rate it has the recipe's."""
        recipe = self.recipe if lr is None else replace(self.recipe, lr=lr)
        return torch.optim.SGD(
            child.parameters(),
            lr=recipe.lr,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=recipe.momentum > 0,
            fused=True,
        )

    def _recipe_of(self, optimizer: torch.optim.SGD) -> Recipe:
        """Return the recipe with the learning rate that the optimiser began with."""
        return replace(self.recipe, lr=optimizer.defaults["lr"])
