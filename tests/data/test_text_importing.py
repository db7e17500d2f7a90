import os
from pathlib import Path

import pytest
import torch

from nasedu.data import add, catalogue, describe, load, load_text, names, source, text_names
from nasedu.data.catalogue import text_path
from nasedu.data.storage import write_tensors
from nasedu.errors import DataError, SettingError

FILES = {
    "ptb/ptb.train.txt": b" the cat sat \n the <unk> dog \n",
    "ptb/ptb.valid.txt": b" the cat \n",
    "ptb/ptb.test.txt": b" the dog sat \n",
}


def spelled(data, part):
    return " ".join(data.symbols[token] for token in getattr(data, part).tolist())


@pytest.fixture
def archive(tmp_path, make):
    return make.tar(tmp_path / "ptb.tar.gz", FILES)


def test_a_folder_and_archives_of_it_import_alike(home, tmp_path, make):
    sources = {
        "folder": make.folder(tmp_path / "plain", FILES),
        "inside": tmp_path / "plain" / "ptb",
        "zipped": make.zip(tmp_path / "a.zip", FILES),
        "tarred": make.tar(tmp_path / "a.tar", dict(reversed(FILES.items()))),
        "deeper": make.tar(tmp_path / "a.tgz", {f"x/data/{k}": v for k, v in FILES.items()}),
        "windows": make.zip(
            tmp_path / "w.zip", {k: v.replace(b"\n", b"\r\n") for k, v in FILES.items()}
        ),
        "bare": make.zip(tmp_path / "b.zip", {k[8:]: v for k, v in FILES.items()}),
    }
    first, *others = (add(name, path) and load_text(name) for name, path in sources.items())
    assert spelled(first, "train") == "the cat sat <eos> the <unk> dog <eos>"
    assert first.counts == (8, 3, 4)
    for other in others:
        assert other.symbols == first.symbols
        for part in ("train", "valid", "test"):
            assert torch.equal(getattr(other, part), getattr(first, part))


def test_what_an_import_says(home, archive):
    summary = add("ptb", archive)
    assert str(summary).splitlines()[:3] == [
        "imported ptb: ptb (not the Penn Treebank)",
        "  words    6 distinct, <eos> at the end of a line among them",
        "  tokens   8 to train, 3 to validate, 4 to test",
    ]
    assert str(summary).splitlines()[-1] == (
        "  warning  not Mikolov's Penn Treebank: 8 tokens to train, expected 929,589; "
        "3 tokens to valid, expected 73,760; 4 tokens to test, expected 82,430; "
        "6 words, expected 10,000; the MD5 sums of train, valid, test are others"
    )
    assert "unknown" not in str(summary)
    assert "cat" not in str(summary).replace("catalogue", "")
    assert summary.num_bytes == summary.path.stat().st_size
    assert (add("cats", archive).title, add("dogs", archive, title="Dogs").title) == (
        "cats",
        "Dogs",
    )


def test_held_out_words_that_are_new(home, tmp_path, make):
    files = {**FILES, "ptb/ptb.test.txt": b"owl <unk> cat\n"}
    summary = add("owls", make.tar(tmp_path / "a.tar", files))
    assert summary.unknown == 1
    assert "1 tokens not in the training part: <unk>" in str(summary)
    assert spelled(load_text("owls"), "test") == "<unk> <unk> cat <eos>"


def test_importing_twice_gives_the_same_bytes_and_no_folder_names(home, archive):
    path = add("ptb", archive).path
    first = path.read_bytes()
    add("ptb", archive, replace=True)
    assert path.read_bytes() == first
    assert str(archive.parent).encode() not in first


def test_one_catalogue_shows_both_kinds(home, archive, tmp_path, make):
    add("zoo", make.folder(tmp_path / "zoo", make.files()))
    add("ptb", archive)
    assert (names(), text_names()) == (("digits", "zoo"), ("pydocs", "ptb"))
    rows = {row.name: str(row) for row in describe()}
    assert list(rows) == ["digits", "zoo", "pydocs", "ptb"]
    assert "8 words to train, 3 to validate, 4 to test, 6 distinct; ptb-chars" in rows["ptb"]
    assert str(text_path("ptb")) in rows["ptb"] and "built in" in rows["pydocs"]
    with pytest.raises(DataError, match="is a text, no set of images; expected one of digits, zoo"):
        load("ptb-chars")
    with pytest.raises(DataError, match="is a set of images, no text; expected one of pydocs, ptb"):
        load_text("zoo")
    with pytest.raises(DataError, match="there is no text 'wiki'; expected one of pydocs, ptb"):
        load_text("wiki")


def test_a_text_is_loaded_once_for_each_time_that_it_is_written(home, archive, tmp_path, make):
    add("ptb", archive)
    first = load_text("ptb")
    assert load_text("ptb") is first
    assert load_text("ptb-chars") is load_text("ptb-chars")
    more = {**FILES, "ptb/ptb.valid.txt": b"the cat\nthe dog\n"}
    add("ptb", make.tar(tmp_path / "b.tar", more), replace=True)
    os.utime(text_path("ptb"), (1, 1))
    assert (len(first.valid), len(load_text("ptb").valid)) == (3, 6)


def test_names_that_cannot_be(home, archive, tmp_path, make):
    with pytest.raises(SettingError, match="not 'digits' or 'pydocs', which are built in"):
        add("pydocs", archive)
    with pytest.raises(SettingError, match="those of the characters of a text"):
        add("ptb-chars", archive)
    with pytest.raises(SettingError, match="those of the characters of a text"):
        add("pydocs-chars", make.folder(tmp_path / "images", make.files()))
    add("ptb", archive)
    with pytest.raises(SettingError, match=r"'ptb' already .*--replace"):
        add("ptb", archive)
    with pytest.raises(SettingError, match="a text is called 'ptb' already"):
        add("ptb", make.folder(tmp_path / "zoo", make.files()), replace=True)


def test_images_never_stand_for_the_characters_of_a_text(home, tmp_path, make):
    """A file that was put there by hand is not listed."""
    path = add("zoo", make.folder(tmp_path / "zoo", make.files())).path
    path.rename(path.with_name("pydocs-chars.safetensors"))
    assert names() == ("digits",)
    assert catalogue.is_text("pydocs-chars")


BAD = {
    "lacks ptb.test.txt; a text is train, valid and test": {"ptb/ptb.test.txt": None},
    "the text to valid is empty": {"ptb/ptb.valid.txt": b" \n\n"},
    "the text to train is not UTF-8": {"ptb/ptb.train.txt": b"caf\xe9 caf\xe9\n"},
    "holds the word <eos> \\(line 2\\)": {"ptb/ptb.test.txt": b"a b\nc <eos> d\n"},
    "holds 2 texts": {f"ptb/ptb.char.{p}.txt": b"a b\n" for p in ("train", "valid", "test")},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_texts_are_refused_whole(home, tmp_path, make, message):
    files = {k: v for k, v in {**FILES, **BAD[message]}.items() if v is not None}
    for path in (make.tar(tmp_path / "a.tgz", files), make.folder(tmp_path / "plain", files)):
        with pytest.raises(DataError, match=message) as caught:
            add("bad", path)
        assert "\n" not in str(caught.value) and "cat" not in str(caught.value)
    assert not home.exists()


def test_archives_that_are_not_to_be_trusted(home, tmp_path, make, monkeypatch):
    link = make.member("ptb/ptb.extra.txt", type=b"2", linkname="/etc/passwd")
    with pytest.raises(DataError, match="is a link"):
        add("bad", make.tar(tmp_path / "link.tar", FILES, [link]))
    outside = make.member("../ptb.train.txt", b"x")
    with pytest.raises(DataError, match="lies outside of its folder"):
        add("bad", make.tar(tmp_path / "outside.tar", FILES, [outside]))
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 12)
    for path in (make.tar(tmp_path / "a.tgz", FILES), make.folder(tmp_path / "plain", FILES)):
        with pytest.raises(DataError, match="expected at most 12 a file"):
            add("bad", path)
    assert not home.exists()


def test_lists_beside_images_are_no_text(home, tmp_path, make):
    files = make.files() | {"train.txt": b"cat 0\n", "test.txt": b"dog 1\n"}
    summary = add("zoo", make.folder(tmp_path / "zoo", files))
    assert summary.ignored == ("test.txt", "train.txt")


def test_too_many_words(home, tmp_path, make):
    many = " ".join(f"w{i}" for i in range(100_001)).encode()
    with pytest.raises(DataError, match="100,001 distinct words; expected at most 100,000"):
        add("bad", make.zip(tmp_path / "a.zip", {**FILES, "ptb/ptb.train.txt": many}))


def bad_file(path, **changes):
    tensors = {part: torch.tensor([0, 1], dtype=torch.int32) for part in ("train", "valid", "test")}
    tensors = {k: v for k, v in {**tensors, **changes}.items() if v is not None}
    symbols = '["<eos>","a"]'
    write_tensors(
        path, tensors, f'{{"kind":"text_data","schema":1,"title":"A","symbols":{symbols}}}'
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid": None}, "it holds"),
        ({"valid": torch.tensor([0, 1])}, "its parts are"),
        ({"valid": torch.tensor([0, 2], dtype=torch.int32)}, "a token of valid is out of range"),
    ],
)
def test_files_that_are_no_text(home, changes, message):
    bad_file(text_path("odd"), **changes)
    with pytest.raises(DataError, match=f"is no data set .*{message}"):
        load_text("odd")


def test_a_damaged_file_is_listed_with_its_problem(home, archive):
    add("ptb", archive)
    path = text_path("ptb")
    path.write_bytes(path.read_bytes()[:100])
    assert str(describe()[-1]).startswith("ptb        cannot be used: ")
    with pytest.raises(DataError, match="is no data set"):
        load_text("ptb")
    assert catalogue.text_names() == ("pydocs", "ptb")


@pytest.mark.archives
def test_the_whole_penn_treebank(home):
    """Counts alone: the text is licensed and is never shown."""
    folder = os.environ.get("NASEDU_ARCHIVES")
    if not folder or not (Path(folder) / "ptb.tar.gz").is_file():
        pytest.skip("NASEDU_ARCHIVES names no folder with ptb.tar.gz")
    summary = add("ptb", Path(folder) / "ptb.tar.gz")
    assert (summary.title, summary.differences, summary.unknown) == ("Penn Treebank", (), 0)
    words, chars = load_text("ptb"), load_text("ptb-chars")
    sizes = [words.counts, words.num_symbols, chars.counts, chars.num_symbols]
    assert sizes == [(929_589, 73_760, 82_430), 10_000, (5_017_482, 393_042, 442_423), 50]
    distinct = [len(getattr(words, part).unique()) for part in ("valid", "test")]
    assert distinct == [6_022, 6_049]
    assert "checked  the tokens and MD5 sums" in str(summary)
