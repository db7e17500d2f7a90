"""The parts of the site's build: the student's view, formulas, paper, pages about packages."""

import importlib.util
import re
import zlib
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the extra `site` is not installed")
pytest.importorskip("myst_nb", reason="the extra `site` is not installed")
import nbformat
from docutils.utils.math import MathError
from nbformat.v4 import new_code_cell, new_notebook

import nasedu

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = REPOSITORY / "docs" / "site"
LESSONS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


def module_of(name):
    spec = importlib.util.spec_from_file_location(f"site_{name}", SITE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def build():
    return module_of("build")


@pytest.fixture(scope="module")
def mathml():
    return module_of("mathml")


# -- lessons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_no_solution_and_no_note_for_teachers_is_shown(build, path):
    whole = nbformat.read(path, as_version=4)
    solutions = [c.source for c in whole.cells if "solution" in c.metadata.get("tags", ())]
    shown = build.student_view(whole).cells
    assert not {cell.source for cell in shown} & set(solutions)
    tags = {tag for cell in shown for tag in cell.metadata.get("tags", ())}
    assert not {"solution", "instructor", "colab"} & tags
    defined = re.findall(r"^def (\w+_solution)", "\n".join(solutions), re.MULTILINE)
    assert not [name for name in defined if any(f"def {name}" in cell.source for cell in shown)]


def test_what_a_lesson_folds_is_folded(build):
    cell = new_code_cell("draw()", metadata={"jupyter": {"source_hidden": True}})
    [shown] = build.student_view(new_notebook(cells=[cell])).cells
    assert shown.metadata.tags == ["hide-input"]


# -- formulas ------------------------------------------------------------------------------------


def test_large_brackets_have_a_side_and_dots_a_name(mathml):
    formula = mathml.to_mathml(r"\big(a_1, \dots, a_T\Big]", is_block=False)
    assert formula.count("1.2em") >= 1 and formula.count("1.623em") >= 1
    assert "…" in formula and "<math" in formula


def test_a_formula_on_lines_of_its_own_says_so(mathml):
    assert 'display="block"' in mathml.to_mathml(r"P(a_t \mid a_{\lt t})", is_block=True)


def test_a_command_that_is_not_known_ends_the_build(mathml):
    with pytest.raises(MathError, match="nosuchthing"):
        mathml.to_mathml(r"\nosuchthing", is_block=False)


# -- paper ---------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.slow
def test_a_lesson_is_printed_with_its_outline_and_text(build, tmp_path):
    """Build as ``--pdf`` does, from one lesson, so that links to what is left out lead nowhere."""
    pytest.importorskip("playwright.sync_api")
    if build.CHROMIUM is None:
        pytest.skip("no chromium on PATH; on Debian: apt install chromium")
    pages = ["notebooks/README.md", "notebooks/00*.ipynb", "docs/glossary.md", "docs/fidelity.md"]
    pages += ["benchmarks/first_search.*", "data/tables/*.md"]
    source = build.stage(tmp_path / "source", pages, packages=())
    few = "suppress_warnings=myst.xref_missing,toc.not_readable,toc.not_included"
    assert build.sphinx("singlehtml", source, tmp_path / "print", "-t", "print", "-D", few) == 0
    build.print_pdf(tmp_path / "print" / "printed.html", tmp_path / "course.pdf")
    pdf = (tmp_path / "course.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) > 10
    assert (
        b"(00 Start here: propose, measure, adjust)" in pdf
    )  # in the outline, which is not packed
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    drawn = sum(zlib.decompressobj().decompress(one).count(b" Tj\n") for one in streams)
    assert drawn > 1000  # runs of letters


# -- the package ---------------------------------------------------------------------------------


def test_every_public_name_is_documented_once(build):
    documented = set()
    pages = [build.api_page(importlib.import_module(name), documented) for name in build.PACKAGES]
    text = "\n".join(pages)
    for name in nasedu.__all__:
        assert text.count(f":: nasedu.{name}\n") + (name == "published") == 1, name
    for package in build.PACKAGES:
        assert set(importlib.import_module(package).__all__) <= documented


def test_no_package_is_forgotten(build):
    home = Path(nasedu.__file__).parent
    folders = {f"nasedu.{path.parent.name}" for path in home.glob("*/__init__.py")}
    assert folders - {"nasedu.cli"} == set(build.PACKAGES) - {"nasedu"}
    shown = (SITE / "api" / "index.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in shown if line.startswith("nasedu")] == list(build.PACKAGES)


def test_a_constant_is_told_about_as_in_its_source(build):
    from nasedu import training

    told = " ".join(build.told_about(training, "QUICK"))
    assert told or build.told_about(training, "ACCURACY")


def test_the_source_of_a_page_leads_to_folders_and_pictures(build):
    assert build.linked("[a](benchmarks/), [b](../benchmarks/x.md)") == (
        "[a](benchmarks/index.md), [b](../benchmarks/x.md)"
    )
    assert build.linked("[c](docs/gallery.html)") == "[c](pictures.md)"


def test_a_number_with_bounds_is_written_as_a_number():
    conf = module_of("conf")
    asked = "(a: ~typing.Annotated[int, ~nasedu.values.Bounds(at_least=1)] = 1, b: float)"
    assert conf.without_notes("class", asked, None) == ("(a: int = 1, b: float)", None)
    nested = "(a: Annotated[tuple[Annotated[int, Bounds(at_least=0)], ...], 'later'])"
    assert conf.without_notes(nested, "None") == ("(a: tuple[int, ...])", "None")
    deep = "(a: Annotated[tuple[Literal['x'], ...], 'later'], b: Annotated[int, B(c=1), 'later'])"
    assert conf.without_notes(deep, None) == ("(a: tuple[Literal['x'], ...], b: int)", None)
