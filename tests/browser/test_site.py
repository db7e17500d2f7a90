"""The built site: every link and picture, what a browser asks for, and what axe-core finds."""

import re
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup

from nasedu.course.questions.lesson_18 import QUIZ

REPOSITORY = Path(__file__).resolve().parents[2]
LESSONS = sorted((REPOSITORY / "notebooks").glob("[0-9A]*.ipynb"))
AXE = {"preload": False, "resultTypes": ["violations"]}  # fetch no style twice, tell no more

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built pages; the build has no network to ask and executes nothing."""
    for package in ("sphinx", "myst_nb", "pydata_sphinx_theme", "sphinxcontrib.bibtex"):
        pytest.importorskip(package, reason="the extra `site` is not installed")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, REPOSITORY / "docs" / "site" / "build.py", "--out", out]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "html"


@pytest.fixture(scope="module")
def pages(site):
    """Every page of the site, read, by its address from the site's start."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        if "_static" not in path.parts:
            html = re.sub(r'"data:[^"]+"', '"data:,"', path.read_text(encoding="utf-8"))
            found[path.relative_to(site).as_posix()] = BeautifulSoup(html, "html.parser")
    return found


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    """Where a browser finds the site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


# -- pages as files ------------------------------------------------------------------------------


def test_every_link_leads_somewhere(site, pages):
    places = {name: {one["id"] for one in page.find_all(id=True)} for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        for link in page.find_all("a", href=True):
            to = urlsplit(urljoin(name, link["href"]))
            if to.scheme:
                continue
            is_there = (site / unquote(to.path)).is_file()
            if not is_there or (to.fragment and unquote(to.fragment) not in places[to.path]):
                broken.append((name, link["href"]))
    assert broken == []


def test_no_page_brings_anything_from_outside(pages):
    brought = []
    for name, page in pages.items():
        for element in page.find_all(["img", "script", "link", "iframe", "source", "video"]):
            to = element.get("src") or element.get("href") or ""
            if urlsplit(to).netloc:
                brought.append((name, to))
    assert brought == []


def test_every_picture_says_what_it_shows(pages):
    mute = [
        (name, str(image)[:80])
        for name, page in pages.items()
        for image in page.find_all("img")
        if not (image.get("alt") or "").strip() or image["alt"] == image.get("src")
    ]
    assert mute == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_a_lesson_keeps_the_words_of_its_pictures(pages, path):
    page = pages[f"notebooks/{path.stem}.html"]
    shown = {image["alt"] for image in page.find_all("img")}
    assert alts(path) and alts(path) <= shown


def alts(path):
    """Return the alternative texts in the outputs of the cells that a student sees."""
    found = set()
    for cell in nbformat.read(path, as_version=4).cells:
        tags = set(cell.metadata.get("tags", ()))
        if cell.cell_type == "code" and not tags & {"solution", "instructor"}:
            for output in cell.outputs:
                html = BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser")
                found |= {image["alt"] for image in html.find_all("img")}
    return found


def test_formulas_are_mathml_and_need_no_script(pages):
    lesson = pages["notebooks/04_policy_gradient.html"]
    assert len(lesson.find_all("math")) > 20
    scripts = [s.get("src", "") for page in pages.values() for s in page.find_all("script")]
    assert not [source for source in scripts if "mathjax" in source.lower()]


def test_every_page_has_a_title_and_one_main_heading(pages):
    assert {name for name, page in pages.items() if len(page.find_all("h1")) != 1} == set()
    titles = [page.title.get_text() for name, page in pages.items() if "benchmarks" not in name]
    assert len(set(titles)) == len(titles)  # measurements may have been made twice


# -- pages in a browser --------------------------------------------------------------------------


def test_walking_through_it_asks_nobody_else(page, pages, address):
    asked, wrong = set(), []
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda error: wrong.append((page.url, str(error))))
    page.on("response", lambda answer: answer.status < 400 or wrong.append((page.url, answer.url)))
    for name in pages:
        page.goto(address + name)
    assert wrong == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def of_every_kind(pages):
    """Return the first page, and few others: all tags and classes of elements are on one."""
    kinds = {
        name: {(element.name, *element.get("class", ())) for element in page.find_all(True)}
        for name, page in pages.items()
    }
    chosen = ["index.html"]
    while left := set().union(*kinds.values()) - set().union(*(kinds[name] for name in chosen)):
        chosen.append(max(kinds, key=lambda name: len(kinds[name] & left)))
    return chosen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, pages, address, scheme, screenshots):
    Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
    page.emulate_media(color_scheme=scheme)
    found = {}
    for name in of_every_kind(pages):
        page.goto(address + name)
        kept = f"site, {name.removesuffix('.html').replace('/', ' ')}, {scheme}.png"
        page.screenshot(path=screenshots / kept)
        for rule in Axe().run(page, options=AXE).response["violations"]:
            if rule["impact"] in ("serious", "critical"):
                found[name, rule["id"]] = rule["nodes"][0]["html"][:300]
    assert found == {}


def test_search_is_found_and_answered_by_keyboard(page, address):
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Control+k")
    page.keyboard.type("baseline")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("search.html"))
    page.get_by_role("link", name=re.compile("06 Variance and baselines")).first.wait_for()


def test_who_wants_no_motion_has_none(page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    moving = page.evaluate(
        """[...document.querySelectorAll("*")].filter((one) => {
          const style = getComputedStyle(one);
          return style.transitionProperty !== "none" || style.animationName !== "none";
        }).length"""
    )
    assert moving == 0


@pytest.mark.parametrize("name", ["index", "notebooks/04_policy_gradient", "api/nasedu"])
def test_on_a_telephone_nothing_is_wider_than_the_screen(page, address, name):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_empty_head_of_a_table_takes_no_room(page, address):
    page.goto(f"{address}notebooks/04_policy_gradient.html")
    assert not page.locator("thead").first.is_visible()
    page.goto(f"{address}docs/fidelity.html")
    assert page.locator("thead").first.is_visible()


def test_on_paper_a_quiz_has_its_options_and_folded_code_is_left_out(page):
    style = (REPOSITORY / "docs" / "site" / "static" / "print.css").read_text("utf-8")
    quiz = QUIZ.questions[0]
    folded = '<details class="admonition hide above-input"><summary>Show</summary>code</details>'
    page.set_content(f"<style>{style}</style>{QUIZ._repr_mimebundle_()['text/html']}{folded}")
    page.emulate_media(media="print")
    for option in quiz.options:
        assert page.get_by_text(option.text, exact=True).is_visible()
        assert not page.get_by_text(option.explanation).is_visible()
    assert not page.get_by_text("code").is_visible()
