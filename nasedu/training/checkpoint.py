"""A training in a file: safetensors, with its curves as JSON. No pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from nasedu.errors import StudyError
from nasedu.values import checked, fill, read_json
from nasedu.whole_file import write_whole

KIND = "training"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a training stands after an epoch: everything that decides how it goes on.

    Attributes:
        settings: What is trained and how, as JSON values; a training with others does not go
            on from here.
        tensors: Weights, the optimiser's state and those of the random generators, by name.
        train_curve: Mean training loss of every epoch, in nats.
        valid_curve: After every epoch the validation accuracy of a network for images (0 to 1),
            the validation perplexity of a language model.
        seconds: Wall time of the training so far.
    """

    settings: dict[str, Any]
    tensors: dict[str, Tensor]
    train_curve: tuple[float, ...]
    valid_curve: tuple[float, ...]
    seconds: float

    def save(self, path: Path | str) -> None:
        """Write it whole or not at all; the checkpoint before it is replaced.

        Raises:
            StudyError: The file cannot be written.
        """
        fields = {
            "kind": KIND,
            "about": self.settings,
            "train_curve": self.train_curve,
            "valid_curve": self.valid_curve,
            "seconds": self.seconds,
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
            with safe_open(path, framework="pt") as file:
                fields = read_json((file.metadata() or {}).get("nasedu", ""))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            fields = checked(fields, dict[str, Any], "its description")
            if fields.pop("kind", None) != KIND:
                raise ValueError("of another kind")
            return fill(cls, {"settings": fields.pop("about", None), "tensors": tensors, **fields})
        except OSError as error:
            raise StudyError(
                f"{path} cannot be read ({error.strerror or error}); see that you may read it"
            ) from None
        except (SafetensorError, ValueError) as error:
            words = " ".join(str(error).split())[:120]
            raise StudyError(
                f"{path} is damaged or no checkpoint ({words}); move it away to begin anew"
            ) from None
