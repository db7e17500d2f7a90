import numpy as np
import pytest
import torch
from PIL import Image

from nasedu.data import LabelledImages, load
from nasedu.data.one_image import read_one_image
from nasedu.errors import DataError


def saved(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


def test_an_image_of_the_data_set_comes_back_as_it_was(tmp_path):
    images = load("digits").test.images
    path = saved(tmp_path / "digit.png", images[0, 0].numpy())
    assert torch.equal(read_one_image(path, (1, 8, 8)), images[0])
    assert torch.equal(read_one_image(path, (1, 8, 8), invert=True), 255 - images[0])


def test_another_size_is_brought_to_that_of_the_data_set_as_data_sets_are(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16), np.uint8)
    found = read_one_image(saved(tmp_path / "large.png", pixels), (1, 8, 8))
    whole = LabelledImages(torch.from_numpy(pixels)[None, None], torch.tensor([0])).resized(8)
    assert torch.equal(found, whole.images[0])
    assert read_one_image(tmp_path / "large.png", (1, 8, 6)).shape == (1, 8, 6)


def test_colours_become_grey_and_grey_becomes_coloured(tmp_path):
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    assert set(read_one_image(saved(tmp_path / "red.png", red), (1, 8, 8)).unique().tolist()) == {
        76
    }
    grey = read_one_image(saved(tmp_path / "grey.png", red[..., 0]), (3, 8, 8))
    assert grey.shape == (3, 8, 8) and grey.min() == 255


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_image_is_one_line_that_names_it(tmp_path, content):
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.png.*does not decode") as caught:
        read_one_image(tmp_path / "bad.png", (1, 8, 8))
    assert "\n" not in str(caught.value)


def test_a_photo_that_is_too_large_and_what_is_no_file_are_refused(tmp_path):
    large = saved(tmp_path / "photo.jpg", np.zeros((600, 900), np.uint8))
    with pytest.raises(DataError, match="900x600; expected at most 512"):
        read_one_image(large, (1, 8, 8))
    for path in (tmp_path, tmp_path / "nothing.png"):
        with pytest.raises(DataError, match="is no file"):
            read_one_image(path, (1, 8, 8))
