"""A language model's training under way, put into a checkpoint and back."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from nasedu.errors import TrainingError
from nasedu.training.checkpoint import Checkpoint


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

    def state(self, settings: dict[str, Any], seconds: float) -> Checkpoint:
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
        return Checkpoint(settings, tensors, *curves, seconds)

    def restore(self, state: Checkpoint) -> None:
        """Put everything back as it was.

        Raises:
            TrainingError: The state is that of another network, or of another kind of device, or
                damaged.
        """
        try:
            self._restore(state)
        except TrainingError:
            raise
        except (KeyError, ValueError, RuntimeError) as error:
            words = " ".join(str(error).split())[:120]
            raise TrainingError(
                f"the state to go on from is damaged ({words}); move it away to start anew"
            ) from None

    def _restore(self, state: Checkpoint) -> None:
        there, here = "generator.cuda" in state.tensors, self.device.type == "cuda"
        if there != here:
            raise TrainingError(
                f"the state to go on from was made {'with' if there else 'without'} a GPU, where "
                "dropout draws other numbers; go on there, or move it away to start anew"
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
            "the state to go on from holds the weights of another network; move it away to start "
            "anew"
        )
    for name, weight in own.items():
        weight.copy_(weights[name])


def _copies(tensors: dict[str, Any]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}
