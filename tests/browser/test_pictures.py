"""Pictures in a notebook that came from elsewhere: JupyterLab does not trust it."""

import nbformat
import pytest

from nasedu import compare, draw, published
from nasedu.viewing import SkipMatrix

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = {  # the beginning of the alt text, and what shows it
    "A convolutional network of 15 layers": lambda: draw(published.NAS_CNN_V1),
    "A recurrent cell of base 8": lambda: draw(published.NAS_CELL),
    "Two recurrent cells side by side": lambda: compare(
        published.NAS_CELL, published.NAS_CELL_MAX_SIN
    ),
    "A convolutional network of 4 layers": SkipMatrix,
}


@pytest.fixture(scope="module")
def notebook(lab):
    cells = []
    for make in SHOWN.values():
        data = make()._repr_mimebundle_()
        data = {kind: value for kind, value in data.items() if "widget" not in kind}
        output = nbformat.v4.new_output("execute_result", data, execution_count=1)
        cells.append(nbformat.v4.new_code_cell("draw()", outputs=[output], execution_count=1))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    shown = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(shown, lab.folder / "untrusted.ipynb")
    return f"{lab.url}doc/tree/untrusted.ipynb?token={lab.token}"


@pytest.mark.parametrize("width", [1024, 1366])
def test_an_untrusted_copy_shows_every_picture_whole_and_named(page, notebook, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(notebook)
    for alt in SHOWN:
        image = page.get_by_role("img", name=alt)
        image.scroll_into_view_if_needed()
        expect(image).to_be_visible()
        area, box = page.locator(".jp-OutputArea-output").first.bounding_box(), image.bounding_box()
        assert box["x"] + box["width"] <= area["x"] + area["width"] + 1
        assert box["width"] > 200 and image.evaluate("image => image.naturalWidth") > 200
