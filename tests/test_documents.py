"""The one reader of JSON."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu import documents
from nasedu.documents import first_difference, read_json

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | NUMBERS | st.text()
JSON = st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text(), one))


@given(JSON)
def test_what_json_wrote_is_read_as_it_was(value):
    try:
        assert read_json(json.dumps(value)) == value
    except ValueError as error:
        assert "deep" in str(error)


@given(st.text() | st.binary())
def test_nothing_but_a_value_error_comes_of_any_text(text):
    with contextlib.suppress(ValueError):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 3000 + "]" * 3000, "nested more than 20 deep"),
        ("[" * 100_000 + "]" * 100_000, "nested more than 20 deep"),
        ('{"a":' * 21 + "1" + "}" * 21, "nested more than 20 deep"),
        ("7" * 5000, "is an integer of more than 63 bits"),
        (str(2**63), "is an integer of more than 63 bits"),
        ("[1e999]", "1e999 is no finite number"),
        ("[-Infinity]", "-Infinity is no finite number"),
        ("NaN", "NaN is no finite number"),
        ('{"a": {"b": 1, "b": 2}}', "an object has a name twice"),
    ],
)
def test_what_json_alone_would_take_is_refused(text, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_json(text)
    assert len(str(caught.value)) < 200


def test_a_file_is_read_up_to_a_size(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_text('{"a": [1, 2.5]}')
    assert read_json(path) == {"a": [1, 2.5]}
    monkeypatch.setattr(documents, "LARGEST", 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        read_json(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="utf-8"):
        read_json(path)
    with pytest.raises(OSError):
        read_json(tmp_path / "none.json")


def test_the_first_difference_in_a_list_of_objects_is_the_field_that_differs():
    ours = {"decisions": [{"name": "a", "choices": [1, 2]}, {"name": "b", "choices": [1]}]}
    theirs = {"decisions": [{"name": "a", "choices": [1, 3]}, {"name": "b", "choices": [1]}]}
    assert first_difference(ours, theirs) == ("decisions[0].choices", [1, 2], [1, 3])
    shorter = {"decisions": ours["decisions"][:1]}
    assert first_difference(ours, shorter) == ("decisions[1].name", "b", None)
