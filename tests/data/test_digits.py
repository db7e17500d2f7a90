import hashlib

import torch

from nasedu.data import load


def test_counts_shapes_and_range():
    data = load("digits")
    assert (len(data.train), len(data.test), data.num_valid) == (1500, 297, 300)
    assert (data.shape, data.classes) == ((1, 8, 8), tuple("0123456789"))
    assert (data.flip, data.pad) == (False, 0)
    assert (int(data.train.images.min()), int(data.train.images.max())) == (0, 255)
    train, valid = data.split()
    assert (len(train), len(valid)) == (1200, 300)


def test_train_and_test_are_all_of_the_digits_and_share_none():
    from sklearn.datasets import load_digits

    original = load_digits()
    pixels = torch.from_numpy(original.images) * 255 / 16
    rows = zip(original.target.tolist(), pixels.flatten(1).tolist(), strict=True)
    wanted = sorted((y, *x) for y, x in rows)
    data = load("digits")
    images = torch.cat([data.train.images, data.test.images]).flatten(1).tolist()
    labels = torch.cat([data.train.labels, data.test.labels]).tolist()
    found = sorted((y, *x) for y, x in zip(labels, images, strict=True))
    gap = torch.tensor(found).double() - torch.tensor(wanted)
    assert gap.abs().max() <= 0.5  # rounded to whole grey levels, in the same order


def test_classes_are_in_proportion():
    data = load("digits")
    whole = data.train.labels.bincount() + data.test.labels.bincount()
    assert (data.test.labels.bincount() - whole * 297 / 1797).abs().max() < 1.5


def test_the_split_is_the_same_for_ever():
    data = load("digits")
    content = data.test.images.contiguous().numpy().tobytes() + data.test.labels.numpy().tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == "628ad1d365a48e4b"


def test_it_is_loaded_once():
    assert load("digits") is load("digits")
