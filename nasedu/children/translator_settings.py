"""The settings of a translator, beside its cell and its subwords."""

from __future__ import annotations

from dataclasses import dataclass

from nasedu.values import Count, Positive, Share, Value


@dataclass(frozen=True, slots=True)
class TranslatorSettings(Value):
    """How large a `Translator` is, what it drops while training, and where its weights start.

    Args:
        hidden_size: H of the layers, two that read and one that writes.
        embedding_size: E. What attention found has this size, too, so that output and
            embedding share their weights, and what the softmax costs does not depend on H.
        dropout: Share of the numbers dropped from the embeddings and before the output.
        init_range: All weights are drawn between plus and minus this.
    """

    hidden_size: Count = 256
    embedding_size: Count = 256
    dropout: Share = 0.4
    init_range: Positive = 0.1
