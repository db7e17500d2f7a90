import pytest
import torch

from nasedu.data import Augmentation
from nasedu.data.augment import channel_statistics


def pictures(count=64, channels=3, height=6, width=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    size = (count, channels, height, width)
    return torch.randint(0, 256, size, generator=generator, dtype=torch.uint8)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_statistics_are_those_of_plain_arithmetic():
    images = pictures(count=3000)  # more than one chunk
    mean, std = channel_statistics(images)
    plain = images.double() / 255
    torch.testing.assert_close(mean, plain.mean((0, 2, 3)).float())
    torch.testing.assert_close(std, plain.std((0, 2, 3), correction=0).float())


def test_normalised_training_images_have_mean_0_and_deviation_1():
    images = pictures()
    normal = Augmentation(images).normalise(images)
    assert normal.dtype == torch.float32
    assert normal.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(normal.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(normal.std((0, 2, 3), correction=0), torch.ones(3))


def test_statistics_are_of_the_images_given_and_no_others():
    dark = torch.full((4, 1, 2, 2), 51, dtype=torch.uint8)
    augmentation = Augmentation(dark)
    assert augmentation.mean.item() == pytest.approx(0.2)
    assert augmentation.std.item() == 1  # no variance: nothing to divide by
    bright = augmentation.normalise(torch.full((1, 1, 2, 2), 255, dtype=torch.uint8))
    torch.testing.assert_close(bright, torch.full((1, 1, 2, 2), 204.0 / 255))


def test_without_a_generator_nothing_is_random():
    images = pictures()
    augmentation = Augmentation(images, pad=2, flip=True)
    assert torch.equal(augmentation(images), augmentation.normalise(images))


def test_a_generator_decides_everything():
    images = pictures()
    augmentation = Augmentation(images, pad=2, flip=True)
    generator = seeded(1)
    first, second = augmentation(images, generator), augmentation(images, generator)
    assert torch.equal(augmentation(images, seeded(1)), first)
    assert not torch.equal(first, second)
    state = torch.random.get_rng_state()
    augmentation(images, seeded(2))
    assert torch.equal(torch.random.get_rng_state(), state)


def candidates(picture, pad, flip):
    """Every crop that may come of one normalised (C, H, W) picture, by its shift."""
    channels, height, width = picture.shape
    framed = torch.zeros(channels, height + 2 * pad, width + 2 * pad)
    crops = {}
    for mirrored in (False, True)[: 1 + flip]:
        framed[:, pad : pad + height, pad : pad + width] = picture.flip(2) if mirrored else picture
        for top in range(2 * pad + 1):
            for left in range(2 * pad + 1):
                crop = framed[:, top : top + height, left : left + width].clone()
                crops[mirrored, top, left] = crop
    return crops


@pytest.mark.parametrize(("pad", "flip"), [(0, True), (2, False), (2, True), (1, True)])
def test_each_image_is_one_of_its_own_crops_and_all_crops_occur(pad, flip):
    images = pictures(count=1500)
    augmentation = Augmentation(images, pad=pad, flip=flip)
    batch = augmentation(images, seeded())
    assert batch.shape == images.shape
    assert batch.is_contiguous(memory_format=torch.channels_last)
    normal = augmentation.normalise(images)
    counts = {}
    for picture, result in zip(normal, batch, strict=True):
        crops = candidates(picture, pad, flip)
        found = [key for key, crop in crops.items() if torch.equal(crop, result)]
        assert len(found) == 1
        counts[found[0]] = counts.get(found[0], 0) + 1
    assert counts.keys() == crops.keys()
    expected = len(images) / len(crops)
    assert all(abs(n - expected) < 5 * expected**0.5 for n in counts.values())


def test_pad_0_and_no_flip_leave_the_generator_alone():
    images, generator = pictures(), seeded()
    before = generator.get_state()
    Augmentation(images)(images, generator)
    assert torch.equal(generator.get_state(), before)


def test_whitening_by_image_takes_each_image_alone():
    images = pictures(count=8)
    augmentation = Augmentation(pictures(seed=1), whitening="image")
    white = augmentation(images)
    assert white.is_contiguous(memory_format=torch.channels_last)
    plain = images.double()
    for picture, result in zip(plain, white, strict=True):
        expected = (picture - picture.mean()) / picture.std(correction=0)
        torch.testing.assert_close(result.double(), expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(augmentation(images[3:4]), white[3:4])


def test_an_image_of_one_colour_becomes_nothing_and_a_faint_one_is_not_blown_up():
    flat = torch.full((1, 3, 4, 4), 200, dtype=torch.uint8)
    assert Augmentation(flat, whitening="image")(flat).abs().max() == 0
    faint = torch.zeros(1, 3, 512, 512, dtype=torch.uint8)
    faint[0, 0, 0, 0] = 1  # deviation 0.0011 of 255, which is the floor here too
    white = Augmentation(faint, whitening="image")(faint)
    floor = faint.numel() ** -0.5
    assert white.max().item() == pytest.approx((1 - 1 / faint.numel()) / floor, rel=1e-3)


def test_crops_of_the_enlarged_image_are_those_of_plain_interpolation():
    images = pictures(count=600, height=8, width=8)
    augmentation = Augmentation(images, pad=1, flip=True, frame="paper")
    batch = augmentation(images, seeded())
    assert batch.shape == images.shape
    assert batch.is_contiguous(memory_format=torch.channels_last)
    seen = set()
    for picture, result in zip(augmentation.normalise(images), batch, strict=True):
        for mirrored in (False, True):
            source = picture.flip(2) if mirrored else picture
            large = torch.nn.functional.interpolate(source[None], (10, 10), mode="bilinear")[0]
            for top in range(3):
                for left in range(3):
                    crop = large[:, top : top + 8, left : left + 8]
                    if torch.allclose(crop, result, atol=1e-5):
                        seen.add((mirrored, top, left))
    assert len(seen) == 18


def test_what_is_measured_is_the_middle_of_the_enlarged_image():
    images = pictures(count=4, height=8, width=8)
    augmentation = Augmentation(images, pad=1, frame="paper")
    large = torch.nn.functional.interpolate(
        augmentation.normalise(images), (10, 10), mode="bilinear"
    )
    torch.testing.assert_close(augmentation.plain(images), large[:, :, 1:-1, 1:-1])
    assert torch.equal(augmentation(images), augmentation.plain(images))
    unpadded = Augmentation(images, frame="paper")
    assert torch.equal(unpadded(images, seeded()), unpadded.normalise(images))


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_square_around_any_pixel_is_cut_out_as_far_as_it_lies_within(size):
    images = pictures(count=900) | 1  # nothing is black
    plain, cut = Augmentation(images), Augmentation(images, cutout=size)
    holes = (cut(images, seeded()) == 0) & (plain(images) != 0)
    assert torch.equal(cut(images, seeded())[~holes], plain(images)[~holes])
    seen = set()
    for hole in holes:
        assert torch.equal(hole[0], hole[1]) and torch.equal(hole[0], hole[2])
        rows, columns = (hole[0].any(axis).nonzero().flatten().tolist() for axis in (1, 0))
        assert hole[0].sum() == len(rows) * len(columns)  # one rectangle
        seen.add((*rows, -1, *columns))
        assert max(len(rows), len(columns)) <= size
    assert len(seen) == 6 * 5  # one for every pixel that it may lie around
    assert torch.equal(cut(images), plain(images))  # nothing is cut out where one measures


def test_cutting_out_comes_last_and_changes_no_crop():
    images = pictures()
    without = Augmentation(images, pad=2, flip=True)(images, seeded())
    cut = Augmentation(images, pad=2, flip=True, cutout=3)(images, seeded())
    assert torch.equal(cut[cut != 0], without[cut != 0])
