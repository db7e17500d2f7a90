import pickle
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu import ChoiceSpace, ConvNetSpace, Decision
from nasedu.errors import SearchSpaceError
from nasedu.problems import read_space
from nasedu.spaces import as_recorded

BLOCKS = ("identity", "mb3", "mb6")
SPACE = ChoiceSpace({"block": BLOCKS, "width": (8, 16), "inputs": ()}, num_layers=3)


def test_choices_by_name_are_decided_layer_by_layer():
    space = ChoiceSpace({"block": BLOCKS}, num_layers=8)
    assert space.decisions == tuple(Decision("block", i, BLOCKS) for i in range(1, 9))
    assert space == ChoiceSpace(space.decisions) == ChoiceSpace(list(space.decisions))
    assert space.size == 3**8 and space.deepest is None
    assert space.decode([1, 0, 0, 0, 0, 0, 0, 2])["block"] == ("mb3", *["identity"] * 6, "mb6")
    assert SPACE.size == 3**3 * 2**3 * 2**3


def test_a_name_that_is_decided_once_has_a_value():
    net = ChoiceSpace({"lr": (0.1, 1), "layers": [2, 4]}).decode([1, 0])
    assert dict(net) == {"lr": 1, "layers": 2}


def test_a_name_without_choices_chooses_among_the_layers_before():
    assert SPACE.decode([0, 0, 0, 0, 0, 1, 0, 0, 3])["inputs"] == ((), (1,), (1, 2))


@given(st.tuples(*(st.integers(0, d.num_tokens - 1) for d in SPACE.decisions)))
def test_tokens_are_what_was_chosen(tokens):
    net = SPACE.decode(tokens)
    assert SPACE.encode(net) == list(tokens)
    assert type(net).from_json(net.to_json()) == net


def test_it_is_a_value():
    again = ChoiceSpace.from_json(SPACE.to_json())
    assert again == SPACE == pickle.loads(pickle.dumps(SPACE)) and hash(again) == hash(SPACE)
    assert replace(SPACE, name="Mine") != SPACE
    assert '"name":""' not in SPACE.to_json()


@pytest.mark.parametrize(
    ("decisions", "words"),
    [
        ({}, "there are no decisions; expected at least one"),
        ([], "there are no decisions; expected at least one"),
        ({"a": "identity"}, "'a': choices is 'identity'; expected a list"),
        ({"a": {"x", "y"}}, "'a': choices is {.*}; expected a list"),
        ({"a": ("x", "y", "x")}, "'a' of layer 1 has the choices .*; expected each once"),
        ({"a": (1, 1.0)}, "expected each once"),
        ({"a": (None,)}, r"'a': choices\[0\] is None"),
        ({3: ("x",)}, "3: name is 3; expected a text"),
        (3, "decisions is 3; expected a list"),
        (["a"], r"decisions\[0\] is 'a'; expected a Decision"),
        ([Decision("a", 2, (1,)), Decision("b", 1, (1,))], "comes after layer 2; sort them"),
        ([Decision("a", 1, (1,))] * 2, "'a' of layer 1 is decided twice; give the two"),
        ([Decision("a", 63)], "'a' of layer 63 has no choices; an anchor point is of layer 62"),
    ],
)
def test_what_nobody_could_decide_is_one_line(decisions, words):
    with pytest.raises(SearchSpaceError, match=words) as caught:
        ChoiceSpace(decisions)
    assert "\n" not in str(caught.value)


def test_a_number_of_layers_goes_with_names():
    with pytest.raises(SearchSpaceError, match="num_layers is 2 beside decisions that name their"):
        ChoiceSpace([Decision("a", 1, (1,))], num_layers=2)
    for wrong in (0, -1, 2.5, "8", None):
        with pytest.raises(SearchSpaceError, match="num_layers is"):
            ChoiceSpace({"a": (1,)}, num_layers=wrong)


@pytest.mark.parametrize("tokens", [[], [0] * 6, [0] * 10, [3, *[0] * 8], [-1, *[0] * 8]])
def test_tokens_that_choose_nothing_are_refused(tokens):
    with pytest.raises(SearchSpaceError):
        SPACE.decode(tokens)


@pytest.mark.parametrize(
    "other",
    [
        ChoiceSpace({"block": ("mb9",), "width": (8, 16), "inputs": ()}, num_layers=3),
        ChoiceSpace({"block": BLOCKS, "width": (8, 16), "inputs": (1,)}, num_layers=3),
        ChoiceSpace({"block": BLOCKS, "width": (8, 16)}, num_layers=3),
        ChoiceSpace({"block": BLOCKS, "width": (8, 16), "inputs": ()}, num_layers=4),
        ChoiceSpace({"block": BLOCKS, "width": (8, 16), "inputs": ()}, num_layers=2),
    ],
)
def test_what_it_cannot_choose_is_refused(other):
    with pytest.raises(SearchSpaceError):
        SPACE.encode(other.decode([0] * len(other.decisions)))


class Rooms:
    """A class of one's own with nothing but what is needed."""

    decisions = (Decision("room", 1, ("hall", "attic")), Decision("door", 2))

    def decode(self, tokens):
        return tuple(tokens)


@dataclass(frozen=True)
class OddNets(ConvNetSpace):
    """Has the kind of another class, whose decisions are others."""

    @property
    def decisions(self):
        return super().decisions[::2]


class Named(Rooms):
    """Names a kind that nasedu has never heard of."""

    kind: ClassVar[str] = "rooms_space"

    def to_json(self):
        return '{"kind":"rooms_space","schema":1}'


def test_a_space_of_a_known_kind_is_recorded_as_it_is():
    for space in (SPACE, ConvNetSpace(3)):
        assert as_recorded(space) is space


@pytest.mark.parametrize("space", [Rooms(), Named(), OddNets(2)])
def test_a_class_of_ones_own_is_recorded_by_its_decisions_and_its_name(space):
    recorded = as_recorded(space)
    assert recorded == ChoiceSpace(space.decisions, name=type(space).__name__)
    assert read_space(recorded.to_json()) == recorded
    assert recorded.deepest == space.decisions[-1].layer


def test_its_children_may_end_after_any_layer():
    recorded = as_recorded(Rooms())
    assert dict(recorded.decode([1])) == {"room": "attic"}
    assert recorded.encode(recorded.decode([1])) == [1]
    for wrong in ([], [0, 0, 0]):
        with pytest.raises(SearchSpaceError, match="expected 2, one a decision"):
            recorded.check(wrong)


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (3, "space is 3; expected a ChoiceSpace, or an object with decisions and decode"),
        (Decision("a", 1), "expected a ChoiceSpace, or an object"),
        (type("Empty", (Rooms,), {"decisions": ()})(), "there are no decisions"),
        (
            type("Loose", (Rooms,), {"decisions": ("a",)})(),
            r"decisions\[0\] is 'a'; expected a",
        ),
    ],
)
def test_what_is_no_space_is_one_line(space, words):
    with pytest.raises(SearchSpaceError, match=words) as caught:
        as_recorded(space)
    assert "\n" not in str(caught.value)
