"""A training in a file: safetensors, with its curves as JSON. No pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from nasedu.architectures.whole_file import write_whole
from nasedu.errors import StudyError
from nasedu.training.fit import Fit

KIND = "training"


class Checkpoint(NamedTuple):
    """What `read_checkpoint` found.

    Attributes:
        about: What was trained and how, as it was given to `write_checkpoint`.
        tensors: Weights, momentum and generator by name.
        train_curve: Mean training loss of every epoch, in nats.
        valid_curve: Validation accuracy after every epoch.
        seconds: Wall time of the training so far.
    """

    about: dict[str, Any]
    tensors: Mapping[str, Tensor]
    train_curve: list[float]
    valid_curve: list[float]
    seconds: float

    def restore(self, fit: Fit) -> None:
        """Let a training that has just begun be where this one was.

        Raises:
            StudyError: It is of another network.
        """
        fit.restore(self.tensors)
        fit.train_curve[:], fit.valid_curve[:] = self.train_curve, self.valid_curve
        fit.seconds = self.seconds


def write_checkpoint(path: Path, fit: Fit, about: Mapping[str, Any]) -> None:
    """Write a training whole or not at all; the checkpoint before it is replaced.

    Args:
        path: Where to.
        fit: The training as it is after an epoch.
        about: What is trained and how: a JSON object, compared when it goes on.

    Raises:
        StudyError: The file cannot be written.
    """
    curves = {"train_curve": fit.train_curve, "valid_curve": fit.valid_curve}
    fields = {"kind": KIND, "about": about, **curves, "seconds": fit.seconds}
    content = save(fit.tensors(), metadata={"nasedu": json.dumps(fields, allow_nan=False)})
    write_whole(path, content, StudyError)


def read_checkpoint(path: Path) -> Checkpoint:
    """Return what is in a checkpoint.

    Raises:
        StudyError: The file is no checkpoint, or damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            fields = json.loads((file.metadata() or {})["nasedu"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if fields.pop("kind") != KIND:
            raise ValueError("of another kind")
        train, valid = ([float(x) for x in fields[f"{name}_curve"]] for name in ("train", "valid"))
        return Checkpoint(dict(fields["about"]), tensors, train, valid, float(fields["seconds"]))
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        words = " ".join(str(error).split())[:120]
        raise StudyError(
            f"{path} is damaged or no checkpoint ({words}); remove it to begin anew"
        ) from None
