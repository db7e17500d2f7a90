"""The controller: a recurrent network that writes networks (Zoph & Le 2016, section 3).

Legend of shapes: B rollouts in a batch, T decisions, H hidden size, C choices of one
decision, J earlier layers that an anchor point chooses from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import logsigmoid

from nasedu.errors import SearchSpaceError, SettingError
from nasedu.spaces import Decision

INIT = 0.08  # all weights start uniform in (-0.08, 0.08): section 4.1


class Rollout(NamedTuple):
    """A batch of token sequences and what the controller thinks of them.

    Attributes:
        tokens: ``(B, T)`` int64, one token a decision.
        log_probs: ``(B, T)`` log P(a_t given a_<t), in nats.
        entropies: ``(B, T)`` entropy of each decision's distribution, in nats.
        probabilities: T tensors. Of a choice ``(B, C)``; of an anchor point ``(B, J)``, each
            earlier layer's probability to be chosen. Without gradients.
    """

    tokens: Tensor
    log_probs: Tensor
    entropies: Tensor
    probabilities: tuple[Tensor, ...] = ()


class Step(NamedTuple):
    """One decision of a rollout, for the whole batch."""

    token: Tensor  # (B,)
    log_prob: Tensor  # (B,)
    entropy: Tensor  # (B,)
    probabilities: Tensor  # (B, C) or (B, J)


class LSTMCell(nn.Module):
    """One step of one LSTM layer: what `torch.nn.LSTMCell` computes, in half the calls.

    A controller is so small that calls are what it costs. These can also be batched over
    many controllers, see `advance_together`.

    Args:
        hidden_size: Size of input and output, H.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(2 * hidden_size, 4 * hidden_size))
        self.bias = nn.Parameter(torch.empty(4 * hidden_size))

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Map input, output and memory of the last step, ``(B, H)`` each, to the new two."""
        sums = torch.addmm(self.bias, torch.cat([x, h], 1), self.weight)  # (B, 4 H)
        i, f, o, _ = sums.sigmoid().chunk(4, 1)  # input, forget and output gate
        c = torch.addcmul(f * c, i, sums[:, -c.shape[1] :].tanh())
        return o * c.tanh(), c


class ByName(nn.ModuleDict):
    """Modules by the names of decisions, some of which torch does not allow for modules.

    ``"lr.min"`` is one, and ``"type"``, since every module has an attribute of that name.
    """

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        super().__init__({key_of(name): module for name, module in modules.items()})

    def __getitem__(self, name: str) -> nn.Module:
        return self._modules[key_of(name)]


class Controller(nn.Module):
    """An LSTM that decides step by step, each decision the next step's input.

    Two layers of 35 units, weights uniform in +-0.08, a softmax a decision (section 4.1). The
    paper is silent about the embeddings; here they have the hidden size. Decisions of one
    name share a softmax and an embedding.

    Args:
        decisions: What to decide, in order; see `ConvNetSpace.decisions`.
        hidden_size: Units of every LSTM layer, H.
        num_layers: LSTM layers.
        seed: Seed of the initial weights; None draws from torch's global generator.

    Raises:
        SearchSpaceError: Decisions of one name have different choices.
    """

    def __init__(
        self,
        decisions: Sequence[Decision],
        hidden_size: int = 35,
        num_layers: int = 2,
        *,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        if hidden_size < 1 or num_layers < 1:
            raise SettingError(
                f"hidden_size {hidden_size}, num_layers {num_layers}; expected at least 1 of each"
            )
        self.decisions = tuple(decisions)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        choices = _choices_by_name(self.decisions)
        with torch.random.fork_rng(devices=[]):  # torch draws weights that are not used
            self._make_layers(choices)
        generator = None if seed is None else Generator().manual_seed(seed)
        for weights in self.parameters():
            nn.init.uniform_(weights, -INIT, INIT, generator=generator)

    def _make_layers(self, choices: dict[str, tuple]) -> None:
        hidden_size = self.hidden_size
        self.first_input = nn.Parameter(torch.empty(hidden_size))
        self.cells = nn.ModuleList(LSTMCell(hidden_size) for _ in range(self.num_layers))
        self.embeddings = ByName(
            {name: nn.Embedding(len(c), hidden_size) for name, c in choices.items()}
        )
        self.heads = ByName({name: nn.Linear(hidden_size, len(c)) for name, c in choices.items()})
        if any(decision.is_anchor for decision in self.decisions):
            self.no_anchor = nn.Parameter(torch.empty(hidden_size))
            self.w_prev = nn.Linear(hidden_size, hidden_size, bias=False)
            self.w_curr = nn.Linear(hidden_size, hidden_size, bias=False)
            self.v = nn.Linear(hidden_size, 1, bias=False)

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"decisions={len(self.decisions)}, hidden_size={self.hidden_size}"

    def forward(
        self,
        n: int | None = None,
        *,
        tokens: Tensor | None = None,
        num_layers: int | None = None,
        generator: Generator | None = None,
    ) -> Rollout:
        """Sample ``n`` sequences, or score the given ones: it is the same loop.

        Args:
            n: Number of sequences to sample, B.
            tokens: ``(B, T)`` int64 sequences to score instead. They may describe the first
                few whole layers only.
            num_layers: Sample only the first so many layers of the child; default all.
            generator: Source of randomness; default torch's global generator.

        Raises:
            SearchSpaceError: Tokens out of range, or not whole layers.
        """
        if tokens is not None:
            return self.unroll(self._decisions_of(tokens), tokens.unbind(1))
        decisions = self._first_layers(num_layers)
        return self.unroll(decisions, self.draw(n, decisions, generator))

    def unroll(self, decisions: Sequence[Decision], sources: Sequence[Tensor]) -> Rollout:
        """Decide one after the other, each by its token ``(B,)`` or by what `draw` returned."""
        x = self.first_input.expand(len(sources[0]), -1)  # (B, H)
        state = [(x.new_zeros(x.shape), x.new_zeros(x.shape))] * self.num_layers
        anchors: list[Tensor] = []  # hidden states at the anchor points so far, each (B, H)
        steps: list[Step] = []
        for decision, source in zip(decisions, sources, strict=True):
            h, state = self.advance(x, state)
            if decision.is_anchor:
                step, x = self.point(h, anchors, source)
                anchors.append(h)
            else:
                step, x = self.pick(h, decision.name, source)
            steps.append(step)
        token, log_prob, entropy, p = zip(*steps, strict=True)
        return Rollout(torch.stack(token, 1), torch.stack(log_prob, 1), torch.stack(entropy, 1), p)

    def draw(
        self, n: int | None, decisions: Sequence[Decision], generator: Generator | None = None
    ) -> tuple[Tensor, ...]:
        """Return uniform numbers to sample ``n`` sequences by, ``(B, U)`` for each decision.

        U is 1 for a choice; for an anchor point it is the number of earlier layers.
        """
        if n is None or n < 1:
            raise SettingError(f"n is {n}; expected a number of sequences, or tokens to score")
        widths = [d.layer - 1 if d.is_anchor else 1 for d in decisions]
        start = self.first_input
        numbers = torch.rand(
            n, sum(widths), generator=generator, dtype=start.dtype, device=start.device
        )
        return numbers.split(widths, 1)

    def advance(
        self, x: Tensor, state: list[tuple[Tensor, Tensor]]
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Run the LSTM one step: input ``(B, H)`` and states to the top ``h (B, H)`` and states."""
        after = []
        for cell, (h, c) in zip(self.cells, state, strict=True):
            x, c = cell(x, h, c)
            after.append((x, c))
        return x, after

    def pick(self, h: Tensor, name: str, source: Tensor) -> tuple[Step, Tensor]:
        """Decide one choice by a softmax; return the step and its embedding ``(B, H)``.

        The source is a token ``(B,)`` to score, or a uniform number ``(B, 1)``: laid end to
        end, the probabilities reach from 0 to 1, and the token is the one in which it falls.
        """
        log_p = self.heads[name](h).log_softmax(-1)  # (B, C)
        p = log_p.exp()
        token = source if source.ndim == 1 else (source >= p.cumsum(-1)[:, :-1]).sum(-1)
        log_prob = log_p.gather(1, token[:, None]).squeeze(1)
        entropy = -(p * log_p).sum(1)
        return Step(token, log_prob, entropy, p.detach()), self.embeddings[name](token)

    def point(self, h: Tensor, anchors: list[Tensor], source: Tensor) -> tuple[Step, Tensor]:
        """Decide which earlier layers feed this one (section 3.3).

        P(layer j feeds layer i) = sigmoid(v . tanh(W_prev h_j + W_curr h_i)), each j on its
        own. The next input is the mean of the chosen layers' h_j, or a learned vector if
        none was chosen (our choice: the paper does not say what follows an anchor). The
        source is a token ``(B,)`` to score, or uniform numbers ``(B, J)``.
        """
        if not anchors:  # layer 1 has only the image to take
            zero = h.new_zeros(len(h))
            return Step(zero.long(), zero, zero, h[:, :0]), self.no_anchor.expand_as(h)
        earlier = torch.stack(anchors, 1)  # (B, J, H)
        hidden = torch.tanh(self.w_prev(earlier) + self.w_curr(h)[:, None])
        logits = self.v(hidden).squeeze(-1)  # (B, J)
        log_q = logsigmoid(-logits)  # log(1 - p), and log p = logits + log_q
        p = logits.sigmoid()
        chosen = bits_of(source, len(anchors)) if source.ndim == 1 else source < p  # (B, J)
        bits = chosen.to(p.dtype)
        log_prob = (bits * logits + log_q).sum(1)
        entropy = -(p * logits + log_q).sum(1)
        count = bits.sum(1, keepdim=True)  # (B, 1)
        mean = (bits[:, :, None] * earlier).sum(1) / count.clamp(min=1)
        following = torch.where(count > 0, mean, self.no_anchor)
        return Step(mask_of(chosen), log_prob, entropy, p.detach()), following

    def _first_layers(self, num_layers: int | None) -> tuple[Decision, ...]:
        """Return the decisions of the first whole layers."""
        deepest = self.decisions[-1].layer
        num_layers = deepest if num_layers is None else num_layers
        if not 1 <= num_layers <= deepest:
            raise SearchSpaceError(f"num_layers is {num_layers}; expected 1 to {deepest}")
        return tuple(d for d in self.decisions if d.layer <= num_layers)

    def _decisions_of(self, tokens: Tensor) -> tuple[Decision, ...]:
        """Return the decisions that tokens ``(B, T)`` answer, checked."""
        length = tokens.shape[1] if tokens.ndim == 2 else 0
        decisions = self.decisions[:length]
        ends_layer = length == len(self.decisions) or (
            0 < length < len(self.decisions)
            and self.decisions[length].layer > self.decisions[length - 1].layer
        )
        if not ends_layer or not len(tokens):
            raise SearchSpaceError(
                f"tokens of shape {tuple(tokens.shape)} are not (B, T) for whole layers; this "
                f"controller has T = {len(self.decisions)} decisions in "
                f"{self.decisions[-1].layer} layers"
            )
        limits = torch.tensor([d.num_tokens for d in decisions], device=tokens.device)
        outside = (tokens < 0) | (tokens >= limits)  # (B, T)
        if outside.any():
            row, t = outside.nonzero()[0].tolist()
            decisions[t].check(int(tokens[row, t]))
        return decisions


def mask_of(bits: Tensor) -> Tensor:
    """Return the anchor tokens ``(B,)`` of chosen layers ``(B, J)``: bit j-1 is layer j."""
    weights = 2 ** torch.arange(bits.shape[1], device=bits.device)
    return (bits.long() * weights).sum(1)


def bits_of(tokens: Tensor, num_earlier: int) -> Tensor:
    """Return which of the ``J`` earlier layers anchor tokens ``(B,)`` choose: ``(B, J)``."""
    return tokens[:, None] >> torch.arange(num_earlier, device=tokens.device) & 1


TAKEN = frozenset(dir(nn.ModuleDict()))


@cache  # it is asked for at every step
def key_of(name: str) -> str:
    """Return the name of a decision, or another one for it where torch allows no such module."""
    is_free = name and "." not in name and name not in TAKEN
    return name if is_free else f"decision_{name.encode().hex()}"


def _choices_by_name(decisions: tuple[Decision, ...]) -> dict[str, tuple]:
    """Return the choices of every kind of decision but anchors, checked to be the same."""
    if not decisions:
        raise SearchSpaceError("no decisions; expected at least one")
    choices: dict[str, tuple] = {}
    for decision in decisions:
        if not decision.is_anchor and choices.setdefault(decision.name, decision.choices) != (
            decision.choices
        ):
            raise SearchSpaceError(
                f"{decision.name!r} has choices {decision.choices} in layer {decision.layer} and "
                f"{choices[decision.name]} before; decisions of one name share a softmax"
            )
    return choices
