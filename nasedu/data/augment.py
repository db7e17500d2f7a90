"""Normalisation, shifts and mirroring, a batch at a time on the images' device.

Legend: N images, B images of a batch, C channels, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nasedu.data.images import CHUNK
from nasedu.data.preparation import Frame, Whitening


class Augmentation:
    """Turns uint8 images into what a network trains on (section 4.1).

    The paper whitens, upsamples, takes a random crop and mirrors at random. By default every
    channel is normalised and the crop is taken from the image with zeros around it, each image
    with its own shift, as in the training of DenseNet, whose settings the paper names.

    Args:
        train: ``(N, C, H, W)`` uint8 images to train on; every channel's mean and standard
            deviation are theirs alone, so that validation images tell nothing.
        pad: How many pixels an image may shift, in each direction.
        flip: Whether to mirror every second image, on average.
        whitening: By the mean and deviation of each ``"channel"`` over the training images, or
            by those of each ``"image"`` alone.
        frame: What crops are taken from: ``"shift"``, the image in a frame of ``pad`` zeros, or
            ``"paper"``, the image enlarged (bilinear) by as much, 32 pixels to 40. That size is
            of the authors' next paper, on NASNet; this one does not say.
        cutout: Side of the square that is cut out of every image (DeVries 2017): zeros around a
            random pixel, as far as they lie within the image. 0 cuts none.
    """

    def __init__(
        self,
        train: Tensor,
        *,
        pad: int = 0,
        flip: bool = False,
        whitening: Whitening = "channel",
        frame: Frame = "shift",
        cutout: int = 0,
    ) -> None:
        self.pad = pad
        self.flip = flip
        self.whitening = whitening
        self.frame = frame
        self.cutout = cutout
        self.mean, self.std = (each.to(train.device) for each in channel_statistics(train))
        """``(C,)`` float32 mean and standard deviation, where white is 1, beside the images."""

    def normalise(self, images: Tensor) -> Tensor:
        """Return ``(B, C, H, W)`` uint8 images as float32 of mean 0 and deviation 1."""
        if self.whitening == "image":
            return whiten_each(images)
        mean, std = ((255 * x).to(images.device).view(-1, 1, 1) for x in (self.mean, self.std))
        images = images.contiguous(memory_format=torch.channels_last)
        return (images - mean).div_(std)

    def plain(self, images: Tensor) -> Tensor:
        """Return a batch as it is validated and tested: nothing is random.

        Where crops of the enlarged image are trained on, this is the crop in its middle, so that
        things are as large as in training (the paper does not say what it tests on).
        """
        images = self.normalise(images)
        if self.frame == "shift" or not self.pad:
            return images
        inside = slice(self.pad, -self.pad)
        middle = self._framed(images)[:, :, inside, inside]
        return middle.contiguous(memory_format=torch.channels_last)

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return a batch normalised, shifted, mirrored, and with squares cut out.

        Args:
            images: ``(B, C, H, W)`` uint8.
            generator: Where crops and mirroring come from; without one the batch is `plain`.

        Returns:
            ``(B, C, H, W)`` float32 on the same device, in channels-last memory order.
        """
        if generator is None:
            return self.plain(images)
        if self.flip:
            mirrored = self._draw(2, (len(images), 1, 1, 1), generator, images.device)
            images = torch.where(mirrored.bool(), images.flip(3), images)
        images = self.normalise(images)
        if self.pad:
            images = self._cropped(images, generator)
        return self._cut(images, generator) if self.cutout else images

    def _cropped(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Return a random crop of every image in its frame, as large as the image."""
        top, left = self._draw(2 * self.pad + 1, (2, len(images)), generator, images.device)
        height, width = images.shape[2:]
        framed = self._framed(images)  # (B, C, H + 2 pad, W + 2 pad)
        crops = framed.unfold(2, height, 1).unfold(3, width, 1)  # every crop, as a view
        crops = crops[torch.arange(len(images), device=images.device), :, top, left]
        return crops.contiguous(memory_format=torch.channels_last)

    def _cut(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Return images with a square of zeros, the mean, around a random pixel of each."""
        inside = []  # of rows (B, H), then of columns (B, W)
        for size in images.shape[2:]:
            middle = self._draw(size, (len(images), 1), generator, images.device)
            places = torch.arange(size, device=images.device) - middle + self.cutout // 2
            inside.append((places >= 0) & (places < self.cutout))
        hole = inside[0][:, None, :, None] & inside[1][:, None, None, :]  # (B, 1, H, W)
        return images.masked_fill(hole, 0.0)

    def _framed(self, images: Tensor) -> Tensor:
        """Return what crops are taken from, ``pad`` pixels larger at each side."""
        if self.frame == "shift":
            return functional.pad(images, (self.pad,) * 4)
        size = tuple(n + 2 * self.pad for n in images.shape[2:])
        return functional.interpolate(images, size, mode="bilinear")

    @staticmethod
    def _draw(
        below: int, size: tuple[int, ...], generator: torch.Generator, device: torch.device
    ) -> Tensor:
        """Draw where the generator lives, so that every device sees the same numbers."""
        drawn = torch.randint(below, size, generator=generator, device=generator.device)
        return drawn.to(device)


def whiten_each(images: Tensor) -> Tensor:
    """Return every image minus its own mean and divided by its own deviation.

    A deviation below 1 / sqrt(C H W) counts as that much, so that a uniform image becomes 0.

    Args:
        images: ``(B, C, H, W)`` uint8.

    Returns:
        ``(B, C, H, W)`` float32, in channels-last memory order.
    """
    images = images.contiguous(memory_format=torch.channels_last).float()
    std, mean = torch.std_mean(images, (1, 2, 3), correction=0, keepdim=True)
    return (images - mean).div_(std.clamp(min=images[0].numel() ** -0.5))


def channel_statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of every channel, where white is 1.

    Counting the 256 values first makes the sums exact, whatever device and threads.

    Args:
        images: ``(N, C, H, W)`` uint8.

    Returns:
        Two ``(C,)`` float32 tensors on the CPU. A channel without variance gets deviation 1.
    """
    counts = torch.zeros(images.shape[1], 256, dtype=torch.int64)
    for part in images.split(CHUNK):
        for channel, values in enumerate(part.unbind(1)):
            counts[channel] += values.reshape(-1).bincount(minlength=256).cpu()
    levels = torch.arange(256, dtype=torch.float64) / 255
    share = counts.double() / counts.sum(1, keepdim=True)  # (C, 256)
    mean = share @ levels  # (C,)
    std = (share @ levels**2 - mean**2).clamp(min=0).sqrt()
    return mean.float(), torch.where(std < 1e-6, 1.0, std).float()
