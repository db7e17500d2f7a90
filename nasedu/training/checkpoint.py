"""The checkpoint: a training in a file, safetensors with its curves as JSON. No pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from nasedu.documents import read_json
from nasedu.errors import StudyError
from nasedu.values import checked, fill
from nasedu.whole_file import write_whole

KIND, SCHEMA = "training", 2
CURVES = ("train_curve", "valid_curve", "seconds", "processor_seconds")


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a training stands after an epoch: everything that decides how it goes on.

    Attributes:
        settings: What is trained and how, as JSON values; a training with others does not go
            on from here.
        tensors: By group and name: weights (``child.``), those of the best epoch (``best.``), the
            optimiser's state and the random generators'.
        train_curve: Mean training loss of every epoch, in nats.
        valid_curve: What the task measured after every epoch.
        seconds: Wall time of the training so far.
        processor_seconds: Of these the processor's.
    """

    settings: dict[str, Any]
    tensors: dict[str, Tensor]
    train_curve: tuple[float, ...]
    valid_curve: tuple[float, ...]
    seconds: float
    processor_seconds: float

    @property
    def digest(self) -> str:
        """SHA-256 of all tensors, in hexadecimal; it is kept beside them."""
        found = hashlib.sha256()
        for name, tensor in sorted(self.tensors.items()):
            # With the shape: the same bytes in another shape are other weights.
            found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
        return found.hexdigest()

    def save(self, path: Path | str) -> None:
        """Write it whole or not at all; the checkpoint before it is replaced.

        Raises:
            StudyError: The file cannot be written.
        """
        fields = {
            "kind": KIND,
            "schema": SCHEMA,
            "settings": self.settings,
            "digest": self.digest,
            **{name: getattr(self, name) for name in CURVES},
        }
        metadata = {"nasedu": json.dumps(fields, allow_nan=False)}
        write_whole(Path(path), save(self.tensors, metadata=metadata), StudyError)

    @classmethod
    def load(cls, path: Path | str) -> Checkpoint:
        """Read what `save` wrote.

        Raises:
            StudyError: The file is not there, no checkpoint, or damaged.
        """
        try:
            # Read here and not by safetensors, which takes no name that is not UTF-8.
            content = Path(path).read_bytes()
            tensors = load(content)
            header = read_json(content[8 : 8 + int.from_bytes(content[:8], "little")].decode())
            fields = read_json((header.get("__metadata__") or {}).get("nasedu", ""))
            fields = checked(fields, dict[str, Any], "its description")
            if fields.pop("kind", None) != KIND:
                raise ValueError("of another kind")
            if fields.pop("schema", 1) != SCHEMA:
                raise StudyError(
                    f"{path} was written by another version of nasedu, which trains in another "
                    "form; go on with that version, or move the file away to begin anew"
                )
            digest = checked(fields.pop("digest", None), str, "digest")
            found = fill(cls, {"tensors": tensors, **fields})
            if found.digest != digest:
                raise ValueError("its weights are not those that were written")
            return found
        except OSError as error:
            raise StudyError(
                f"{path} cannot be read ({error.strerror or error}); see that you may read it"
            ) from None
        except (SafetensorError, ValueError) as error:
            words = " ".join(str(error).split())[:120]
            raise StudyError(
                f"{path} is damaged or no checkpoint ({words}); move it away to begin anew"
            ) from None
