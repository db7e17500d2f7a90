"""The report, and every widget, for those who see little: axe-core finds nothing serious."""

import pytest
from evaluators import SPACE, Counted

from nasedu.controller import make_strategy
from nasedu.runs import Study
from nasedu.searching import search
from nasedu.viewing import write_report

pytest.importorskip("playwright.sync_api")
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    """
    from evaluators import SPACE, Counted

    from nasedu import ConvNetSpace, RecurrentCellSpace, build, search
    from nasedu.controller import make_strategy
    from nasedu.course import check, predict, quiz
    from nasedu.viewing import CellSteps, LiveSearch, SkipMatrix, TokenStrip

    TokenStrip(ConvNetSpace(2))
    """,
    "SkipMatrix((0, 1, 2))",
    "CellSteps(build(RecurrentCellSpace(2).decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0]), "
    "input_size=1, hidden_size=1))",
    """
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    live = LiveSearch(search(SPACE, strategy, trials=40, batch=4, workers=1, evaluate=Counted()))
    live
    """,
    "check.best_so_far(lambda rewards: rewards)",
    'quiz("05")',
]
"""One a widget, and what a lesson shows beside them."""


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
def test_a_report(page, report, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(report.resolve().as_uri())
    assert serious(page) == {}


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_every_widget(page, lab, theme):
    lab.wear(theme)
    page.set_viewport_size({"width": 1280, "height": 3600})  # JupyterLab draws what is seen
    lab.run_all(page, f"{theme}.ipynb", CELLS)
    page.locator(".jp-OutputArea-output").nth(len(CELLS) - 1).wait_for()
    page.get_by_text("40 of 40 children").first.wait_for()
    is_light = page.evaluate("document.body.dataset.jpThemeLight")
    assert is_light == str(theme.endswith("Light")).lower()
    assert serious(page, ".jp-OutputArea-output") == {}
