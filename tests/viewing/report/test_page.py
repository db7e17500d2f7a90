"""The template of a page: every text of every part is text, whatever it holds."""

from html.parser import HTMLParser
from typing import get_args

import pytest
from markupsafe import Markup

from nasedu.viewing.report import page

WORD = "<script>alert(\"1\")</script> & 'x' {{ 7 * 7 }} {% raw %}"
IMAGE = Markup('<img src="data:," alt="a">')

PARTS = [
    page.Paragraph(WORD),
    page.Opening(WORD, WORD, WORD, False, [(WORD, WORD, WORD)]),
    page.Figure(IMAGE, WORD, WORD),
    page.Table(WORD, [WORD, WORD], [[WORD, WORD]]),
    page.SideBySide([page.Table(WORD, [WORD], [[WORD]])]),
    page.ToType([(WORD, WORD)]),
    page.Care(WORD),
    page.FindingList([(WORD, WORD, WORD)]),
    page.Gallery([page.Card(WORD, IMAGE, True)]),
]


class Seen(HTMLParser):
    """What a browser would see in a page: its elements and its words."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words, self.attributes = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [value for _, value in attrs]

    def handle_data(self, data):
        self.words.append(data)


def test_no_kind_of_part_is_forgotten():
    assert {type(part) for part in PARTS} == set(get_args(page.Part))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.macro)
def test_whatever_stands_in_a_part_is_text(part):
    seen = Seen(page.page(WORD, [page.Section(WORD, [part])]))
    assert "script" not in seen.tags
    shown = [word for word in seen.words if WORD in word]
    told = sum(isinstance(value, str) and WORD in value for value in seen.attributes)
    assert len(shown) + told >= 3  # in the title, the heading and the part


def test_pictures_are_html():
    assert "img" in Seen(page.page("a", [page.Section("b", [page.Figure(IMAGE, "c", "d")])])).tags


def test_what_no_page_may_hold_is_replaced():
    html = page.page("a\x00b", [page.Section("c\udc80", [])])
    assert "a\ufffdb" in html and "c\ufffd" in html
    html.encode()


def test_columns_of_numbers_stand_flush_right_and_those_of_words_do_not():
    table = page.Table("t", ["a", "b", "c"], [["1", "2", "3"]], words=[2])
    html = page.page("a", [page.Section("b", [table])])
    assert (
        '<th scope="col">a</th><th scope="col" class="number">b</th><th scope="col">c</th>' in html
    )
    assert '<th scope="row">1</th><td class="number">2</td><td>3</td>' in html
