"""The page that reads what one draws, as one file that needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
from markupsafe import Markup
from torch import Tensor

from nasedu.errors import SettingError
from nasedu.searching import TrainedNetwork
from nasedu.viewing.page_template import html_from
from nasedu.viewing.reader.steps import ELSEWHERE, steps_of
from nasedu.whole_file import check_writable, write_whole

HERE = Path(__file__).parent
SCRIPTS = ("network.js", "ink.js", "reader.js")
LARGEST = 32  # pixels a side: what is drawn by hand has no more detail, and takes no second to read
MOST_NAMED = 5  # classes in a heading
INK = 64  # levels above the paper from which a pixel counts as drawn on


class DrawnFrame(NamedTuple):
    """Where things lie in the images of a data set: what is drawn is put into the same place.

    Attributes:
        paper: Grey level where nothing is.
        ink: Grey level of what is drawn.
        fill: The longer side of the box around a thing, as a share of the image; the median.
        middle: Middle of that box, down and across, as shares of the image; the median.
    """

    paper: int
    ink: int
    fill: float
    middle: tuple[float, float]


def write_reader(network: TrainedNetwork, path: Path) -> Path:
    """Write the page, whole or not at all; return where.

    Raises:
        SettingError: The images are not small and grey, the network does something that the page
            cannot, or the file cannot be written.
    """
    check_writable(path, SettingError)
    write_whole(path, reader_page(network).encode(), SettingError)
    return path


def reader_page(network: TrainedNetwork) -> str:
    """Return the page as HTML; it depends on nothing that changes from call to call."""
    task: Any = network.final.task
    channels, height, width = task.picture_shape
    if channels != 1 or max(height, width) > LARGEST:
        raise SettingError(
            f"the images are {channels}x{height}x{width}; one draws grey ones (1 channel) of at "
            f"most {LARGEST} pixels per side; {ELSEWHERE}"
        )
    steps = steps_of(network)
    data: dict[str, Any] = {
        "steps": steps,
        "classes": list(task.classes),
        "frame": frame_of(task.train.images)._asdict(),
    }
    page = html_from(
        HERE / "page.html",
        title=f"Draw, and a network reads: {network.record['data']['title']}",
        about=f"Network {network.words} on images that it was not trained on.",
        some=_some(task.classes),
        classes=task.classes,
        height=height,
        width=width,
        parameters=f"{sum(p.numel() for p in network.child.parameters()):,}",
        data=data,
        style=_own("reader.css"),
        scripts=[_own(name) for name in SCRIPTS],
    )
    return page.lstrip()


def frame_of(images: Tensor) -> DrawnFrame:
    """Return where things lie in ``(N, 1, H, W)`` uint8 images."""
    grey = images[:, 0].cpu().float()
    _, height, width = grey.shape
    border = torch.cat([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], 1)
    paper = 0 if border.median() < 128 else 255
    drawn = (grey - paper).abs() > INK
    drawn = drawn[drawn.any(2).any(1)]
    if not len(drawn):
        return DrawnFrame(paper, 255 - paper, 1.0, (0.5, 0.5))
    (top, bottom), (left, right) = _ends(drawn.any(2)), _ends(drawn.any(1))
    fill = torch.maximum((bottom - top) / height, (right - left) / width).median()
    middle = ((top + bottom) / 2 / height).median(), ((left + right) / 2 / width).median()
    return DrawnFrame(paper, 255 - paper, float(fill), (float(middle[0]), float(middle[1])))


def _ends(lines: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first line with something in it, and the one after the last: ``(N,)`` each."""
    first = lines.int().argmax(1)
    return first, lines.shape[1] - lines.flip(1).int().argmax(1)


def _some(classes: tuple[str, ...]) -> str:
    """Return the classes in words; of many the first and the last."""
    if len(classes) <= MOST_NAMED:
        return ", ".join(classes)
    return f"{', '.join(classes[:3])}, …, {classes[-1]}"


def _own(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8"))
