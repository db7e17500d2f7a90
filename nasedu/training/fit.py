"""A training that can be left after any epoch: all that the next one depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Generator, Tensor, nn

from nasedu.architectures import ConvNet
from nasedu.errors import StudyError
from nasedu.training.checkpoint import Checkpoint

GENERATOR = "generator"


@dataclass(eq=False, repr=False)
class Fit:
    """One child while it is trained, as `ImageTrainer.begin` makes it.

    Children draw nothing at random themselves, so the generator is all the chance there is.

    Attributes:
        net: The architecture; None if none describes the child.
        child: Its weights as they are.
        optimizer: With the momentum of every weight.
        generator: Where the order of the images and their augmentation come from.
        train_curve: Mean training loss of every epoch so far, in nats.
        valid_curve: Validation accuracy (0 to 1) after every epoch so far.
        seconds: Wall time so far.
    """

    net: ConvNet | None
    child: nn.Module
    optimizer: torch.optim.SGD
    generator: Generator
    train_curve: list[float] = field(default_factory=list)
    valid_curve: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.valid_curve)

    def __repr__(self) -> str:
        return f"Fit({type(self.child).__name__}, {self.epoch} epochs)"

    def tensors(self) -> dict[str, Tensor]:
        """Return weights, momentum and the generator's state by name, on the CPU."""
        found = {f"child.{name}": value for name, value in self.child.state_dict().items()}
        for name, weight in self.child.named_parameters():
            momentum = self.optimizer.state[weight].get("momentum_buffer")
            if momentum is not None:
                found[f"momentum.{name}"] = momentum
        found[GENERATOR] = self.generator.get_state()
        return {name: value.detach().cpu().contiguous() for name, value in found.items()}

    def checkpoint(self, settings: dict[str, Any]) -> Checkpoint:
        """Return where the training stands; what is trained and how is for the caller to say."""
        curves = tuple(self.train_curve), tuple(self.valid_curve)
        return Checkpoint(settings, self.tensors(), *curves, self.seconds)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Let a training that has just begun be where another one was.

        Raises:
            StudyError: That was of another network, or on another kind of device.
        """
        tensors = checkpoint.tensors
        try:
            state = self.child.state_dict()
            self.child.load_state_dict({name: tensors[f"child.{name}"] for name in state})
            for name, weight in self.child.named_parameters():
                if (momentum := tensors.get(f"momentum.{name}")) is not None:
                    # Laid out in memory as the weight is: the optimiser takes that for granted.
                    buffer = torch.empty_like(weight).copy_(momentum)
                    self.optimizer.state[weight]["momentum_buffer"] = buffer.detach()
            self.generator.set_state(tensors[GENERATOR])
        except (KeyError, RuntimeError, TypeError) as error:
            words = " ".join(str(error).split())[:120]
            raise StudyError(f"the checkpoint does not fit this network ({words})") from None
        self.train_curve[:], self.valid_curve[:] = checkpoint.train_curve, checkpoint.valid_curve
        self.seconds = checkpoint.seconds
