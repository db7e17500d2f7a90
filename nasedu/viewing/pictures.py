"""Pictures: their colours, which all eyes tell apart, and a text for those who cannot see them.

A `Picture` is the one form in which a figure enters a notebook, and `mime_bundle` the one form in
which figures and drawings stand there: an ``<img>`` that holds its picture. JupyterLab and
nbconvert show a bare ``image/png`` or ``image/svg+xml`` without its alt text, wide drawings beyond
the page's edge, and untrusted copies no SVG at all; an ``<img>`` keeps its text, its width and its
place everywhere. Beside it stands a PNG for what shows no HTML, such as LaTeX on its way to PDF.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasedu.errors import DrawingError, SettingError
from nasedu.whole_file import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
"""Colours for all kinds of colour vision (Okabe & Ito 2008); use a shape or dash beside them."""

INK, QUIET, PALE = "#1F2933", "#4B5563", "#E8ECEF"
"""Letters and lines, what stands back, and a ground that hardly shows."""

MAX_BYTES = 60_000  # of a picture in a notebook
FIGURE_FORMATS = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Picture:
    """A matplotlib figure with its alt text, as a notebook shows it.

    Attributes:
        figure: The figure. What is added to it is seen until the picture is first shown.
        alt: One or two sentences that state the finding, for those who cannot see it.
    """

    figure: Figure
    alt: str

    def __repr__(self) -> str:
        return f"Picture({self.alt!r})"

    @property
    def axes(self) -> list[Axes]:
        """The figure's axes, to draw more into them."""
        return self.figure.axes

    @cached_property
    def png(self) -> bytes:
        """The picture at 100 dpi, below 60 kB; drawn when it is first asked for."""
        return _small_png(self.figure)

    @cached_property
    def html(self) -> str:
        """The picture as HTML that needs no other file, captioned with its alt text."""
        image = image_html(self.png, self.alt)
        return f"<figure>{image}<figcaption>{escape(self.alt)}</figcaption></figure>"

    def save(self, path: str | Path) -> Path:
        """Write the picture as .png, .svg or .pdf, all of it or nothing.

        Raises:
            DrawingError: Another suffix, or a file that cannot be written.
        """
        suffix = check_suffix(path, FIGURE_FORMATS)
        if suffix == ".svg":
            content = with_alt(drawn(self.figure, "svg").decode(), self.alt).encode()
        else:
            content = drawn(self.figure, suffix[1:], dpi=200)
        return write_file(path, content)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return mime_bundle(image_html(self.png, self.alt), self.png, self.alt)


def mime_bundle(html: str, png: bytes, text: str) -> dict[str, str]:
    """Return a picture as a notebook's output: for pages, for paper and for a terminal."""
    image = base64.b64encode(png).decode()
    return {"text/html": html, "image/png": image, "text/plain": text}


def image_html(content: bytes, alt: str, kind: str = "png") -> str:
    """Return an ``<img>`` that holds its picture, never wider than the page.

    Args:
        content: The picture's bytes.
        alt: The finding.
        kind: ``"png"`` or ``"svg+xml"``.
    """
    data, look = base64.b64encode(content).decode(), "max-width: 100%; background: white"
    return f'<img src="data:image/{kind};base64,{data}" alt="{escape(alt)}" style="{look}">'


def picture(figure_or_axes: Figure | Axes | Picture, alt: str) -> Picture:
    """Return a figure as it is now with an alt text; its own window or cell output is closed.

    Args:
        figure_or_axes: A matplotlib figure, any axes of it, or a picture that needs other words.
        alt: One or two sentences that state the finding, for those who cannot see it.

    Raises:
        SettingError: There is no alt text, or the first argument is no figure.
    """
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    figure = figure_or_axes
    while figure is not None and not isinstance(figure, Figure):
        figure = getattr(figure, "figure", None)  # of axes, perhaps by way of a subfigure
    if not isinstance(figure, Figure):
        kind = type(figure_or_axes).__name__
        raise SettingError(f"a {kind} is no picture; expected a matplotlib figure or axes")
    if not isinstance(alt, str) or not alt.strip():
        raise SettingError(
            f"alt is {alt!r}; expected a sentence that states what the picture shows"
        )
    shown = Picture(figure, " ".join(alt.split()))
    _ = shown.png  # drawn now: a lesson may go on with the same figure
    pyplot.close(figure)  # else the notebook shows it a second time, without the text
    return shown


def with_alt(svg: str, alt: str, title: str = "Picture") -> str:
    """Return the SVG element alone, announced as an image with this title and description.

    What stands before ``<svg`` goes: XML has no place inside a page, and it names versions.
    """
    start = svg.index("<svg")
    end = svg.index(">", start)
    words = f"<title>{escape(title)}</title>\n<desc>{escape(alt)}</desc>"
    return f'{svg[start:end]} role="img">\n{words}{svg[end + 1 :]}'


def check_suffix(path: str | Path, known: tuple[str, ...]) -> str:
    """Return the path's suffix in lower case, which must be one of these."""
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        raise DrawingError(f"cannot draw into {str(path)!r}; expected a name in {', '.join(known)}")
    return suffix


def write_file(path: str | Path, content: bytes) -> Path:
    """Write a file as a whole: a failure leaves what was there before.

    Raises:
        DrawingError: The folder does not exist, or cannot be written, or is full.
    """
    write_whole(Path(path), content, DrawingError)
    return Path(path)


def small_png(png: bytes) -> bytes:
    """Return a PNG with 256 colours, which halves it: graphs have few."""
    from PIL import Image

    with Image.open(BytesIO(png)) as image:
        dots = image.info.get("dpi", (100, 100))
        out = BytesIO()
        image.convert("RGB").quantize(256).save(out, "PNG", optimize=True, dpi=dots)
    return out.getvalue()


def drawn(figure: Figure, kind: str, dpi: float = 100, *, tight: bool = True) -> bytes:
    """Return a figure as a file: the same whatever matplotlib is set to.

    Args:
        figure: One of ours, or of a notebook's own.
        kind: ``"png"``, ``"svg"`` or ``"pdf"``.
        dpi: Dots an inch.
        tight: Whether to cut the edges off where there is nothing.
    """
    from nasedu.viewing.plain_figure import safe_style, without_tex

    out = BytesIO()
    plain: dict[str, Any] = {
        "svg": {"Date": None},
        "pdf": {"CreationDate": None},
        "png": {"Software": None},  # names a version
    }[kind]
    look: dict[str, Any] = {"bbox_inches": "tight"} if tight else {}
    with safe_style():
        without_tex(figure)
        figure.savefig(out, format=kind, dpi=dpi, facecolor="white", metadata=plain, **look)
    return out.getvalue()


def _small_png(figure: Figure) -> bytes:
    """Draw at 100 dots an inch, and at fewer if it has too many bytes."""
    dpi = 100.0
    while len(content := small_png(drawn(figure, "png", dpi))) >= MAX_BYTES:
        dpi *= 0.8
    return content
