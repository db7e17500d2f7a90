"""The score of a language model on a text: a figure that no batch size changes.

A text is cut at fixed places, every `WINDOW` symbols, wherever a model is scored and however
many windows are read side by side. Before a window is scored, the model reads the `CONTEXT`
symbols before it, from a state of zeros (the first window has none before it but the end of
a line). So every symbol is scored once, from at least `CONTEXT` symbols before it or all there
are, and the figure depends on neither batch size nor memory. One stream from the first symbol
to the last is ``window=None``; it takes as many steps as there are symbols.

Cutting a text into as many streams as a batch holds, as is usual, gives another figure for
another batch size, since each stream begins without a context.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from nasedu.children import LanguageModel
from nasedu.children.language_model import State
from nasedu.errors import SettingError, TrainingError
from nasedu.training.outcome import LARGEST

WINDOW, CONTEXT = 1024, 256
MAX_LOGITS = 2**23  # numbers at a time, 32 MiB
IGNORED = -100


@torch.no_grad()  # not inference_mode: cuDNN may lay an LSTM's weights anew, then untrainable
def mean_nats(
    model: LanguageModel,
    tokens: Tensor,
    before: int,
    *,
    window: int | None = WINDOW,
    context: int = CONTEXT,
    batch_size: int = 64,
) -> float:
    """Return -log P of a symbol given those before it, in nats, the mean over a whole text.

    Args:
        model: The model; it is switched to evaluation.
        tokens: ``(N,)`` int64, on the model's device.
        before: What comes before the first token: the one that ends a line.
        window: Symbols of a window; None: all.
        context: Symbols read before each, at most ``window``.
        batch_size: Windows read side by side; changes the time and not the result.

    Raises:
        SettingError: There are no tokens, or a size makes no sense.
        TrainingError: The result is NaN or infinite.
    """
    window = len(tokens) if window is None else min(window, len(tokens))
    if window < 1 or context < 0 or batch_size < 1:
        raise SettingError(
            f"{len(tokens)} tokens, window {window}, context {context}, batch_size {batch_size}; "
            "expected tokens, and sizes above 0"
        )
    context = min(context, window) if window < len(tokens) else 0
    inputs, targets = _windows(tokens, before, window, context)
    model.eval()
    total = torch.zeros((), dtype=torch.float64, device=tokens.device)
    for start in range(0, len(inputs), batch_size):
        rows = inputs[start : start + batch_size].T  # (context + window, B)
        state = model.initial_state(rows.shape[1])
        if context:
            _, state = model.read(rows[:context], state)
        if start == 0:  # its context was padding, which must not count as something read
            state = _first_from_zeros(state)
        total += _nats(model, rows[context:], targets[start : start + batch_size].T, state)
    mean = total.item() / len(tokens)
    if not math.isfinite(mean):
        raise TrainingError("the model's predictions became NaN or infinite")
    return mean


def _windows(tokens: Tensor, before: int, window: int, context: int) -> tuple[Tensor, Tensor]:
    """Return ``(n, context + window)`` symbols to read and ``(n, window)`` symbols to predict."""
    number = -(-len(tokens) // window)
    missing = number * window - len(tokens)
    padding = tokens.new_full((context + 1,), before)
    stream = torch.cat([padding, tokens, tokens.new_full((missing,), before)])
    targets = torch.cat([tokens, tokens.new_full((missing,), IGNORED)])
    return stream.unfold(0, context + window, window)[:number], targets.view(number, window)


def _first_from_zeros(state: State) -> State:
    """Return the state with zeros for the first row, before which there is nothing."""
    return tuple((_without_first(h), _without_first(c)) for h, c in state)


def _without_first(values: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(values[:1]), values[1:]])


def _nats(model: LanguageModel, rows: Tensor, targets: Tensor, state: State) -> Tensor:
    """Return the sum of -log P of ``(window, B)`` targets, in float64, a few steps at a time."""
    total = torch.zeros((), dtype=torch.float64, device=rows.device)
    steps = max(1, MAX_LOGITS // (rows.shape[1] * model.output.out_features))
    for some, following in zip(rows.split(steps), targets.split(steps), strict=True):
        logits, state = model(some, state)
        losses = cross_entropy(
            logits.flatten(0, 1), following.flatten(), ignore_index=IGNORED, reduction="none"
        )
        total += losses.double().sum()  # float32 would lose digits over a million symbols
    return total


def perplexity(nats: float) -> float:
    """Return e to the mean nats of a symbol: among how many equal choices it would be.

    Raises:
        TrainingError: The result is larger than what a record can hold.
    """
    if nats > math.log(LARGEST):
        raise TrainingError(f"the perplexity of {nats:.0f} nats per symbol is above {LARGEST:g}")
    return math.exp(nats)


def bits(nats: float) -> float:
    """Return the mean bits of a symbol: of characters, the paper's BPC."""
    return nats / math.log(2)
