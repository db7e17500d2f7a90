"""A training: an iterator of epochs that can be left after any of them, and gone on with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor, nn

from nasedu.documents import check_same
from nasedu.errors import StudyError
from nasedu.optimizer_state import optimizer_tensors, put_optimizer_tensors
from nasedu.training.checkpoint import Checkpoint
from nasedu.training.hardware import forked, one_thread, seeded
from nasedu.training.outcome import Outcome

if TYPE_CHECKING:
    from nasedu.training.task import Task

BEST = "best"  # a recipe keeps the weights of the best epoch, or else those of the last
OPTIMIZER = "optimizer"  # begins the names of its tensors


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch that was trained and validated.

    Attributes:
        number: Counts from 1.
        train_loss: Mean training loss, in nats.
        valid: Point of the validation curve: an accuracy from 0 to 1, or a perplexity.
    """

    number: int
    train_loss: float
    valid: float


class Training:
    """One child while it is trained, as `Task.begin` makes it.

    Iterate over it: every turn trains for one epoch and validates. What is random comes from
    generators of its own, torch's global one included: who draws from that one between two
    epochs, or trains two children in turns, changes nothing.

    Args:
        task: What the child is trained for.
        architecture: What it is; see `Task.begin`.
        seed: Of all its random numbers.

    Attributes:
        child: The network with its weights after the last epoch; after `finish` with those that
            the recipe keeps.
        optimizer: Its optimiser.
        generator: A random generator on the task's device.
        train_curve: Mean training loss of every epoch so far, in nats.
        valid_curve: What `Task.validate` gave after each.
        seconds: Wall time of building, training and validation so far.
        processor_seconds: Of these the processor's, on the training's own thread.
    """

    def __init__(self, task: Task, architecture: Any, seed: int) -> None:
        self.task, self.architecture, self.seed = task, architecture, seed
        self.recipe = task.recipe_for(architecture)
        self.train_curve: list[float] = []
        self.valid_curve: list[float] = []
        self.seconds = self.processor_seconds = 0.0
        self._best: dict[str, Tensor] = {}  # weights of the best epoch, if the recipe keeps them
        self._last: dict[str, Tensor] = {}  # those of the last, while the child has others
        with self._timed(), one_thread(), seeded(seed, task.device):
            self.child = task.build(architecture)
            self._states = _global_states(task.device)  # where the weights' draws left them
        self.optimizer = task.optimizer(self.child, self.recipe)
        self.generator = Generator(task.device).manual_seed(seed)

    def __repr__(self) -> str:
        return f"Training({type(self.child).__name__}, {self.epoch} of {self.recipe.epochs} epochs)"

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.valid_curve)

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights are kept so far, from 1; of equally good ones the last."""
        if self.recipe.keep != BEST or not self.valid_curve:
            return self.epoch
        best = max if self.task.measure.higher_is_better else min
        # Reversed: the last of equally good epochs has seen the most training.
        return self.epoch - self.valid_curve[::-1].index(best(self.valid_curve))

    @property
    def is_finished(self) -> bool:
        """Whether all epochs of the recipe are done."""
        return self.epoch >= self.recipe.epochs

    def __iter__(self) -> Iterator[Epoch]:
        return self

    def __next__(self) -> Epoch:
        """Train for one epoch, and validate.

        Raises:
            TrainingError: The loss or an output became NaN or infinite.
        """
        if self.is_finished:
            raise StopIteration
        # One thread: sums in another order would change the last bits, and so the search.
        with self._timed(), one_thread(), self._own_numbers():
            loss = self.task.train_epoch(self)
            point = self.task.validate(self.child)
        self.train_curve.append(loss)
        self.valid_curve.append(point)
        if self.recipe.keep == BEST and self.kept_epoch == self.epoch:
            self._best = _copies(_weights(self.child))
        return Epoch(self.epoch, loss, point)

    def outcome(self) -> Outcome:
        """Return what a study keeps, by the epochs that were trained."""
        return Outcome(
            reward=self.task.reward_of(self.valid_curve, self.task.settings),
            valid_curve=tuple(self.valid_curve),
            train_curve=tuple(self.train_curve),
            seconds=self.seconds,
            num_parameters=sum(p.numel() for p in self.child.parameters()),
            flop=self.task.flop(self.architecture, self.child),
        )

    def finish(self) -> nn.Module:
        """Train to the end, and return the child with the weights that the recipe keeps."""
        for _ in self:
            pass
        if self._best and not self._last:  # kept, so that a recipe that grows can still go on
            self._last = _copies(_weights(self.child))
            _set_weights(self.child, self._best)
        return self.child

    def test(self) -> Outcome:
        """Train to the end, and return the outcome with the test result: read here alone."""
        child = self.finish()
        with one_thread():
            return replace(self.outcome(), test=self.task.test(child))

    @property
    def settings(self) -> dict[str, Any]:
        """What is trained and how, as JSON values; what must be equal to go on."""
        return self.task.settings_of(self.architecture, self.seed)

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """Those that are done."""
        pairs = zip(self.train_curve, self.valid_curve, strict=True)
        return tuple(Epoch(number, *pair) for number, pair in enumerate(pairs, start=1))

    def state(self) -> Checkpoint:
        """Return copies of everything that the training goes on from."""
        weights = _weights(self.child)
        groups = {
            "child": self._last or weights,
            "best": self._best,
            "generator": {"own": self.generator.get_state(), **self._states},
        }
        found = optimizer_tensors(self.optimizer, weights, OPTIMIZER)
        for group, named in groups.items():
            found |= {f"{group}.{name}": tensor for name, tensor in named.items()}
        tensors = {
            # safetensors refuses tensors that share memory or lie in another order.
            name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            for name, tensor in found.items()
        }
        curves = tuple(self.train_curve), tuple(self.valid_curve)
        times = self.seconds, self.processor_seconds
        return Checkpoint(self.settings, tensors, *curves, *times)

    def restore(self, state: Checkpoint, where: str = "the checkpoint") -> None:
        """Let a training that has just begun be where another one was.

        Args:
            state: What `state` gave.
            where: What to call it in errors.

        Raises:
            StudyError: It is of another architecture, seed, recipe or data, of more epochs than
                the recipe has, or does not fit the child.
        """
        ours, theirs = (self._but_growth(one) for one in (self.settings, state.settings))
        check_same(ours, theirs, where, StudyError)
        if len(state.valid_curve) > self.recipe.epochs:
            raise StudyError(
                f"epochs is {self.recipe.epochs}; expected at least {len(state.valid_curve)}, "
                f"which {where} has behind it"
            )
        try:
            self._restore(state)
        except (KeyError, ValueError, RuntimeError, TypeError) as error:
            words = " ".join(str(error).split())[:120]
            raise StudyError(f"{where} does not fit this child ({words})") from None

    def _restore(self, state: Checkpoint) -> None:
        groups: dict[str, dict[str, Tensor]] = {"best": {}}
        for key, tensor in state.tensors.items():
            group, _, name = key.partition(".")
            groups.setdefault(group, {})[name] = tensor
        if self.recipe.keep == BEST and state.valid_curve:  # all is checked before any is changed
            _check_fit(self.child, groups["best"])
        if groups["generator"].keys() != {"own", *self._states}:
            raise ValueError("it lacks the state of a generator")
        _set_weights(self.child, groups["child"])
        put_optimizer_tensors(self.optimizer, _weights(self.child), OPTIMIZER, state.tensors)
        self.generator.set_state(groups["generator"].pop("own"))
        self._states, self._best = groups["generator"], groups["best"]
        self.train_curve[:], self.valid_curve[:] = state.train_curve, state.valid_curve
        self.seconds, self.processor_seconds = state.seconds, state.processor_seconds

    def _but_growth(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return settings without the number of epochs, if a recipe can go on to more."""
        recipe = settings.get("recipe")
        if not (self.recipe.can_grow and isinstance(recipe, dict)):
            return settings
        return {**settings, "recipe": {k: v for k, v in recipe.items() if k != "epochs"}}

    @contextmanager
    def _own_numbers(self) -> Iterator[None]:
        """Let torch's global generators draw this training's numbers inside."""
        device = self.task.device
        with forked(device):
            torch.set_rng_state(self._states["cpu"])
            if device.type == "cuda":
                torch.cuda.set_rng_state(self._states["cuda"], device)
            yield
            self._states = _global_states(device)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.thread_time()
        yield
        self.seconds += time.perf_counter() - wall
        self.processor_seconds += time.thread_time() - processor


def name_of(architecture: Any) -> str:
    """Return which child this is: the digest of an architecture, else the name of its maker."""
    if (digest := getattr(architecture, "digest", None)) is not None:
        return digest[:16]
    maker = getattr(architecture, "func", architecture)  # of a functools.partial
    given = [str(getattr(each, "digest", each))[:16] for each in getattr(architecture, "args", ())]
    name = getattr(maker, "__qualname__", type(maker).__qualname__)
    return f"{name}({', '.join(given)})" if given else name


def _global_states(device: torch.device) -> dict[str, Tensor]:
    """Return the states of torch's global generators, of the CPU and of a GPU that is used."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _weights(child: nn.Module) -> dict[str, Tensor]:
    """Return parameters, those that are shared once, and buffers (of batch norm), by name."""
    return {**dict(child.named_parameters()), **dict(child.named_buffers())}


def put_kept_weights(child: nn.Module, state: Checkpoint, recipe: Any, where: str) -> None:
    """Give an untrained child the weights that a finished training kept.

    Args:
        child: As `Task.build` made it.
        state: Where the training ended.
        recipe: Says whether the best or the last weights are kept.
        where: What to call the checkpoint in errors.

    Raises:
        StudyError: They are those of another network.
    """
    group = "best." if recipe.keep == BEST else "child."
    kept = {k.removeprefix(group): v for k, v in state.tensors.items() if k.startswith(group)}
    try:
        _set_weights(child, kept)
    except ValueError as error:
        raise StudyError(f"{where} does not fit this child ({error})") from None


@torch.no_grad()
def _set_weights(child: nn.Module, weights: dict[str, Tensor]) -> None:
    """Put weights into a child; ValueError if they are those of another."""
    _check_fit(child, weights)
    for name, weight in _weights(child).items():
        weight.copy_(weights[name])


def _check_fit(child: nn.Module, weights: dict[str, Tensor]) -> None:
    """Raise ValueError if weights are those of another network."""
    own = _weights(child)
    found = {name: tuple(weight.shape) for name, weight in weights.items()}
    if found != {name: tuple(weight.shape) for name, weight in own.items()}:
        raise ValueError("it holds the weights of another network")


def _copies(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}
