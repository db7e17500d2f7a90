"""The report, and all that a notebook shows, for those who see little: axe-core finds nothing."""

import inspect

import nbformat
import pytest
from evaluators import SPACE, Counted

import nasedu.course
import nasedu.viewing
from nasedu.controller import make_strategy
from nasedu.course.copies import LESSONS
from nasedu.runs import Study
from nasedu.searching import search
from nasedu.viewing import write_report

pytest.importorskip("playwright.sync_api")
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BEFORE = """
    import numpy as np
    from evaluators import SPACE, Counted
    from ipywidgets import HTML, Dropdown, VBox
    from small_tables import LARGER, made_up

    from nasedu import *
    from nasedu.controller import make_strategy
    from nasedu.course import check, predict, quiz, solution
    from nasedu.tables import NetworkTable, TabularEvaluator
    from nasedu.viewing import *

    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    table = TabularEvaluator(made_up(LARGER))
    digits = TabularEvaluator(NetworkTable.load("digits_3_layers"))
    """
CELLS = {
    "TokenStrip": "TokenStrip(ConvNetSpace(2))",
    "SkipMatrix": "SkipMatrix((0, 1, 2))",
    "CellSteps": "CellSteps(build(RecurrentCellSpace(2).decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0]), "
    "input_size=1, hidden_size=1))",
    "LiveSearch": "LiveSearch(search(SPACE, strategy, trials=40, batch=4, workers=1, "
    "evaluate=Counted()))",
    "ClusterPanel": """
    def make(seed):
        return make_strategy("reinforce", digits.space.decisions, seed)

    ClusterPanel(make, digits, trials=24)
    """,
    "HandSearch": """
    hand = HandSearch(table, {"random search": np.arange(20).reshape(2, 10)}, trials=2)
    hand.propose(hand.strip.tokens)
    hand
    """,
    "a HandSearch that is over": """
    over = HandSearch(table, {"random search": np.arange(20).reshape(2, 10)}, trials=2)
    over.propose(over.strip.tokens)
    over.stop()
    over
    """,
    "Drawing": "draw(published.NAS_CELL)",
    "Picture": "standing_figure(over.standing)",
    "Listing": "show(Reinforce.gradient)",
    "Guess": 'guess = predict("How many?", key="how-many", low=0, high=9)',
    "a Guess among choices": 'predict("Which?", key="which", choices=("this", "that"));',
    "Reveal": "guess.value = 3; guess.reveal(5)",
    "Quiz": 'quiz("05")',
    "a check": "check.best_so_far(lambda rewards: rewards)",
    "Solution": 'solution("best_so_far")',
}
"""By the name of the class what makes one, and what a lesson shows beside them."""


def lists_of_lesson_06():
    """Return the cell with the lesson's own explorer, on pictures that are made up."""
    lesson = nbformat.read(LESSONS / "06_variance_and_baselines.ipynb", as_version=4)
    [cell] = [cell.source for cell in lesson.cells if "\nclass Explorer:" in cell.source]
    made_up = """
    BATCHES, RATES = (1, 16), (0.006, 0.02)
    pages = {(m, rate): f"<p>{m}, {rate}</p>" for m in BATCHES for rate in RATES}
    say_setting = "{}, {}".format
    """
    return made_up.replace("    ", "") + cell[cell.index("class Explorer:") :]


def test_nothing_that_a_notebook_shows_is_left_out():
    shown = {
        name
        for package in (nasedu.viewing, nasedu.course)
        for name in package.__all__
        if inspect.isclass(thing := getattr(package, name))
        and (hasattr(thing, "_repr_mimebundle_") or hasattr(thing, "_repr_html_"))
    }
    assert shown <= set(CELLS)


def serious(page, scope="body"):
    """Return what axe-core calls serious or critical, with the first of its places."""
    found = Axe().run(page, context=scope).response["violations"]
    return {
        rule["id"]: rule["nodes"][0]["html"]
        for rule in found
        if rule["impact"] in ("serious", "critical")
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    run = tmp_path_factory.mktemp("run")
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    list(search(SPACE, strategy, trials=24, batch=4, workers=1, evaluate=Counted(), run=run))
    return write_report(Study(run), run)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report(page, report, scheme, screenshots):
    page.emulate_media(color_scheme=scheme)
    page.goto(report.resolve().as_uri())
    page.screenshot(path=screenshots / f"report, {scheme}.png", full_page=True)
    assert serious(page) == {}


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_all_that_a_notebook_shows(page, lab, theme, screenshots):
    lab.wear(theme)
    page.set_viewport_size({"width": 1280, "height": 9000})  # JupyterLab draws what is seen
    lab.run_all(page, f"{theme}.ipynb", [BEFORE, *CELLS.values(), lists_of_lesson_06()])
    cells = page.locator(".jp-CodeCell")
    for i, name in enumerate([*CELLS, "the lists of lesson 06"], start=1):
        cells.nth(i).locator(".jp-OutputArea-output").first.wait_for()
        assert cells.nth(i).locator("[data-mime-type$=stderr]").count() == 0, name
    page.get_by_text("40 of 40 children").first.wait_for()
    is_light = page.evaluate("document.body.dataset.jpThemeLight")
    assert is_light == str(theme.endswith("Light")).lower()
    page.screenshot(path=screenshots / f"widgets, {theme}.png")
    assert serious(page, ".jp-OutputArea-output") == {}
