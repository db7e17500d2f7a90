import os
import re
from pathlib import Path

import pytest

from nasedu import extras
from nasedu.data import add, describe
from nasedu.data.catalogue import PAIRS
from nasedu.data.pair_storage import read_pair_header
from nasedu.data.pairs import UNKNOWN
from nasedu.errors import DataError, NaseduError, SettingError
from nasedu.problems import problem_on

pytest.importorskip("tokenizers", reason="the extra `translation` is not installed")

ENGLISH = ["A dog runs.", "Two dogs run.", "A cat sleeps, and a dog runs.", "Cats sleep."]
GERMAN = ["Ein Hund rennt.", "Zwei Hunde rennen.", "Eine Katze schläft, ein Hund rennt.", "Katzen."]


def written(*lines):
    return "".join(f"{line}\n" for line in lines).encode()


def files(**changes):
    """Contents by path, as in Multi30k's archive; those that are None are left out."""
    found = {
        "m/train.en": written(*ENGLISH),
        "m/train.de": written(*GERMAN),
        "m/val.en": written(ENGLISH[0]),
        "m/val.de": written(GERMAN[0]),
        "m/test_2016_flickr.en": written("Two cats run."),
        "m/test_2016_flickr.de": written("Zwei Katzen rennen."),
        "m/LICENSE": b"",
    }
    found |= {f"m/{name.replace('__', '.')}": content for name, content in changes.items()}
    return {name: content for name, content in found.items() if content is not None}


@pytest.mark.parametrize("ending", ["folder", "zip", "tar.gz"])
def test_pairs_are_imported_from_folders_and_archives(home, tmp_path, make, ending):
    path = tmp_path / f"pairs.{ending}"
    writer = {"folder": make.folder, "zip": make.zip, "tar.gz": make.tar}[ending]
    if ending == "folder":
        path.mkdir()
    summary = str(add("multi30k", writer(path, files())))
    assert "imported multi30k: Multi30k\n  pairs    4 to train, 1 to validate, 1 to test" in summary
    assert "from 'en' to 'de'" in summary and "not read" in summary
    assert re.search(r"learned on the training part by tokenizers \S+ \(digest \w{16}\)", summary)
    assert "rennt" not in summary and "runs" not in summary
    data = PAIRS.load("multi30k")
    assert data.counts == (4, 1, 1) and data.languages == ("en", "de")
    assert data.test.references == ("Zwei Katzen rennen.",)
    tokens = data.train.target.tokens.split(data.train.target.lengths.tolist())
    assert [data.text(each.tolist()) for each in tokens] == GERMAN
    assert describe()[-1].facts == data.facts == read_pair_header(PAIRS.path("multi30k")).facts
    assert problem_on("multi30k").name == "translation"


def test_equal_sources_give_equal_files(home, tmp_path, make):
    source = make.tar(tmp_path / "pairs.tar.gz", files())
    contents = []
    for _ in range(2):
        add("one", source, replace=True)
        contents.append(PAIRS.path("one").read_bytes())
    assert contents[0] == contents[1]


def test_subwords_are_learned_on_the_training_part_alone(home, tmp_path, make):
    source = make.tar(tmp_path / "a.tgz", files(val__de=written("Ein Ωhund rennt.")))
    assert "1 letters not in the training part" in str(add("one", source))
    data = PAIRS.load("one")
    assert not any("Ω" in piece for piece in data.subwords)
    assert (data.valid.target.tokens == UNKNOWN).sum() == 1
    assert data.valid.references == ("Ein Ωhund rennt.",)  # which translations are held against


def test_without_english_the_alphabet_decides(home, tmp_path, make):
    changed = {name.replace(".en", ".fr"): content for name, content in files().items()}
    add("one", make.tar(tmp_path / "a.tgz", changed))
    assert PAIRS.load("one").languages == ("de", "fr")


def test_an_empty_training_line_leaves_its_pair_out(home, tmp_path, make):
    source = make.tar(tmp_path / "a.tgz", files(train__de=written(*GERMAN[:3], "")))
    assert "left out 1 pairs to train of which a side is empty" in str(add("one", source))
    assert PAIRS.load("one").counts == (3, 1, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"val__en": None}, "has no file to valid in 'en'; expected train, val and test"),
        ({"test_2017__en": b"A\n"}, "to test in 'en'; expected train"),
        ({"train__de": written(*GERMAN[1:])}, "files to train have 4 and 3 lines"),
        ({"val__de": b"\n"}, "a line to valid is empty"),
        ({"train__de": b"\xff\xfe\xfd"}, r"train\.de' is not UTF-16|train\.de' is not UTF-8"),
        ({"train__en": written("a <s> b", *ENGLISH[1:])}, r"holds <s> \(line 1\)"),
        ({"train__en": b"\0\0\n"}, "holds NULs"),
    ],
)
def test_bad_archives_are_one_line_and_nothing_is_written(home, tmp_path, make, changes, words):
    source = make.tar(tmp_path / "pairs.tar.gz", files(**changes))
    with pytest.raises(NaseduError, match=words) as caught:
        add("one", source)
    assert "\n" not in str(caught.value)
    assert not list(home.rglob("*.safetensors"))


def test_an_archive_that_reaches_out_of_itself_is_refused(home, tmp_path, make):
    more = [make.member("../train.en", b"a\n")]
    with pytest.raises(DataError) as caught:
        add("one", make.tar(tmp_path / "pairs.tar.gz", files(), more))
    assert "\n" not in str(caught.value) and not list(home.rglob("*.safetensors"))


def test_files_of_one_language_are_no_pairs(home, tmp_path, make):
    only = {name: content for name, content in files().items() if not name.endswith(".de")}
    with pytest.raises(DataError) as caught:
        add("one", make.tar(tmp_path / "pairs.tar.gz", only))
    assert "\n" not in str(caught.value)


def test_a_missing_extra_says_what_to_install(home, tmp_path, make, monkeypatch):
    def without(name):
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", without)
    with pytest.raises(SettingError, match=r"pip install 'nasedu\[translation\]'") as caught:
        add("one", make.tar(tmp_path / "pairs.tar.gz", files()))
    assert "\n" not in str(caught.value) and not list(home.rglob("*.safetensors"))


def test_a_damaged_file_is_one_line(home, tmp_path, make):
    add("one", make.tar(tmp_path / "pairs.tar.gz", files()))
    path = PAIRS.path("one")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="import it again with: nasedu data add") as caught:
        PAIRS.load("one")
    assert "\n" not in str(caught.value)
    assert "cannot be used" in str(describe()[-1])


@pytest.mark.archives
def test_multi30k_has_the_pairs_that_it_is_known_to_have(home):
    path = Path(os.environ.get("NASEDU_ARCHIVES", "")) / "multi30k.tar.gz"
    if not path.is_file():
        pytest.skip("NASEDU_ARCHIVES names no folder with multi30k.tar.gz")
    summary = add("multi30k", path)
    assert summary.counts == (29_000, 1_014, 1_000) and summary.num_symbols == 8_000
    assert summary.unknown == 0
