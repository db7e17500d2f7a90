import gzip
import struct

import numpy as np
import pytest

from nasedu.data import add, load
from nasedu.errors import DataError

IMAGES, LABELS = 2051, 2049


def idx(code, *shape, content):
    return struct.pack(f">{1 + len(shape)}I", code, *shape) + content


def pixels(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8), dtype=np.uint8)


def files_of(form="{}-ubyte", pack=bytes):
    files = {}
    for part, count in (("train", 30), ("t10k", 10)):
        labels = bytes(i % 3 for i in range(count))
        image = pixels(count, count).tobytes()
        files[form.format(f"{part}-images-idx3")] = pack(idx(IMAGES, count, 8, 8, content=image))
        files[form.format(f"{part}-labels-idx1")] = pack(idx(LABELS, count, content=labels))
    return files


@pytest.mark.parametrize(
    ("form", "pack"),
    [
        ("{}-ubyte", bytes),
        ("{}-ubyte.gz", gzip.compress),
        ("MNIST/{}-ubyte.gz", gzip.compress),
        ("raw/{}-ubyte.gz", bytes),  # unpacked by a browser, under the old name
    ],
)
def test_the_files_of_mnist_are_read(home, tmp_path, make, form, pack):
    files = files_of(form, pack)
    for path in (make.folder(tmp_path / "mnist", files), make.zip(tmp_path / "mnist.zip", files)):
        summary = add("mnist", path, flip=False, replace=True)
        data = load("mnist")
        assert (summary.train_counts, summary.test_counts) == ((10, 10, 10), (4, 3, 3))
        assert (data.shape, data.classes, data.num_valid) == ((1, 8, 8), ("0", "1", "2"), 3)
        assert np.array_equal(data.train.images[:, 0].numpy(), pixels(30, 30))
        assert data.test.labels.tolist() == [i % 3 for i in range(10)]


def test_names_with_a_dot_are_those_of_kaggle(home, tmp_path, make):
    files = {name.replace("-idx", ".idx"): content for name, content in files_of().items()}
    assert add("mnist", make.folder(tmp_path / "mnist", files)).classes == ("0", "1", "2")


def test_packed_and_unpacked_files_beside_each_other_are_one(home, tmp_path, make):
    packed = {f"{name}.gz": gzip.compress(content) for name, content in files_of().items()}
    files = files_of() | packed | {"notes.md": b"x"}
    assert add("mnist", make.folder(tmp_path / "mnist", files)).ignored == (
        "notes.md",
        *sorted(packed),
    )


TRAIN = "train-images-idx3-ubyte"
BAD = {
    "lacks train-images; MNIST has four files": {TRAIN: None},
    "declares 1,920 bytes and holds 5": {TRAIN: idx(IMAGES, 30, 8, 8, content=b"short")},
    "declares 1,920 bytes and holds more": {TRAIN: idx(IMAGES, 30, 8, 8, content=bytes(9999))},
    "begins with 2049, expected 2051": {TRAIN: idx(LABELS, 30, 8, 8, content=bytes(1920))},
    "is of .*; expected at most": {TRAIN: idx(IMAGES, 2**31, 8, 8, content=b"")},
    "is of .*, 600.; expected": {TRAIN: idx(IMAGES, 30, 8, 600, content=b"")},
    "is damaged": {TRAIN: gzip.compress(files_of()["train-images-idx3-ubyte"])[:900]},
    "is damaged: ": {TRAIN: b""},
    "29 images and 30 labels": {TRAIN: idx(IMAGES, 29, 8, 8, content=bytes(29 * 64))},
    "are too few": {"train-labels-idx1-ubyte": idx(LABELS, 30, content=bytes(30))},
    "a label of test is out of range": {
        "t10k-labels-idx1-ubyte": idx(LABELS, 10, content=bytes([9] * 10))
    },
    "leave one of them": {"train-images.idx3-ubyte": b""},
}


@pytest.mark.parametrize("words", BAD)
def test_files_that_are_not_so_are_refused_whole(home, tmp_path, make, words):
    files = {k: v for k, v in {**files_of(), **BAD[words]}.items() if v is not None}
    with pytest.raises(DataError, match=words) as caught:
        add("mnist", make.folder(tmp_path / "mnist", files))
    assert "\n" not in str(caught.value)
    assert not home.exists()


def test_a_gz_that_unpacks_to_more_than_it_declares_is_not_unpacked(home, tmp_path, make):
    bomb = gzip.compress(idx(IMAGES, 30, 8, 8, content=bytes(2**26)))
    files = files_of() | {TRAIN: bomb}
    with pytest.raises(DataError, match="declares 1,920 bytes and holds more"):
        add("mnist", make.folder(tmp_path / "mnist", files))
