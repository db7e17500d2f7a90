"""The bibliography: what lessons and pages speak of is in it, and lessons link to nothing else."""

import re
from pathlib import Path

import nbformat
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = (REPOSITORY / "docs" / "site" / "references.bib").read_text(encoding="utf-8")
LESSONS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
PAGES = [*sorted((REPOSITORY / "docs").glob("*.md")), *sorted(REPOSITORY.glob("benchmarks/*.md"))]
MODULES = sorted((REPOSITORY / "nasedu").rglob("*.py"))
NAME = r"[A-Z][a-z]+(?:[A-Z][a-z]+)?"
CITED = re.compile(
    rf"\b({NAME})(?: et al\.| & {NAME}|(?:, {NAME})* (?:&|and) {NAME})?,? \(?(?:19|20)\d\d"
)
NO_NAMES = {"In", "Since"}  # words that stand before a year at the start of a sentence
LINK = re.compile(r"\]\(([^)\s]+)\)|(https?://[^\s)\"'>]+)")


def entries():
    """Return the fields of every entry, by its key."""
    found = {}
    for key, body in re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", SOURCE, re.MULTILINE | re.DOTALL):
        fields = re.findall(r"(\w+) = \{((?:[^{}]|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*)\}", body)
        found[key] = dict(fields)
    return found


def text_of(path):
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    notebook = nbformat.read(path, as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def unknown(text):
    """Return the names of a text that look like a source and are none."""
    authors = " and ".join(fields["author"] for fields in entries().values()).split(" and ")
    known = {author.partition(",")[0] for author in authors}  # a list of names may be read in part
    return set(CITED.findall(text)) - known - NO_NAMES


def outside(text):
    """Return the links of a text that lead out of the course, and not to a source."""
    fields = entries().values()
    known = {f"https://arxiv.org/abs/{each['eprint']}" for each in fields if "eprint" in each}
    links = {(inside or bare).rstrip(".,") for inside, bare in LINK.findall(text)}
    return {each for each in links if "://" in each and each not in known}


def test_an_entry_has_what_a_reader_needs():
    assert len(entries()) == SOURCE.count("\n@") > 30
    for key, fields in entries().items():
        assert {"author", "title", "year"} <= set(fields), key
        assert key == re.sub(r"\W", "", key) and key.endswith(fields["year"]), key
        assert ("eprint" in fields) == ("archiveprefix" in fields), key
        assert re.fullmatch(r"\d{4}\.\d{4,5}", fields.get("eprint", "0000.0000")), key


def test_no_paper_is_in_it_twice():
    titles = [fields["title"].lower() for fields in entries().values()]
    prints = [fields["eprint"] for fields in entries().values() if "eprint" in fields]
    assert len(set(titles)) == len(titles) and len(set(prints)) == len(prints)


def test_who_is_named_with_a_year_is_in_it():
    named = {path.name: unknown(text_of(path)) for path in [*LESSONS, *PAGES, *MODULES]}
    assert {name: unknown for name, unknown in named.items() if unknown} == {}


def test_a_name_that_is_not_in_it_is_seen():
    text = (
        "Nobody et al. (2020), Zoph & Le 2016, Melis, Dyer and Blunsom (2017), Noone 1999. In 2016"
    )
    assert unknown(text) == {"Nobody", "Noone"}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_a_lesson_needs_no_page_from_outside(path):
    hosts = [c for c in nbformat.read(path, 4).cells if "anywhere" in c.metadata.get("tags", ())]
    text = text_of(path)
    for cell in hosts:  # the links to Colab and others, which come from a setting
        text = text.replace(cell.source, "")
    assert outside(text) == set()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_the_files_that_a_lesson_links_to_are_there(path):
    links = {inside for inside, _ in LINK.findall(text_of(path)) if inside}
    inside = {each.partition("#")[0] for each in links if "://" not in each} - {""}
    assert [each for each in inside if not (path.parent / each).exists()] == []


def test_a_link_to_outside_is_seen():
    text = "[a](https://example.org/x) [b](https://arxiv.org/abs/1611.01578) http://c.org."
    assert outside(text) == {"https://example.org/x", "http://c.org"}
