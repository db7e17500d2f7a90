import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from nasedu.data import ImageData, LabelledImages
from nasedu.data.image_storage import pack_images, read_image_header, read_images
from nasedu.data.storage import write
from nasedu.errors import DataError


def data_of(name="made", seed=0):
    generator = torch.Generator().manual_seed(seed)

    def part(count):
        images = torch.randint(0, 256, (count, 3, 16, 8), generator=generator, dtype=torch.uint8)
        return LabelledImages(images, torch.arange(count) % 2)

    fields = {"title": "Made", "classes": ("a", "b"), "flip": False, "num_valid": 4, "pad": 1}
    return ImageData(name=name, train=part(40), test=part(6), **fields)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "imported" / "made.safetensors"


def test_what_is_read_is_what_was_written(path):
    data = data_of()
    size = write(path, pack_images(data), {"name": "a.zip", "sha256": None})
    assert size == path.stat().st_size
    back = read_images(path)
    for part in ("train", "test"):
        ours, theirs = getattr(data, part), getattr(back, part)
        assert torch.equal(ours.images, theirs.images)
        assert torch.equal(ours.labels, theirs.labels)
    assert back.train.images.is_contiguous(memory_format=torch.channels_last)
    for field in ("name", "title", "classes", "flip", "num_valid", "pad"):
        assert getattr(back, field) == getattr(data, field)
    header = read_image_header(path)
    assert (header.shape, header.num_train, header.num_test) == ((3, 16, 8), 40, 6)


def test_equal_data_gives_equal_files_with_the_rights_of_others(path):
    contents = []
    for _ in range(2):
        write(path, pack_images(data_of()), {"name": "a.zip", "sha256": None})
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    plain = path.with_name("plain")
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_a_disk_that_is_full_and_a_kill(path, monkeypatch):
    write(path, pack_images(data_of()), {})
    left = path.with_name(f".{path.name}.999999999.part")  # of no process
    left.write_bytes(b"half")
    write(path, pack_images(data_of(seed=1)), {})
    assert [file.name for file in path.parent.iterdir()] == [path.name]

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    words = r"cannot be written: No space left on device \(0\.0 MB\); make room.*NASEDU_DATA"
    with pytest.raises(DataError, match=words):
        write(path, pack_images(data_of()), {})


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "imported").write_text("a file")
    with pytest.raises(DataError, match=r"imported cannot be made: .*NASEDU_DATA"):
        write(tmp_path / "imported" / "made.safetensors", pack_images(data_of()), {})


def changed(path, tensors=None, fields=None, metadata=None):
    """Write the file again, with some of its tensors or of its description changed."""
    write(path, pack_images(data_of()), {})
    whole = load_file(path) | (tensors or {})
    document = {"kind": "image_data", "schema": 1, "title": "Made", "classes": ["a", "b"]}
    document |= {"flip": False, "source": {}, **(fields or {})}
    save_file(whole, path, metadata=metadata or {"nasedu": json.dumps(document)})
    return path


def refused(path, match):
    with pytest.raises(DataError, match=match) as caught:
        read_images(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value) or path.stem in str(caught.value)


def test_an_unchanged_copy_is_read(path):
    assert len(read_images(changed(path)).train) == 40


@pytest.mark.parametrize(
    ("tensors", "match"),
    [
        ({"train_labels": torch.full((40,), 2)}, "label of train is out of range; expected 0 to 1"),
        ({"test_labels": torch.full((6,), -1)}, "label of test is out of range"),
        ({"test_labels": torch.zeros(7, dtype=torch.int64)}, "test images are .* labels"),
        ({"train_labels": torch.zeros(40)}, "labels F32"),
        ({"test_images": torch.zeros(6, 16, 8, 3)}, "images are F32"),
        ({"test_images": torch.zeros(6, 16, 9, 3, dtype=torch.uint8)}, "to train, .* to test"),
        ({"test_images": torch.zeros(6, 3, 16, 8, dtype=torch.uint8)}, "test images are"),
        ({"extra": torch.zeros(1)}, "it holds"),
    ],
)
def test_tensors_that_are_amiss(path, tensors, match):
    refused(changed(path, tensors), match)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"schema": 2}, "schema 2 .* a newer one needs a newer nasedu"),
        ({"kind": "conv_net"}, "this JSON is a 'conv_net'"),
        ({"title": None}, "title is None; expected a text"),
        ({"flip": 1}, "flip is 1; expected true or false"),
        ({"classes": ["a"]}, "two names or more"),
        ({"classes": ["a", 3]}, r"classes\[1\] is 3; expected a text"),
        ({"num_valid": 3}, None),  # unknown fields are of no consequence
    ],
)
def test_descriptions_that_are_amiss(path, fields, match):
    changed(path, fields=fields)
    if match:
        refused(path, match)
    else:
        read_images(path)


def test_files_of_something_else(path, tmp_path):
    refused(changed(path, metadata={"format": "pt"}), "not valid JSON")
    for content in (b"", b"hello", bytes(1000), b"\xff" * 1000):
        path.write_bytes(content)
        refused(path, "is no data set that this nasedu can read")
    refused(tmp_path / "absent.safetensors", "No such file")


@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 0.999])
def test_a_truncated_file(path, share):
    write(path, pack_images(data_of()), {})
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "is no data set that this nasedu can read")
