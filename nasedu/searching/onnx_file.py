"""The ONNX file of a trained network: what other programs read, images in, logits out."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from nasedu.errors import SettingError, TrainingError
from nasedu.extras import needed
from nasedu.searching.evaluator import reason_of
from nasedu.searching.trained_network import TrainedNetwork
from nasedu.whole_file import check_writable, write_whole

TOLERANCE = 1e-5  # of the largest logit: float32 sums in another order differ by less
MOST = 100  # images on which both are compared
INPUT, OUTPUT = "images", "logits"


class Agreement(NamedTuple):
    """How far another program's logits are from torch's."""

    images: int
    difference: float


class Reader(nn.Module):
    """The whole way from the pixels of an image to logits, as one module.

    Args:
        network: Whose weights and normalisation.
    """

    def __init__(self, network: TrainedNetwork) -> None:
        super().__init__()
        task: Any = network.final.task
        self.child, self.augmentation = network.child, task.augmentation

    def forward(self, images: Tensor) -> Tensor:
        """Map pixels ``(N, C, H, W)``, 0 to 255, to logits ``(N, K)``."""
        return self.child(self.augmentation.plain(images))


def write_onnx(network: TrainedNetwork, path: Path) -> Agreement:
    """Write a network as ONNX, whole or not at all, once another program reads it alike.

    Its input is ``images``, ``(N, C, H, W)`` float32 from 0 to 255 as in the files: normalisation
    is part of the network. Its output is ``logits``, ``(N, K)``.

    Returns:
        On how many validation images ONNX Runtime and torch were compared, and their difference.

    Raises:
        SettingError: A package is missing, the network reads no images, or the file cannot be
            written.
        TrainingError: The network cannot be exported, or the two differ.
    """
    task: Any = network.final.task
    _ = task.picture_shape  # raises for what reads no pictures
    check_writable(path, SettingError)
    onnx, runtime = needed("onnx", "--onnx"), needed("onnxruntime", "--onnx")
    needed("onnxscript", "--onnx")
    images = task.valid.images[:MOST].float().cpu().contiguous()
    reader = Reader(network).cpu().eval()
    with torch.inference_mode():
        expected = reader(images)
    try:
        with _silence():
            program = torch.onnx.export(
                reader,
                (images[:2],),
                dynamo=True,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes={INPUT: {0: torch.export.Dim("N")}},
                verbose=False,
            )
        assert program is not None
        content = program.model_proto.SerializeToString()
        onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        [found] = session.run([OUTPUT], {INPUT: images.numpy()})
    except Exception as error:  # exporters raise almost anything
        raise TrainingError(f"the network cannot be exported: {reason_of(error)}") from error
    difference = float((torch.from_numpy(found) - expected).abs().max())
    if not difference <= TOLERANCE * max(1.0, float(expected.abs().max())):
        raise TrainingError(
            f"ONNX Runtime and torch differ by {difference:g} on {len(images)} images; expected at "
            f"most {TOLERANCE:g} of the largest logit: {path} was not written"
        )
    write_whole(path, content, SettingError)
    return Agreement(len(images), difference)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep to itself what the exporter says of its progress and of opset conversions."""
    before = logging.root.manager.disable
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(before)
