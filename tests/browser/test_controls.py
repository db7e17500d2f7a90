"""Controls in rows: each name says of which layer it is, though the row is named but once."""

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
    expect(page.get_by_role("checkbox", name="layer 2 reads 1", exact=True)).to_have_count(2)
    expect(page.get_by_role("checkbox", name="layer 3 reads 2", exact=True)).to_be_visible()
