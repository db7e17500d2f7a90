"""The recipe of language models, and those of the literature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from nasedu.children.model_settings import ModelSettings
from nasedu.training.recipe import Keep, Precision
from nasedu.values import Bounds, Count, Later, NotNegative, Positive

Optimizer = Literal["sgd", "adam"]


@dataclass(frozen=True, slots=True)
class LanguageRecipe(ModelSettings):
    """How a language model is trained and how large it is, the same for every cell of a search.

    Its first fields are the `ModelSettings` of the model. The defaults are the small model of
    TensorFlow's tutorial (`TENSORFLOW_SMALL`).

    Args:
        epochs: Passes over the training text.
        batch_size: B, streams read side by side.
        unroll: T, steps that gradients go back; the state is carried on without them.
        optimizer: ``"sgd"`` without momentum, or ``"adam"``.
        lr: Learning rate at the start.
        decay: What the learning rate is multiplied with after every later epoch.
        decay_after: How many epochs keep the first learning rate.
        clip: Largest norm of all gradients together.
        sum_steps: Whether the loss is summed over the steps of a segment, as in Zaremba, whose
            rates and clipping are made for it; if not, it is their mean. Over streams it is
            the mean.
        weight_decay: L2 penalty, in the gradient.
        num_train: Use only the first so many training tokens; None uses all.
        num_scored: Score only the first so many tokens of the validation text, and of the test
            text; None scores all.
        precision: ``"bfloat16"`` trains with matrix products in bfloat16; weights, softmax and
            updates stay float32, and so does all scoring. ``"auto"`` takes it where the
            processor has the instructions and it is faster. The figures of the literature are
            those of ``"float32"``.
        keep: Which weights a training keeps: those of its last or its best epoch.
    """

    can_grow: ClassVar[bool] = True  # an epoch does not depend on how many there will be

    epochs: Count = 13
    batch_size: Count = 20
    unroll: Count = 20
    optimizer: Optimizer = "sgd"
    lr: Positive = 1.0
    decay: Annotated[float, Bounds(above=0, at_most=1)] = 0.5
    decay_after: Count = 4
    clip: Positive = 5.0
    sum_steps: bool = True
    weight_decay: NotNegative = 0.0
    num_train: Count | None = None
    precision: Later[Precision] = "float32"
    keep: Later[Keep] = "best"
    num_scored: Later[Count | None] = None

    def lr_at(self, epoch: int) -> float:
        """Return the learning rate of an epoch, from 0."""
        return self.lr * self.decay ** max(0, epoch + 1 - self.decay_after)


FEW_SYMBOLS = 40_000  # about all words of pydocs

QUICK = LanguageRecipe(
    hidden_size=32,
    epochs=3,
    optimizer="adam",
    lr=0.01,
    decay=1.0,
    clip=1.0,
    sum_steps=False,
    precision="auto",
)
"""For searches of minutes, where every child has seconds: ours. Zaremba's rate for SGD needs more
passes than that before it tells cells apart."""

ONE_SECOND = replace(
    QUICK,
    num_layers=1,
    epochs=1,
    batch_size=50,
    unroll=40,
    lr=0.02,
    num_train=300_000,
    precision="float32",
    num_scored=65_536,
)
"""For tables of every cell of a small space, on characters: a training takes a second. Ours;
chosen by noise against cost (``benchmarks/base_2_recipe.md``)."""

ZAREMBA_SMALL = LanguageRecipe(decay_after=5)
"""Zaremba's own small model (2014): his code lowers the rate after every epoch *beyond*
``max_epoch`` (4), so the first rate lasts 5 epochs. Test perplexity about 115 with `LSTMLayer`
on the Penn Treebank."""

TENSORFLOW_SMALL = LanguageRecipe()
"""The small model of TensorFlow's tutorial, which cites Zaremba (2014): the first rate lasts 4."""

ZAREMBA_MEDIUM = LanguageRecipe(
    hidden_size=650,
    dropout=0.5,
    init_range=0.05,
    epochs=39,
    unroll=35,
    decay=1 / 1.2,
    decay_after=7,
)
"""The paper's "medium" baseline by Zaremba's own code: 19.8 M parameters, test perplexity 82.7."""

TENSORFLOW_MEDIUM = replace(ZAREMBA_MEDIUM, decay=0.8, decay_after=6)
"""The medium model of TensorFlow's tutorial: x 0.8 for Zaremba's / 1.2, and an epoch earlier."""

GAL_LARGE = LanguageRecipe(
    hidden_size=1500,
    dropout=0.5,
    variational=True,
    recurrent_dropout=0.3,
    embedding_dropout=0.3,
    init_range=0.04,
    epochs=55,
    unroll=35,
    decay=1 / 1.15,
    decay_after=11,
    clip=10.0,
    weight_decay=1e-7,
)
"""Gal's large variational LSTM (2015), 66 M parameters, test perplexity 75.2 without averaging.

Rates, dropouts, initial weights and clipping are those of his published code, whose first rate
lasts 11 epochs (``max_epoch`` 10, as in `ZAREMBA_SMALL`). Three things differ. He draws a mask of
the inputs of a layer for every gate; here all gates, or leaves, of a stream share it. He draws a
mask of h for every stream and gate; here all streams share that of a gate (see `LanguageModel`).
His weight decay stands outside the learning rate; here it is multiplied with it.
"""

CHARACTERS = LanguageRecipe(
    hidden_size=800,
    embedding_size=128,
    dropout=0.5,
    variational=True,
    recurrent_dropout=0.2,
    init_range=0.05,
    epochs=383,
    batch_size=32,
    unroll=100,
    optimizer="adam",
    lr=0.001,
    decay=1.0,
    decay_after=383,
    clip=1.0,
    sum_steps=False,
    weight_decay=1e-4,
)
"""The paper's larger run on characters: 383 epochs of 1,568 segments are its 600,000 steps.

Its "dropout 0.2 and 0.5" is read as 0.2 of the recurrent units and 0.5 elsewhere; the initial
weights and the clipping are not stated.
"""

RECIPES: Mapping[str, LanguageRecipe] = MappingProxyType(
    {
        "first": replace(QUICK, num_train=FEW_SYMBOLS),
        "train": replace(QUICK, epochs=20),
        "table": ONE_SECOND,
        "zaremba-small": ZAREMBA_SMALL,
        "tensorflow-small": TENSORFLOW_SMALL,
        "zaremba-medium": ZAREMBA_MEDIUM,
        "tensorflow-medium": TENSORFLOW_MEDIUM,
        "gal-large": GAL_LARGE,
        "characters": CHARACTERS,
    }
)
"""By name: for a search of minutes, for a cell that is to be trained for good, and the
literature's."""
