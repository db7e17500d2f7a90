"""Pixels as one sees them: every image of a source decoded into one array."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, PpmImagePlugin, TiffImagePlugin

from nasedu.data.arranging import ImageFile
from nasedu.data.images import MAX_SIZE
from nasedu.data.source import content_of
from nasedu.errors import DataError

FORMATS = ("JPEG", "PNG", "BMP", "PPM", "GIF", "TIFF", "WEBP")
MAX_PIXELS = 2**30  # of all images together: 3 GiB as RGB
FIRST_OF_FILM = {"MPO": "JPEG"}  # phones put a depth map behind the picture, which is no frame
BACKGROUND = "white"  # of transparent images, as a page or a viewer shows them
ORIENTATION, BITS_A_SAMPLE = 0x0112, 258  # tags of EXIF and of TIFF


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Images as they are seen.

    Attributes:
        pixels: ``(N, H, W, C)`` uint8 with C of 1 or 3.
        formats: The formats met, e.g. ``{"JPEG"}``.
        num_turned: How many images were turned or mirrored, as their EXIF data says.
        num_transparent: How many images were put on a white background.
    """

    pixels: np.ndarray
    formats: set[str]
    num_turned: int
    num_transparent: int


def decode(
    files: list[ImageFile], source: str, on_progress: Callable[[int, int], None] | None = None
) -> Decoded:
    """Decode every image in full, the way up that its camera noted, transparency on white.

    Grey images stay grey if all are; else all become RGB.

    Args:
        files: At least one; all must have one size.
        source: What errors call it.
        on_progress: Called with the number of images decoded and of all.

    Raises:
        DataError: A file that does not decode or is of another size, too large or too many.
    """
    pixels = np.empty((0, 0, 0, 3), np.uint8)
    formats = set()
    all_grey = True
    num_turned = num_transparent = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; pixels that are amiss raise
        for number, file in enumerate(files):
            image = _open(file, source)
            try:
                num_turned += _turn(image)
                seen, is_transparent = _as_rgb(image)
            except Exception as error:
                raise _undecodable(file, source, error) from None
            if number == 0:
                pixels = _room_for(len(files), image.size, source)
            if image.size != pixels.shape[2:0:-1]:
                raise DataError(
                    f"{source}: {file.path!r} is {_by(image.size)}; expected "
                    f"{_by(pixels.shape[2:0:-1])} (width x height) as {files[0].path!r}: "
                    "make all images the same size"
                )
            pixels[number] = seen
            num_transparent += is_transparent
            formats.add(FIRST_OF_FILM.get(image.format or "", image.format or ""))
            all_grey = all_grey and image.mode in ("1", "L")
            if on_progress:
                on_progress(number + 1, len(files))
    if all_grey:
        pixels = np.ascontiguousarray(pixels[..., :1])
    return Decoded(pixels, formats, num_turned, num_transparent)


def _open(file: ImageFile, source: str) -> Image.Image:
    """Read the head of an image and refuse what is no small 8-bit picture."""
    content = content_of(file.content)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        frames = getattr(image, "n_frames", 1)  # reads the heads of all
        is_deep = image.mode[0] in "IF" or _bits_a_channel(image, content) > 8
    except Exception as error:  # Pillow's decoders raise almost anything
        raise _undecodable(file, source, error) from None
    if max(image.size) > MAX_SIZE:
        raise DataError(
            f"{source}: {file.path!r} is {_by(image.size)}; expected at most {MAX_SIZE} pixels "
            "per side: make the images smaller first (32 is usual here)"
        )
    if frames > 1 and image.format not in FIRST_OF_FILM:
        raise DataError(f"{source}: {file.path!r} has {frames} frames; expected one still image")
    if is_deep:
        raise DataError(
            f"{source}: {file.path!r} has more than 8 bits per channel; convert it to 8 bits first"
        )
    return image


def _bits_a_channel(image: Image.Image, content: bytes) -> int:
    """Return the bits of a channel in the file; Pillow takes the upper 8 of 16 and says nothing."""
    if image.format == "PNG":
        return content[24]  # in its first chunk
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return max(image.tag_v2.get(BITS_A_SAMPLE, (1,)))
    if isinstance(image, PpmImagePlugin.PpmImageFile):
        options = image.tile[0].args  # with the largest value of a channel at the end, if not 255
        most = options[-1] if isinstance(options, tuple) else None
        return most.bit_length() if isinstance(most, int) else 8
    return 8


def _turn(image: Image.Image) -> bool:
    """Turn or mirror an image in place if its EXIF data says so, and tell whether it did."""
    is_tiff = isinstance(image, TiffImagePlugin.TiffImageFile)  # which Pillow turns as it loads it
    noted = image.tag_v2.get(ORIENTATION, 1) if is_tiff else 0
    image.load()  # raises what is amiss with the pixels; EXIF data beyond reading is as none
    with suppress(Exception):
        noted = noted or image.getexif().get(ORIENTATION, 1)
        ImageOps.exif_transpose(image, in_place=True)
        return noted in range(2, 9)
    return False


def _as_rgb(image: Image.Image) -> tuple[np.ndarray, bool]:
    """Return ``(H, W, 3)`` uint8, and whether some of it was transparent."""
    is_transparent = False
    if image.has_transparency_data:
        image = image.convert("RGBA")
        is_transparent = bool((np.asarray(image)[..., 3] < 255).any())
        image = Image.alpha_composite(Image.new("RGBA", image.size, BACKGROUND), image)
    return np.asarray(image.convert("RGB")), is_transparent


def _room_for(count: int, size: tuple[int, int], source: str) -> np.ndarray:
    width, height = size
    if count * width * height > MAX_PIXELS:
        raise DataError(
            f"{source} has {count:,} images of {_by(size)} pixels; expected at most "
            f"{MAX_PIXELS:,} pixels in all, since training keeps them in memory: use smaller "
            "images or fewer"
        )
    return np.empty((count, height, width, 3), np.uint8)


def _undecodable(file: ImageFile, source: str, error: Exception) -> DataError:
    why = " ".join(str(error).split()) or type(error).__name__
    if why.startswith("cannot identify"):
        why = f"none of {', '.join(FORMATS)}"
    return DataError(
        f"{source}: {file.path!r} does not decode as an image ({why}); replace or remove it"
    )


def _by(size: tuple[int, ...]) -> str:
    return "x".join(map(str, size))
