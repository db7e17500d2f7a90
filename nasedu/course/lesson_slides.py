"""The slides of a lesson: its figures, predictions, misconceptions and quiz on one page.

The page needs no kernel, no network and no server. It is made of what the lesson's notebook holds:
pictures keep their alt text, and notes for teachers become the presenter's notes. A way of our own
and not reveal.js: a few lines of CSS scroll from slide to slide, print, and follow light and dark,
and a script of ten lines adds keys.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nasedu.course.inline import html_of
from nasedu.errors import DataError, SettingError
from nasedu.viewing.page_template import html_from

TEMPLATE = Path(__file__).parent / "templates" / "slides.html"

HEADING = re.compile(r"^(#{1,4}) (.+)$", re.MULTILINE)
MISTAKEN = re.compile(r"misconception|common mistake", re.IGNORECASE)
BOX = re.compile(r"^> \*\*A common mistake\.\*\* (.+)$", re.MULTILINE)
AIM = re.compile(r"\d\. (.+?)(?:<br>|$)")
POINT = re.compile(r"^- (.+?[.!?](?:\*\*)?)(?=\s|$)", re.MULTILINE)  # its first sentence
QUESTION = "Predict first. "  # how a prediction begins as plain text
ANSWER = re.compile(r"It was (.+?)\.?</p>")
GUESS = re.compile(r"(\w+) = predict\(")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
TEX = re.compile(r"\$([^$]+)\$")
TAG = re.compile(r"<[^>]*>")
BOLD = re.compile(r"\*\*(.+?)\*\*")
NO_IMAGE = Markup("")
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass
class DeckSlide:
    """One slide.

    Attributes:
        title: Its heading.
        kind: ``"title"``, ``"figure"``, ``"question"``, ``"exercise"``, ``"vote"`` or
            ``"points"``.
        lines: What stands on it, below the heading.
        image: An ``<img>`` with its alt text, of a figure.
        notes: For who presents.
    """

    title: Markup
    kind: str
    lines: list[Markup] = field(default_factory=list)
    image: Markup = NO_IMAGE
    notes: list[Markup] = field(default_factory=list)


def lesson_path(lesson: str) -> Path:
    """Return the notebook of a lesson.

    Args:
        lesson: A file, or a number such as ``"04"``, which is looked for in ``notebooks`` here and
            beside the package.

    Raises:
        SettingError: There is none.
    """
    if lesson.endswith(".ipynb"):
        return Path(lesson)
    homes = (Path("notebooks"), Path(__file__).resolve().parents[2] / "notebooks")
    pattern = f"{lesson}_*.ipynb" if lesson.isalnum() else ""  # "/" and "*" mean something there
    found = [path for home in homes for path in sorted(home.glob(pattern or "none"))]
    if not found:
        raise SettingError(
            f"no lesson {lesson!r} in notebooks/; expected a number such as 04, or an .ipynb file"
        )
    return found[0]


def slides_page(path: Path) -> str:
    """Return the slides of a lesson as a page.

    Raises:
        DataError: It is no notebook, or one without pictures and questions.
    """
    import nbformat

    try:
        cells = nbformat.read(path, as_version=4).cells
        slides = list(_slides(cells))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise DataError(f"{path} is no notebook of a lesson: {reason}") from None
    if not any(slide.kind in ("figure", "question") for slide in slides):
        raise DataError(f"{path} has neither pictures nor questions; was it run?")
    page = html_from(TEMPLATE, slides=slides, allowed="SCRIPT")
    [script] = SCRIPT.findall(page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return page.replace("'SCRIPT'", f"'sha256-{digest}'", 1)


def _slides(cells: list[Any]) -> Iterator[DeckSlide]:
    """Yield the slides in the order of the lesson; notes go to the slide before them."""
    slides: list[DeckSlide] = []
    questions: dict[str, DeckSlide] = {}  # by the name of the guess
    heading = section = "Untitled"  # a figure below an exercise belongs to the section around it
    for cell in cells:
        is_note = "instructor" in cell.metadata.get("tags", ())
        if cell.cell_type == "markdown" and is_note:
            target = slides[-1] if slides else DeckSlide(Markup(""), "title")
            target.notes += [_inline(part) for part in cell.source.split("\n\n")]
        elif cell.cell_type == "markdown":
            for heading in _add_text(cell.source, slides):
                section = section if heading.startswith("Exercise") else heading
        elif cell.cell_type == "code" and not is_note:
            if "exercise" in cell.metadata.get("tags", ()):
                slides.append(DeckSlide(_inline(heading), "exercise", _task(cell.source)))
            _add_outputs(cell, section, slides, questions)
    yield from slides


def _add_text(text: str, slides: list[DeckSlide]) -> list[str]:
    """Add what a text has for a slide; return its headings."""
    _, *parts = HEADING.split(text)  # marks, title and what stands below, again and again
    for marks, title, below in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if marks == "#":
            aims = next((line for line in text.splitlines() if "**Aims**" in line), "")
            lines = [_inline(aim) for aim in AIM.findall(aims.strip().rstrip("|").strip())]
            slides.append(DeckSlide(_inline(title), "title", lines))
        elif MISTAKEN.search(title):
            says = title.partition(": ")[2] or title
            slides.append(_vote(says))
        elif title == "Summary":
            points = [_inline(point) for point in POINT.findall(below)]
            slides.append(DeckSlide(_inline(title), "points", points))
    slides += map(_vote, BOX.findall(text))
    return parts[1::3]


def _vote(says: str) -> DeckSlide:
    """Return the slide of a misconception, as a sentence."""
    return DeckSlide(
        _inline(says[:1].upper() + says[1:]), "vote", [Markup("True or not? Vote first.")]
    )


def _add_outputs(
    cell: Any, heading: str, slides: list[DeckSlide], questions: dict[str, DeckSlide]
) -> None:
    """Add a cell's prediction, quiz and figures, and to a prediction its answer."""
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        plain, html = (str(data.get(kind, "")) for kind in ("text/plain", "text/html"))
        if plain.startswith(QUESTION):
            question, _, hint = plain.removeprefix(QUESTION).rpartition(" (")
            slide = DeckSlide(_inline(question), "question", [_inline(hint.rstrip(")"))])
            slides.append(slide)
            questions |= dict.fromkeys(GUESS.findall(cell.source), slide)
        for guess, slide in questions.items():
            answer = ANSWER.search(html) if f"{guess}.reveal(" in cell.source else None
            if answer:
                slide.notes.append(Markup(f"Answer: {escape(answer[1])}."))
        if "quiz(" in cell.source and "<details>" in html:
            slides += _quiz(html)
        else:
            for image, alt in _images(html):
                notes = [Markup(f"The picture shows: {escape(alt)}")]
                slides.append(DeckSlide(_inline(heading), "figure", image=image, notes=notes))


def _task(source: str) -> list[Markup]:
    """Return the signature of an exercise's function, and the first line of what it is to do."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            says = (ast.get_docstring(node) or "").partition("\n\n")[0]
            signature = escape(f"{node.name}({ast.unparse(node.args)})")
            return [Markup(f"<code>{signature}</code>"), _inline(says.replace("``", "`"))]
    return []


class _Pictures(HTMLParser):
    """Collects the pictures of an output, source and alt text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        source = named.get("src") or ""
        if tag == "img" and source.startswith("data:image/"):
            self.found.append((source, named.get("alt") or ""))


def _images(html: str) -> Iterator[tuple[Markup, str]]:
    pictures = _Pictures()
    pictures.feed(html)
    for source, alt in pictures.found:
        yield Markup(f'<img src="{escape(source)}" alt="{escape(alt)}">'), alt


def _quiz(html: str) -> Iterator[DeckSlide]:
    """Yield a slide a question; which answer is right stands in the notes."""
    for item in re.findall(r"<li><p><strong>(.*?)</strong></p>(.*?)</li>", html, re.DOTALL):
        options = re.findall(r"<summary>(.*?)</summary><p>(.*?)</p>", item[1], re.DOTALL)
        lines = [_plain(text) for text, _ in options]
        notes = [_plain(f"{text}: {why}") for text, why in options]
        yield DeckSlide(_plain(item[0]), "question", lines, notes=notes)


def _plain(html: str) -> Markup:
    """Return a sentence of an output with code and stress, and no other HTML."""
    text = re.sub(r"</?em>", "*", re.sub(r"</?code>", "`", html))
    return Markup(html_of(unescape(TAG.sub("", text))))


def _inline(text: str) -> Markup:
    """Return a line of Markdown as HTML: code, stress, formulas as pictures, links as words."""
    parts = TEX.split(LINK.sub(r"\1", " ".join(text.split())))
    parts[::2] = map(html_of, parts[::2])
    parts[1::2] = map(_formula, parts[1::2])
    return Markup(BOLD.sub(r"<strong>\1</strong>", "".join(parts)))


def _formula(tex: str) -> str:
    """Return a formula as a picture, with its source as alt text; as code if it is too much."""
    from matplotlib import mathtext, rc_context

    out = io.StringIO()
    try:
        with rc_context({"savefig.transparent": True}):
            mathtext.math_to_image(f"${tex.strip()}$", out, format="svg", dpi=72)
    except ValueError:
        return f"<code>{escape(tex)}</code>"
    svg = re.sub(r"<metadata>.*?</metadata>", "", out.getvalue(), flags=re.DOTALL)
    data = base64.b64encode(svg[svg.index("<svg") :].encode()).decode()
    return f'<img class="tex" src="data:image/svg+xml;base64,{data}" alt="{escape(tex)}">'
