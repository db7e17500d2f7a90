"""The template of a page: one way to fill it, in which every text is escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def html_from(template: Path, **values: Any) -> str:
    """Return a template with these values; texts are escaped, and no name may be missing.

    Args:
        template: The file; what it includes lies beside it.
        values: By name; what is HTML already comes as `markupsafe.Markup`.
    """
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template.name).render(**values)
