import hashlib
import os
from pathlib import Path

import pytest
import torch

from nasedu.data import add, archives, catalogue, describe, load, load_text, names, text_names
from nasedu.data.catalogue import TEXTS
from nasedu.data.storage import Packed, write
from nasedu.data.text import text_of_lines
from nasedu.data.text_storage import pack_text
from nasedu.errors import DataError, SettingError
from nasedu.problems import CELLS, problem_on

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
        "6 words, expected 10,000; the MD5 sums of train, valid, test differ"
    )
    assert "unknown" not in str(summary)
    assert "cat" not in str(summary)
    assert "taken    a text of three files: 'ptb/ptb.train.txt'" in str(summary)
    assert summary.num_bytes == summary.path.stat().st_size
    assert (add("cats", archive).title, add("dogs", archive, title="Dogs").title) == (
        "cats",
        "Dogs",
    )


@pytest.mark.parametrize("names", ["{}.txt", "wiki.{}.tokens", "shakespeare_{}.txt", "x.{}.raw"])
def test_only_what_looks_like_the_penn_treebank_is_told_that_it_is_not(home, tmp_path, make, names):
    parts = {names.format(p): b"the cat\n" for p in ("train", "valid", "test")}
    summary = add("cats", make.folder(tmp_path / "cats", {**parts, "LICENSE": b"", "a/b": b"x"}))
    assert summary.differences == () and not summary.is_treebank
    assert "Mikolov" not in str(summary) and "Treebank" not in str(summary)
    assert "  not read 'LICENSE', 'a/b'" in str(summary)


def test_of_words_and_their_characters_the_words_are_taken(home, tmp_path, make):
    """As in simple-examples.tgz, where most people have the Penn Treebank from."""
    more = {f"ptb/ptb.char.{p}.txt": b"t h e _ c a t\n" for p in ("train", "valid", "test")}
    files = {f"simple-examples/data/{k[4:]}": v for k, v in {**FILES, **more}.items()}
    summary = add("ptb", make.tar(tmp_path / "simple-examples.tgz", files))
    assert spelled(load_text("ptb"), "valid") == "the cat <eos>"
    assert summary.ignored == tuple(
        f"simple-examples/data/ptb.char.{p}.txt" for p in ("test", "train", "valid")
    )
    with pytest.raises(DataError, match="give the folder simple-examples/data"):
        add("far", make.folder(tmp_path / "far", {f"x/{k}": v for k, v in files.items()}))


CHINESE = {"train": "今天天气很好\n我喜欢猫\n", "valid": "我喜欢好天气\n", "test": "今天很好\n"}
PLAY = {
    "train": "First Citizen:\n  Speak, speak.\n\nAll:\tA_B <unk>\n",
    "valid": "Resolved?  Resolved.\n",
    "test": "\nYea!\n",
}
LETTERS = dict.fromkeys(CHINESE, "Zürich 🐈 é\n")


@pytest.mark.parametrize("texts", [CHINESE, PLAY, LETTERS])
def test_characters_are_those_of_the_text_itself(home, tmp_path, make, texts):
    files = {f"{part}.txt": text.encode() for part, text in texts.items()}
    add("mine", make.folder(tmp_path / "mine", files))
    data = load_text("mine-chars")
    for part, text in texts.items():
        assert "".join(data.symbols[i] for i in getattr(data, part).tolist()) == text
    assert (data.unit, data.name, data.title) == ("character", "mine-chars", "mine, characters")
    assert set(data.symbols) == set("".join(texts.values()))
    counts = data.train.bincount(minlength=data.num_symbols).tolist()
    assert counts == sorted(counts, reverse=True)


def test_characters_of_the_penn_treebank_are_those_of_mikolov(home, tmp_path, make):
    files = {**FILES, "ptb/ptb.test.txt": b"the owl\n"}
    for name in ("ptb", "cats"):  # the name of its files is enough
        summary = add(name, make.tar(tmp_path / f"{name}.tar", files))
        data = load_text(f"{name}-chars")
        parts = ("train", "test")
        text = ["".join(data.symbols[i] for i in getattr(data, p).tolist()) for p in parts]
        assert text == ["the_cat_sat\nthe_<unk>_dog\n", "the_<unk>\n"]
        assert "words joined by _, <unk> spelled" in str(summary)


def test_a_text_of_an_older_nasedu_keeps_its_characters(home):
    """Runs on it were recorded with them."""
    old = text_of_lines("old", "Old", [["a", "b"]], [["c"]], [["a"]])
    write(TEXTS.path("old"), pack_text(old), {})
    data = load_text("old-chars")
    assert "".join(data.symbols[i] for i in data.valid.tolist()) == "<unk>\n"


TEXT = "the cät\nthe dog\n"
WRITTEN = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16, big end first": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "utf-32": TEXT.encode("utf-32"),
    "windows": TEXT.replace("\n", "\r\n").encode(),
    "notepad": TEXT.replace("\n", "\r\n").encode("utf-16"),
    "old mac": TEXT.replace("\n", "\r").encode(),
    "two files in one": "\ufeffthe cät\n\ufeffthe dog\n".encode(),
    "no last end": TEXT.removesuffix("\n").encode(),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_precedes_and_ends_the_text_is_no_part_of_it(home, tmp_path, make, kind):
    files = {f"{part}.txt": WRITTEN[kind] for part in ("train", "valid", "test")}
    add("mine", make.zip(tmp_path / "mine.zip", files))
    assert spelled(load_text("mine"), "test") == "the cät <eos> the dog <eos>"
    data = load_text("mine-chars")
    assert "".join(data.symbols[i] for i in data.test.tolist()) == TEXT


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
    assert list(rows) == ["digits", "zoo", "pydocs", "ptb", "prices"]
    assert "8 words to train, 3 to validate, 4 to test, 6 distinct; ptb-chars" in rows["ptb"]
    assert str(TEXTS.path("ptb")) in rows["ptb"] and "built in" in rows["pydocs"]
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
    os.utime(TEXTS.path("ptb"), (1, 1))
    assert (len(first.valid), len(load_text("ptb").valid)) == (3, 6)


def test_names_that_cannot_be(home, archive, tmp_path, make):
    with pytest.raises(SettingError, match="'pydocs' or 'prices', which are built in"):
        add("pydocs", archive)
    with pytest.raises(SettingError, match="are for the characters of a text"):
        add("ptb-chars", archive)
    with pytest.raises(SettingError, match="are for the characters of a text"):
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
    assert problem_on("pydocs-chars") == CELLS


BAD = {
    "lacks ptb.test.txt; a text is train, valid and test": {"ptb/ptb.test.txt": None},
    "lacks ptb.valid.txt; .*all three: rename 'ptb.val.txt'": {
        "ptb/ptb.valid.txt": None,
        "ptb/ptb.val.txt": b"the cat\n",
    },
    "the text to valid is empty": {"ptb/ptb.valid.txt": b" \n\n"},
    "the text to train is not UTF-8": {"ptb/ptb.train.txt": b"caf\xe9 caf\xe9\n"},
    "holds the word <eos> \\(line 2\\)": {"ptb/ptb.test.txt": b"a b\nc <eos> d\n"},
    "holds 2 texts": {f"ptb/wiki.{p}.tokens": b"a b\n" for p in ("train", "valid", "test")},
    "the text to test holds NULs": {"ptb/ptb.test.txt": "the cat\n".encode("utf-16-le")},
    "the text to test is not UTF-16": {"ptb/ptb.test.txt": b"\xff\xfea\0\0\xd8"},
    "'ptb/ptb.train.txt' seems to be a list of images ": {f"ptb/{i}.jpg": b"x" for i in range(4)},
    "'ptb/ptb.train.txt' seems to be a list of images": {
        "ptb/ptb.train.txt": b"cat/0.png 0\nimages/dog 1.JPG 1\nthe cat\n"
    },
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
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 12)
    with pytest.raises(DataError, match="expected at most 12 per file"):
        add("bad", make.tar(tmp_path / "a.tgz", FILES))
    assert not home.exists()


def test_lists_beside_images_are_no_text(home, tmp_path, make):
    files = make.files() | {"train.txt": b"cat 0\n", "test.txt": b"dog 1\n"}
    summary = add("zoo", make.folder(tmp_path / "zoo", files))
    assert summary.ignored == ("test.txt", "train.txt")


@pytest.mark.parametrize("top", ["", "set/"])
@pytest.mark.parametrize("beside", ["{}.txt", "set/{}.txt", "lists/my_{}.txt"])
def test_images_win_over_a_text_beside_them(home, tmp_path, make, top, beside):
    lists = {beside.format(p): b"the cat\n" for p in ("train", "valid", "test")}
    files = {top + name: content for name, content in make.files().items()} | lists
    for path in (make.folder(tmp_path / "zoo", files), make.zip(tmp_path / "zoo.zip", files)):
        summary = add("zoo", path, replace=True)
        assert summary.classes == ("cat", "dog")
        assert "  not read " in str(summary)
        if beside == "{}.txt":
            assert "images were imported, not the text beside them" in str(summary)


def test_a_picture_beside_a_text_is_named_and_passed_over(home, tmp_path, make):
    files = {**FILES, "cover.png": make.encoded(), "ptb/.DS_Store": b"x", "train/notes.md": b"x"}
    summary = add("ptb", make.zip(tmp_path / "a.zip", files))
    assert summary.ignored == ("cover.png", "train/notes.md")
    assert "skipped  files that systems leave behind: '.DS_Store' (1)" in str(summary)


def test_too_many_words(home, tmp_path, make):
    many = " ".join(f"w{i}" for i in range(100_001)).encode()
    with pytest.raises(DataError, match="100,001 distinct words; expected at most 100,000"):
        add("bad", make.zip(tmp_path / "a.zip", {**FILES, "ptb/ptb.train.txt": many}))


def bad_file(path, **changes):
    tensors = {part: torch.tensor([0, 1], dtype=torch.int32) for part in ("train", "valid", "test")}
    tensors = {k: v for k, v in {**tensors, **changes}.items() if v is not None}
    write(path, Packed("text_data", {"title": "A", "symbols": ["<eos>", "a"]}, tensors), {})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid": None}, "it holds"),
        ({"valid": torch.tensor([0, 1])}, "its parts are"),
        ({"valid": torch.tensor([0, 2], dtype=torch.int32)}, "a token of valid is out of range"),
        ({"train_utf8": torch.tensor([97, 10], dtype=torch.uint8)}, "it holds"),
        ({f"{p}_utf8": torch.tensor([97]) for p in ("train", "valid", "test")}, "its parts are"),
    ],
)
def test_files_that_are_no_text(home, changes, message):
    bad_file(TEXTS.path("odd"), **changes)
    with pytest.raises(DataError, match=f"is no data set .*{message}"):
        load_text("odd")


@pytest.mark.parametrize("bad", [[97, 98], [255, 10], []])
def test_characters_that_are_no_text(home, bad):
    parts = ("train_utf8", "valid_utf8", "test_utf8")
    bad_file(TEXTS.path("odd"), **{p: torch.tensor(bad, dtype=torch.uint8) for p in parts})
    assert load_text("odd").counts == (2, 2, 2)
    with pytest.raises(DataError, match="is no data set"):
        load_text("odd-chars")


def test_a_damaged_file_is_listed_with_its_problem(home, archive):
    add("ptb", archive)
    path = TEXTS.path("ptb")
    path.write_bytes(path.read_bytes()[:100])
    [row] = [row for row in describe() if row.name == "ptb"]
    assert str(row).startswith("ptb        cannot be used: ")
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
    for data, digest in ((words, "192704c9e52761d8"), (chars, "87a930fe0f82868c")):
        tokens = b"".join(part.numpy().tobytes() for part in (data.train, data.valid, data.test))
        assert hashlib.sha256(tokens).hexdigest().startswith(digest)  # recorded runs are of these
    distinct = [len(getattr(words, part).unique()) for part in ("valid", "test")]
    assert distinct == [6_022, 6_049]
    assert "checked  the tokens and MD5 sums" in str(summary)
