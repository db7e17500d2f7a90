import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from explored import data_of

from nasedu.errors import DrawingError
from nasedu.viewing.explorer.explorer_page import Explorer, explorer_page

WORD = "</script><script>alert(\"1\")</script><!-- & 'x' {{ 7 * 7 }} \u2028 \x00"


class Seen(HTMLParser):
    """What a browser would see in a page: its elements, and the text in each kind of them."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text = [], {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.elements:
            self.text.setdefault(self.elements[-1][0], []).append(data)


@pytest.fixture
def html():
    return explorer_page(WORD, {"title": WORD, "runs": [{"name": WORD, WORD: [WORD]}]})


def test_whatever_stands_in_the_data_is_text(html):
    seen = Seen(html)
    scripts = [attributes for tag, attributes in seen.elements if tag == "script"]
    assert [script.get("type") for script in scripts] == ["application/json", "module"]
    assert data_of(html)["runs"] == [{"name": WORD, WORD: [WORD]}]
    assert html.count("</script>") == 2


def test_the_page_needs_nothing_but_itself(html):
    for tag, attributes in Seen(html).elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert not {"src", "href", "style"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]


def test_its_policy_allows_its_own_script_and_style_and_nothing_else(html):
    [policy] = [
        attributes["content"]
        for tag, attributes in Seen(html).elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for kind, pattern in (("script", r'<script type="module">'), ("style", "<style>")):
        [text] = re.findall(f"{pattern}(.*?)</{kind}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"


def test_a_notebook_shows_it_in_a_frame_that_cannot_reach_the_server(html):
    bundle = Explorer(html, "an 'alt' text")._repr_mimebundle_()
    [(tag, attributes)] = Seen(bundle["text/html"]).elements
    assert tag == "iframe" and attributes["sandbox"] == "allow-scripts"
    assert attributes["srcdoc"] == html and attributes["title"] == "an 'alt' text"
    assert bundle["text/plain"] == "an 'alt' text"


def test_it_is_saved_as_html_alone(tmp_path, html):
    path = Explorer(html, "").save(tmp_path / "a.html")
    assert path.read_bytes().decode() == html
    with pytest.raises(DrawingError, match=r"expected a name in \.html"):
        Explorer(html, "").save(tmp_path / "a.png")
    with pytest.raises(DrawingError, match="cannot be written"):
        Explorer(html, "").save(tmp_path / "none" / "a.html")
