import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from nasedu.data import decoding
from nasedu.data.arranging import ImageFile
from nasedu.data.decoding import decode
from nasedu.errors import DataError


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
    result = decoded(*contents)
    assert (result.pixels.shape, result.formats) == ((3, 6, 8, 3), {kind})
    for row, content in zip(result.pixels, contents, strict=True):
        assert np.array_equal(row, np.asarray(Image.open(io.BytesIO(content))))


def test_grey_images_stay_grey_and_a_mixture_becomes_rgb(make):
    grey, colour = make.encoded(mode="L"), make.encoded(seed=1)
    pixels = decoded(grey, grey).pixels
    assert pixels.shape == (2, 6, 8, 1)
    plain = np.asarray(Image.open(io.BytesIO(grey)))
    assert np.array_equal(pixels[0, :, :, 0], plain)
    mixed = decoded(grey, colour).pixels
    assert mixed.shape == (2, 6, 8, 3)
    assert all(np.array_equal(mixed[0, :, :, c], plain) for c in range(3))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "1"])
def test_other_modes_become_rgb_or_grey(mode):
    red = Image.new("RGB", (4, 4), (255, 0, 0)).convert(mode)
    pixels = decoded(saved(red, "TIFF")).pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape == (1, 4, 4, 1 if mode == "1" else 3)
    if mode not in ("LA", "1"):
        assert pixels[0, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.filterwarnings("error")
def test_a_palette_with_transparency_warns_of_nothing():
    image = Image.new("P", (4, 4))
    image.putpalette([9, 8, 7] * 256)
    pixels = decoded(saved(image, transparency=bytes([0, 128]))).pixels
    assert pixels[0, 0, 0].tolist() == [255, 255, 255]


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


def test_of_a_phone_s_picture_and_its_depth_map_the_picture_is_taken():
    picture, depth = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (4, 4))
    found = decoded(saved(picture, "MPO", save_all=True, append_images=[depth]))
    assert found.formats == {"JPEG"}
    assert found.pixels[0, 0, 0].tolist() == [254, 0, 0]


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_turned_images_are_counted_in_every_format(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decoded(saved(Image.new("RGB", (8, 8)), kind, exif=exif)).num_turned == 1


def test_films_and_deep_colours():
    frames = [Image.new("RGB", (4, 4), (i, 0, 0)) for i in (0, 200)]
    refused("has 2 frames", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    refused("has 2 frames", saved(frames[0], "PNG", save_all=True, append_images=frames[1:]))


def deep_png(kind, channels):
    """A PNG of 16 bits a channel, whose values use 8: Pillow would take the upper 8, all 0."""

    def chunk(name, content):
        sum_ = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + sum_

    head = struct.pack(">IIBBBBB", 4, 4, 16, kind, 0, 0, 0)
    rows = (b"\0" + b"\0\xff" * 4 * channels) * 4
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def deep_tiff():
    """A colour TIFF of 16 bits a channel, little-endian, in one strip."""
    values = {256: (3, 4), 257: (3, 4), 258: (3, 200), 259: (3, 1), 262: (3, 2), 273: (4, 300)}
    values |= {277: (3, 3), 278: (3, 4), 279: (4, 96)}
    tags = b"".join(
        struct.pack("<HHII", tag, kind, 3 if tag == 258 else 1, value)
        for tag, (kind, value) in values.items()
    )
    head = b"II*\0" + struct.pack("<IH", 8, len(values)) + tags + struct.pack("<I", 0)
    bits = struct.pack("<HHH", 16, 16, 16)
    return head.ljust(200, b"\0") + bits.ljust(100, b"\0") + b"\xff\0" * 48


DEEP = {
    "grey": saved(Image.fromarray(np.full((4, 4), 40000, np.uint16))),
    "grey png": deep_png(0, 1),
    "colour png": deep_png(2, 3),
    "grey and alpha png": deep_png(4, 2),
    "colour and alpha png": deep_png(6, 4),
    "colour tiff": deep_tiff(),
    "colour ppm": b"P6 4 4 65535\n" + b"\0\xff" * 48,
    "plain ppm": b"P3 1 1 1000\n255 255 255\n",
    "float tiff": saved(Image.new("F", (4, 4)), "TIFF"),
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_colours_are_refused(kind):
    refused("has more than 8 bits per channel; convert it to 8 bits first", DEEP[kind])


def test_few_bits_are_not_many():
    for kind, content in {
        "PPM": b"P6 1 1 100\n" + bytes(3),
        "PNG": saved(Image.new("1", (4, 4))),
        "TIFF": saved(Image.new("1", (4, 4)), "TIFF"),
    }.items():
        assert decoded(content).formats == {kind}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_images_are_seen_the_way_up_that_the_camera_noted(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.new("RGB", (16, 16))
    image.paste((255, 255, 255), (0, 0, 16, 8))
    image.paste((255, 0, 0), (0, 8, 8, 16))
    content = saved(image, kind, exif=exif)
    result = decoded(content)
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    assert np.array_equal(result.pixels[0], np.asarray(seen))
    if kind != "TIFF":  # which Pillow turns by itself
        assert result.num_turned == (orientation > 1)


def test_an_image_is_measured_as_it_is_seen(make):
    exif = Image.Exif()
    exif[0x0112] = 6
    tall = saved(Image.new("RGB", (6, 8)), exif=exif)
    assert decoded(tall, make.encoded(size=(8, 6))).pixels.shape == (2, 6, 8, 3)
    refused(
        "'1.png' is 6x8; expected 8x6", make.encoded(size=(8, 6)), saved(Image.new("L", (6, 8)))
    )


def test_exif_data_beyond_reading_is_as_none():
    content = saved(Image.new("RGB", (4, 4), (9, 8, 7)), exif=b"Exif\0\0nonsense")
    assert decoded(content).pixels[0, 0, 0].tolist() == [9, 8, 7]


def strokes(mode):
    """A black stroke on nothing, as icons are, and the options to save it with."""
    if mode in ("RGBA", "LA"):
        image = Image.new(mode, (4, 4), (0,) * len(mode))
        image.putpixel((1, 1), (0,) * (len(mode) - 1) + (255,))
        return image, {}
    image = Image.new(mode, (4, 4), 1)  # 1 stands for nothing
    if mode == "P":
        image.putpalette([0, 0, 0] * 256)
    image.putpixel((1, 1), 0)
    return image, {"transparency": 1}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1"])
def test_what_is_transparent_becomes_white(mode):
    image, options = strokes(mode)
    result = decoded(saved(image, **options))
    assert result.num_transparent == 1
    assert [result.pixels[0, y, x].min() for y, x in ((0, 0), (1, 1))] == [255, 0]


def test_what_could_be_transparent_and_is_not_stays_as_it_is(make):
    image = Image.open(io.BytesIO(make.encoded())).convert("RGBA")
    result = decoded(saved(image))
    assert np.array_equal(result.pixels[0], np.asarray(image)[..., :3])
    assert result.num_transparent == 0


def test_cmyk_is_ink_and_a_palette_is_looked_up():
    red = Image.new("RGB", (8, 8), (255, 0, 0))
    for content in (saved(red.convert("CMYK"), "JPEG"), saved(red.convert("P"), "GIF")):
        assert abs(decoded(content).pixels[0, 4, 4].astype(int) - (255, 0, 0)).max() < 6
