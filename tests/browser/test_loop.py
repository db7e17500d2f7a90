"""The browser's event loop: it does not outlive a module of tests."""

import asyncio

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def afterwards():
    """Fail if a loop is still running when the module's own fixtures are gone."""
    yield
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_a_page_opens(page):
    page.set_content("<p>Here</p>")
    assert page.get_by_text("Here").is_visible()
