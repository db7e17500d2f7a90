"""Settings of the site: what Sphinx needs to know, for the pages and for the printed course."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

SITE = Path(__file__).resolve().parent
sys.path.insert(0, str(SITE))  # mathml.py

project = "nasedu"
author = "the nasedu contributors"
project_copyright = "2026, the nasedu contributors, CC BY 4.0"  # the prose; see LICENSE-docs
version = release = version_of("nasedu")
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.bibtex",
    "mathml",
]
root_doc = "index"
needs_sphinx = "8.2"

# -- lessons and pages ---------------------------------------------------------------------------

nb_execution_mode = "off"  # what is shown is what is committed
nb_render_markdown_format = "myst"  # outputs in Markdown: tables and listings
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_url_schemes = ["http", "https", "vscode"]  # the last in the links of notebooks/anywhere.py
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
bibtex_default_style = "plain"
suppress_warnings = ["misc.highlighting_failure"]  # half a line of code, as an example

# -- the package ---------------------------------------------------------------------------------

default_role = "py:obj"  # `name` in a docstring is a link where there is something to link to
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
add_module_names = False
toc_object_entries_show_parents = "hide"
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # the fields of a named tuple are documented once

# -- pages ---------------------------------------------------------------------------------------

html_math_renderer = "mathml"  # no script, and screen readers can read it
html_static_path = ["static"]
html_title = "nasedu"
html_favicon = "static/mark.svg"
html_show_sourcelink = False
html_copy_source = False
html_extra_path = ["extra"]
html_theme = "pydata_sphinx_theme"
html_css_files = ["site.css"]
html_sidebars = {"pictures": [], "bibliography": []}
html_theme_options: dict[str, Any] = {
    "logo": {"text": "nasedu"},
    "navbar_align": "left",
    "navigation_with_keys": False,
    "show_prev_next": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_start": ["copyright"],
    "footer_end": [],
    "back_to_top_button": False,
}


READABLE = {  # what a keyboard or a screen reader would miss
    'role="doc-biblioentry"': 'role="listitem"',  # docutils' own word is not known in a list
    '<div style="overflow-x: auto">': '<div style="overflow-x: auto" tabindex="0">',  # wide output
}


def readable(app: Any, name: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Mend what is written by others and cannot be used without a mouse."""
    for written, mended in READABLE.items():
        context["body"] = context.get("body", "").replace(written, mended)


NOTED = re.compile(  # a type, and what only our own checks read of it
    r"~?(?:\w+\.)*Annotated\[((?:[^\[\],]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])+)"
    r"(?:, (?:[~\w.]+\([^()]*\)|'\w+'))+\]"
)


def without_notes(*event: Any) -> tuple[str | None, str | None]:
    """Write ``int`` for a number with bounds; the text below says which values can be."""
    signature, returns = event[-2:]
    while signature and NOTED.search(signature):
        signature = NOTED.sub(r"\1", signature)
    return signature, returns


def setup(app: Any) -> None:
    """Mend pages; give the printed course another root, and a theme without navigation."""
    app.connect("autodoc-process-signature", without_notes)
    app.connect("html-page-context", readable)
    if app.tags.has("print"):
        app.config.root_doc = "printed"
        app.config.suppress_warnings.append("toc.not_included")  # it leaves out the most
        app.config.html_theme = "basic"
        app.config.html_theme_options = {}
        app.config.html_css_files = ["site.css", "print.css"]
        app.config.html_sidebars = {"**": []}
        app.config.html_permalinks = False
        app.config.pygments_style = "a11y-high-contrast-light"
