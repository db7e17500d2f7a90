"""How a language model is trained, and the recipes of the literature."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from nasedu.errors import SettingError
from nasedu.training.recipe import Precision

Optimizer = Literal["sgd", "adam"]
CHOICES = {"optimizer": Optimizer, "precision": Precision}
LATER: dict[str, Any] = {"precision": "float32"}
"""Fields that recipes did not always have, with what was done before there was a choice."""


@dataclass(frozen=True, slots=True)
class LanguageRecipe:
    """How a language model is trained and how large it is, the same for every cell of a search.

    The defaults are the small model of TensorFlow's tutorial (`TENSORFLOW_SMALL`).

    Args:
        hidden_size: H of every layer.
        embedding_size: Numbers of an embedding; None: as many as ``hidden_size``.
        num_layers: Layers of the cell.
        tied: Whether output and embedding share their weights.
        dropout: Share dropped between embedding, layers and output.
        variational: Whether the same is dropped at every step of a segment (Gal 2015).
        recurrent_dropout: Share of the units of h cut from the next step; see `LanguageModel`.
        embedding_dropout: Share of the words that a segment goes without.
        init_range: Weights start between plus and minus this.
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
        precision: ``"bfloat16"`` trains with matrix products in bfloat16; weights, softmax and
            updates stay float32, and so does all scoring. ``"auto"`` takes it where the
            processor has the instructions and it pays. The figures of the literature are
            those of ``"float32"``.
    """

    can_grow: ClassVar[bool] = True  # an epoch does not depend on how many there will be
    keep: ClassVar[str] = "best"
    hidden_size: int = 200
    embedding_size: int | None = None
    num_layers: int = 2
    tied: bool = False
    dropout: float = 0.0
    variational: bool = False
    recurrent_dropout: float = 0.0
    embedding_dropout: float = 0.0
    init_range: float = 0.1
    epochs: int = 13
    batch_size: int = 20
    unroll: int = 20
    optimizer: Optimizer = "sgd"
    lr: float = 1.0
    decay: float = 0.5
    decay_after: int = 4
    clip: float = 5.0
    sum_steps: bool = True
    weight_decay: float = 0.0
    num_train: int | None = None
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        counts = ("hidden_size", "num_layers", "epochs", "batch_size", "unroll", "decay_after")
        for name in (*counts, "embedding_size", "num_train"):
            value = getattr(self, name)
            optional = name in ("embedding_size", "num_train")
            if not (value is None and optional) and (not isinstance(value, int) or value < 1):
                raise SettingError(f"{name} is {value!r}; expected an integer of at least 1")
        for name in ("lr", "clip", "init_range"):
            if not 0 < getattr(self, name) < float("inf"):
                raise SettingError(f"{name} is {getattr(self, name)}; expected a number above 0")
        if not 0 < self.decay <= 1:
            raise SettingError(f"decay is {self.decay}; expected above 0 and at most 1")
        if not 0 <= self.weight_decay < float("inf"):
            raise SettingError(f"weight_decay is {self.weight_decay}; expected 0 or more")
        for name in ("dropout", "recurrent_dropout", "embedding_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise SettingError(
                    f"{name} is {getattr(self, name)}; expected 0 or more and below 1"
                )
        if self.tied and self.embedding_size not in (None, self.hidden_size):
            raise SettingError(
                f"embedding_size is {self.embedding_size} and hidden_size {self.hidden_size}; "
                "expected them equal, or tied=False"
            )
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in get_args(allowed):
                raise SettingError(
                    f"{name} is {getattr(self, name)!r}; expected one of {get_args(allowed)}"
                )

    def lr_at(self, epoch: int) -> float:
        """Return the learning rate of an epoch, from 0."""
        return self.lr * self.decay ** max(0, epoch + 1 - self.decay_after)

    def model_settings(self) -> dict[str, Any]:
        """Return what `LanguageModel` takes beside the cell and the number of symbols."""
        names = (
            "hidden_size",
            "embedding_size",
            "num_layers",
            "tied",
            "dropout",
            "variational",
            "recurrent_dropout",
            "embedding_dropout",
            "init_range",
        )
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values.

        A field of `LATER` is there only if it is not what recipes always did, so that trainings
        recorded before there was a choice go on.
        """
        fields = asdict(self)
        return {k: v for k, v in fields.items() if k not in LATER or v != LATER[k]}


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

RECIPES = {"first": QUICK, "train": replace(QUICK, epochs=20)}
