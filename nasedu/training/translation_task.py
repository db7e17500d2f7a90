"""The task on sentence pairs: training a translator, and its BLEU.

Legend of shapes: B pairs side by side, S tokens of the longest source and T of the longest target,
V subwords, M tokens of a batch of targets that are no padding.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import torch
from sacrebleu.metrics.bleu import BLEU
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from nasedu.children import LSTMLayer
from nasedu.children.beam_search import beam_search
from nasedu.children.language_model import without_memory
from nasedu.children.translator import Translator
from nasedu.children.translator_settings import TranslatorSettings
from nasedu.data.catalogue import PAIRS
from nasedu.data.pairs import BEGIN, END, PAD, PairData, SentencePairs
from nasedu.errors import SettingError, TrainingError
from nasedu.training.hardware import one_thread, seeded
from nasedu.training.measure import PERPLEXITY
from nasedu.training.rewards import SCALE, perplexity_reward
from nasedu.training.scoring import perplexity
from nasedu.training.task import Cost, Task
from nasedu.training.training import Training
from nasedu.training.translation_recipe import TranslationRecipe

SIMILAR = 50  # batches among which pairs are sorted by length: little padding, and yet by chance
SCORED = 64  # pairs that are read side by side where nothing is learned


class TranslationTask(Task):
    """Trains one translator after the other on the same pairs by the same recipe.

    Children are measured by perplexity of the subwords of the target, e to the mean nats of one;
    and at the end by BLEU, too, of what beam search makes of the test part.

    Args:
        data: The pairs. Their test part is touched by `test` and `further_tests` alone.
        recipe: How to train; by default that of `MULTI30K`.
        device: Where; default the first CUDA device if there is one, else the CPU.

    Raises:
        SettingError: There are fewer pairs than ``num_train``.
    """

    kind = "translation"
    measure = PERPLEXITY  # of subwords
    recipe: TranslationRecipe

    def __init__(
        self,
        data: PairData,
        recipe: TranslationRecipe | None = None,
        device: torch.device | None = None,
    ) -> None:
        super().__init__(recipe or TranslationRecipe(), device)
        self.data = data
        wanted = self.recipe.num_train or len(data.train)
        if wanted > len(data.train):
            raise SettingError(
                f"num_train is {wanted}; expected at most {len(data.train)} (all of {data.name!r})"
            )
        self.source, self.target = (
            side.first(wanted).to(self.device) for side in (data.train.source, data.train.target)
        )

    def __repr__(self) -> str:
        return f"TranslationTask({self.data.title}, {len(self.source)} train, {self.device.type})"

    @classmethod
    def on(cls, data: str, recipe: TranslationRecipe | None = None) -> Self:
        """Return the task on sentence pairs, by their name."""
        return cls(PAIRS.load(data), recipe)

    def describe(self) -> dict[str, Any]:
        """Return the pairs as children see them, by size and digest, and the reward's scale."""
        digest = hashlib.sha256()
        valid = self.data.valid
        for side in (self.source, self.target, valid.source, valid.target):
            for numbers in (side.tokens, side.lengths):
                digest.update(numbers.cpu().contiguous().numpy().tobytes())
        return {
            "title": self.data.title,
            "unit": "sentence pair",
            "languages": list(self.data.languages),
            "num_symbols": self.data.num_symbols,
            "num_train": len(self.source),
            "num_valid": len(valid),
            "digest": digest.hexdigest()[:16],
            "reward_scale": SCALE,
        }

    def build(self, architecture: Any) -> Translator:
        """Return an untrained translator, its weights drawn from torch's global generator."""
        return Translator(architecture, self.data.num_symbols, self.recipe).to(self.device)

    def optimizer(self, child: Translator, recipe: TranslationRecipe) -> torch.optim.Optimizer:
        """Return Adam."""
        return torch.optim.Adam(child.parameters(), lr=recipe.lr, fused=True)

    def cost(self, architecture: Any) -> Cost:
        """Count parameters and FLOP of a translator, without its memory."""
        child = without_memory(Translator, architecture, self.data.num_symbols, self.recipe)
        return Cost(child.num_parameters, self.flop(architecture, child))

    def flop(self, architecture: Any, child: Translator) -> int:
        """Return the FLOP of a training pair of mean length, forward, in matrix products."""
        ended = (side.lengths.float().mean().item() + 1 for side in (self.source, self.target))
        return child.flop(*ended)

    def train_epoch(self, training: Training) -> float:
        """Translate every training pair once, learning after each batch; return the mean nats."""
        child, optimizer, recipe = training.child, training.optimizer, self.recipe
        assert isinstance(child, Translator)
        child.train()
        for group in optimizer.param_groups:
            group["lr"] = recipe.lr_at(training.epoch)
        total, count = torch.zeros((), dtype=torch.float64, device=self.device), 0
        for which in self.batches(training.generator):
            log_probs, tokens = target_log_probs(
                child, self.source.batch(which), self.target.batch(which)
            )
            nats = -log_probs.gather(1, tokens[:, None]).sum()
            # A share of the target's probability belongs to all subwords alike.
            spread = -log_probs.mean(1).sum() if recipe.smoothing else 0.0
            loss = ((1 - recipe.smoothing) * nats + recipe.smoothing * spread) / len(tokens)
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(child.parameters(), recipe.clip)
            optimizer.step()
            total += nats.detach()
            count += len(tokens)
        if not total.isfinite():
            raise TrainingError(f"the loss became {total.item()} in epoch {training.epoch + 1}")
        return total.item() / count

    def batches(self, generator: torch.Generator) -> Iterator[Tensor]:
        """Yield ``(B,)`` indices of training pairs of about the same length, in random order."""
        size = self.recipe.batch_size
        order = torch.randperm(len(self.source), generator=generator, device=self.device)
        found: list[Tensor] = []
        for some in order.split(SIMILAR * size):
            # By the target, whose softmax costs most, and among equals by the source.
            key = self.target.lengths[some] * (1 + int(self.source.lengths.max()))
            found += some[(key + self.source.lengths[some]).argsort(stable=True)].split(size)
        shuffled = torch.randperm(len(found), generator=generator, device=self.device)
        yield from (found[number] for number in shuffled.tolist())

    def validate(self, child: Translator) -> float:
        """Return the perplexity of the validation pairs' targets."""
        return perplexity(self.nats(child, self.data.valid))

    def test(self, child: Translator) -> float:
        """Return the perplexity of the test pairs' targets."""
        return perplexity(self.nats(child, self.data.test))

    def further_tests(self, child: Translator) -> dict[str, float]:
        """Return the BLEU of the test part, in per cent."""
        return {"BLEU": self.bleu(child, self.data.test)}

    @classmethod
    def reward_of(cls, valid_curve: Sequence[float], settings: Mapping[str, Any]) -> float:
        """Return c / perplexity² after the best epoch."""
        return perplexity_reward(min(valid_curve), settings["reward_scale"])

    @torch.no_grad()
    def nats(self, child: Translator, pairs: SentencePairs) -> float:
        """Return -log P of a subword of the targets, ends of sentences too, in nats: the mean.

        Raises:
            TrainingError: The result is NaN or infinite.
        """
        child.eval()
        total, count = torch.zeros((), dtype=torch.float64, device=self.device), 0
        source, target = (side.to(self.device) for side in (pairs.source, pairs.target))
        for which in target.lengths.argsort(stable=True).split(SCORED):
            log_probs, tokens = target_log_probs(child, source.batch(which), target.batch(which))
            total -= log_probs.gather(1, tokens[:, None]).double().sum()
            count += len(tokens)
        if not math.isfinite(mean := total.item() / count):
            raise TrainingError("the model's predictions became NaN or infinite")
        return mean

    def translations(self, child: Translator, pairs: SentencePairs) -> list[str]:
        """Return what beam search makes of the sources of pairs."""
        recipe, source = self.recipe, pairs.source.to(self.device)
        how = {"width": recipe.beam, "length_power": recipe.length_power}
        found: dict[int, str] = {}
        for which in source.lengths.argsort(stable=True).split(SCORED):
            best = beam_search(child, source.batch(which), BEGIN, END, **how)
            texts = (self.data.text(each.tokens) for each in best)
            found.update(zip(which.tolist(), texts, strict=True))
        return [found[number] for number in range(len(source))]

    def bleu(self, child: Translator, pairs: SentencePairs) -> float:
        """Return the BLEU of the translations of pairs, by sacrebleu as it comes (Post 2018).

        That is of words as people write them, capitals and all, and not of subwords.
        """
        texts = self.translations(child, pairs)
        return BLEU().corpus_score(texts, [list(pairs.references)]).score

    def warm_up(self) -> None:
        """Take one step with a tiny translator, so that the first child's seconds are its own."""
        with one_thread(), seeded(0):
            child = Translator(LSTMLayer, self.data.num_symbols, TranslatorSettings(1, 1))
            child.to(self.device)
            which = torch.arange(2, device=self.device).clamp(max=len(self.source) - 1)
            log_probs, _ = target_log_probs(
                child, self.source.batch(which), self.target.batch(which)
            )
            log_probs.sum().backward()
            self.optimizer(child, self.recipe).step()


def target_log_probs(child: Translator, source: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return what a translator predicts of targets, and what they are, without the padding.

    Args:
        child: The translator.
        source: ``(S, B)`` tokens.
        target: ``(T, B)`` tokens, each sentence with its end.

    Returns:
        ``(M, V)`` log probabilities and ``(M,)`` tokens.
    """
    begin = target.new_full((1, target.shape[1]), BEGIN)
    found, _ = child.write(torch.cat([begin, target[:-1]]), *child.read(source))
    counts = target != PAD  # what is no padding is picked first: the softmax costs most
    return child.logits(found[counts]).log_softmax(1), target[counts]
