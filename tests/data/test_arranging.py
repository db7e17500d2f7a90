import pytest

from nasedu.data.arranging import arrange, has_images
from nasedu.errors import DataError


def entries_of(*paths, folders=()):
    entries = {tuple(path.split("/")): b"x" for path in paths}
    return entries | {tuple(path.split("/")): None for path in folders}


WHOLE = [f"{s}/{c}/{i}.png" for s in ("train", "test") for c in ("dog", "cat") for i in (10, 9)]


@pytest.mark.parametrize("top", ["", "cifar/", "train/"])
def test_layout(top):
    layout = arrange(entries_of(*(top + path for path in WHOLE)), "a")
    assert layout.classes == ("cat", "dog")
    expected = [f"{top}train/{c}/{i}.png" for c in ("cat", "dog") for i in ("10", "9")]
    assert [file.path for file in layout.train] == expected
    assert [file.label for file in layout.train] == [0, 0, 1, 1]
    assert layout.ignored == ()


def test_what_lies_beside_is_named():
    more = ["set/README.md", "set/valid/cat/0.png"]
    layout = arrange(entries_of(*(f"set/{path}" for path in WHOLE), *more), "a")
    assert layout.ignored == ("README.md", "valid")
    assert len(layout.train) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: {}, "no train and no test"),
        (lambda e: {p: c for p, c in e.items() if p[0] == "train"}, "has train; expected train/<"),
        (lambda e: {("a", "b", *p): c for p, c in e.items()}, "no train and no test"),
        (lambda e: {(t, *p): c for t in "ab" for p, c in e.items()}, "several data sets .a, b."),
        (lambda e: e | {("train", "x.png"): b"x"}, "'train/x.png' is not in its place"),
        (lambda e: e | {("train", "cat", "a", "x.png"): b"x"}, "is not in its place"),
        (lambda e: e | {("train", "cat", "a"): None}, "'train/cat/a' is not in its place"),
        (lambda e: e | {("test", "owl"): None}, "'owl' has 0 images in train and 0 in test"),
        (lambda e: e | {("test", "owl", "0"): b"x"}, "'owl' has 0 images in train and 1 in test"),
        (
            lambda e: e | {("train", "owl", i): b"x" for i in "01"},
            "'owl' has 2 images in train and 0 in test",
        ),
        (
            lambda e: e | {("train", "owl", "0"): b"x", ("test", "owl", "0"): b"x"},
            "'owl' has 1 images in train and 1 in test; expected at least 2 and 1",
        ),
        (lambda e: {p: c for p, c in e.items() if p[1] == "cat"}, "1 classes; expected 2"),
        (lambda e: {(p[0], p[1] + "\n", p[2]): c for p, c in e.items()}, "cannot be shown"),
    ],
)
def test_layouts_that_are_refused(change, message):
    with pytest.raises(DataError, match=message) as caught:
        arrange(change(entries_of(*WHOLE)), "some.zip")
    assert str(caught.value).startswith("some.zip")
    assert "\n" not in str(caught.value)


def test_a_name_may_begin_with_a_dot_if_it_is_a_class():
    entries = {
        (*parts[:1], ".net" if parts[1] == "cat" else "java", *parts[2:]): content
        for parts, content in entries_of(*WHOLE).items()
    }
    assert arrange(entries, "a").classes == (".net", "java")


HIDDEN = ["train/.x", "train/cat/.0.png", "train/cat/.cache/0.png", "train/cat/.a/b/c"]


@pytest.mark.parametrize("path", HIDDEN)
@pytest.mark.parametrize("top", ["", "set/"])
def test_hidden_files_in_classes_are_left_out_and_named(path, top):
    layout = arrange(entries_of(*(top + p for p in WHOLE), top + path), "a")
    assert layout.ignored == ("/".join(path.split("/")[:3]),)
    assert len(layout.train) == 4


def test_what_lies_beside_the_one_folder_is_named():
    entries = entries_of(*(f"set/{path}" for path in WHOLE), "notes.md", "more/x", folders=["set"])
    assert arrange(entries, "a").ignored == ("more", "notes.md")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (WHOLE, True),
        ([f"set/{path}" for path in WHOLE], True),
        (["train.txt", "train/cat/0.png"], False),
        (["train/0.png", "test/0.png"], False),
        (["a/b/train/cat/0", "a/b/test/cat/0"], False),
    ],
)
def test_images_in_classes_are_recognised(paths, expected):
    assert has_images(entries_of(*paths)) is expected


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["training/cat/0.png", "testing/cat/0.png"], "rename the folders to train and test"),
        (["train/cat/0.png", "val/cat/0.png"], r"beside 'val'.*rename the folders"),
        (["cifar-100-python/train", "cifar-100-python/meta"], "CIFAR-100 is not read"),
        (["input.txt"], "cut it into train.txt, valid.txt and test.txt"),
        (["enwik8"], "more different words than a text may have"),
        (["TRAIN.TXT", "VALID.TXT", "TEST.TXT"], "a text is three plain files"),
        (["train.jsonl", "test.jsonl"], "a text is three plain files"),
        (["train.txt.gz", "valid.txt.gz", "test.txt.gz"], "a text is three plain files"),
        (["mnist.npz"], "arrays and tables are not read: save them as image files"),
        (["x/emnist-letters-train-images-idx3-ubyte.gz"], "EMNIST"),
        (["holiday/0.png"], "expected train/<class>/.* and test/<class>/.*, possibly inside"),
    ],
)
def test_layouts_of_others_are_told_what_to_do(paths, words):
    with pytest.raises(DataError, match=words):
        arrange(entries_of(*paths), "some.zip")
