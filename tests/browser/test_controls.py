"""Controls in rows: their names say of which layer they are, and lists keep the arrow keys."""

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.browser

CELLS = [
    """
    from nasedu.spaces import ConvNetSpace
    from nasedu.viewing import SkipMatrix, TokenStrip

    strip = TokenStrip(ConvNetSpace(2))
    strip
    """,
    "SkipMatrix((0, 1, 2))",
]


def test_names_say_the_layer(page, lab):
    page.set_viewport_size({"width": 1024, "height": 700})
    lab.run_all(page, "controls.ipynb", CELLS)
    expect(page.get_by_role("combobox", name="layer 2 height", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="layer 1 filters", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name="2 reads 1", exact=True)).to_have_count(2)
    expect(page.get_by_role("checkbox", name="3 reads 2", exact=True)).to_be_visible()
    titles = page.locator(".jp-OutputArea-output [title]").evaluate_all(
        "all => all.map(e => e.title)"
    )
    assert titles and not [title for title in titles if "<" in title]


def test_the_arrow_keys_choose_in_a_list_and_no_letter_cuts_the_cell(page, lab):
    lab.run_all(page, "keys.ipynb", CELLS)
    height = page.get_by_role("combobox", name="layer 2 height", exact=True)
    height.focus()
    for key, chosen in (("ArrowDown", 1), ("ArrowRight", 2), ("7", 3), ("x", 3), ("Home", 0)):
        page.keyboard.press(key)
        expect(height).to_be_focused()
        expect(height.locator("option:checked")).to_have_js_property("index", chosen)
    page.keyboard.press("ArrowUp")  # beyond the first: nothing happens
    expect(height).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_text("0 0 0 0 | 3 0 0 1")).to_be_visible()
    expect(page.locator(".jp-CodeCell")).to_have_count(len(CELLS))
