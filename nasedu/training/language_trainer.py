"""Training a language model, segment by segment (Zoph & Le 2016, section 4.2).

Legend of shapes: B streams side by side, n symbols of each, T of them a segment, V symbols.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from nasedu.children import LanguageModel, LSTMLayer
from nasedu.children.language_model import detached
from nasedu.data import TextData
from nasedu.errors import SettingError, TrainingError
from nasedu.training.checkpoint import Checkpoint
from nasedu.training.hardware import autocast, one_thread, pick_device, pick_dtype, seeded
from nasedu.training.language_recipe import LanguageRecipe
from nasedu.training.language_run import LanguageRun, set_weights
from nasedu.training.outcome import Outcome
from nasedu.training.rewards import perplexity_reward
from nasedu.training.scoring import WINDOW, mean_nats, perplexity

CHECK_EVERY = 50  # segments between two looks at the loss, each of which waits for a GPU
MIN_HIDDEN_FOR_BFLOAT16 = 64  # no gain was measured at 32, 1.03 to 1.8 times the speed from 64 on
OnEpoch = Callable[[int, float], None]
OnState = Callable[[Checkpoint], None]


class LanguageTrainer:
    """Trains one language model after the other on the same text by the same recipe.

    Args:
        data: The text. Its test part is touched by `test_nats` alone.
        recipe: How to train; by default `TENSORFLOW_SMALL`.
        device: Where; default the first CUDA device if there is one, else the CPU.
        reward_scale: c of the reward c / perplexity²; the paper's is "usually" 80.

    Raises:
        SettingError: The text has fewer tokens than ``num_train`` or than there are streams.
    """

    def __init__(
        self,
        data: TextData,
        recipe: LanguageRecipe | None = None,
        device: torch.device | None = None,
        reward_scale: float = 80.0,
    ) -> None:
        self.data, self.recipe = data, recipe or LanguageRecipe()
        self.device, self.reward_scale = device or pick_device(), reward_scale
        pays = self.recipe.hidden_size >= MIN_HIDDEN_FOR_BFLOAT16
        self.dtype = pick_dtype(self.recipe.precision, self.device, pays)
        size, wanted = self.recipe.batch_size, self.recipe.num_train
        if not size <= (wanted or len(data.train)) <= len(data.train):
            raise SettingError(
                f"num_train is {wanted or len(data.train)}; expected {size} (one token a stream) "
                f"to {len(data.train)} (all of {data.name!r})"
            )
        train, self.valid = data.train[:wanted].to(self.device), data.valid.to(self.device)
        self.inputs, self.targets = streams(train, data.line_end, size)  # each (n, B)

    def __repr__(self) -> str:
        return (
            f"LanguageTrainer({self.data.title}, {self.targets.numel()} train, "
            f"{len(self.valid)} valid, {self.device.type})"
        )

    @property
    def about(self) -> dict[str, Any]:
        """The text that children see, by size and digest, and the reward, as JSON values."""
        return {
            "title": self.data.title,
            "unit": self.data.unit,
            "num_symbols": self.data.num_symbols,
            "num_train": self.targets.numel(),
            "num_valid": len(self.valid),
            "digest": self._digest,
            "reward_scale": self.reward_scale,
        }

    @cached_property
    def _digest(self) -> str:
        """Which tokens are trained on and validated with."""
        digest = hashlib.sha256()
        for tokens in (self.inputs, self.targets, self.valid):
            digest.update(tokens.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def model(self, cell: Any) -> LanguageModel:
        """Return an untrained model, its weights drawn from torch's global generator."""
        settings = self.recipe.model_settings()
        return LanguageModel(cell, self.data.num_symbols, **settings).to(self.device)

    def fit(
        self,
        cell: Any,
        seed: int,
        on_epoch: OnEpoch | None = None,
        *,
        resume: Checkpoint | None = None,
        on_state: OnState | None = None,
    ) -> tuple[LanguageModel, Outcome]:
        """Build and train a model; the same seed gives the same model, also after a stop.

        Args:
            cell: An architecture, or what makes a layer (see `LanguageModel`).
            seed: Seed of the weights and of dropout.
            on_epoch: Called with the epoch, from 1, and the validation perplexity after it.
            resume: Go on from here, possibly to more epochs.
            on_state: Called after every epoch with what `resume` takes.

        Returns:
            The model with the weights of its best epoch, and its outcome, whose curve is of
            perplexities and whose reward is that of the lowest.

        Raises:
            TrainingError: The loss became NaN or infinite, or the perplexity too large for a
                reward.
            SettingError: ``resume`` is of another cell, seed, recipe or text.
        """
        start = time.perf_counter() - (resume.seconds if resume else 0.0)
        with one_thread(), seeded(seed):
            child = self.model(cell)
            settings = self._settings(child, seed)
            run = LanguageRun(child, self._optimizer(child), self.device)
            if resume:
                run.restore(self._checked(resume, settings))
            for epoch in range(len(run.valid_curve), self.recipe.epochs):
                nats = self.train_epoch(child, run.optimizer, epoch)
                run.add(nats, perplexity(self.nats(child, self.valid)))
                if on_epoch:
                    on_epoch(epoch + 1, run.valid_curve[-1])
                if on_state:
                    on_state(run.state(settings, time.perf_counter() - start))
        set_weights(child, run.best)
        return child, Outcome(
            reward=perplexity_reward(min(run.valid_curve), self.reward_scale),
            valid_curve=tuple(run.valid_curve),
            train_curve=tuple(run.train_curve),
            seconds=time.perf_counter() - start,
            num_parameters=child.num_parameters,
            flop=child.flop,
        )

    def train_epoch(
        self, child: LanguageModel, optimizer: torch.optim.Optimizer, epoch: int
    ) -> float:
        """Read the training text once, learning after each segment; return the mean nats.

        The state is carried from segment to segment, and begins every epoch as zeros.
        """
        recipe = self.recipe
        child.train()
        for group in optimizer.param_groups:
            group["lr"] = recipe.lr_at(epoch)
        total = torch.zeros((), device=self.device, dtype=torch.float64)
        state = child.initial_state(recipe.batch_size)
        inputs, targets = self.inputs.split(recipe.unroll), self.targets.split(recipe.unroll)
        for number, (tokens, following) in enumerate(zip(inputs, targets, strict=True), 1):
            with autocast(self.device, self.dtype):
                logits, state = child(tokens, detached(state))  # (T, B, V)
            loss = cross_entropy(logits.float().flatten(0, 1), following.flatten())
            optimizer.zero_grad()
            (loss * len(tokens) if recipe.sum_steps else loss).backward()
            clip_grad_norm_(child.parameters(), recipe.clip)
            optimizer.step()
            total += loss.detach() * len(tokens)
            if number % CHECK_EVERY == 0:
                _check_finite(total, epoch)
        _check_finite(total, epoch)
        return total.item() / len(self.inputs)

    def nats(self, child: LanguageModel, tokens: Tensor, window: int | None = WINDOW) -> float:
        """Return the mean nats of a symbol of ``(N,)`` tokens (see `mean_nats`)."""
        return mean_nats(child, tokens, self.data.line_end, window=window)

    def test_nats(self, child: LanguageModel, window: int | None = WINDOW) -> float:
        """Return the mean nats of a symbol of the test part, which is read here alone.

        `perplexity` and `bits` make of it what is usually reported.
        """
        with one_thread():
            return self.nats(child, self.data.test.to(self.device), window)

    def warm_up(self) -> None:
        """Take one step with a tiny model, so that the first child's seconds are its own."""
        with one_thread(), seeded(0):
            child = LanguageModel(LSTMLayer, self.data.num_symbols, 1).to(self.device)
            logits, _ = child(self.inputs[:2, :2], child.initial_state(min(2, len(self.inputs[0]))))
            logits.sum().backward()
            self._optimizer(child).step()

    def _optimizer(self, child: LanguageModel) -> torch.optim.Optimizer:
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[self.recipe.optimizer]
        decay = self.recipe.weight_decay
        return kind(child.parameters(), lr=self.recipe.lr, weight_decay=decay, fused=True)

    def _settings(self, child: LanguageModel, seed: int) -> dict[str, Any]:
        """Return what has to be equal for a training to go on: all but the number of epochs."""
        recipe = self.recipe.to_dict()
        del recipe["epochs"]
        data = [self.data.name, *self.data.counts, self.data.num_symbols, self._digest]
        settings = {"cell": child.cell_name, "seed": seed, "recipe": recipe, "data": data}
        return json.loads(json.dumps(settings))

    def _checked(self, resume: Checkpoint, settings: dict[str, Any]) -> Checkpoint:
        """Return a state that a training with these settings may go on from."""
        if resume.settings != settings:
            raise SettingError(
                "the state to go on from is of another cell, seed, recipe or text; give the same "
                "as before (but epochs), or start anew"
            )
        if len(resume.valid_curve) > self.recipe.epochs:
            raise SettingError(
                f"epochs is {self.recipe.epochs}; expected at least {len(resume.valid_curve)}, "
                "which were trained already"
            )
        return resume


def streams(tokens: Tensor, before: int, batch_size: int) -> tuple[Tensor, Tensor]:
    """Cut a text into equal streams, to be read side by side.

    Args:
        tokens: ``(N,)`` int64. The last ones are left out that would make a stream longer.
        before: What comes before the first token.
        batch_size: B.

    Returns:
        Symbols to read and the symbol that follows each, both ``(N // B, B)``.
    """
    length = len(tokens) // batch_size
    stream = torch.cat([tokens.new_full((1,), before), tokens])
    inputs, targets = (
        part[: length * batch_size].view(batch_size, length).T.contiguous()
        for part in (stream, tokens)
    )
    return inputs, targets


def _check_finite(total: Tensor, epoch: int) -> None:
    if not total.isfinite():
        raise TrainingError(f"the loss became {total.item()} in epoch {epoch + 1}")
