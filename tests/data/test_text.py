import hashlib
import subprocess
import sys

import pytest
import torch

from nasedu.data import TextData, load_text
from nasedu.data.pydocs import distinct_paragraphs, part_of, pydocs
from nasedu.data.text import characters_of, text_of_lines
from nasedu.errors import DataError, SettingError

TRAIN = [["the", "cat", "sat"], ["the", "dog"], []]
VALID = [["the", "cat"]]
TEST = [["dog", "sat"]]


def words(data, part):
    return " ".join(data.symbols[token] for token in getattr(data, part).tolist())


def characters(data, part):
    return "".join(data.symbols[token] for token in getattr(data, part).tolist())


def test_lines_become_one_stream_with_an_end_after_each():
    data = text_of_lines("cats", "Cats", TRAIN, VALID, TEST)
    assert words(data, "train") == "the cat sat <eos> the dog <eos> <eos>"
    assert (words(data, "valid"), words(data, "test")) == ("the cat <eos>", "dog sat <eos>")
    assert data.symbols == ("<eos>", "the", "cat", "dog", "sat")  # by frequency, then by name
    assert (data.counts, data.num_symbols, data.line_end) == ((8, 3, 3), 5, 0)
    assert repr(data) == "TextData('cats': 8 train, 3 valid, 3 test, 5 words)"


def test_words_that_training_never_saw_are_unknown():
    data = text_of_lines("cats", "Cats", TRAIN, [["the", "owl"]], [["yak"]])
    assert (words(data, "valid"), words(data, "test")) == ("the <unk> <eos>", "<unk> <eos>")
    assert set(data.symbols) == {"<eos>", "<unk>", "the", "cat", "dog", "sat"}


def test_a_vocabulary_that_is_capped():
    data = text_of_lines("cats", "Cats", TRAIN, VALID, TEST, max_words=3)
    assert words(data, "train") == "the <unk> <unk> <eos> the <unk> <eos> <eos>"
    assert data.num_symbols == 3
    assert text_of_lines("cats", "Cats", TRAIN, VALID, TEST, max_words=5).num_symbols == 5
    with pytest.raises(SettingError, match="max_words is 2; expected at least 3"):
        text_of_lines("cats", "Cats", TRAIN, VALID, TEST, max_words=2)


def test_characters_join_words_by_underscores_and_count_the_end_of_a_line():
    data = text_of_lines("cats", "Cats", [["a", "<unk>"], [], [], ["b"]], [["a", "b"]], [["b"]])
    chars = characters_of(data)
    assert characters(chars, "train") == "a_<unk>\n\n\nb\n"
    assert (characters(chars, "valid"), characters(chars, "test")) == ("a_b\n", "b\n")
    assert chars.symbols[0] == "\n" and set(chars.symbols) == set("a_<unk>\nb")
    assert (chars.line_end, chars.unit, chars.name) == (0, "character", "cats-chars")
    with pytest.raises(DataError, match="expected words"):
        characters_of(chars)


def test_characters_beyond_ascii():
    data = text_of_lines("orte", "Orte", [["Zürich", "🐈"]], [["🐈"]], [["Zürich"]])
    assert characters(characters_of(data), "train") == "Zürich_🐈\n"


GOOD = {"train": torch.tensor([0, 1]), "valid": torch.tensor([1]), "test": torch.tensor([0])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": torch.tensor([0, 2])}, "a token of train is out of range; expected 0 to 1"),
        ({"valid": torch.tensor([-1])}, "a token of valid is out of range"),
        ({"test": torch.tensor([0.5])}, "test is torch.float32"),
        ({"test": torch.empty(0, dtype=torch.int64)}, "one token or more"),
        ({"symbols": ("a", "b")}, "no symbol is '<eos>'"),
        ({"symbols": ("<eos>", "<eos>")}, "a symbol is there twice"),
        ({"unit": "syllable"}, "unit is 'syllable'"),
    ],
)
def test_texts_that_cannot_be(change, message):
    fields = {"unit": "word", "symbols": ("<eos>", "a"), **GOOD, **change}
    with pytest.raises(DataError, match=message):
        TextData("bad", "Bad", **fields)


def test_pydocs_is_words_of_small_letters_and_its_parts_share_hardly_a_line():
    data = load_text("pydocs")
    assert data is pydocs()
    assert data.num_symbols == 1000
    assert all(symbol.isalpha() and symbol.islower() for symbol in data.symbols[2:])
    train, valid, test = data.counts
    assert train > 20_000 and min(valid, test) > 2_000 and train > 5 * max(valid, test)
    lines = {part: words(data, part).split(" <eos>") for part in ("train", "valid", "test")}
    trained = set(lines["train"]) - {""}
    shared = {part: [one for one in lines[part] if one in trained] for part in ("valid", "test")}
    # No paragraph is in two parts, but two can become the same where rare words are left out.
    assert all("<unk>" in one for own in shared.values() for one in own)
    if sys.version_info[:2] == (3, 11):  # as the docstring says; the text changes with Python
        assert (len(shared["valid"]), len(shared["test"])) == (1, 2)


def test_pydocs_as_characters():
    data = load_text("pydocs-chars")
    assert set(data.symbols) <= set("abcdefghijklmnopqrstuvwxyz_<>\n")
    assert data is load_text("pydocs-chars")


def test_paragraphs_are_kept_once_and_their_part_is_fixed_for_ever():
    text = "One two three, FOUR.\n\nToo short\n  \nfive six\nseven 8 eight"
    lines = distinct_paragraphs([text, "one two three four"])
    assert lines == [("one", "two", "three", "four"), ("five", "six", "seven", "eight")]
    many = [part_of((str(i),)) for i in range(2000)]
    assert [many.count(part) for part in ("train", "valid", "test")] == [1576, 207, 217]


def test_pydocs_is_the_same_in_another_process():
    code = (
        "import hashlib; from nasedu.data import load_text; d = load_text('pydocs'); "
        "print(hashlib.sha256(repr((d.symbols, d.train.tolist())).encode()).hexdigest())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    here = load_text("pydocs")
    content = repr((here.symbols, here.train.tolist())).encode()
    assert done.stdout.strip() == hashlib.sha256(content).hexdigest()


def test_a_python_without_its_help_topics(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(DataError, match="no module pydoc_data"):
        pydocs.__wrapped__()
