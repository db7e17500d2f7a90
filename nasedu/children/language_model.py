"""Language models: an embedding, layers of a recurrent cell, a softmax (section 4.2).

Legend of shapes: T steps of a segment, B streams side by side, V symbols, E numbers of an
embedding, H of a hidden state.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import dropout

from nasedu.children.model_settings import ModelSettings
from nasedu.children.precision import never_emulated
from nasedu.errors import SettingError
from nasedu.problems import problem_of
from nasedu.values import Count, checked

State = tuple[tuple[Tensor, Tensor], ...]  # of every layer (h, c), each (B, H)
CellFactory = Callable[..., nn.Module]  # (input_size=, hidden_size=) -> a layer
M = TypeVar("M", bound=nn.Module)


class LSTMLayer(nn.Module):
    """One layer of `torch.nn.LSTM` with states of (B, H), as all layers of a language model have.

    Under `torch.autocast` it stays in float32 where the device has no bfloat16 in hardware: such
    a CPU could not run it.

    Args:
        input_size: I, numbers that come in at each step.
        hidden_size: H.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size)

    def forward(
        self, inputs: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Map ``(T, B, I)`` and the last (h, c) to ``(T, B, H)`` and the next (h, c)."""
        with never_emulated(inputs.device):
            outputs, (h, c) = self.lstm(inputs, (state[0][None], state[1][None]))
        return outputs, (h[0], c[0])


class LanguageModel(nn.Module):
    """Predicts every symbol of a text from those before it.

    Args:
        cell: An architecture that `build` knows, or what makes a layer when it is called with
            ``input_size`` and ``hidden_size``, such as `LSTMLayer`. A layer maps
            ``(T, B, input_size)`` and (h, c) to ``(T, B, hidden_size)`` and (h, c).
        num_symbols: V.
        settings: Its size, dropout and initial weights, for example a `LanguageRecipe`.

    Raises:
        SettingError: ``num_symbols`` is below 1, or the cell does not allow ``recurrent_dropout``.
    """

    def __init__(self, cell: Any, num_symbols: int, settings: ModelSettings) -> None:
        super().__init__()
        checked(num_symbols, Count, "num_symbols", SettingError)
        hidden, make = settings.hidden_size, layer_factory(cell)
        size = settings.embedding_size or hidden
        self.settings = settings
        self.embedding = nn.Embedding(num_symbols, size)
        self.layers = nn.ModuleList(
            make(input_size=hidden if i else size, hidden_size=hidden)
            for i in range(settings.num_layers)
        )
        self.output = nn.Linear(hidden, num_symbols)
        if settings.tied:
            self.output.weight = self.embedding.weight
        if settings.recurrent_dropout and not all(map(_recurrent_weights, self.layers)):
            raise SettingError(
                f"recurrent_dropout is {settings.recurrent_dropout}, but the cell has no weights "
                "that are called weight_hh; expected 0"
            )
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -settings.init_range, settings.init_range)

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first symbol: zeros."""
        zeros = self.output.weight.new_zeros(batch_size, self.settings.hidden_size)
        return tuple((zeros, zeros) for _ in self.layers)

    def forward(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Read a segment of text.

        Args:
            tokens: ``(T, B)`` int64.
            state: What the segment before it left, or `initial_state`.

        Returns:
            ``(T, B, V)`` logits of the symbol after each, and the state after the last.
        """
        outputs, after = self.read(tokens, state)
        return self.output(outputs), after

    def read(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the ``(T, B, H)`` outputs of the top layer, and the state after the last."""
        outputs = self._dropped(self._embedded(tokens))  # (T, B, E)
        after = []
        for layer, before in zip(self.layers, state, strict=True):
            outputs, now = self._run(layer, outputs, before)  # (T, B, H)
            outputs = self._dropped(outputs)
            after.append(now)
        return outputs, tuple(after)

    def _embedded(self, tokens: Tensor) -> Tensor:
        """Return the ``(T, B, E)`` embeddings, of dropped words zeros."""
        embedded = self.embedding(tokens)
        if not (self.training and self.settings.embedding_dropout):
            return embedded
        # A mask for the vocabulary (Gal 2016): a word that is dropped is so wherever it stands.
        words = embedded.new_ones(self.embedding.num_embeddings, tokens.shape[1])  # (V, B)
        kept = dropout(words, self.settings.embedding_dropout).gather(0, tokens)  # (T, B)
        return embedded * kept.unsqueeze(2)

    def _dropped(self, values: Tensor) -> Tensor:
        """Drop some of ``(T, B, H)`` values, with a mask a step or one for all steps."""
        if not (self.training and self.settings.dropout):
            return values
        if not self.settings.variational:
            return dropout(values, self.settings.dropout)
        return values * dropout(torch.ones_like(values[:1]), self.settings.dropout)

    def _run(
        self, layer: nn.Module, inputs: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Run a layer, while training without the recurrent weights of some units."""
        if not (self.training and self.settings.recurrent_dropout):
            return layer(inputs, state)
        weights = {name: self._cut(weight) for name, weight in _recurrent_weights(layer).items()}
        return functional_call(layer, weights, (inputs, state))

    def _cut(self, weight: Tensor) -> Tensor:
        """Return ``(G * H, H)`` recurrent weights of G gates, each without some of its units."""
        # The same units for every step of the segment: the weights are cut once, not the states.
        gates = weight.view(-1, self.settings.hidden_size, self.settings.hidden_size)  # (G, H, H)
        units = dropout(torch.ones_like(gates[:, :1]), self.settings.recurrent_dropout)  # (G, 1, H)
        return (gates * units).view_as(weight)

    @property
    def num_parameters(self) -> int:
        """Trained numbers, those that are shared counted once."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def flop(self) -> int:
        """Floating-point operations of the matrix products for one symbol, forward."""
        matrices = [weight for weight in self.layers.parameters() if weight.ndim == 2]
        return 2 * sum(weight.numel() for weight in [*matrices, self.output.weight])


def detached(state: State) -> State:
    """Return a state that gradients do not pass: segments are trained one at a time."""
    return tuple((h.detach(), c.detach()) for h, c in state)


def layer_factory(cell: Any) -> CellFactory:
    """Return what makes a layer of a cell, an architecture or already such a factory."""
    factory: Any = cell
    return factory if callable(cell) else partial(problem_of(cell).load("child"), cell)


def without_memory(kind: type[M], cell: Any, num_symbols: int, settings: Any) -> M:
    """Return a model of a kind whose weights have shapes and no numbers, to count them."""
    make = layer_factory(cell)  # loads the cell's module first, whose constants keep their numbers
    with torch.device("meta"):
        return kind(make, num_symbols, settings)


def count_parameters(cell: Any, num_symbols: int, hidden_size: int, **settings: Any) -> int:
    """Return how many numbers a `LanguageModel` would train, exactly, without its memory.

    Args:
        cell: As for `LanguageModel`.
        num_symbols: V.
        hidden_size: H.
        **settings: ``embedding_size``, ``num_layers`` and ``tied``, as for `ModelSettings`.
    """
    sizes = ModelSettings(hidden_size, **settings)
    return without_memory(LanguageModel, cell, num_symbols, sizes).num_parameters


def hidden_size_for(num_parameters: int, cell: Any, num_symbols: int, **settings: Any) -> int:
    """Return the hidden size that comes closest to a number of parameters.

    So cells are compared at equal size, as in the paper's table 2; of two sizes that come
    equally close, it is the smaller.

    Args:
        num_parameters: How many are wanted.
        cell: As for `LanguageModel`.
        num_symbols: V.
        **settings: As for `count_parameters`.

    Raises:
        SettingError: Even with H = 1 there are more.
    """

    def count(hidden_size: int) -> int:
        return count_parameters(cell, num_symbols, hidden_size, **settings)

    if (least := count(1)) > num_parameters:
        raise SettingError(
            f"num_parameters is {num_parameters:,}; expected at least {least:,}, which even a "
            "hidden size of 1 has"
        )
    most = 2
    while count(most) <= num_parameters:
        most *= 2
    above = bisect_right(range(most), num_parameters, lo=1, key=count)  # the first with more
    return min((above - 1, above), key=lambda size: abs(count(size) - num_parameters))


def _recurrent_weights(layer: nn.Module) -> dict[str, Tensor]:
    """Return the weights ``(..., H)`` that h of the last step is multiplied with, by name."""
    return {
        name: weight
        for name, weight in layer.named_parameters()
        if name.rpartition(".")[2].startswith("weight_hh")
    }
