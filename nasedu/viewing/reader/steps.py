"""The steps of a trained network, for a page that computes them: what is done, with what weights.

Legend of shapes: C channels, H x W pixels, K classes.
"""

from __future__ import annotations

import base64
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from nasedu.children.conv_child import ConvBlock, ConvChild, PoolBlock
from nasedu.errors import SettingError
from nasedu.searching import TrainedNetwork

ELSEWHERE = "write it as ONNX instead: --onnx FILE"
Kind = TypeVar("Kind", bound=nn.Module)


class Weights:
    """All numbers of a network in two rows; a step names them by where they begin.

    Filters and the classifier's weights are float16, which halves the page and changes no digit
    that matters. What is multiplied or added once a map stays float32.
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[np.ndarray]] = {"<f2": [], "<f4": []}

    def halves(self, tensor: Tensor) -> int:
        """Keep a tensor as float16; return where it begins."""
        return self._keep("<f2", tensor)

    def floats(self, tensor: Tensor) -> int:
        """Keep a tensor as float32; return where it begins."""
        return self._keep("<f4", tensor)

    def to_json(self) -> dict[str, str]:
        """Return both rows in base64, little-endian."""
        rows = {name: np.concatenate(parts) for name, parts in self._rows.items()}
        for row in rows.values():
            if not np.isfinite(row).all():
                raise SettingError(f"a weight is too large for float16; {ELSEWHERE}")
        texts = {name: base64.b64encode(row.tobytes()).decode() for name, row in rows.items()}
        return {"halves": texts["<f2"], "floats": texts["<f4"]}

    def _keep(self, kind: str, tensor: Tensor) -> int:
        row = self._rows[kind]
        start = sum(map(len, row))
        with np.errstate(over="ignore"):
            row.append(tensor.detach().cpu().double().numpy().ravel().astype(kind))
        return start


def steps_of(network: TrainedNetwork) -> dict[str, Any]:
    """Return all that a page needs to compute logits from pixels, as JSON values.

    Raises:
        SettingError: The network does something that the page cannot.
    """
    task: Any = network.final.task
    child = network.child
    if not isinstance(child, ConvChild):
        raise SettingError(
            f"a {type(child).__name__} is no network of layers, and the page knows no other; "
            f"{ELSEWHERE}"
        )
    augmentation = task.augmentation
    if augmentation.frame != "shift" and augmentation.pad:
        raise SettingError(f"the page knows no crops of the enlarged image; {ELSEWHERE}")
    weights = Weights()
    layers = [
        {"inputs": list(layer.inputs), **_layer(block, weights)}
        for layer, block in zip(child.net.layers, child.blocks, strict=True)
    ]
    classifier = {
        "channels": child.classifier.in_features,
        "weights": weights.halves(child.classifier.weight),  # (K, C)
        "bias": weights.floats(child.classifier.bias),
    }
    return {
        "shape": list(task.picture_shape),
        "whitening": augmentation.whitening,
        "mean": (255 * augmentation.mean).tolist(),
        "deviation": (255 * augmentation.std).tolist(),
        "layers": layers,
        "poolAfter": list(child.net.pool_after),
        "looseEnds": list(child.net.loose_ends),
        "classifier": classifier,
        **weights.to_json(),
    }


def _layer(block: nn.Module, weights: Weights) -> dict[str, Any]:
    if isinstance(block, PoolBlock):
        left, right, top, bottom = block.padding
        return {
            "operation": "max" if block.is_max else "average",
            "size": list(block.size),
            "stride": list(block.stride),
            "padding": [top, left, bottom, right],
        }
    if isinstance(block, ConvBlock):
        return _convolution(block, weights)
    raise _unknown(block)


def _convolution(block: ConvBlock, weights: Weights) -> dict[str, Any]:
    """Return a convolution; batch norm becomes a factor and a summand of every map."""
    parts = list(block)
    extra: Any = parts.pop(0).padding if isinstance(parts[0], nn.ZeroPad2d) else (0, 0, 0, 0)
    if len(parts) != 3:
        raise _unknown(block)
    convolution, norm = _as(parts[0], nn.Conv2d), _as(parts[1], nn.BatchNorm2d)
    _as(parts[2], nn.ReLU)
    plain = convolution.groups == 1 and set(convolution.dilation) == {1}
    if not plain or convolution.bias is not None or norm.running_var is None:
        raise _unknown(convolution)
    assert norm.running_mean is not None
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    shift = norm.bias.double() - norm.running_mean.double() * scale
    left, right, top, bottom = extra
    down, across = convolution.padding
    assert isinstance(down, int) and isinstance(across, int)  # and not the word "same"
    return {
        "operation": "convolution",
        "filters": convolution.out_channels,
        "channels": convolution.in_channels,
        "size": list(convolution.kernel_size),
        "stride": list(convolution.stride),
        "padding": [top + down, left + across, bottom + down, right + across],
        "weights": weights.halves(convolution.weight),  # (filters, channels, height, width)
        "scale": weights.floats(scale),
        "shift": weights.floats(shift),
    }


def _as(module: nn.Module, kind: type[Kind]) -> Kind:
    """Return a module that is exactly of a kind, or refuse it."""
    if type(module) is not kind:
        raise _unknown(module)
    return module


def _unknown(module: nn.Module) -> SettingError:
    return SettingError(f"the page cannot compute a {type(module).__name__}; {ELSEWHERE}")
