import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nasedu.data import ImageData, LabelledImages
from nasedu.data.images import num_valid_of, stratified
from nasedu.errors import DataError, SettingError


def numbered(counts, size=4):
    """Images that carry their own number in their pixels, as many a class as counts say."""
    labels = torch.tensor([label for label, count in enumerate(counts) for _ in range(count)])
    images = torch.arange(len(labels)).view(-1, 1, 1, 1).expand(-1, 3, size, size)
    return LabelledImages(images.to(torch.uint8), labels)


def data_of(counts=(40, 40, 20), num_valid=10, **options):
    fields = {"name": "made", "title": "Made", "classes": tuple("abc"[: len(counts)])}
    fields |= {"flip": True, "pad": 2, "num_valid": num_valid, **options}
    test = numbered([1] * len(counts))
    return ImageData(train=numbered(counts), test=test, **fields)


def numbers(images):
    return images.images[:, 0, 0, 0].tolist()


def test_what_it_says_of_itself():
    data = data_of()
    assert (data.shape, data.num_classes, len(data.train)) == ((3, 4, 4), 3, 100)
    assert repr(data) == "ImageData('made': 100 train, 3 test, 3x4x4, 3 classes)"
    assert repr(data.test) == "LabelledImages(3 images of 3x4x4)"


def test_take_and_to_keep_images_with_their_labels():
    part = data_of().train.take(torch.tensor([99, 0, 50])).to("cpu")
    assert numbers(part) == [99, 0, 50]
    assert part.labels.tolist() == [2, 0, 1]
    assert part.images.is_contiguous(memory_format=torch.channels_last)


def test_a_split_is_a_partition_in_proportion():
    data = data_of()
    train, valid = data.split(seed=3)
    assert sorted(numbers(train) + numbers(valid)) == list(range(100))
    assert valid.labels.bincount().tolist() == [4, 4, 2]
    assert train.labels.bincount().tolist() == [36, 36, 18]
    assert data.train.labels[numbers(valid)].tolist() == valid.labels.tolist()


def test_fifty_thousand_images_are_split_as_in_the_paper():
    labels = torch.arange(50_000) % 10
    images = torch.arange(50_000).remainder(256).byte().view(-1, 1, 1, 1)
    whole = LabelledImages(images, labels)
    count = num_valid_of(len(whole), 10)
    data = ImageData("x", "x", tuple("0123456789"), whole, whole, count, flip=False, pad=0)
    for seed in (0, 1):
        train, valid = data.split(seed)
        assert train.labels.bincount().tolist() == [4500] * 10
        assert valid.labels.bincount().tolist() == [500] * 10
    assert not torch.equal(data.split(0)[1].images, data.split(1)[1].images)


def test_a_split_is_decided_by_its_seed_alone():
    state = torch.random.get_rng_state()
    first = [numbers(part) for part in data_of().split(seed=5)]
    torch.manual_seed(1)
    assert [numbers(part) for part in data_of().split(seed=5)] == first
    assert sorted(numbers(data_of().split(seed=6)[1])) != sorted(first[1])
    torch.random.set_rng_state(state)
    data_of().split(seed=7)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_fewer_training_images_are_part_of_more_and_leave_validation_alone():
    data = data_of()
    whole, valid = data.split(seed=1)
    for count in (3, 9, 30, 90):
        train, same = data.split(seed=1, num_train=count)
        assert numbers(train) == numbers(whole)[:count]
        assert numbers(same) == numbers(valid)
        assert set(train.labels.tolist()) == {0, 1, 2}
    assert data.split(seed=1, num_train=30)[0].labels.bincount().tolist() == [12, 12, 6]


@pytest.mark.parametrize("count", [0, 2, 91, -1])
def test_num_train_out_of_range(count):
    with pytest.raises(SettingError, match=rf"num_train is {count}; expected 3 .* to 90"):
        data_of().split(num_train=count)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=5), st.data())
def test_every_beginning_of_a_stratified_order_is_in_proportion(counts, data):
    labels = numbered(counts).labels
    order = torch.tensor(data.draw(st.permutations(range(len(labels)))))
    arranged = stratified(labels, order)
    assert sorted(arranged.tolist()) == list(range(len(labels)))
    assert set(labels[arranged[: len(counts)]].tolist()) == set(range(len(counts)))
    share = torch.tensor(counts) / len(labels)
    for length in range(1, len(labels) + 1):
        held = labels[arranged[:length]].bincount(minlength=len(counts))
        assert (held - share * length).abs().max() <= len(counts)


def test_resizing_averages_and_keeps_flat_images_flat():
    images = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    images[0] = 7
    images[1, :, :, 2:] = 200  # left half black, right half bright
    small = LabelledImages(images, torch.tensor([0, 1])).resized(2)
    assert small.images.dtype == torch.uint8
    assert small.images.is_contiguous(memory_format=torch.channels_last)
    assert (small.images[0] == 7).all()
    left, right = small.images[1, 0, 0].tolist()
    assert left < 60 and right > 140 and left + right == 200


def test_resizing_data_scales_its_shifts():
    data = data_of(pad=2)
    assert data.resized(4) is data
    half = data.resized(2)
    assert (half.shape, half.pad, half.num_valid) == ((3, 2, 2), 1, data.num_valid)
    assert half.train.labels is data.train.labels


@pytest.mark.parametrize("size", [0, -3, 513])
def test_sizes_that_cannot_be(size):
    with pytest.raises(SettingError, match=f"size is {size}; expected 1 to 512"):
        data_of().resized(size)


def test_parts_that_do_not_fit_together():
    images = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    with pytest.raises(DataError, match=r"expected torch.uint8"):
        LabelledImages(images.float(), torch.tensor([0, 1]))
    with pytest.raises(DataError, match=r"expected torch.int64 of shape \(2,\)"):
        LabelledImages(images, torch.tensor([0]))
    with pytest.raises(DataError, match="a label of train is out of range; expected 0 to 1"):
        data_of(classes=("a", "b"))
    with pytest.raises(DataError, match="validation images"):
        data_of(num_valid=100)
