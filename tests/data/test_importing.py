import hashlib
import io
import os
import threading
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
import torch
from PIL import Image

from nasedu.data import add, cifar10, importing, load
from nasedu.data.catalogue import IMAGES
from nasedu.errors import DataError, SettingError


@pytest.fixture
def archive(tmp_path, make):
    return make.tar(tmp_path / "animals.tar.gz", make.files(train=20, test=3))


def nothing_written(home):
    return not [path for path in home.rglob("*") if path.is_file() and path.name != ".lock"]


def test_a_folder_and_archives_of_it_import_alike(home, tmp_path, make):
    files = make.files(train=6, kind="PNG")
    sources = {
        "folder": make.folder(tmp_path / "plain", files),
        "zipped": make.zip(tmp_path / "a.zip", {f"top/{k}": v for k, v in files.items()}),
        "tarred": make.tar(tmp_path / "a.tar", dict(reversed(files.items()))),
        "packed": make.tar(tmp_path / "a.tgz", files),
    }
    first, *others = (add(name, path) and load(name) for name, path in sources.items())
    assert (len(first.train), len(first.test), first.classes) == (12, 4, ("cat", "dog"))
    for other in others:
        assert torch.equal(other.train.images, first.train.images)
        assert torch.equal(other.train.labels, first.train.labels)
        assert torch.equal(other.test.images, first.test.images)


def test_what_an_import_says(home, archive):
    told = []
    summary = add("animals", archive, title="My animals", on_progress=lambda *n: told.append(n))
    assert told[-1] == (46, 46)
    assert summary.path == home / "imported" / "animals.safetensors"
    assert summary.num_bytes == summary.path.stat().st_size
    assert str(summary).splitlines()[:5] == [
        "imported animals: My animals",
        "  images   46 of 8x6 pixels, RGB, every one decoded",
        "  classes  2: cat, dog",
        "  train    40 (20 a class); 4 of them to validate",
        "  test     6 (3 a class)",
    ]
    assert "not read" not in str(summary)


def test_what_lies_beside_is_said(home, tmp_path, make):
    files = make.files() | {"README.md": b"hello", "valid/cat/0.png": b"x"}
    summary = add("animals", make.zip(tmp_path / "a.zip", files))
    assert str(summary).splitlines()[-1] == "  not read 'README.md', 'valid'"


def test_what_systems_leave_behind_is_counted(home, tmp_path, make):
    litter = {"train/cat/Thumbs.db": b"x", "train/dog/Thumbs.db": b"x", "lost+found/a": b"x"}
    hidden = {"train/cat/.hidden": b"x"}
    summary = add("animals", make.folder(tmp_path / "a", make.files() | litter | hidden))
    assert str(summary).splitlines()[-2:] == [
        "  skipped  files that systems leave behind: 'Thumbs.db' (2), 'lost+found' (1)",
        "  not read 'train/cat/.hidden'",
    ]


def test_classes_whose_images_are_all_equal_are_remarked(home, tmp_path, make):
    one = make.encoded(seed=7)
    same = dict.fromkeys(make.files(classes=("dog",)), one)
    summary = add("animals", make.zip(tmp_path / "a.zip", make.files() | same))
    assert summary.remarks == (
        "all training images are equal, pixel by pixel, in 'dog': look at them",
    )
    files = make.files() | {**same, "train/dog/3.png": make.encoded(seed=8)}
    assert add("few", make.zip(tmp_path / "b.zip", files)).remarks == ()


def drawn_on_nothing(colour):
    files = {}
    for number, name in enumerate(f"{s}/{c}/{i}.png" for s, c, i in product(*PLACES)):
        image = Image.new("LA", (6, 6), (0, 0))
        image.putpixel(divmod(number, 6), (colour, 255))
        file = io.BytesIO()
        image.save(file, "PNG")
        files[name] = file.getvalue()
    return files


PLACES = (("train", "test"), ("cat", "dog"), range(4))


def test_strokes_on_nothing_are_seen_or_remarked(home, tmp_path, make):
    black = add("black", make.zip(tmp_path / "a.zip", drawn_on_nothing(0)))
    assert black.remarks == ("transparent, put on white: 16 of 16 images",)
    assert len({image.numpy().tobytes() for image in load("black").train.images}) == 8
    white = add("white", make.zip(tmp_path / "b.zip", drawn_on_nothing(255)))
    assert "all training images are equal, pixel by pixel, in 'cat', 'dog'" in white.remarks[1]


def test_images_that_were_turned_are_counted(home, tmp_path, make):
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = {"train/cat/0.png": make.encoded(exif=exif)}
    summary = add("animals", make.zip(tmp_path / "a.zip", make.files() | turned))
    assert summary.remarks == ("turned, as EXIF data says: 1 of 12 images",)


def test_two_imports_at_once_under_one_name_are_one_import(home, tmp_path, make):
    """Both find the name free, and one of them is told in time that it no longer is."""
    sources = [
        make.zip(tmp_path / "a.zip", make.files(train=20)),
        make.zip(tmp_path / "b.zip", make.files(train=20, classes=("owl", "yak"))),
        make.zip(tmp_path / "c.zip", {f"{p}.txt": b"a b\n" for p in ("train", "valid", "test")}),
    ]
    together = threading.Barrier(len(sources))
    check, told = importing.check_name, []

    def checked(name, replace):
        check(name, replace)
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=2)

    def run(path):
        try:
            told.append(add("one", path))
        except SettingError as error:
            told.append(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "check_name", checked)
        threads = [threading.Thread(target=run, args=[path]) for path in sources]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    errors = [each for each in told if isinstance(each, SettingError)]
    assert len(told) == 3 and len(errors) == 2
    assert all("'one' already" in str(error) for error in errors)
    assert len(list(home.rglob("one.safetensors"))) == 1


def test_a_file_that_another_process_is_writing_is_spared(home, archive):
    """And what was left by one that was killed is not."""
    folder = home / "imported"
    folder.mkdir(parents=True)
    living = folder / f".animals.safetensors.{os.getppid()}.part"
    dead = folder / ".animals.safetensors.999999999.part"
    for part in (living, dead):
        part.touch()
    add("animals", archive)
    assert living.exists() and not dead.exists()


def test_a_place_that_cannot_be_written_to_is_told_before_the_work(home, archive, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    told = []
    with pytest.raises(DataError, match="cannot be written to; make room, or name another folder"):
        add("animals", archive, on_progress=lambda *numbers: told.append(numbers))
    assert told == [] and nothing_written(home)


def test_rights_that_are_missing_are_one_line(home, archive, monkeypatch):
    path = add("animals", archive).path
    opened = Path.open

    def denied(self, *arguments, **options):
        if self in (path, archive):
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", denied)
    for use in (lambda: load("animals"), lambda: add("other", archive)):
        with pytest.raises(DataError, match=r"cannot read .*Permission denied.*check") as caught:
            use()
        assert "import it again" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_what_training_gets_to_know(home, archive):
    add("animals", archive, flip=False)
    data = load("animals")
    assert (data.num_valid, data.flip, data.pad, data.shape) == (4, False, 0, (3, 6, 8))
    train, valid = data.split(0)
    assert (len(train), valid.labels.bincount().tolist()) == (36, [2, 2])


def test_few_images_still_leave_one_a_class_to_validate(home, tmp_path, make):
    add("few", make.zip(tmp_path / "a.zip", make.files(train=2, test=1, size=(32, 32))))
    data = load("few")
    assert (data.num_valid, data.pad) == (2, 4)
    train, valid = data.split(0)
    assert sorted(train.labels.tolist()) == sorted(valid.labels.tolist()) == [0, 1]


@pytest.mark.parametrize(
    ("kind", "title", "expected"),
    [
        ("JPEG", None, "photos (JPEG images)"),
        ("PNG", None, "photos"),
        ("JPEG", "CIFAR-10 (JPEG copy)", "CIFAR-10 (JPEG copy)"),
    ],
)
def test_titles_tell_lossy_images(home, tmp_path, make, kind, title, expected):
    path = make.zip(tmp_path / "a.zip", make.files(kind=kind))
    assert add("photos", path, title=title).title == load("photos").title == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "CIFAR-10 (JPEG copy)"),
        ({"classes": ("cat", "owl")}, "mine (JPEG images)"),
        ({"train": 19}, "mine (JPEG images)"),
        ({"test": 4}, "mine (JPEG images)"),
        ({"size": (32, 6)}, "mine (JPEG images)"),
        ({"kind": "PNG"}, "mine"),
    ],
)
def test_a_jpeg_copy_of_cifar10_is_called_so(home, tmp_path, make, monkeypatch, change, expected):
    monkeypatch.setattr(cifar10, "NAMES", ("cat", "dog"))  # small enough for a test
    monkeypatch.setattr(cifar10, "COUNTS", (40, 6))
    files = {"train": 20, "test": 3, "size": (32, 32), "kind": "JPEG"} | change
    path = make.zip(tmp_path / "a.zip", make.files(**files))
    assert add("mine", path).title == expected


def test_one_lossless_image_is_enough_for_no_note(home, tmp_path, make):
    files = make.files(kind="JPEG") | {"train/cat/9.png": make.encoded()}
    assert add("photos", make.zip(tmp_path / "a.zip", files)).title == "photos"


def test_importing_twice_gives_the_same_bytes_and_no_folder_names(home, archive):
    path = add("animals", archive).path
    first = path.read_bytes()
    add("animals", archive, replace=True)
    assert path.read_bytes() == first
    assert hashlib.sha256(archive.read_bytes()).hexdigest().encode() in first
    assert b"animals.tar.gz" in first
    assert str(archive.parent).encode() not in first


@pytest.mark.parametrize("name", ["digits", "Cifar", "a b", "", "x" * 41, "../a", "a.b", "ä"])
def test_names_that_cannot_be(home, archive, name):
    with pytest.raises(SettingError, match=r"name is .*; expected 1 to 40 small letters"):
        add(name, archive)
    assert nothing_written(home)


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "x" * 81])
def test_titles_that_cannot_be(home, archive, title):
    with pytest.raises(SettingError, match=r"title is .*; expected one line"):
        add("animals", archive, title=title)


def test_a_name_that_is_taken(home, archive, tmp_path, make):
    path = add("animals", archive).path
    before = path.read_bytes()
    other = make.zip(tmp_path / "other.zip", make.files(classes=("owl", "yak")))
    with pytest.raises(SettingError, match=r"'animals' already .*--replace"):
        add("animals", other)
    assert path.read_bytes() == before
    assert add("animals", other, replace=True).classes == ("owl", "yak")
    assert load("animals").classes == ("owl", "yak")


def bad_sources(make):
    files = make.files()
    return {
        "another size": {**files, "train/cat/1.png": make.encoded(size=(9, 9))},
        "does not decode": {**files, "test/dog/1.png": b"no image"},
        "'notes.txt' does not decode": {**files, "train/cat/notes.txt": b"words"},
        "empty class": {k: v for k, v in files.items() if not k.startswith("test/dog")},
        "outside": {**files, "../x.png": make.encoded()},
    }


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("another size", "'train/cat/1.png' is 9x9; expected 8x6"),
        ("does not decode", "'test/dog/1.png' does not decode"),
        ("'notes.txt' does not decode", "'train/cat/notes.txt' does not decode"),
        ("empty class", "class 'dog' has 4 images in train and 0 in test"),
        ("outside", "'../x.png' lies outside of its folder"),
    ],
)
def test_bad_sources_are_refused_whole(home, tmp_path, make, bad, message):
    path = make.tar(tmp_path / "bad.tar.gz", bad_sources(make)[bad])
    with pytest.raises(DataError, match=message) as caught:
        add("bad", path)
    assert "\n" not in str(caught.value)
    assert nothing_written(home)


def test_a_link_in_an_archive_is_refused_whole(home, tmp_path, make):
    link = make.member("train/cat/9.png", type=b"2", linkname="/etc/passwd")
    with pytest.raises(DataError, match=r"'train/cat/9.png' is a link"):
        add("bad", make.tar(tmp_path / "bad.tar", make.files(), [link]))
    assert nothing_written(home)


def test_ctrl_c_leaves_nothing(home, archive):
    def interrupt(done, _):
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add("animals", archive, on_progress=interrupt)
    assert nothing_written(home)


@pytest.fixture
def jpeg_archive():
    folder = os.environ.get("NASEDU_ARCHIVES")
    if not folder:
        pytest.skip("NASEDU_ARCHIVES names no folder with the archives")
    path = Path(folder) / "cifar10-jpeg.tar.gz"
    if not path.is_file():
        pytest.skip("there is no cifar10-jpeg.tar.gz in the folder of NASEDU_ARCHIVES")
    return path


@pytest.mark.archives
@pytest.mark.slow
def test_the_whole_of_cifar10(home, jpeg_archive):
    summary = add("cifar10", jpeg_archive)
    assert summary.title == "CIFAR-10 (JPEG copy)"
    assert (summary.train_counts, summary.test_counts) == ((5000,) * 10, (1000,) * 10)
    assert summary.classes[:3] == ("airplane", "automobile", "bird")
    assert IMAGES.path("cifar10").stat().st_size == summary.num_bytes

    data = load("cifar10")
    copies = [part.images.clone() for part in (data.train, data.test)]  # every byte is read
    assert [tuple(images.shape) for images in copies] == [(n, 3, 32, 32) for n in (50000, 10000)]

    from nasedu.data import Augmentation

    augmentation = Augmentation(data.train.images)
    published = torch.tensor([[0.49125, 0.48209, 0.44652], [0.24523, 0.24278, 0.26063]])
    found = torch.stack([augmentation.mean, augmentation.std])
    assert (found - published).abs().max() < 0.002
    train, valid = data.split(seed=0)
    assert (len(train), valid.labels.bincount().tolist()) == (45000, [500] * 10)
    assert (data.pad, data.num_valid) == (4, 5000)
