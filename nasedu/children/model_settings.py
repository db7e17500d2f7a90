"""The settings of a language model, beside its cell and its symbols."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.errors import SettingError
from nasedu.values import Count, Positive, Share, Value


@dataclass(frozen=True, slots=True)
class ModelSettings(Value):
    """How large a `LanguageModel` is, what it drops while training, and where its weights start.

    Args:
        hidden_size: H of every layer.
        embedding_size: E, numbers of an embedding; None: as many as ``hidden_size``.
        num_layers: Layers of the cell, each with weights of its own.
        tied: Whether the output shares its weights with the embedding, which asks for E = H.
        dropout: Share of the numbers dropped between the parts: from the embedding to the
            first layer, from layer to layer, and to the output; never from step to step.
        variational: Whether that drops the same numbers at every step of a segment (Gal 2015),
            or others at every step (Zaremba 2014).
        recurrent_dropout: Share of the units of h whose way to the next step is cut, drawn for
            every gate of an LSTM or leaf of a cell, once a segment. Gal draws for every stream,
            too; here all streams share it, for then it is a mask on the columns of ``weight_hh``
            and any cell that has such weights allows it.
        embedding_dropout: Share of the words that a stream of a segment goes without, wherever
            they stand in it (Gal 2015).
        init_range: All weights are drawn between plus and minus this, as in Zaremba (2014).
    """

    hidden_size: Count = 200
    embedding_size: Count | None = None
    num_layers: Count = 2
    tied: bool = False
    dropout: Share = 0.0
    variational: bool = False
    recurrent_dropout: Share = 0.0
    embedding_dropout: Share = 0.0
    init_range: Positive = 0.1

    def _check(self) -> None:
        if self.tied and self.embedding_size not in (None, self.hidden_size):
            raise SettingError(
                f"embedding_size is {self.embedding_size} and hidden_size {self.hidden_size}; "
                "expected them equal, or tied=False"
            )
