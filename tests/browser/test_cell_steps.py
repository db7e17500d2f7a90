"""A recurrent cell to step through as a student meets it: in JupyterLab, by keyboard."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    """
    from nasedu import RecurrentCellSpace, build
    from nasedu.viewing import CellSteps

    cell = RecurrentCellSpace(2).decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0])
    steps = CellSteps(build(cell, input_size=1, hidden_size=1))
    steps
    """,
]


def test_stops_and_numbers_by_keyboard(page, lab):
    page.set_viewport_size({"width": 1024, "height": 700})
    lab.run_all(page, "steps.ipynb", CELLS)
    view = page.locator(".jp-OutputArea-output")
    status = view.get_by_role("status")
    expect(status).to_contain_text("Stop 1 of 6.")
    expect(view.get_by_role("button", name="Back")).to_be_disabled()
    view.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text(re.compile(r"Stop 2 of 6\. Memory in: .* \+ 0\.600"))

    page.keyboard.press("Tab")
    expect(view.get_by_label("stop")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(status).to_contain_text("Stop 3 of 6.")
    page.keyboard.press("ArrowDown")
    view.get_by_label("c_t-1").focus()
    page.keyboard.press("ArrowDown")
    expect(status).to_contain_text(re.compile(r"Stop 2 of 6\. Memory in: .* \+ 0\.500"))
    expect(view.get_by_role("img", name="A recurrent cell of base 2")).to_be_visible()
    expect(view.get_by_text("Beyond them, the limit is taken.")).to_be_visible()
    low = "b => b.querySelector('svg, img').getBoundingClientRect().bottom"
    low += " - b.getBoundingClientRect().top"
    assert view.locator(".widget-box").first.evaluate(low) < 480  # with its cell in one window

    found = Axe().run(page, context=".jp-OutputArea-output .jupyter-widgets").response["violations"]
    assert [r["id"] for r in found if r["impact"] in ("serious", "critical")] == []
