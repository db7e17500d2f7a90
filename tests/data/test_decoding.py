import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from nasedu.data import decoding
from nasedu.data.decoding import ImageFile, arrange, decode
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


def decoded(*contents, **options):
    files = [ImageFile(f"{i}.png", 0, content) for i, content in enumerate(contents)]
    return decode(files, "some.zip", **options)


def refused(match, *contents):
    with pytest.raises(DataError, match=match) as caught:
        decoded(*contents)
    assert str(caught.value).startswith("some.zip: '")
    assert "\n" not in str(caught.value)


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF"])
def test_pixels_of_lossless_formats_are_exact(make, kind):
    contents = [make.encoded(seed=i, kind=kind) for i in range(3)]
    pixels, formats = decoded(*contents)
    assert (pixels.shape, formats) == ((3, 6, 8, 3), {kind})
    for row, content in zip(pixels, contents, strict=True):
        assert np.array_equal(row, np.asarray(Image.open(io.BytesIO(content))))


def test_grey_images_stay_grey_and_a_mixture_becomes_rgb(make):
    grey, colour = make.encoded(mode="L"), make.encoded(seed=1)
    pixels, _ = decoded(grey, grey)
    assert pixels.shape == (2, 6, 8, 1)
    plain = np.asarray(Image.open(io.BytesIO(grey)))
    assert np.array_equal(pixels[0, :, :, 0], plain)
    mixed, _ = decoded(grey, colour)
    assert mixed.shape == (2, 6, 8, 3)
    assert all(np.array_equal(mixed[0, :, :, c], plain) for c in range(3))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "1"])
def test_other_modes_become_rgb_or_grey(mode):
    red = Image.new("RGB", (4, 4), (255, 0, 0)).convert(mode)
    pixels, _ = decoded(saved(red, "TIFF"))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (1, 4, 4, 1 if mode == "1" else 3)
    if mode not in ("LA", "1"):
        assert pixels[0, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.filterwarnings("error")
def test_a_palette_with_transparency_warns_of_nothing():
    image = Image.new("P", (4, 4))
    image.putpalette([9, 8, 7] * 256)
    pixels, _ = decoded(saved(image, transparency=bytes([0, 128])))
    assert pixels[0, 0, 0].tolist() == [9, 8, 7]


def test_progress_is_told_for_every_image(make):
    told = []
    decoded(*[make.encoded()] * 3, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_an_image_of_another_size(make):
    refused(
        r"'2.png' is 8x7; expected 8x6 \(width x height\) as '0.png': make all images the same",
        make.encoded(),
        make.encoded(seed=1),
        make.encoded(size=(8, 7)),
        make.encoded(size=(9, 9)),
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_an_image_cut_short(make, kind):
    content = make.encoded(size=(32, 32), kind=kind)
    refused("'1.png' does not decode as an image", content, content[: len(content) * 2 // 3])


@pytest.mark.parametrize("content", [b"", b"hello", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x89PNG\r\n"])
def test_what_is_no_image(content):
    refused("'0.png' does not decode as an image .*; replace or remove it", content)


def test_a_damaged_png(make):
    content = bytearray(make.encoded(size=(32, 32)))
    content[len(content) // 2] ^= 255
    refused("does not decode", bytes(content))


def claiming(size):
    """A small PNG whose head claims to be larger."""
    content = bytearray(saved(Image.new("L", (4, 4))))
    content[16:24] = struct.pack(">II", size, size)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


def test_images_that_are_large_or_bombs():
    refused("'0.png' is 513x4; expected at most 512", saved(Image.new("1", (513, 4))))
    refused("'0.png' is 9500x9500; expected at most 512", claiming(9500))  # Pillow only warns
    refused("'0.png' does not decode as an image .*pixels", claiming(2**20))


def test_more_images_than_fit_into_memory(make, monkeypatch):
    monkeypatch.setattr(decoding, "MAX_PIXELS", 100)
    with pytest.raises(DataError, match="has 3 images of 8x6 pixels; expected at most 100"):
        decoded(*[make.encoded()] * 3)


def test_films_and_deep_colours():
    frames = [Image.new("RGB", (4, 4), (i, 0, 0)) for i in (0, 200)]
    refused("has 2 frames", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    refused("has 2 frames", saved(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    deep = Image.fromarray(np.full((4, 4), 40000, np.uint16))
    refused("has more than 8 bits a channel", saved(deep))
