"""The command that makes worksheets: ``nasedu course worksheet``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nasedu.cli.options import MOST
from nasedu.cli.terminal import say


def worksheet(
    number: Annotated[int, typer.Argument(help="1 (lessons 01 to 04) or 2 (07 to 11).")],
    out: Annotated[Path, typer.Argument(help="Folder to write to; it is made if it is missing.")],
    student: Annotated[
        list[str] | None, typer.Option(help="Name of a student; more than once for several.")
    ] = None,
    names: Annotated[
        Path | None, typer.Option(help="Text file with a student's name on each line.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MOST, help="Seed of all numbers; keep it to make them again.")
    ] = 0,
) -> None:
    """Make tasks on paper, with other numbers for each student, and their answers.

    Writes two pages to print: worksheet_N.html has a sheet for each student, and
    worksheet_N_answers.html is for the teacher.
    """
    from nasedu.course.worksheets import sheets_page
    from nasedu.errors import DataError
    from nasedu.whole_file import write_whole

    students = list(student or ())
    if names is not None:
        try:
            lines = names.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise DataError(f"{names} cannot be read: {reason}") from None
        students += [line.strip() for line in lines if line.strip()]
    students = list(dict.fromkeys(students)) or [""]
    pages = {
        f"worksheet_{number}{end}.html": sheets_page(number, seed, students, answers=bool(end))
        for end in ("", "_answers")
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{out} cannot be made: {error.strerror}; choose another folder") from None
    for name, page in pages.items():
        write_whole(out / name, page.encode(), DataError)
    say(f"worksheets of {len(students)}: " + " and ".join(str(out / name) for name in pages))
