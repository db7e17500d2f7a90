"""Precision: the types that a device multiplies in, and a way round what it cannot."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def has_bfloat16(device: torch.device) -> bool:
    """Return whether the device multiplies bfloat16 in hardware, rather than emulating it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def never_emulated(device: torch.device) -> AbstractContextManager[object]:
    """Return a context that ends `torch.autocast` where the device would emulate bfloat16.

    For `torch.nn.LSTM`: under `torch.autocast` torch takes oneDNN's, which a CPU without the
    instructions cannot run in bfloat16.
    """
    if torch.is_autocast_enabled(device.type) and not has_bfloat16(device):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()
