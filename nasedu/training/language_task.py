"""The task on text: training a language model, segment by segment (Zoph & Le 2016, section 4.2).

Legend of shapes: B streams side by side, n symbols of each, T of them a segment, V symbols.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from nasedu.children import LanguageModel, LSTMLayer, ModelSettings
from nasedu.children.language_model import detached, without_memory
from nasedu.data import TextData, load_text
from nasedu.errors import SettingError, TrainingError
from nasedu.training.hardware import autocast, one_thread, pick_dtype, seeded
from nasedu.training.language_recipe import FEW_SYMBOLS, QUICK, LanguageRecipe
from nasedu.training.measure import BITS, PERPLEXITY, Measure
from nasedu.training.rewards import SCALE, perplexity_reward
from nasedu.training.scoring import WINDOW, mean_nats, perplexity
from nasedu.training.task import Cost, Task
from nasedu.training.training import Training

CHECK_EVERY = 50  # segments between two looks at the loss, each of which waits for a GPU
MIN_HIDDEN_FOR_BFLOAT16 = 64  # no gain was measured at 32, 1.03 to 1.8 times the speed from 64 on


class LanguageTask(Task):
    """Trains one language model after the other on the same text by the same recipe.

    Args:
        data: The text. Its test part is touched by `test` and `test_nats` alone.
        recipe: How to train; by default `TENSORFLOW_SMALL`.
        device: Where; default the first CUDA device if there is one, else the CPU.

    Raises:
        SettingError: The text has fewer tokens than ``num_train`` or than there are streams.
    """

    kind = "language"
    measure = PERPLEXITY  # of words

    def __init__(
        self,
        data: TextData,
        recipe: LanguageRecipe | None = None,
        device: torch.device | None = None,
    ) -> None:
        super().__init__(recipe or LanguageRecipe(), device)
        self.data = data
        self.measure = self.measure_of({"unit": data.unit})
        pays = self.recipe.hidden_size >= MIN_HIDDEN_FOR_BFLOAT16
        self.dtype = pick_dtype(self.recipe.precision, self.device, pays)
        size, wanted = self.recipe.batch_size, self.recipe.num_train
        if not size <= (wanted or len(data.train)) <= len(data.train):
            raise SettingError(
                f"num_train is {wanted or len(data.train)}; expected {size} (one token per stream) "
                f"to {len(data.train)} (all of {data.name!r})"
            )
        train, scored = data.train[:wanted].to(self.device), self.recipe.num_scored
        if not 1 <= (scored or 1) <= min(len(data.valid), len(data.test)):
            raise SettingError(
                f"num_scored is {scored}; expected 1 to {min(len(data.valid), len(data.test))} "
                f"(what the validation and test text of {data.name!r} both have)"
            )
        self.valid = data.valid[:scored].to(self.device)
        self.inputs, self.targets = streams(train, data.line_end, size)  # each (n, B)

    def __repr__(self) -> str:
        return (
            f"LanguageTask({self.data.title}, {self.targets.numel()} train, "
            f"{len(self.valid)} valid, {self.device.type})"
        )

    @classmethod
    def on(cls, data: str, recipe: LanguageRecipe | None = None) -> Self:
        """Return the task on a text, by its name; with ``-chars`` after it, on its characters."""
        return cls(load_text(data), recipe)

    @classmethod
    def measure_of(cls, settings: Mapping[str, Any]) -> Measure:
        """Return bits of characters, perplexity of words."""
        return BITS if settings.get("unit") == "character" else PERPLEXITY

    @classmethod
    def quick(cls, data: str) -> LanguageRecipe:
        """Return the recipe of a search of minutes: of a long text the beginning is enough."""
        return replace(QUICK, num_train=min(FEW_SYMBOLS, len(load_text(data).train)))

    def describe(self) -> dict[str, Any]:
        """Return the text as children see it, by size and digest, and the reward's scale."""
        digest = hashlib.sha256()
        for tokens in (self.inputs, self.targets, self.valid):
            digest.update(tokens.cpu().contiguous().numpy().tobytes())
        return {
            "title": self.data.title,
            "unit": self.data.unit,
            "num_symbols": self.data.num_symbols,
            "num_train": self.targets.numel(),
            "num_valid": len(self.valid),
            "digest": digest.hexdigest()[:16],
            "reward_scale": SCALE,
        }

    def build(self, architecture: Any) -> LanguageModel:
        """Return an untrained model, its weights drawn from torch's global generator.

        Args:
            architecture: A cell, or what makes a layer (see `LanguageModel`).
        """
        return LanguageModel(architecture, self.data.num_symbols, self.recipe).to(self.device)

    def optimizer(self, child: LanguageModel, recipe: LanguageRecipe) -> torch.optim.Optimizer:
        """Return the recipe's optimiser."""
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[recipe.optimizer]
        return kind(child.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay, fused=True)

    def cost(self, architecture: Any) -> Cost:
        """Count parameters and FLOP of a model, without its memory."""
        model = without_memory(LanguageModel, architecture, self.data.num_symbols, self.recipe)
        return Cost(model.num_parameters, model.flop)

    def flop(self, architecture: Any, child: LanguageModel) -> int:
        """Return the FLOP of one symbol, forward, in matrix products."""
        return child.flop

    def train_epoch(self, training: Training) -> float:
        """Read the training text once, learning after each segment; return the mean nats.

        The state is carried from segment to segment, and begins every epoch as zeros.
        """
        child, optimizer, recipe = training.child, training.optimizer, self.recipe
        assert isinstance(child, LanguageModel)
        epoch = training.epoch
        child.train()
        for group in optimizer.param_groups:
            group["lr"] = recipe.lr_at(epoch)
        total = torch.zeros((), device=self.device, dtype=torch.float64)
        state = child.initial_state(recipe.batch_size)
        inputs, targets = self.inputs.split(recipe.unroll), self.targets.split(recipe.unroll)
        for number, (tokens, following) in enumerate(zip(inputs, targets, strict=True), 1):
            with autocast(self.device, self.dtype):
                # The state goes on, its gradient does not: truncated backpropagation through time.
                logits, state = child(tokens, detached(state))  # (T, B, V)
            loss = cross_entropy(logits.float().flatten(0, 1), following.flatten())
            optimizer.zero_grad()
            # Zaremba sums over the steps of a segment: the same as a learning rate T times as high,
            # but not under clipping or weight decay.
            (loss * len(tokens) if recipe.sum_steps else loss).backward()
            clip_grad_norm_(child.parameters(), recipe.clip)
            optimizer.step()
            total += loss.detach() * len(tokens)
            if number % CHECK_EVERY == 0:
                _check_finite(total, epoch)
        _check_finite(total, epoch)
        return total.item() / len(self.inputs)

    def validate(self, child: LanguageModel) -> float:
        """Return the perplexity of the validation text."""
        return perplexity(self.nats(child, self.valid))

    def test(self, child: LanguageModel) -> float:
        """Return the perplexity of the test text, which is read here and by `test_nats` alone."""
        return perplexity(self.test_nats(child))

    @classmethod
    def reward_of(cls, valid_curve: Sequence[float], settings: Mapping[str, Any]) -> float:
        """Return c / perplexity² after the best epoch."""
        return perplexity_reward(min(valid_curve), settings["reward_scale"])

    @property
    def num_test(self) -> int:
        """Symbols of the test text that are scored."""
        return self.recipe.num_scored or len(self.data.test)

    def nats(self, child: LanguageModel, tokens: Tensor, window: int | None = WINDOW) -> float:
        """Return the mean nats of a symbol of ``(N,)`` tokens (see `mean_nats`)."""
        return mean_nats(child, tokens, self.data.line_end, window=window)

    def test_nats(self, child: LanguageModel, window: int | None = WINDOW) -> float:
        """Return the mean nats of a symbol of the test part.

        `perplexity` and `bits` make of it what is usually reported.
        """
        with one_thread():
            return self.nats(child, self.data.test[: self.num_test].to(self.device), window)

    def warm_up(self) -> None:
        """Take one step with a tiny model, so that the first child's seconds are its own."""
        with one_thread(), seeded(0):
            child = LanguageModel(LSTMLayer, self.data.num_symbols, ModelSettings(1)).to(
                self.device
            )
            logits, _ = child(self.inputs[:2, :2], child.initial_state(min(2, len(self.inputs[0]))))
            logits.sum().backward()
            self.optimizer(child, self.recipe).step()


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
    stream = torch.cat([tokens.new_full((1,), before), tokens])  # what is read is one step behind
    inputs, targets = (
        part[: length * batch_size].view(batch_size, length).T.contiguous()
        for part in (stream, tokens)
    )
    return inputs, targets


def _check_finite(total: Tensor, epoch: int) -> None:
    if not total.isfinite():
        raise TrainingError(f"the loss became {total.item()} in epoch {epoch + 1}")
