"""The translator: one recurrent layer each way reads, attends, and another one writes.

The encoder reads a sentence from both ends (Bahdanau et al. 2014). The decoder runs over the
words written so far, and what it finds at each of them asks the encoder's outputs for attention
(Luong et al. 2015, "general" scores). The attention's result is not fed back to the decoder:
without that input feeding a whole sentence is one call of a layer, and any cell that a language
model takes can be used. The paper put its cell into GNMT, of eight layers (section 4.2); here is
one, for a laptop.

Legend of shapes: S tokens of a source sentence and T of a target, B sentences side by side,
V subwords, E numbers of an embedding, H of a hidden state.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from nasedu.children.language_model import layer_factory
from nasedu.children.translator_settings import TranslatorSettings

PAD = 0  # the token that fills up a shorter sentence, as in `nasedu.data.pairs`
State = tuple[Tensor, Tensor]  # (h, c), each (B, H)


class Memory(NamedTuple):
    """What the encoder made of sentences: outputs ``(B, S, 2H)``, keys ``(B, S, H)``, a mask."""

    outputs: Tensor
    keys: Tensor
    is_padding: Tensor  # (B, S)

    def take(self, which: Tensor) -> Memory:
        """Return that of some sentences, by index."""
        return Memory(*(each[which] for each in self))


class Translator(nn.Module):
    """Predicts every subword of a translation from the sentence and those before it.

    Args:
        cell: An architecture or what makes a layer, as of a `LanguageModel`.
        num_symbols: V, of both languages.
        settings: Its size, dropout and initial weights, for example a `TranslationRecipe`.
    """

    def __init__(self, cell: Any, num_symbols: int, settings: TranslatorSettings) -> None:
        super().__init__()
        make, hidden, size = layer_factory(cell), settings.hidden_size, settings.embedding_size
        self.settings = settings
        self.embedding = nn.Embedding(num_symbols, size)  # of what is read, written and output
        self.forwards = make(input_size=size, hidden_size=hidden)
        self.backwards = make(input_size=size, hidden_size=hidden)
        self.keys = nn.Linear(2 * hidden, hidden, bias=False)
        self.start = nn.Linear(2 * hidden, 2 * hidden)
        self.decoder = make(input_size=size, hidden_size=hidden)
        self.attended = nn.Linear(3 * hidden, size)
        self.bias = nn.Parameter(torch.zeros(num_symbols))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -settings.init_range, settings.init_range)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:
        """Map ``(S, B)`` sentences and ``(T, B)`` subwords to ``(T, B, V)`` logits of the next."""
        found, _ = self.write(before, *self.read(source))
        return self.logits(found)

    def read(self, source: Tensor) -> tuple[Memory, State]:
        """Read ``(S, B)`` sentences, filled up with `PAD` at their ends.

        Returns:
            What there is to attend to, and the state from which the decoder starts.
        """
        is_padding = source == PAD
        lengths = (~is_padding).sum(0)  # (B,)
        # Turned within its own length, a sentence has its padding last in both directions: no
        # cell reads it before anything that counts, whatever that cell would make of it.
        turned = _turned(lengths, len(source))  # (S, B)
        zeros = self._zeros(source.shape[1])
        ahead, _ = self.forwards(self._embedded(source), zeros)
        back, _ = self.backwards(self._embedded(source.gather(0, turned)), zeros)
        back = back.gather(0, turned[:, :, None].expand_as(back))
        outputs = torch.cat([ahead, back], 2)  # (S, B, 2H)
        last = ahead.gather(0, (lengths - 1)[None, :, None].expand_as(ahead[:1]))[0]
        h, c = self.start(torch.cat([last, back[0]], 1)).tanh().chunk(2, 1)
        outputs = outputs.transpose(0, 1)
        return Memory(outputs, self.keys(outputs), is_padding.T), (h.contiguous(), c.contiguous())

    def write(self, before: Tensor, memory: Memory, state: State) -> tuple[Tensor, State]:
        """Go on with translations.

        Args:
            before: ``(T, B)`` subwords that were written; the first is the one that begins.
            memory: What `read` returned.
            state: What it returned, or what this did for the subwords before.

        Returns:
            ``(T, B, E)`` numbers of which `logits` makes the next subwords, and the state.
        """
        outputs, state = self.decoder(self._embedded(before), state)
        asked = outputs.transpose(0, 1)  # (B, T, H)
        mean = self.shares(asked, memory) @ memory.outputs  # (B, T, 2H), weighted
        found = torch.cat([asked, mean], 2)
        return self._dropped(self.attended(found).tanh()).transpose(0, 1), state

    def shares(self, asked: Tensor, memory: Memory) -> Tensor:
        """Return how much each ``(B, T, H)`` question attends to every source token: ``(B, T, S)``.

        The shares of a question sum to 1 (Luong et al. 2015, "general"), and padding has none.
        """
        scores = asked @ memory.keys.transpose(1, 2)
        return scores.masked_fill(memory.is_padding[:, None], -torch.inf).softmax(2)

    @torch.no_grad()
    def attention(self, source: Tensor, before: Tensor) -> Tensor:
        """Return what each subword of translations attended to, whoever wrote them.

        Nothing has to be kept while one is looked for: the same subwords ask the same questions
        again. The model is switched to evaluation, as by `beam_search`.

        Args:
            source: ``(S, B)`` sentences, filled up at their ends.
            before: ``(T, B)`` subwords: the one that begins, then the translation.

        Returns:
            ``(B, T, S)`` shares: row t belongs to the subword after ``before[t]``.
        """
        self.eval()
        memory, state = self.read(source)
        outputs, _ = self.decoder(self._embedded(before), state)
        return self.shares(outputs.transpose(0, 1), memory)

    def logits(self, found: Tensor) -> Tensor:
        """Map ``(..., E)`` to ``(..., V)``."""
        return nn.functional.linear(found, self.embedding.weight, self.bias)

    def _embedded(self, tokens: Tensor) -> Tensor:
        return self._dropped(self.embedding(tokens))

    def _dropped(self, values: Tensor) -> Tensor:
        return dropout(values, self.settings.dropout, self.training)

    def _zeros(self, batch_size: int) -> State:
        zeros = self.bias.new_zeros(batch_size, self.settings.hidden_size)
        return zeros, zeros

    @property
    def num_parameters(self) -> int:
        """Trained numbers."""
        return sum(parameter.numel() for parameter in self.parameters())

    def flop(self, source: float, target: float) -> int:
        """Return the floating-point operations of matrix products for one pair, forward.

        Args:
            source: Tokens that are read.
            target: Tokens that are written.
        """
        hidden = self.settings.hidden_size
        read = _weights(self.forwards, self.backwards, self.keys)
        written = _weights(self.decoder, self.attended, self.embedding)  # the output's, shared
        attention = source * target * 3 * hidden  # scores of H numbers, and a sum of 2H
        return round(2 * (source * read + target * written + attention + _weights(self.start)))


def _weights(*modules: nn.Module) -> int:
    """Return how many numbers the matrices of modules have."""
    return sum(w.numel() for module in modules for w in module.parameters() if w.ndim == 2)


def _turned(lengths: Tensor, steps: int) -> Tensor:
    """Return ``(S, B)`` places that turn sentences round, their padding left where it is."""
    places = torch.arange(steps, device=lengths.device)[:, None]
    return torch.where(places < lengths, lengths - 1 - places, places)
