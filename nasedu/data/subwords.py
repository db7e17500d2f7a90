"""Subwords: pieces of words, learned on training sentences by byte-pair encoding (Sennrich 2016).

Frequent words are one piece and rare ones several, so that every word can be read and written
from a list of a few thousand. Both languages share the list: names and numbers are the same in
both. The package ``tokenizers`` learns it; what it learned is kept as numbers, and only an import
needs the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from nasedu.data.pairs import SPACE, SPECIAL, UNKNOWN
from nasedu.extras import needed

MOST = 8000  # pieces; fewer if the sentences are too few


@dataclass(frozen=True, slots=True)
class Subwords:
    """A list of pieces, and what cuts sentences into them.

    Attributes:
        encoder: A ``tokenizers.Tokenizer``.
        learned_by: Program, version, and SHA-256 of what was learned: equal sentences and
            versions give equal digests.
    """

    encoder: Any
    learned_by: dict[str, str]

    @classmethod
    def learn(cls, sentences: Iterable[str], most: int = MOST) -> Self:
        """Learn pieces from sentences of all languages.

        Args:
            sentences: Those to train on, and no others.
            most: How many pieces there may be, `SPECIAL` among them.

        Raises:
            SettingError: The package ``tokenizers`` is not installed.
        """
        library = needed("tokenizers", "an import of sentence pairs", "translation")
        encoder = library.Tokenizer(library.models.BPE(unk_token=SPECIAL[UNKNOWN]))
        cut = library.pre_tokenizers
        # Signs stand apart from words, so that "dog." and "dog" have the same piece.
        encoder.pre_tokenizer = cut.Sequence([cut.Metaspace(SPACE), cut.Punctuation()])
        trainer = library.trainers.BpeTrainer(
            vocab_size=most, special_tokens=list(SPECIAL), show_progress=False
        )
        encoder.train_from_iterator(sentences, trainer)
        digest = hashlib.sha256(encoder.to_str().encode()).hexdigest()
        by = {"program": "tokenizers", "version": library.__version__, "digest": digest}
        return cls(encoder, by)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The V pieces, in the order of their tokens."""
        return tuple(self.encoder.id_to_token(i) for i in range(self.encoder.get_vocab_size()))

    def tokens(self, sentences: Sequence[str]) -> list[list[int]]:
        """Return sentences as tokens; a letter that was not there to learn is `UNKNOWN`."""
        return [each.ids for each in self.encoder.encode_batch(list(sentences))]
