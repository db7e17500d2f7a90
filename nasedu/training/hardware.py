"""Hardware: the device, threads and precision that a child is trained with."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from nasedu.children.precision import has_bfloat16
from nasedu.training.recipe import Precision

MALLOC = {-1: 2**31 - 1, -2: 2**27, -3: 2**25}  # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD


def pick_device() -> torch.device:
    """Return the first CUDA device if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pick_dtype(precision: Precision, device: torch.device, pays: bool) -> torch.dtype:
    """Return the dtype of a child's products; its weights are always float32.

    Args:
        precision: As in the recipe.
        device: Where the child is trained.
        pays: Whether a child of this size gains anything from bfloat16 in hardware.
    """
    if precision == "auto":
        return torch.bfloat16 if pays and has_bfloat16(device) else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Return a context in which products have this dtype."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)


def keep_freed_memory() -> None:
    """Let a worker process keep the memory that it frees, where the C library is glibc.

    Every step frees the same maps that the next one asks for. Handed back to the system, they
    come as fresh pages, which costs a child on 32x32 images two to three per cent of its time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        for option, number_of_bytes in MALLOC.items():
            mallopt(option, number_of_bytes)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread inside.

    Small networks gain nothing from more, one thread a worker fills all cores, and sums
    over several threads would not be the same to the last bit.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def forked(device: torch.device | None) -> Iterator[None]:
    """Put the states of torch's global generators back after: the CPU's, and that of a GPU."""
    used = [device] if device is not None and device.type == "cuda" else []
    with torch.random.fork_rng(used):
        yield


@contextmanager
def seeded(seed: int, device: torch.device | None = None) -> Iterator[None]:
    """Seed torch's global generators inside, and put their states back after; see `forked`."""
    with forked(device):
        torch.manual_seed(seed)
        yield
