"""A web page that needs nothing but itself: no other file, no script, no network.

It follows the reader's light or dark setting, prints well, and every text that comes from
outside is escaped on its way in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from string import Template

from nasedu.viewing.pictures import image_html

UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #1f2933; --quiet: #4b5563; --paper: #ffffff;
  --card: #f3f5f7; --line: #cbd2d9; --accent: #005a8f; --warn: #a34700; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff2; --quiet: #b6c0ca;
  --paper: #14181c; --card: #20262c; --line: #46515c; --accent: #6cc0f0; --warn: #f4a261; }
  figure img { padding: .6rem; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; padding-top: .75rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
p { max-width: 44rem; }
.lead { font-size: 1.2rem; color: var(--quiet); margin-top: 0; }
.status { font-weight: 600; color: var(--accent); }
.open { color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr));
  gap: .75rem; margin: 1.5rem 0; }
.tiles div { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
.tiles dt { color: var(--quiet); font-size: .95rem; }
.tiles dd { margin: 0; font-size: 1.6rem; font-weight: 650; line-height: 1.25; }
.tiles dd small { display: block; font-size: .9rem; font-weight: 400; color: var(--quiet); }
figure { margin: 1.25rem 0 2rem; max-width: 48rem; }
figure img { display: block; width: 100%; height: auto; border-radius: .5rem; }
figcaption { max-width: 44rem; margin-top: .5rem; color: var(--quiet); }
figcaption strong { color: var(--ink); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; max-width: 85vw; }
.side { columns: 17rem; column-gap: 2.5rem; }
.side .scroll { break-inside: avoid; }
.side caption { color: var(--ink); font-weight: 600; font-size: 1.1rem; }
.side thead { display: none; }
.side th { font-weight: 400; color: var(--quiet); }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td { overflow-wrap: break-word; }
thead th { border-bottom: 2px solid var(--quiet); }
.number { text-align: right; white-space: nowrap; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr));
  gap: 1rem; }
.gallery article { background: white; color: #1f2933; border: 1px solid var(--line);
  border-radius: .5rem; padding: .8rem 1rem; min-width: 0; }
.gallery img { display: block; margin: 0 auto; }
.gallery .wide { grid-column: 1 / -1; overflow-x: auto; }
.gallery .wide img { min-width: 40rem; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .95em; }
pre { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; overflow-x: auto; }
.gallery pre { background: #f3f5f7; }
.care { border-left: .3rem solid var(--warn); padding: .1rem 0 .1rem 1rem; margin: 1.5rem 0; }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #333; --paper: #fff;
    --card: #fff; --line: #999; --accent: #000; --warn: #000; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
  .tiles div { border: 1px solid var(--line); }
  .scroll, pre, .gallery .wide { overflow: visible; } .gallery .wide img { min-width: 0; }
  .gallery { grid-template-columns: 1fr 1fr; } figure { max-width: 36rem; }
  figure, article, table, .tiles, .care { break-inside: avoid; } h2, h3 { break-after: avoid; } }
</style>
</head>
<body>
<main>
$body
</main>
</body>
</html>
""")


def page(title: str, parts: Iterable[str]) -> str:
    """Return the whole page; ``parts`` are HTML.

    Characters that no page may hold, as in the names of files or messages of programs, become
    U+FFFD.
    """
    body = "\n".join(part for part in parts if part)
    return UNFIT.sub("\ufffd", PAGE.substitute(title=escape(title), body=body))


def section(title: str, *parts: str) -> str:
    """Return a section with a heading of the second level; ``parts`` are HTML."""
    return "\n".join((f"<section>\n<h2>{escape(title)}</h2>", *parts, "</section>"))


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{_kind(kind)}>{escape(text)}</p>"


def image(png: bytes, alt: str, caption: str) -> str:
    """Return a picture inside the page, with its finding in front of its caption."""
    words = f"<strong>{escape(alt)}</strong> {escape(caption)}"
    return f"<figure>\n{image_html(png, alt)}\n<figcaption>{words}</figcaption>\n</figure>"


def tiles(facts: Iterable[tuple[str, str, str]]) -> str:
    """Return the few numbers that matter most: (name, value, remark) each."""
    rows = (
        f"<div><dt>{name}</dt><dd>{value} <small>{remark}</small></dd></div>"
        for name, value, remark in (map(escape, fact) for fact in facts)
    )
    return "\n".join(('<dl class="tiles">', *rows, "</dl>"))


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], words: Sequence[int] = ()
) -> str:
    """Return a table of plain text, whose first column names the row.

    Args:
        caption: What the table holds.
        heads: Names of the columns.
        rows: A text a cell.
        words: Columns that hold words and not numbers, apart from the first.
    """
    kinds = ["" if k in (0, *words) else "number" for k in range(len(heads))]
    top = "".join(
        f'<th scope="col"{_kind(kind)}>{escape(head)}</th>'
        for head, kind in zip(heads, kinds, strict=True)
    )
    body = "\n".join(_row(row, kinds) for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">\n<table>'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{top}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def settings(caption: str, values: Mapping[str, object]) -> str:
    """Return a table of names and values."""
    rows = [(name, str(value)) for name, value in values.items()]
    return table(caption, ("name", "value"), rows, words=(1,))


def side_by_side(blocks: Iterable[str]) -> str:
    """Return blocks of HTML beside each other where there is room."""
    return "\n".join(('<div class="side">', *blocks, "</div>"))


def commands(rows: Iterable[tuple[str, str]]) -> str:
    """Return commands to type, each with what it does."""
    return "\n".join(
        f"<p>{escape(what)}</p>\n<pre><code>{escape(command)}</code></pre>"
        for command, what in rows
    )


def _row(cells: Sequence[str], kinds: Sequence[str]) -> str:
    first, *rest = map(escape, cells)
    tail = "".join(
        f"<td{_kind(kind)}>{cell}</td>" for cell, kind in zip(rest, kinds[1:], strict=True)
    )
    return f'<tr><th scope="row">{first}</th>{tail}</tr>'


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
