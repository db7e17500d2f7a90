"""The site and the printed course, from the committed lessons and pages; nothing is executed.

    python docs/site/build.py                    build/site/html/index.html
    python docs/site/build.py --pdf              build/site/nasedu.pdf, too (needs Chromium)

The pages are copied to ``build/site/source`` first: a lesson as a student sees it, without
solutions and notes for teachers; a page for each package, of its public names. A warning of
Sphinx, such as a link that leads nowhere, ends the build.
"""

from __future__ import annotations

import argparse
import inspect
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import nbformat
from sphinx.pycode import ModuleAnalyzer

from nasedu.course.lesson_cells import NOT_FOR_STUDENTS

SITE = Path(__file__).resolve().parent
REPOSITORY = SITE.parents[1]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CITATION.cff",
    ".github/workflows/*.yml",
    "LICENSE*",
    "notebooks/*.ipynb",
    "notebooks/README.md",
    "docs/*.md",
    "docs/*.sh",
    "docs/teaching/*.md",
    "docs/tournament/*.py",
    "docs/design/*.md",
    "data/*.md",
    "data/tables/*.md",
    "benchmarks/*.md",
    "benchmarks/*.png",
    "benchmarks/gpu/*.md",
    "benchmarks/gpu/*.py",
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")  # None: Playwright's own
EXAM = ("exam.md", "exam_solutions.md")  # students read the site, too
NOT_SHOWN = NOT_FOR_STUDENTS | {"colab"}  # tags of cells that no page shows
PACKAGES = (  # in the order of the house: what is in two of them belongs to the first
    *("nasedu", "nasedu.architectures", "nasedu.spaces", "nasedu.controller"),
    *("nasedu.children", "nasedu.data", "nasedu.training", "nasedu.runs", "nasedu.searching"),
    *("nasedu.tables", "nasedu.viewing", "nasedu.course"),
)


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build" / "site")
    parser.add_argument("--pdf", action="store_true", help="print the lessons, too")
    options = parser.parse_args(arguments)
    source = stage(options.out / "source")
    failed = sphinx("html", source, options.out / "html")
    if failed:
        return failed
    say(f"the site: {options.out / 'html' / 'index.html'}")
    if options.pdf:
        failed = sphinx("singlehtml", source, options.out / "print", "-t", "print")
        if failed:
            return failed
        page, pdf = options.out / "print" / "printed.html", options.out / "nasedu.pdf"
        print_pdf(page, pdf)
        say(f"the course: {pdf}")
    return 0


# -- what Sphinx reads ---------------------------------------------------------------------------


def stage(source: Path, pages: Iterable[str] = PAGES, packages: Iterable[str] = PACKAGES) -> Path:
    """Copy the pages into a folder, as the site shows them; return it.

    Args:
        source: The folder; what is in it is replaced.
        pages: Patterns of files of the repository.
        packages: Whose public names get a page.
    """
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(SITE, source, ignore=shutil.ignore_patterns("__pycache__"))
    for path in sorted(path for pattern in pages for path in REPOSITORY.glob(pattern)):
        if path.name in EXAM:
            continue
        copy = source / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            nbformat.write(student_view(nbformat.read(path, as_version=4)), copy)
        elif path.suffix == ".md":
            copy.write_text(linked(path.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copyfile(path, copy)
    with (source / "notebooks" / "README.md").open("a", encoding="utf-8") as file:
        file.write("\n```{toctree}\n:hidden:\n:glob:\n\n[0-9A]*\n```\n")
    documented: set[str] = set()
    for package in packages:
        page = api_page(import_module(package), documented)
        (source / "api" / f"{package}.rst").write_text(page, encoding="utf-8")
    (source / "extra").mkdir()
    shutil.copyfile(REPOSITORY / "docs" / "gallery.html", source / "extra" / "gallery.html")
    write_explorer(source / "extra" / "explorer.html")
    return source


def write_explorer(page: Path) -> None:
    """Write a search to walk through, beside random search; the children are those of a table."""
    from nasedu import Study, search
    from nasedu.controller import make_strategy
    from nasedu.tables import NetworkTable, TabularEvaluator
    from nasedu.viewing import explorer_of

    table = NetworkTable.load("digits_3_layers")
    studies = []
    with tempfile.TemporaryDirectory() as folder:
        for name, settings in (("reinforce", {"lr": 0.03}), ("random", {})):
            run = Path(folder) / name
            strategy = make_strategy(name, table.space.decisions, 0, **settings)
            evaluate = TabularEvaluator(table)
            for _ in search(table.space, strategy, trials=320, evaluate=evaluate, run=run):
                pass
            studies.append(Study(run))
        explorer_of(*studies).save(page)


def student_view(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove, in place, the cells that are not for students; fold code that a lesson folds."""
    notebook.metadata.language_info = {"name": "python", "pygments_lexer": "ipython3"}
    kept = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata.tags = sorted(tags | {"hide-input"})
        if not NOT_SHOWN & tags:
            kept.append(cell)
    notebook.cells = kept
    return notebook


def linked(markdown: str) -> str:
    """Let links to a folder lead to its page, those to the gallery to the page with it.

    The exam is not on the site: what links to it stays as words.

    The README's heading is that of the start page; here it is the page on setting nasedu up.
    """
    markdown = re.sub(r"\A# nasedu$", "# Set-up and commands", markdown, flags=re.MULTILINE)
    markdown = re.sub(r"\]\((\S*/)?benchmarks/\)", r"](\1benchmarks/index.md)", markdown)
    markdown = re.sub(r"\]\((\S*/)?notebooks/\)", r"](\1notebooks/README.md)", markdown)
    markdown = re.sub(r"\[([^]]*)\]\(exam(?:_solutions)?\.md\)", r"\1", markdown)
    return re.sub(r"\]\(docs/gallery\.html\)", "](pictures.md)", markdown)


def api_page(package: ModuleType, documented: set[str]) -> str:
    """Return a page about the public names of a package.

    Args:
        package: Has an ``__all__``.
        documented: Names that have their place already; those of this page are added.
    """
    title = package.__name__
    heading = title if "." in title else f"The names of {title}"
    lines = [heading, "=" * len(heading), "", f".. automodule:: {title}", "   :no-members:", ""]
    names = [name for name in package.__all__ if name not in documented]
    documented.update(names)
    for name in sorted(names, key=str.lower):
        thing = getattr(package, name)
        if inspect.isclass(thing):
            lines += [f".. autoclass:: {title}.{name}", "   :members:", ""]
        elif inspect.ismodule(thing):
            lines += [f".. automodule:: {thing.__name__}", "   :members:", ""]
        elif inspect.isroutine(thing):
            lines += [f".. autofunction:: {title}.{name}", ""]
        else:
            told = [f"   {line}" for line in told_about(package, name)]
            lines += [f".. py:data:: {title}.{name}", "", *told, ""]
    return "\n".join(lines)


def told_about(package: ModuleType, name: str) -> list[str]:
    """Return what the source says of a constant, which has no docstring of its own."""
    for module in [name for name in sys.modules if name.startswith(package.__name__)]:
        if vars(sys.modules[module]).get("__file__", "").endswith(".py"):
            told = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name))
            if told:
                return told
    return []


# -- Sphinx, and paper ---------------------------------------------------------------------------


def sphinx(builder: str, source: Path, out: Path, *options: str) -> int:
    """Run Sphinx, for which a warning is an error; return its exit status."""
    from sphinx.cmd.build import build_main

    kept = ["-d", str(out.parent / f"{out.name}.doctrees")]
    asked = ["-b", builder, "-W", "--keep-going", "-q", "-j", "auto", *kept, *options]
    return build_main([*asked, str(source), str(out)])


def print_pdf(page: Path, pdf: Path) -> None:
    """Print a page with the Chromium of this machine: tagged, with an outline and page numbers."""
    from playwright.sync_api import sync_playwright

    footer = (
        '<div style="width: 100%; text-align: center; font-size: 8px">'
        '<span class="pageNumber"></span></div>'
    )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        opened = browser.new_page()
        opened.goto(page.resolve().as_uri(), timeout=0)  # a busy machine needs more than 30 s
        opened.pdf(
            path=pdf,
            prefer_css_page_size=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=footer,
            outline=True,
            tagged=True,
        )
        browser.close()


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
