import math
from dataclasses import replace

import pytest
import torch
from toy_cells import ExplodingCell, ToyCell

from nasedu.children import LanguageModel, LSTMLayer, ModelSettings
from nasedu.errors import SettingError, TrainingError
from nasedu.training import Outcome, bits, mean_nats, perplexity, scoring
from nasedu.training.outcome import LARGEST

NUM_SYMBOLS, BEFORE = 7, 3
SETTINGS = ModelSettings(8, tied=True, dropout=0.5, init_range=0.9)
TOKENS = torch.randint(NUM_SYMBOLS, (103,), generator=torch.Generator().manual_seed(1))


def model(cell=LSTMLayer):
    torch.manual_seed(0)
    return LanguageModel(cell, NUM_SYMBOLS, SETTINGS).double()


@torch.no_grad()
def by_hand(child, window, context):
    """The definition, a symbol at a time."""
    child.eval()
    stream, losses = [BEFORE, *TOKENS.tolist()], []
    for start in range(0, len(TOKENS), window):
        state = child.initial_state(1)
        for place in range(max(0, start - context), min(start + window, len(TOKENS))):
            logits, state = child(torch.tensor([[stream[place]]]), state)
            if place >= start:
                losses.append(-logits[0, 0].log_softmax(0)[TOKENS[place]].item())
    assert len(losses) == len(TOKENS)  # every symbol is scored once
    return math.fsum(losses) / len(losses)


SIZES = [(10, 4), (10, 10), (10, 0), (103, 50), (102, 5), (50, 50), (1, 1), (7, 3)]


@pytest.mark.parametrize("cell", [LSTMLayer, ToyCell])
@pytest.mark.parametrize(("window", "context"), SIZES)
def test_the_figure_is_that_of_the_definition(cell, window, context):
    child = model(cell)
    expected = by_hand(child, window, context)
    assert mean_nats(child, TOKENS, BEFORE, window=window, context=context) == pytest.approx(
        expected, rel=1e-12
    )


@pytest.mark.parametrize(("window", "context"), SIZES)
def test_no_batch_size_changes_it(window, context):
    child = model()
    sizes = {"window": window, "context": context}
    alone = mean_nats(child, TOKENS, BEFORE, **sizes, batch_size=1)
    for batch_size in (2, 3, 5, 64):
        many = mean_nats(child, TOKENS, BEFORE, **sizes, batch_size=batch_size)
        assert many == pytest.approx(alone, rel=1e-13)


def test_no_amount_of_memory_changes_it(monkeypatch):
    child = model()
    expected = mean_nats(child, TOKENS, BEFORE, window=20, context=8)
    for limit in (1, 50, 200):
        monkeypatch.setattr(scoring, "MAX_LOGITS", limit)
        found = mean_nats(child, TOKENS, BEFORE, window=20, context=8)
        assert found == pytest.approx(expected, rel=1e-13)


def test_one_stream_reads_from_the_first_symbol_to_the_last():
    child = model()
    whole = mean_nats(child, TOKENS, BEFORE, window=None)
    assert whole == pytest.approx(by_hand(child, len(TOKENS), 0), rel=1e-12)
    assert whole == mean_nats(child, TOKENS, BEFORE)  # the windows are longer than this text
    cut = [mean_nats(child, TOKENS, BEFORE, window=10, context=c) for c in (0, 1, 10)]
    distances = [abs(nats - whole) for nats in cut]
    assert distances[0] > distances[1] > distances[2] > 0  # a longer context comes closer


def test_the_usual_way_does_depend_on_the_batch_size():
    """Why it is not done: as many streams as a batch holds, each without a context."""
    child = model()
    figures = {size: by_hand(child, -(-len(TOKENS) // size), 0) for size in (1, 2, 10)}
    assert len({round(figure, 6) for figure in figures.values()}) == 3


def test_dropout_is_off_and_an_untrained_model_is_as_good_as_guessing():
    torch.manual_seed(0)
    child = LanguageModel(LSTMLayer, NUM_SYMBOLS, replace(SETTINGS, dropout=0.9, init_range=1e-6))
    nats = mean_nats(child, TOKENS, BEFORE)
    assert nats == mean_nats(child, TOKENS, BEFORE)
    assert perplexity(nats) == pytest.approx(NUM_SYMBOLS, rel=1e-5)
    assert bits(nats) == pytest.approx(math.log2(NUM_SYMBOLS), rel=1e-5)


def test_models_that_blew_up():
    with pytest.raises(TrainingError, match="became NaN or infinite"):
        mean_nats(model(ExplodingCell).float(), TOKENS, BEFORE)


def test_a_perplexity_that_no_record_can_hold_is_a_training_that_failed():
    """A table is never finished whose child reports a number that its study refuses."""
    largest = perplexity(math.log(LARGEST) - 1e-6)
    reported = Outcome(1.0, valid_curve=(largest,), test=largest)
    assert Outcome.from_json(reported.to_json()) == reported
    for nats in (math.log(LARGEST) + 1e-6, 381.1, 800.0):
        with pytest.raises(TrainingError, match=f"of {nats:.0f} nats per symbol is above 1e"):
            perplexity(nats)


class Relaid(ToyCell):
    """Lays its weights anew while it is scored, as cuDNN may do with those of an LSTM."""

    def forward(self, inputs, state):
        if not self.training:
            self.weight_hh.data = self.weight_hh.detach().clone()
        return super().forward(inputs, state)


def test_a_model_can_be_trained_after_it_was_scored():
    child = model(Relaid)
    mean_nats(child, TOKENS, BEFORE)
    child.train()
    child(TOKENS[:6].view(3, 2), child.initial_state(2))[0].sum().backward()
    assert child.layers[0].weight_hh.grad.abs().sum() > 0


@pytest.mark.parametrize("sizes", [{"window": 0}, {"batch_size": 0}, {"context": -1}])
def test_sizes_that_cannot_be(sizes):
    with pytest.raises(SettingError, match="expected tokens, and sizes above 0"):
        mean_nats(model(), TOKENS, BEFORE, **sizes)
    with pytest.raises(SettingError, match="0 tokens"):
        mean_nats(model(), TOKENS[:0], BEFORE)
