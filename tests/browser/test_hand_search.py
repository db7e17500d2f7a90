"""A search by hand in the browser: choose, propose and stop by keyboard, and go on later."""

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.browser

CELL = """
    import numpy as np
    from small_tables import LARGER, made_up
    from nasedu.tables import TabularEvaluator
    from nasedu.viewing import HandSearch

    table = TabularEvaluator(made_up(LARGER))
    beside = {"random search": np.arange(20).reshape(2, 10)}
    HandSearch(table, beside, run="by_hand", trials=4)
    """


def test_it_is_played_and_goes_on_in_another_notebook(page, lab):
    lab.run_all(page, "hand.ipynb", [CELL])
    height = page.get_by_role("combobox", name="layer 1 height", exact=True)
    propose = page.get_by_role("button", name="Propose this network")
    expect(page.get_by_text("No network is proposed yet; 4 may be.")).to_be_visible()
    propose.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Child 1 of 4: accuracy")).to_be_visible()
    height.select_option("3")
    propose.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Child 2 of 4: accuracy")).to_be_visible()
    page.keyboard.press("Enter")  # the same again
    expect(page.get_by_text("Child 2 was this one")).to_be_visible()

    lab.run_all(page, "later.ipynb", [CELL])  # another kernel
    expect(page.get_by_text("Child 2 of 4: accuracy").last).to_be_visible()
    stop = page.get_by_role("button", name="Stop and compare").last
    stop.focus()
    page.keyboard.press("Enter")
    finding = page.get_by_alt_text("After 2 children your best accuracy")
    expect(finding.last).to_be_visible()
    expect(stop).to_be_disabled()
