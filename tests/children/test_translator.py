"""Translators of any cell, and the search for their best translations.

Legend of shapes: S tokens of a source and T of a target, B sentences, V subwords.
"""

from functools import partial
from itertools import product

import pytest
import torch

from nasedu import RecurrentCellSpace, build, published
from nasedu.children import LSTMLayer
from nasedu.children.beam_search import beam_search
from nasedu.children.language_model import without_memory
from nasedu.children.translator import PAD, Translator
from nasedu.children.translator_settings import TranslatorSettings
from nasedu.data import pairs
from nasedu.errors import SettingError

SMALL = TranslatorSettings(hidden_size=7, embedding_size=6, dropout=0.3)
BEGIN, END = pairs.BEGIN, pairs.END
V = 11
CELLS = {
    "lstm": LSTMLayer,
    "nas": published.NAS_CELL,
    "own": RecurrentCellSpace(2).decode((1, 2, 1, 0, 0, 2, 0, 1, 2, 0)),
}


def made(cell=LSTMLayer, seed=0, num_symbols=V, wide=1.0, **changes):
    """Return a translator in evaluation; wide weights make some translations far more likely."""
    torch.manual_seed(seed)
    settings = TranslatorSettings(**{**SMALL.to_dict(), "init_range": wide, **changes})
    return Translator(cell, num_symbols, settings).eval()


@pytest.fixture
def source():
    """Four sentences of different lengths, ``(S, B)``."""
    rows = [[4, 5, 6, 7, 8], [9, 4], [10], [5, 5, 6]]
    return pairs.Sentences.of(rows).batch(torch.arange(4))


@pytest.fixture
def before():
    return torch.randint(4, V, (3, 4), generator=torch.Generator().manual_seed(1))


def test_the_token_that_fills_up_is_that_of_the_data():
    assert PAD == pairs.PAD


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_more_padding_changes_nothing(cell, source, before):
    model = made(cell)
    longer = torch.cat([source, torch.full((6, 4), PAD)])
    expected, found = model(source, before), model(longer, before)
    assert expected.shape == (3, 4, V)
    torch.testing.assert_close(found, expected)
    alone = torch.cat([model(source[:3, 1:2], before[:, 1:2])])  # without any
    torch.testing.assert_close(alone, expected[:, 1:2])


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_all_of_the_sentence_counts_and_nothing_that_is_written_later(cell, source, before):
    model = made(cell)
    first = model(source, before)
    for step in range(5):
        other = source.clone()
        other[step, 0] = 10
        assert not torch.allclose(model(other, before)[0, 0], first[0, 0], atol=1e-7)
    later = before.clone()
    later[2] = 4
    assert torch.equal(model(source, later)[:2], first[:2])


def test_the_fast_cell_is_the_plain_one(source, before):
    fast, plain = (
        made(partial(build, published.NAS_CELL, fast=fast)).train() for fast in (True, False)
    )
    plain.load_state_dict(fast.state_dict())
    results = []
    for model in (fast, plain):
        torch.manual_seed(3)
        logits = model(source, before)
        logits.square().sum().backward()
        results.append([logits, *(p.grad for p in model.parameters())])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    found = [beam_search(model, source, BEGIN, END, width=3) for model in (fast, plain)]
    assert [each.tokens for each in found[0]] == [each.tokens for each in found[1]]


def test_step_by_step_is_the_same_as_all_at_once(source, before):
    model = made(published.NAS_CELL)
    memory, state = model.read(source)
    steps = []
    for tokens in before:
        found, state = model.write(tokens[None], memory, state)
        steps.append(model.logits(found))
    torch.testing.assert_close(torch.cat(steps), model(source, before))


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_parameters_and_flop_are_counted_without_memory(cell):
    counted = without_memory(Translator, cell, V, SMALL)
    model = made(cell)
    assert counted.num_parameters == sum(p.numel() for p in model.parameters())
    assert all(p.is_meta for p in counted.parameters())
    assert counted.flop(3, 4) == model.flop(3, 4)
    one, two = model.flop(5, 1), model.flop(5, 2)
    written = sum(w.numel() for w in model.decoder.parameters() if w.ndim == 2)
    assert two - one == 2 * (written + 21 * 6 + 6 * V + 5 * 3 * 7)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_attention_is_shared_among_all_of_a_sentence_and_nothing_else(cell, source, before):
    shares = made(cell).train().attention(source, before)  # and so without dropout
    assert shares.shape == (4, 3, 6) and not shares.requires_grad
    torch.testing.assert_close(shares.sum(2), torch.ones(4, 3))
    is_padding = (source == PAD).T[:, None].expand_as(shares)
    assert is_padding.any() and (shares[is_padding] == 0).all() and (shares[~is_padding] > 0).all()


@torch.no_grad()
def test_translations_attend_alike_alone_and_in_a_beam(source):
    """What a beam found attends as it did step by step, when it was looked for."""
    model = made(wide=1.5)
    [best] = beam_search(model, source[:3, 1:2], BEGIN, END, width=3, max_length=6)
    written = torch.tensor([BEGIN, *best.tokens])[:, None]
    shares = model.attention(source[:3, 1:2], written)[0]
    memory, state = model.read(source[:3, 1:2])
    for token, expected in zip(written, shares, strict=True):
        outputs, state = model.decoder(model.embedding(token[None]), state)
        torch.testing.assert_close(model.shares(outputs, memory)[0, 0], expected)


def greedy(model, sentence, most):
    """Return the likeliest subword after each other, by reading all of them anew."""
    written = [BEGIN]
    for _ in range(most):
        logits = model(sentence, torch.tensor(written)[:, None])[-1, 0]
        logits[[PAD, BEGIN]] = -torch.inf
        written.append(int(logits.argmax()))
        if written[-1] == END:
            break
    return tuple(token for token in written[1:] if token != END)


@torch.no_grad()
def log_prob(model, sentence, tokens):
    """Return the log probability of a translation, ``END`` among its tokens if it has ended."""
    log_probs = model(sentence, torch.tensor([BEGIN, *tokens[:-1]])[:, None])[:, 0].log_softmax(1)
    return float(log_probs.gather(1, torch.tensor(tokens)[:, None]).sum())


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_beam_of_one_is_greedy(cell, source):
    for seed in range(4):
        model = made(cell, seed)
        found = beam_search(model, source, BEGIN, END, width=1, max_length=9)
        for column, translation in enumerate(found):
            assert translation.tokens == greedy(model, source[:, column : column + 1], 9)


def test_a_wider_beam_finds_nothing_worse(source):
    better = 0
    for seed in range(8):
        model = made(seed=seed, wide=1.5)
        how = {"max_length": 6, "length_power": 0.0}
        narrow, wide = (
            beam_search(model, source, BEGIN, END, width=width, **how) for width in (1, 8)
        )
        pairs_of = list(zip(narrow, wide, strict=True))
        assert all(two.log_prob >= one.log_prob - 1e-5 for one, two in pairs_of)
        better += sum(two.log_prob > one.log_prob + 1e-3 for one, two in pairs_of)
    assert better > 0


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_a_beam_that_keeps_all_finds_the_best_of_all(power):
    few, most = 6, 3  # subwords 3 (the end), 1, 4 and 5 may be written
    model = made(num_symbols=few, wide=1.5)
    sentence = torch.tensor([[4], [5], [END]])
    every = [(*some, END) for n in range(most) for some in product((1, 4, 5), repeat=n)] + list(
        product((1, 4, 5), repeat=most)
    )
    scores = {all_of: log_prob(model, sentence, all_of) / len(all_of) ** power for all_of in every}
    best = max(scores, key=lambda tokens: scores[tokens])
    [found] = beam_search(
        model, sentence, BEGIN, END, width=200, max_length=most, length_power=power
    )
    assert found.tokens == tuple(token for token in best if token != END)
    assert found.score == pytest.approx(scores[best], abs=1e-5)


def test_sentences_are_translated_alike_alone_and_together(source):
    model = made(published.NAS_CELL, wide=1.5)
    together = beam_search(model, source, BEGIN, END, width=3, max_length=8)
    for column, translation in enumerate(together):
        [alone] = beam_search(
            model, source[:, column : column + 1], BEGIN, END, width=3, max_length=8
        )
        assert alone.tokens == translation.tokens
        assert alone.score == pytest.approx(translation.score, abs=1e-5)


def test_a_translation_is_at_most_twice_its_sentence_and_five_long(source):
    model = made()
    with torch.no_grad():
        model.bias[END] = -100.0  # so that it never ends by itself
    lengths = (source != PAD).sum(0).tolist()
    found = beam_search(model, source, BEGIN, END, width=2)
    assert [len(each.tokens) for each in found] == [2 * length + 5 for length in lengths]


def test_a_beam_that_keeps_nothing_is_refused(source):
    with pytest.raises(SettingError, match="width is 0 and max_length 8; expected at least 1"):
        beam_search(made(), source, BEGIN, END, width=0, max_length=8)
