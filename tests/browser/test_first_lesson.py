"""The first lessons as a student has them: their build in JupyterLab, from end to end."""

import json
import re

import nbformat
import pytest

from nasedu.course import quiz
from nasedu.course.copies import build_course
from nasedu.course.student_folder import RECORD, Settings

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
FIRST, SECOND = "00_start_here.ipynb", "01_an_architecture_is_a_sentence.ipynb"


class Student:
    """Somebody in JupyterLab with their build of the course; how it looks to them is kept.

    Args:
        page: The browser's.
        lab: JupyterLab, among whose files the build lies.
        screenshots: Folder to keep them in.
    """

    def __init__(self, page, lab, screenshots):
        self.page, self.lab, self.screenshots = page, lab, screenshots
        self.folder = lab.folder / "course"

    def run(self, lesson):
        self.lab.run(self.page, f"course/{lesson}")

    def choose(self, theme):
        """Choose a theme in the menu."""

        def item(name):
            words = self.page.get_by_text(name, exact=True)
            return self.page.locator(".lm-Menu-item").filter(has=words)

        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        item("Theme").hover()
        item(theme).click()
        is_light = str(theme == LIGHT).lower()
        expect(self.page.locator(f"body[data-jp-theme-light={is_light}]")).to_be_attached()
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)  # it lies over the page

    def look_at(self, view, name):
        """Keep a picture of a part in both themes; axe-core finds nothing serious in it."""
        for theme in (DARK, LIGHT):
            self.choose(theme)
            view.scroll_into_view_if_needed()
            self.page.screenshot(path=self.screenshots / f"{name}, {theme}.png")
            found = Axe().run(self.page, context=".jp-OutputArea-output").response["violations"]
            bad = [rule for rule in found if rule["impact"] in ("serious", "critical")]
            assert {rule["id"]: rule["nodes"][0]["html"][:300] for rule in bad} == {}

    def saved(self, lesson):
        """Return the outputs of a lesson once all its cells have been run, as they are saved."""
        last = self.page.locator(".jp-CodeCell").last  # its input is hidden, and so is its number
        expect(last.locator(".jp-OutputArea-output").first).to_be_attached()
        expect(self.page.get_by_text("| Idle")).to_be_visible()
        self.page.keyboard.press("Control+s")
        saved = self.page.locator(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)")
        expect(saved).to_be_attached()
        cells = nbformat.read(self.folder / lesson, as_version=4).cells
        cells = [cell for cell in cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in cells)
        return [output for cell in cells for output in cell.outputs]


@pytest.fixture
def student(page, lab, screenshots):
    build_course(lab.folder / "course", Settings())
    page.set_viewport_size({"width": 1024, "height": 700})
    lab.wear(LIGHT)
    return Student(page, lab, screenshots)


def test_the_first_one_runs_whole_while_its_search_is_paused_and_goes_on(page, student):
    student.run(FIRST)
    view = page.locator(".jp-OutputArea-output", has=page.get_by_role("button", name="Stop")).first
    waiting = page.locator(".jp-CodeCell", has_text="learned = await live").locator(
        ".jp-InputPrompt"
    )
    shown = view.get_by_text(re.compile(r"^(no child yet|\d+ of 48 children), [a-z]+"))

    def count():
        return int(re.sub(r"no child yet|\D.*", "", shown.inner_text()) or 0)

    expect(shown).to_have_text(re.compile(r"^\d+ of 48 children, running"))
    expect(waiting).to_have_text("[*]:")
    pause, step = (view.get_by_role("button", name=name) for name in ("Pause", "Step"))
    pause.click()
    expect(shown).to_have_text(re.compile("paused$"))
    done = count()
    page.wait_for_timeout(3000)  # a few children
    expect(shown).to_have_text(f"{done} of 48 children, paused")
    expect(waiting).to_have_text("[*]:")  # waiting does not resume it

    step.focus()
    page.keyboard.press("Enter")
    done = 8 * (done // 8 + 1)
    expect(shown).to_have_text(f"{done} of 48 children, paused")
    told = re.compile(f"^batch {done // 8}: mean reward")
    expect(view.get_by_text(told)).to_be_visible()
    page.wait_for_timeout(2000)  # for its picture
    student.look_at(view, "dashboard")
    height = "v => v.querySelector('img').getBoundingClientRect().bottom"
    height += " - v.querySelector('button').getBoundingClientRect().top"
    assert 200 < view.evaluate(height) < 560  # in one window of 700 pixels

    step.focus()
    page.keyboard.press("Shift+Tab")
    expect(view.get_by_role("button", name="Resume")).to_be_focused()
    page.keyboard.press("Space")
    expect(shown).to_have_text("48 of 48 children, finished")
    expect(view.get_by_role("button", name="Stop")).to_be_disabled()

    outputs = student.saved(FIRST)
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    page.get_by_role("radio").last.check()
    question = quiz("00").questions[-1]
    expect(page.get_by_text(question.options[-1].verdict).last).to_be_visible()
    kept = json.loads((student.folder / RECORD).read_text())["quizzes"]["00"]
    assert kept == [[], [], ["ABCDEF"[len(question.options) - 1]]]
    student.look_at(page.locator(".jp-CodeCell").last, "quiz")


def test_the_second_one_and_its_token_strip_by_mouse_and_by_keyboard(page, student):
    student.run(SECOND)
    outputs = student.saved(SECOND)
    assert [output for output in outputs if output.output_type == "error"] == []
    view = page.locator(".jp-OutputArea-output", has=page.get_by_role("combobox")).first
    lists = view.get_by_role("combobox")
    tokens = view.get_by_text(re.compile(r"^\d( \d){2}( \| \d( \d){2})+$"))
    before = tokens.text_content()

    lists.first.click()  # opens it
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(tokens).to_have_text(f"3{before[1:]}")
    page.keyboard.press("Tab")
    expect(lists.nth(1)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(tokens).to_have_text(f"3 1{before[3:]}")
    expect(lists.nth(1)).to_be_focused()
    student.look_at(view, "token strip")
