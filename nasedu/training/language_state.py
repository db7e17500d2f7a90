"""Where the training of a language model stands after an epoch, to go on from later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from nasedu.data.storage import write_whole
from nasedu.errors import TrainingError

KIND = "language_state"
PARTS = ("train", "valid")


@dataclass(frozen=True, eq=False)
class LanguageState:
    """Everything that decides how a training goes on.

    Attributes:
        settings: Seed, recipe and data; a training with others does not go on from here.
        train_curve: Mean training loss of every epoch, in nats.
        valid_curve: Validation perplexity after every epoch.
        seconds: Wall time so far.
        tensors: Weights (``model.``), those of the best epoch (``best.``), the optimiser's
            state and those of the random generators.
    """

    settings: dict[str, Any]
    train_curve: tuple[float, ...]
    valid_curve: tuple[float, ...]
    seconds: float
    tensors: dict[str, Tensor]

    def save(self, path: Path | str) -> None:
        """Write the state whole or not at all (safetensors).

        Raises:
            DataError: The disk is full or the folder cannot be written to.
        """
        fields = {
            "kind": KIND,
            "settings": self.settings,
            "train_curve": self.train_curve,
            "valid_curve": self.valid_curve,
            "seconds": self.seconds,
        }
        write_whole(Path(path), self.tensors, json.dumps(fields, sort_keys=True))

    @classmethod
    def load(cls, path: Path | str) -> LanguageState:
        """Read what `save` wrote.

        Raises:
            TrainingError: The file is not there, truncated or of something else.
        """
        try:
            with safe_open(path, framework="pt") as file:
                fields = json.loads((file.metadata() or {}).get("nasedu", "null"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if fields["kind"] != KIND:
                raise ValueError(f"it is a {fields['kind']!r}")
            train_curve, valid_curve = (tuple(fields[f"{part}_curve"]) for part in PARTS)
            return cls(fields["settings"], train_curve, valid_curve, fields["seconds"], tensors)
        except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
            raise TrainingError(
                f"cannot go on from {path} ({' '.join(str(error).split())}); "
                "delete it to start anew"
            ) from None


def weights_of(child: nn.Module) -> dict[str, Tensor]:
    """Return copies of all weights, shared ones once."""
    return {name: weight.detach().clone() for name, weight in child.named_parameters()}


@torch.no_grad()
def set_weights(child: nn.Module, weights: dict[str, Tensor]) -> None:
    """Put weights back.

    Raises:
        TrainingError: They are those of another network.
    """
    own = dict(child.named_parameters())
    found = {name: tuple(weight.shape) for name, weight in weights.items()}
    if found != {name: tuple(weight.shape) for name, weight in own.items()}:
        raise TrainingError(
            "the state to go on from holds the weights of another network; delete it to start anew"
        )
    for name, weight in own.items():
        weight.copy_(weights[name])


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return copies of what an optimiser remembers, by parameter and name."""
    state = optimizer.state_dict()["state"]
    return {
        f"{index}.{name}": value.detach().clone()
        for index, values in state.items()
        for name, value in values.items()
    }


def set_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `optimizer_tensors` returned."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def generator_tensors(device: torch.device) -> dict[str, Tensor]:
    """Return the states of torch's global generators."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def set_generators(device: torch.device, states: dict[str, Tensor]) -> None:
    """Put back what `generator_tensors` returned."""
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)


def prefixed(**groups: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return groups of tensors as one, on the CPU, with names such as ``model.output.bias``."""
    return {
        f"{group}.{name}": tensor.cpu().contiguous()
        for group, tensors in groups.items()
        for name, tensor in tensors.items()
    }


def group_of(tensors: dict[str, Tensor], group: str) -> dict[str, Tensor]:
    """Return one of the groups that `prefixed` made one of."""
    start = f"{group}."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
