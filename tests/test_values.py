"""The one reader of JSON and the one check of fields."""

import contextlib
import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu import values
from nasedu.values import checked, fill, read_json

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
    monkeypatch.setattr(values, "LARGEST", 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        read_json(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="utf-8"):
        read_json(path)
    with pytest.raises(OSError):
        read_json(tmp_path / "none.json")


@dataclass(frozen=True)
class Owl:
    name: str
    eyes: int = 2
    grams: float | None = None
    awake: bool = False
    kind: Literal["barn", "tawny"] = "barn"
    flights: tuple[float, ...] = ()
    at: tuple[int, str] = (0, "tree")
    more: dict[str, Any] | None = None


def test_a_dataclass_is_filled_by_its_annotations():
    found = {"name": "Bo", "grams": 300, "flights": [1, 2.5], "at": [1, "barn"], "more": {"a": [1]}}
    assert fill(Owl, found) == Owl("Bo", 2, 300, flights=(1, 2.5), at=(1, "barn"), more={"a": [1]})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": 3}, "name is 3; expected a text"),
        ({"eyes": True}, "eyes is True; expected an integer"),
        ({"eyes": 2.0}, "eyes is 2.0; expected an integer"),
        ({"grams": "300"}, "grams is '300'; expected a number or null"),
        ({"grams": float("nan")}, "grams is nan; expected a number or null"),
        ({"awake": "no"}, "awake is 'no'; expected true or false"),
        ({"awake": 1}, "awake is 1; expected true or false"),
        ({"kind": "snowy"}, "kind is 'snowy'; expected 'barn' or 'tawny'"),
        ({"kind": ["barn"]}, "kind is .*; expected 'barn' or 'tawny'"),
        ({"flights": [1, "a"]}, r"flights\[1\] is 'a'; expected a number"),
        ({"flights": "12"}, "flights is '12'; expected a list"),
        ({"at": [1]}, "at has 1 values; expected 2"),
        ({"more": [1]}, r"more is \[1\]; expected an object or null"),
        ({"wings": 2}, "unknown field 'wings'; expected name, eyes"),
    ],
)
def test_a_field_of_another_type_is_named(changed, words):
    with pytest.raises(ValueError, match=words):
        fill(Owl, {"name": "Bo", **changed})


def test_a_field_that_is_missing_is_named():
    with pytest.raises(ValueError, match="name is missing"):
        fill(Owl, {})
    with pytest.raises(ValueError, match="the whole is 3; expected an object"):
        fill(Owl, 3)


@given(JSON, st.sampled_from([bool, int, float, str, tuple[int, ...], dict[str, float]]))
def test_what_is_checked_is_of_the_type_or_refused(value, hint):
    try:
        found = checked(value, hint, "it")
    except ValueError:
        return
    assert json.dumps(found) == json.dumps(value)
