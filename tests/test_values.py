"""How values are declared, checked, written and read."""

import json
import pickle
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu.errors import DataError, SettingError
from nasedu.values import (
    Bounds,
    Count,
    Later,
    Natural,
    NotNegative,
    Positive,
    Seed,
    Share,
    Value,
    checked,
    fill,
    hints_of,
)

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | NUMBERS | st.text()
JSON = st.recursive(PLAIN, lambda one: st.lists(one) | st.dictionaries(st.text(), one))


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
        ({"grams": "300"}, "grams is '300'; expected a number"),
        ({"grams": float("nan")}, "grams is nan; expected a number"),
        ({"awake": "no"}, "awake is 'no'; expected true or false"),
        ({"awake": 1}, "awake is 1; expected true or false"),
        ({"kind": "snowy"}, "kind is 'snowy'; expected one of barn, tawny"),
        ({"kind": ["barn"]}, "kind is .*; expected one of barn, tawny"),
        ({"flights": [1, "a"]}, r"flights\[1\] is 'a'; expected a number"),
        ({"flights": "12"}, "flights is '12'; expected a list"),
        ({"at": [1]}, "at has 1 values; expected 2"),
        ({"more": [1]}, r"more is \[1\]; expected an object"),
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


@dataclass(frozen=True, slots=True)
class Egg(Value):
    error = DataError

    grams: Positive
    spots: Natural = 0
    colour: Later[Literal["white", "blue"]] = "white"

    def _check(self) -> None:
        if self.colour == "blue" and self.spots:
            raise DataError(f"spots is {self.spots} of a blue egg; expected 0")


@dataclass(frozen=True)
class Nest(Value):
    error = DataError
    kind: ClassVar[str] = "nest"

    eggs: tuple[Egg, ...]
    best: Egg | None = None
    height: NotNegative = 1.5
    full: Share = 0.5
    tree: tuple[str, Count] = ("oak", 1)
    decay: Annotated[float, Bounds(above=0, at_most=1)] = 1.0
    seed: Seed = 0
    years: Later[Count | None] = None
    owls: Later[tuple[float, ...]] = ()


EGG = Egg(60)
NEST = Nest((EGG, Egg(2.5, 3)), EGG, years=4, owls=(1, 2.5))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"eggs": 3}, "eggs is 3; expected a list"),
        ({"eggs": [EGG, "egg"]}, r"eggs\[1\] is 'egg'; expected a Egg"),
        ({"eggs": [EGG, {"grams": -1}]}, r"eggs\[1\]: grams is -1; expected a number above 0"),
        ({"eggs": [{"grams": 1, "spots": True}]}, r"eggs\[0\]: spots is True; expected an integer"),
        (
            {"eggs": [{"grams": 1, "spots": 1, "colour": "blue"}]},
            r"eggs\[0\]: spots is 1 of",
        ),
        ({"eggs": [{"grams": 1, "wings": 2}]}, r"eggs\[0\]: unknown field 'wings'; expected grams"),
        ({"eggs": [{}]}, r"eggs\[0\]: grams is missing"),
        ({"best": {"grams": "60"}}, "best: grams is '60'; expected a number above 0"),
        ({"height": -0.5}, "height is -0.5; expected 0 or more"),
        ({"height": float("inf")}, "height is inf; expected 0 or more"),
        ({"full": 1}, "full is 1; expected 0 or more and below 1"),
        ({"full": float("nan")}, "full is nan; expected 0 or more and below 1"),
        ({"full": False}, "full is False; expected 0 or more"),
        ({"tree": ("oak", 0)}, r"tree\[1\] is 0; expected an integer of at least 1"),
        ({"tree": ("oak",)}, "tree has 1 values; expected 2"),
        ({"decay": 1.5}, "decay is 1.5; expected above 0 and at most 1"),
        (
            {"seed": 2**63},
            r"seed is \d+; expected an integer of at least 0 and at most 9",
        ),
        ({"years": 0}, "years is 0; expected an integer of at least 1"),
        ({"height": 10**400}, r"height is 1000.* \.\.\.; expected 0 or more"),
        ({"owls": (1, 10**400)}, r"owls\[1\] is 1000.* \.\.\.; expected a number"),
    ],
)
def test_a_field_out_of_bounds_is_named_in_the_error_of_its_class(changed, words):
    with pytest.raises(DataError, match=words) as caught:
        replace(NEST, **changed)
    assert "\n" not in str(caught.value)


def test_what_concerns_several_fields_is_checked_after_them():
    with pytest.raises(DataError, match="spots is 2 of a blue egg"):
        Egg(60, 2, "blue")
    with pytest.raises(DataError, match="colour is 'red'; expected one of white, blue"):
        Egg(60, 2, "red")


def test_lists_become_tuples_so_that_values_can_be_hashed():
    assert replace(NEST, eggs=[EGG], owls=range(3)) == replace(NEST, eggs=(EGG,), owls=(0, 1, 2))
    assert hash(Nest([EGG])) == hash(Nest((EGG,)))
    with pytest.raises(FrozenInstanceError):
        EGG.grams = 3


def test_a_later_field_is_written_only_if_it_is_not_its_default():
    assert NEST.to_dict()["eggs"] == [{"grams": 60, "spots": 0}, {"grams": 2.5, "spots": 3}]
    assert (NEST.to_dict()["years"], NEST.to_dict()["owls"]) == (4, [1, 2.5])
    assert Egg(60, colour="blue").to_dict()["colour"] == "blue"
    early = Nest((EGG,)).to_dict()
    assert list(early) == ["eggs", "best", "height", "full", "tree", "decay", "seed"]
    said = {"years": None, "owls": [], "eggs": [{"grams": 60, "spots": 0, "colour": "white"}]}
    assert fill(Nest, {**early, **said}) == Nest((EGG,)), "to say a default is to say nothing"
    assert fill(Nest, {**early, **said}).digest == Nest((EGG,)).digest


def test_canonical_json_gives_the_same_value_and_digest():
    assert Nest.from_json(NEST.to_json()) == NEST == pickle.loads(pickle.dumps(NEST))
    assert NEST.to_json().startswith('{"best":{"grams":60,"spots":0},"decay":1.0,"eggs":[')
    assert len(NEST.digest) == 64 != Nest((EGG,)).digest
    for text, words in (
        ("{", "not valid JSON"),
        ('{"kind": "egg"}', "this JSON is a 'egg'; expected a 'nest'"),
        ('{"kind": "nest", "schema": 2}', "newer nasedu"),
        ('{"kind": "nest", "schema": 1}', "eggs is missing"),
        ('{"kind": "nest", "schema": 1, "eggs": [[]]}', r"eggs\[0\] is \[\]; expected a Egg"),
        ('{"kind": "nest", "schema": 1, "eggs": [{"grams": 1e999}]}', "is no finite number"),
    ):
        with pytest.raises(DataError, match=words):
            Nest.from_json(text)


@given(JSON, st.sampled_from([*hints_of(Nest)]))
def test_nothing_but_the_error_of_the_class_comes_of_any_json(value, name):
    try:
        found = fill(Nest, {**NEST.to_dict(), name: value})
    except ValueError as error:  # which a DataError is
        assert "\n" not in str(error)
    else:
        assert Nest.from_json(found.to_json()) == found


def test_bounds_can_be_asked_for():
    assert hints_of(Nest)["height"].__metadata__ == (Bounds(at_least=0),)
    assert hints_of(Egg)["grams"] == Positive


def test_a_value_outside_of_a_class_is_checked_with_an_error_of_choice():
    assert checked(3, Count, "trials", SettingError) == 3
    for value in (0, True, 1.0, "1", None):
        with pytest.raises(SettingError, match=f"trials is {value!r}; expected an integer of at"):
            checked(value, Count, "trials", SettingError)
