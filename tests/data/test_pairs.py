import pytest
import torch

from nasedu.data import prices
from nasedu.data.catalogue import PAIRS
from nasedu.data.pairs import END, PAD, SPECIAL, PairData, SentencePairs, Sentences
from nasedu.errors import DataError

ROWS = [[4, 5, 6], [7], [5, 5]]


def pairs(rows=ROWS):
    return SentencePairs(Sentences.of(rows), Sentences.of(rows), tuple("abc"[: len(rows)]))


def data(subwords=(*SPECIAL, "▁a", "b", "▁c", "."), **parts):
    parts = {**dict.fromkeys(PARTS, pairs()), **parts}
    return PairData("own", "Own", ("en", "de"), subwords, **parts)


PARTS = ("train", "valid", "test")


def test_a_batch_ends_every_sentence_and_fills_it_up():
    found = Sentences.of(ROWS).batch(torch.tensor([1, 0, 2]))
    expected = [[7, 4, 5], [END, 5, 5], [PAD, 6, END], [PAD, END, PAD]]
    assert found.tolist() == expected and found.dtype == torch.int64


def test_a_batch_is_as_long_as_its_longest_sentence():
    assert Sentences.of(ROWS).batch(torch.tensor([1])).tolist() == [[7], [END]]


def test_the_first_sentences_are_those():
    first = Sentences.of(ROWS).first(2)
    assert len(first) == 2 and first.tokens.tolist() == [4, 5, 6, 7]
    assert len(Sentences.of(ROWS).first(None)) == 3


def test_tokens_say_text_and_marks_say_nothing():
    assert data().text([2, 4, 5, 6, 7, 3, 0]) == "ab c."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subwords": ("a", *SPECIAL)}, "the first subwords are not"),
        ({"subwords": (*SPECIAL, "a", "a", "b", "c")}, "is there twice"),
        ({"valid": pairs([[8]])}, "a token of valid is out of range; expected 0 to 7"),
        ({"test": pairs([])}, "test has .* sentences on its sides"),
        ({"train": pairs([[4], []])}, "a sentence of train is empty"),
        ({"test": SentencePairs(Sentences.of(ROWS), Sentences.of(ROWS), ("a",))}, "sentences on"),
    ],
)
def test_what_is_not_whole_is_refused_in_one_line(changes, words):
    with pytest.raises(DataError, match=words) as caught:
        data(**changes)
    assert "\n" not in str(caught.value)


def test_numbers_are_said_as_people_say_them():
    said = {
        0: ("zero", "null"),
        12: ("twelve", "zwölf"),
        16: ("sixteen", "sechzehn"),
        17: ("seventeen", "siebzehn"),
        21: ("twenty-one", "einundzwanzig"),
        30: ("thirty", "dreißig"),
        99: ("ninety-nine", "neunundneunzig"),
    }
    for number, words in said.items():
        pieces = prices.english(number), prices.german(number)
        assert tuple("".join(each).replace("▁", " ").strip() for each in pieces) == words


def test_a_price_is_one_sentence_in_both_languages():
    data = PAIRS.load("prices")
    part = getattr(data, prices.part_of(("1", "34")))
    place = part.references.index("ein Euro und vierunddreißig Cent")
    source = part.source.tokens.split(part.source.lengths.tolist())[place]
    assert data.text(source.tolist()) == "one euro and thirty-four cents"


def test_built_in_pairs_are_distinct_and_come_back_as_text():
    data = PAIRS.load("prices")
    assert sum(data.counts) == 10_000 and min(data.counts) > 400
    every = [text for part in PARTS for text in getattr(data, part).references]
    assert len(set(every)) == 10_000
    target = data.test.target
    said = [data.text(each.tolist()) for each in target.tokens.split(target.lengths.tolist())]
    assert tuple(said) == data.test.references
