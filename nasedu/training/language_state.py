"""A training under way, and where it stands after an epoch, to go on from later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from nasedu.data.storage import write_tensors
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
        write_tensors(Path(path), self.tensors, json.dumps(fields, sort_keys=True))

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


class LanguageRun:
    """A training that is under way.

    Args:
        child: The network.
        optimizer: Its optimiser.
        device: Where they are.
    """

    def __init__(
        self, child: nn.Module, optimizer: torch.optim.Optimizer, device: torch.device
    ) -> None:
        self.child, self.optimizer, self.device = child, optimizer, device
        self.train_curve: list[float] = []
        self.valid_curve: list[float] = []
        self.best: dict[str, Tensor] = {}  # the weights of the best epoch

    def add(self, nats: float, valid_perplexity: float) -> None:
        """Note the results of one more epoch."""
        self.train_curve.append(nats)
        self.valid_curve.append(valid_perplexity)
        if valid_perplexity == min(self.valid_curve):
            self.best = _copies(dict(self.child.named_parameters()))

    def state(self, settings: dict[str, Any], seconds: float) -> LanguageState:
        """Return copies of everything that the training goes on from."""
        generators = {"cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            generators["cuda"] = torch.cuda.get_rng_state(self.device)
        groups = {
            "model": dict(self.child.named_parameters()),  # shared weights once
            "best": self.best,
            "optimizer": {
                f"{index}.{name}": value
                for index, values in self.optimizer.state_dict()["state"].items()
                for name, value in values.items()
            },
            "generator": generators,
        }
        tensors = {
            f"{group}.{name}": tensor.cpu()
            for group, named in groups.items()
            for name, tensor in _copies(named).items()
        }
        curves = tuple(self.train_curve), tuple(self.valid_curve)
        return LanguageState(settings, *curves, seconds, tensors)

    def restore(self, state: LanguageState) -> None:
        """Put everything back as it was.

        Raises:
            TrainingError: The state is that of another network, or of another kind of device.
        """
        there, here = "generator.cuda" in state.tensors, self.device.type == "cuda"
        if there != here:
            raise TrainingError(
                f"the state to go on from was made {'with' if there else 'without'} a GPU, where "
                "dropout draws other numbers; go on there, or delete it to start anew"
            )
        groups: dict[str, dict[str, Tensor]] = {"optimizer": {}}
        for key, tensor in state.tensors.items():
            group, _, name = key.partition(".")
            groups.setdefault(group, {})[name] = tensor
        set_weights(self.child, groups["model"])
        remembered: dict[int, dict[str, Tensor]] = {}
        for key, tensor in groups["optimizer"].items():
            index, _, name = key.partition(".")
            remembered.setdefault(int(index), {})[name] = tensor
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": remembered})
        torch.set_rng_state(groups["generator"]["cpu"])
        if here:
            torch.cuda.set_rng_state(groups["generator"]["cuda"], self.device)
        self.train_curve, self.valid_curve = list(state.train_curve), list(state.valid_curve)
        self.best = groups["best"]


@torch.no_grad()
def set_weights(child: nn.Module, weights: dict[str, Tensor]) -> None:
    """Put weights into a network.

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


def _copies(tensors: dict[str, Any]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}
