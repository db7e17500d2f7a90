"""The command that makes slides of a lesson: ``nasedu course slides``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.terminal import say


def make_slides(
    lesson: Annotated[str, typer.Argument(help="Number of a lesson, e.g. 04, or an .ipynb file.")],
    out: Annotated[
        Path | None, typer.Argument(help="HTML file to write; default the lesson's name, here.")
    ] = None,
) -> None:
    """Make slides of a lesson: figures and questions on one page.

    The page works offline in any browser, follows light and dark, prints to PDF, and has the
    lesson's notes for teachers behind the key n.
    """
    from nasedu.course.lesson_slides import lesson_path, slides_page
    from nasedu.errors import DataError
    from nasedu.whole_file import write_whole

    path = lesson_path(lesson)
    page, out = slides_page(path), out or Path(f"{path.stem}.html")
    write_whole(out, page.encode(), DataError)
    say(f"slides: {out}, {page.count('<section ')} of them, {len(page) / 1e6:.1f} MB")
