"""One image of a user's own, made such as those of a data set are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from nasedu.data.arranging import ImageFile
from nasedu.data.decoding import decode
from nasedu.errors import DataError


def read_one_image(path: Path, shape: tuple[int, int, int], *, invert: bool = False) -> Tensor:
    """Return an image as one of a data set.

    It is decoded as imports are, made grey or coloured as the data set is, and brought to its size
    as `LabelledImages.resized` does.

    Args:
        path: A file.
        shape: ``(C, H, W)`` of the data set's images, C of 1 or 3.
        invert: Whether to turn dark into light: digits of many data sets are light on dark.

    Returns:
        ``(C, H, W)`` uint8.

    Raises:
        DataError: It cannot be read, or is no small 8-bit picture.
    """
    if not path.is_file():
        raise DataError(f"{path} is no file; expected an image")
    channels, height, width = shape
    pixels = decode([ImageFile(path.name, 0, path)], str(path.parent)).pixels[0]  # (H', W', 1 or 3)
    if channels == 1 and pixels.shape[2] == 3:
        pixels = np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
    elif channels == 3 and pixels.shape[2] == 1:
        pixels = pixels.repeat(3, axis=2)
    image = torch.from_numpy(255 - pixels if invert else pixels.copy()).permute(2, 0, 1)
    if image.shape[1:] == (height, width):
        return image.contiguous()
    floats = image[None].float()
    resized = interpolate(floats, (height, width), mode="bilinear", antialias=True)
    return resized.round_().byte()[0]
