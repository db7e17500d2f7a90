from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy

from nasedu import published
from nasedu.children import LSTMLayer
from nasedu.data.catalogue import PAIRS
from nasedu.data.pairs import BEGIN, PAD, SPECIAL, PairData, SentencePairs, Sentences
from nasedu.errors import DataError, SettingError, TrainingError
from nasedu.searching import FinalTraining, train_final
from nasedu.training.translation_recipe import MULTI30K, TranslationRecipe
from nasedu.training.translation_task import TranslationTask, target_log_probs

SMALL = TranslationRecipe(
    hidden_size=8, embedding_size=8, dropout=0.2, epochs=2, num_train=150, lr=0.01, beam=2
)


def task(data="prices", **changes):
    return TranslationTask.on(data, replace(SMALL, **changes))


def reversed_words(count=900, letters="abcd", most=3):
    """Return made-up words of a letter each, to be written from the last to the first."""
    source = torch.Generator().manual_seed(0)
    rows = []
    for _ in range(count):
        length = int(torch.randint(1, most + 1, (1,), generator=source))
        drawn = torch.randint(len(letters), (length,), generator=source)
        rows.append((len(SPECIAL) + drawn).tolist())
    subwords = (*SPECIAL, *(f"▁{letter}" for letter in letters))

    def part(some):
        back = [row[::-1] for row in some]
        said = tuple(" ".join(subwords[t][1:] for t in row) for row in back)
        return SentencePairs(Sentences.of(some), Sentences.of(back), said)

    parts = {"train": part(rows[:-200]), "valid": part(rows[-200:-100]), "test": part(rows[-100:])}
    return PairData("reversed", "Reversed", ("ab", "ba"), subwords, **parts)


@pytest.mark.parametrize("cell", [LSTMLayer, published.NAS_CELL], ids=["lstm", "nas"])
def test_words_are_learned_to_be_reversed(cell):
    recipe = TranslationRecipe(
        hidden_size=32, embedding_size=24, dropout=0.0, epochs=12, batch_size=32, lr=0.01, decay=0.8
    )
    judge = TranslationTask(reversed_words(), recipe)
    child, outcome = judge.fit(cell, 0)
    assert min(outcome.valid_curve) < 1.2 < outcome.valid_curve[0]
    found = judge.translations(child, judge.data.test)
    right = sum(map(str.__eq__, found, judge.data.test.references))
    assert right > 90  # of 100


def test_every_pair_is_read_once_an_epoch_beside_others_of_its_length():
    judge = task(num_train=1000, batch_size=64)
    generator = torch.Generator().manual_seed(0)
    first, second = (list(judge.batches(generator)) for _ in range(2))
    for batches in (first, second):
        assert torch.cat(batches).sort()[0].tolist() == list(range(1000))
        lengths = [judge.target.lengths[which] for which in batches]
        assert sum(int(each.max() - each.min()) <= 1 for each in lengths) > len(batches) / 2
    assert not all(map(torch.equal, first, second))


def test_the_loss_is_that_of_torch_with_smoothing_and_the_curve_is_without(monkeypatch):
    judge, seen = task(epochs=1, num_train=40, batch_size=40, dropout=0.0, smoothing=0.3), []
    training = judge.begin(LSTMLayer, 0)
    which = torch.arange(40)
    source, target = judge.source.batch(which), judge.target.batch(which)
    before = torch.cat([torch.full((1, 40), BEGIN), target[:-1]])
    logits = training.child(source, before).flatten(0, 1)
    how = {"ignore_index": PAD}
    plain = cross_entropy(logits, target.flatten(), **how).item()
    cross_entropy(logits, target.flatten(), label_smoothing=0.3, **how).backward()
    expected = training.child.keys.weight.grad.clone()
    monkeypatch.setattr(
        training.optimizer, "step", lambda: seen.append(training.child.keys.weight.grad.clone())
    )
    monkeypatch.setattr("nasedu.training.translation_task.clip_grad_norm_", lambda *_: None)
    epoch = next(training)
    torch.testing.assert_close(seen[0], expected)
    assert epoch.train_loss == pytest.approx(plain, rel=1e-5)


def test_padding_is_not_predicted():
    judge = task()
    child = judge.begin(LSTMLayer, 0).child.eval()
    log_probs, tokens = target_log_probs(
        child, judge.source.batch(torch.arange(9)), judge.target.batch(torch.arange(9))
    )
    assert len(tokens) == len(log_probs) == int((judge.target.lengths[:9] + 1).sum())
    assert (tokens != PAD).all()


def test_no_batch_size_changes_the_score(monkeypatch):
    judge = task()
    child = judge.begin(published.NAS_CELL, 0).child
    found = []
    for size in (1, 7, 64):
        monkeypatch.setattr("nasedu.training.translation_task.SCORED", size)
        found.append(judge.nats(child, judge.data.valid))
    assert found == pytest.approx([found[0]] * 3, rel=1e-6)


def test_translations_stand_in_the_order_of_their_sources(monkeypatch):
    judge, data = task(), PAIRS.load("prices")
    child = judge.begin(LSTMLayer, 0).child
    some = SentencePairs(data.test.source.first(20), data.test.target.first(20), ("",) * 20)
    whole = judge.translations(child, some)
    monkeypatch.setattr("nasedu.training.translation_task.SCORED", 1)
    assert judge.translations(child, some) == whole


def test_bleu_is_a_hundred_for_the_references_and_less_for_less(monkeypatch):
    judge = task()
    texts = list(judge.data.test.references)
    monkeypatch.setattr(judge, "translations", lambda *_: texts)
    assert judge.bleu(None, judge.data.test) == pytest.approx(100)
    texts[:] = [text.replace("Euro", "Mark") for text in texts]
    assert 0 < judge.bleu(None, judge.data.test) < 90


def test_the_record_has_perplexity_and_bleu(tmp_path):
    final = FinalTraining(published.NAS_CELL, "prices", SMALL)
    assert final.problem.name == "translation"
    assert train_final(final, tmp_path, minutes=1e-9) is None
    record = train_final(final, tmp_path)
    whole = train_final(final)
    assert record["outcome"]["valid_curve"] == whole["outcome"]["valid_curve"]
    assert record["further_tests"] == whole["further_tests"]
    assert record["further_tests"].keys() == {"BLEU"} and record["outcome"]["test"] > 1
    assert record["data"]["num_test"] == len(PAIRS.load("prices").test)


def test_what_cannot_be_is_one_line():
    with pytest.raises(SettingError, match=r"num_train is 99999; expected at most \d+"):
        task(num_train=99_999)
    with pytest.raises(DataError, match="'pydocs' is a text, no set of sentence pairs"):
        task("pydocs")
    with pytest.raises(TrainingError, match=r"infinite|is above 1e|the loss became nan in epoch 1"):
        task(lr=1e30).fit(LSTMLayer, 0)


def test_the_rate_falls_after_the_epochs_that_keep_it():
    rates = [MULTI30K.lr_at(epoch) for epoch in range(MULTI30K.epochs)]
    assert rates[:8] == [0.001] * 8 and rates[8] == pytest.approx(0.0007)
