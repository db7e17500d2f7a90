"""Sentences of the course: what Markdown would make of them, and nothing that HTML would."""

from __future__ import annotations

import pytest

from nasedu.course.inline import html_of


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Height *and* width double.", "Height <em>and</em> width double."),
        ("*Not one* of `a * b * c`.", "<em>Not one</em> of <code>a * b * c</code>."),
        ("2 * 3 * 4 and a*b*c", "2 * 3 * 4 and a*b*c"),
        ("`**kwargs` and `*a`", "<code>**kwargs</code> and <code>*a</code>"),
        ("*<b>* & `<i>`", "<em>&lt;b&gt;</em> &amp; <code>&lt;i&gt;</code>"),
        ("a lone ` and a lone *", "a lone ` and a lone *"),
    ],
)
def test_code_and_stress_become_html_and_the_rest_is_escaped(text, html):
    assert html_of(text) == html
