"""The renderer: DOT text in, a picture out.

The program is ``graphviz-pure``, which pip installs beside Python, so that nobody needs a
Graphviz of their own. A system ``dot`` stands in for it, and is the one that writes pdf.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import warnings
from typing import Literal

from nasedu.errors import DrawingError

Format = Literal["svg", "png", "pdf"]

PNG_DPI = 192  # twice a screen's, for projectors
SECONDS = 60  # a picture takes about 0.05


def render(dot: str, kind: Format, dpi: int = PNG_DPI) -> bytes:
    """Render DOT text as svg, png or pdf; the same text gives the same bytes.

    Args:
        dot: The text.
        kind: What to make of it.
        dpi: Dots an inch of a png.

    Raises:
        DrawingError: No program is there for this kind, or it rejects the text.
    """
    command = [renderer(kind), f"-T{kind}"]
    if kind == "png":
        command.append(f"-Gdpi={dpi}")
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DrawingError(f"{command[0]} did not draw the picture: {error}") from error
    complaints = _complaints(done.stderr.decode(errors="replace"))
    if done.returncode or not done.stdout:
        reason = complaints[0] if complaints else f"exit status {done.returncode}"
        raise DrawingError(f"the {kind} picture was not drawn: {reason}")
    for line in complaints:
        warnings.warn(line, stacklevel=2)
    return done.stdout


def writes_pdf() -> bool:
    """Tell whether a system's Graphviz is here, which alone writes pdf."""
    return shutil.which("dot") is not None


def renderer(kind: Format) -> str:
    """Return the path of the program that renders this kind.

    Raises:
        DrawingError: None is there; the message says what to install.
    """
    pure = shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))
    if pure and kind != "pdf":
        return pure
    if system := shutil.which("dot"):
        return system
    if kind == "pdf":
        raise DrawingError(
            "no program here writes pdf; save as .svg or .png, or install Graphviz "
            "(https://graphviz.org/download) so that `dot` is on the PATH"
        )
    raise DrawingError(
        "no program here draws DOT graphs; install one with `pip install graphviz-pure`"
    )


def _complaints(stderr: str) -> list[str]:
    """Lines of stderr that matter: the width of a non-ASCII character is guessed well enough."""
    lines = (line.strip() for line in stderr.splitlines())
    return [line for line in lines if line and "width of non-ASCII character" not in line]
