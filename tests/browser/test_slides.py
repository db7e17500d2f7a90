"""The slides of a lesson in a browser: keys, notes, sizes, and axe-core finds nothing serious."""

import json

import pytest

from nasedu.course.copies import LESSONS
from nasedu.course.lesson_slides import lesson_path, slides_page

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCREEN = {"width": 1024, "height": 700}
TOO_TALL = """() => [...document.querySelectorAll("section")]
    .filter(slide => slide.getBoundingClientRect().height > innerHeight + 1).map(s => s.id)"""
SMALL_PICTURES = """() => [...document.querySelectorAll(".figure > img")].filter(image => {
    const { width, height } = image.getBoundingClientRect();
    return width < 0.8 * innerWidth && height < 0.7 * innerHeight;
}).map(image => image.alt)"""
HERE = """() => [...document.querySelectorAll("section")]
    .findLastIndex(slide => slide.getBoundingClientRect().top < innerHeight / 2) + 1"""
SHOWN = """() => [...document.querySelectorAll("section")]
    .findIndex(slide => Math.abs(slide.getBoundingClientRect().top) < 2) + 1"""


@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    path = tmp_path_factory.mktemp("slides") / "slides.html"
    path.write_text(slides_page(lesson_path("11")), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_slides_fit_and_can_be_read(browser, slides, scheme):
    context = browser.new_context(
        viewport=SCREEN, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(slides)
    assert page.evaluate(TOO_TALL) == []
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert not serious, json.dumps(serious, indent=1)[:3000]
    context.close()


@pytest.mark.parametrize("size", [(1024, 700), (1920, 1080)], ids=["laptop", "projector"])
def test_slides_of_every_lesson_fit_the_screen_and_their_pictures_fill_it(browser, size, tmp_path):
    page = browser.new_page(viewport=dict(zip(("width", "height"), size, strict=True)))
    for lesson in sorted(LESSONS.glob("*.ipynb")):
        path = tmp_path / f"{lesson.stem}.html"
        path.write_text(slides_page(lesson), "utf-8")
        page.goto(path.as_uri())
        assert page.evaluate(TOO_TALL) == [], lesson.name
        assert page.evaluate(SMALL_PICTURES) == [], lesson.name
        letters = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert letters >= size[1] / 32, "no larger on a larger screen"
    page.close()


def wait_for(page, number):
    """Wait until a slide is shown; not by `wait_for_function`, whose eval the page forbids."""
    for _ in range(200):
        if page.evaluate(f"({SHOWN})()") == number:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"slide {number} is not shown")


def at_rest(page):
    """Wait until the page has stood still for half a second; return the slide that is seen."""
    before = None
    for _ in range(60):
        if (now := page.evaluate("scrollY")) == before:
            return page.evaluate(HERE)
        before = now
        page.wait_for_timeout(500)
    raise AssertionError("the page does not come to rest")


def test_keys_go_on_and_back_and_show_the_notes(browser, slides):
    context = browser.new_context(viewport=SCREEN, reduced_motion="reduce")
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(slides)
    for key, number in [("ArrowRight", 2), (" ", 3), ("PageDown", 4), ("ArrowLeft", 3)]:
        page.keyboard.press(key)
        wait_for(page, number)
        assert page.evaluate("document.activeElement.id") == f"s{number}"
    page.emulate_media(reduced_motion="no-preference")  # slides glide, and keys come faster
    page.keyboard.press("Home")
    wait_for(page, 1)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.evaluate("dispatchEvent(new Event('scrollend'))")  # of an earlier scroll, told late
    wait_for(page, 7)
    page.keyboard.press("End")
    page.mouse.wheel(0, -10)  # a hand on the wheel: the keys go on from what is seen
    seen = at_rest(page)
    page.keyboard.press("ArrowLeft")
    wait_for(page, seen - 1)
    page.keyboard.press("Home")
    wait_for(page, 1)
    notes = page.locator("#s2 .notes")
    assert not notes.is_visible()
    page.keyboard.press("n")
    assert notes.is_visible() and "The picture shows" in notes.inner_text()
    page.keyboard.press("n")
    assert not notes.is_visible()
    assert not complaints
    context.close()
