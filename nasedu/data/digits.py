"""Handwritten digits that come with scikit-learn: real images without any download."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import torch

from nasedu.data.images import ImageData, LabelledImages, stratified

NAME = "digits"
NUM_TRAIN = 1500
NUM_VALID = 300


@lru_cache(maxsize=1)
def digits() -> ImageData:
    """Return 1,797 digits of 8x8 pixels: 1,500 to train (300 of them to validate), 297 to test.

    scikit-learn's copy has no split, so this one is our choice: shuffled once for ever by a
    hash, which no version of a library can change, with the classes in proportion. The digits
    come from 13 people and each of them is in all parts, so the test asks for new images, not
    for new hands. A mirrored digit is no digit, and 8 pixels leave no room for shifts.
    """
    from sklearn.datasets import load_digits  # takes a second to import

    pixels, classes = load_digits(return_X_y=True)
    grey = torch.as_tensor(pixels).view(-1, 1, 8, 8)  # from 0 to 16
    images = (grey * 255 / 16).round().byte()
    whole = LabelledImages(images, torch.as_tensor(classes).long())
    shuffled = sorted(range(len(whole)), key=lambda i: hashlib.sha256(b"digit %d" % i).digest())
    order = stratified(whole.labels, torch.tensor(shuffled))
    return ImageData(
        name=NAME,
        title="Digits (scikit-learn)",
        classes=tuple("0123456789"),
        train=whole.take(order[:NUM_TRAIN]),
        test=whole.take(order[NUM_TRAIN:]),
        num_valid=NUM_VALID,
        flip=False,
        pad=0,
    )
