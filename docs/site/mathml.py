"""A maths renderer: MathML by docutils, which browsers show and read aloud without a script.

Sphinx's own needs MathJax, from the network or from a copy of two megabytes.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

SAME = {
    r"\\dots\b": r"\\ldots",
    r"\\lt\b": "<",
    r"\\(big+|Big+)(?=[(\[])": r"\\\1l",
    r"\\(big+|Big+)(?=[)\]])": r"\\\1r",
}
"""What docutils knows by another name, e.g. large brackets, which have to say their side."""


def to_mathml(tex: str, *, is_block: bool) -> str:
    r"""Return a formula as MathML.

    Args:
        tex: The formula, without dollars.
        is_block: Whether it has lines of its own.

    Raises:
        MathError: It has a command that docutils does not know.
    """
    for pattern, name in SAME.items():
        tex = re.sub(pattern, name, tex)
    return tex2mathml(tex, as_block=is_block)


def visit_math(translator: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(to_mathml(node.astext(), is_block=False))
    raise nodes.SkipNode


def visit_displaymath(translator: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own; a wide one is scrolled, also by keyboard."""
    formula = to_mathml(node.astext(), is_block=True)
    translator.body.append(
        f'<div class="math" role="group" aria-label="formula" tabindex="0">{formula}</div>\n'
    )
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
