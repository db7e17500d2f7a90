"""Preparation: what a recipe may choose of how images come to a network, by name."""

from __future__ import annotations

from typing import Literal

Whitening = Literal["channel", "image"]
"""Whose mean and deviation an image loses: its channels', over the training images, or its own."""

Frame = Literal["shift", "paper"]
"""What crops are taken from: the image in a frame of zeros, or the enlarged image."""
