"""The recipe of translators: how large they are, how they are trained, how they translate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar

from nasedu.children.translator_settings import TranslatorSettings
from nasedu.training.recipe import Keep
from nasedu.values import Bounds, Count, NotNegative, Positive, Share


@dataclass(frozen=True, slots=True)
class TranslationRecipe(TranslatorSettings):
    """How a translator is trained, the same for every cell.

    Its first fields are the `TranslatorSettings` of the model.

    Args:
        epochs: Passes over the training pairs.
        batch_size: Pairs of a batch, which have about the same length.
        lr: Learning rate of Adam at the start.
        decay: What it is multiplied with after every later epoch.
        decay_after: How many epochs keep the first learning rate.
        clip: Largest norm of all gradients together.
        smoothing: Share of the target's probability that is spread over all subwords
            (Szegedy et al. 2015).
        num_train: Use only the first so many training pairs; None uses all.
        beam: Translations that are kept while one is looked for.
        length_power: How much of a long translation's low probability is made up for, see
            `beam_search`.
        keep: Which weights a training keeps: those of its last or its best epoch.
    """

    can_grow: ClassVar[bool] = True  # an epoch does not depend on how many there will be

    epochs: Count = 15
    batch_size: Count = 64
    lr: Positive = 0.001
    decay: Annotated[float, Bounds(above=0, at_most=1)] = 0.7
    decay_after: Count = 8
    clip: Positive = 1.0
    smoothing: Share = 0.1
    num_train: Count | None = None
    beam: Count = 5
    length_power: NotNegative = 1.0
    keep: Keep = "best"

    def lr_at(self, epoch: int) -> float:
        """Return the learning rate of an epoch, from 0."""
        return self.lr * self.decay ** max(0, epoch + 1 - self.decay_after)


QUICK = TranslationRecipe(
    hidden_size=32,
    embedding_size=32,
    dropout=0.0,
    epochs=3,
    lr=0.01,
    decay=1.0,
    num_train=2000,
)
"""For searches of minutes on `prices`: ours."""

PRICES = TranslationRecipe(
    hidden_size=64,
    embedding_size=64,
    dropout=0.1,
    epochs=6,
    lr=0.005,
    decay_after=3,
)
"""For a cell that is to translate prices well: ours."""

MULTI30K = TranslationRecipe()
"""For Multi30k: sizes, dropout, Adam's rate and smoothing as small recurrent models of the
literature have them; one layer each way, in place of the eight of GNMT."""

RECIPES: Mapping[str, TranslationRecipe] = MappingProxyType(
    {"first": QUICK, "train": PRICES, "multi30k": MULTI30K}
)
"""By name: for a search of minutes, for a cell that is to be trained for good, and for text."""
