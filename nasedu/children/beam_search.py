"""Beam search: the best of many translations, a few of which are kept at every step.

Legend of shapes: B sentences, K translations of each that are kept, V subwords, H of a state.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nasedu.children.translator import PAD, Translator
from nasedu.errors import SettingError


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation that was found.

    Attributes:
        tokens: Its subwords, without begin and end.
        log_prob: Log of the probability that the model gives it: its end included, unless it was
            cut off because it had become too long.
        score: That over its length to a power, by which it was chosen.
    """

    tokens: tuple[int, ...]
    log_prob: float
    score: float


@torch.no_grad()
def beam_search(
    model: Translator,
    source: Tensor,
    begin: int,
    end: int,
    *,
    width: int = 5,
    max_length: int | None = None,
    length_power: float = 1.0,
) -> list[Translation]:
    """Return the best translation found of every sentence.

    At every step each of the K translations that were kept is continued by every subword, and
    the K most probable ones are kept. One that has ended stays among them as it is. Of those that
    are left when all have ended, the best is the one with the highest score: long translations
    are less probable because they are long, so the log of the probability is divided by a power
    of the length (Wu et al. 2016 in a simpler form). With a width of 1 this is greedy decoding.

    Args:
        model: The model; it is switched to evaluation.
        source: ``(S, B)`` sentences, filled up at their ends.
        begin: The token before the first one of a translation.
        end: The token that ends one.
        width: K.
        max_length: Most subwords of a translation, its end included; default twice those of its
            sentence and 5 more, so that it does not depend on the sentences beside it.
        length_power: 1: the mean of a subword; 0: lengths do not count.

    Raises:
        SettingError: The width or the length is below 1.
    """
    if width < 1 or (max_length is not None and max_length < 1):
        raise SettingError(f"width is {width} and max_length {max_length}; expected at least 1")
    model.eval()
    memory, state = model.read(source)
    size = source.shape[1]
    each = torch.arange(size, device=source.device).repeat_interleave(width)  # (B * K,)
    memory, state = memory.take(each), (state[0][each], state[1][each])
    most = 2 * (~memory.is_padding).sum(1) + 5  # (B * K,)
    most = most if max_length is None else torch.full_like(most, max_length)
    # All K of a sentence are the same at first: only one of them may be continued.
    totals = torch.full((size, width), -torch.inf, device=source.device)
    totals[:, 0] = 0
    tokens = source.new_full((1, size * width), begin)
    has_ended = torch.zeros(size * width, dtype=torch.bool, device=source.device)
    for step in range(1, int(most.max()) + 1):
        found, state = model.write(tokens[-1:], memory, state)
        following = _allowed(model.logits(found[0]).log_softmax(1), begin, has_ended)
        totals, best = (totals.view(-1, 1) + following).view(size, -1).topk(width)
        num_symbols = following.shape[1]
        parents = (best // num_symbols).flatten() + each * width  # rows among B * K
        tokens = torch.cat([tokens[:, parents], (best % num_symbols).view(1, -1)])
        state = (state[0][parents], state[1][parents])
        has_ended = has_ended[parents] | (tokens[-1] == end) | (step >= most)
        if has_ended.all():
            break
    return _best_of(tokens[1:].T.view(size, width, -1), totals, end, length_power)


def _best_of(tokens: Tensor, totals: Tensor, end: int, length_power: float) -> list[Translation]:
    """Return the best of the ``(B, K, T)`` translations, of ``(B, K)`` log probabilities."""
    scores = totals / (tokens != PAD).sum(2) ** length_power
    chosen = scores.argmax(1, keepdim=True)  # (B, 1)
    rows = tokens.take_along_dim(chosen[:, :, None], 1)[:, 0].tolist()
    points = (every.take_along_dim(chosen, 1)[:, 0].tolist() for every in (totals, scores))
    return [
        Translation(tuple(t for t in row if t not in (PAD, end)), *both)
        for row, *both in zip(rows, *points, strict=True)
    ]


def _allowed(log_probs: Tensor, begin: int, has_ended: Tensor) -> Tensor:
    """Return ``(B * K, V)`` log probabilities of what may follow: after an end only padding."""
    never = [PAD, begin]  # which the model was not trained to write
    log_probs[:, never] = -torch.inf
    log_probs[has_ended] = -torch.inf
    log_probs[has_ended, PAD] = 0
    return log_probs
