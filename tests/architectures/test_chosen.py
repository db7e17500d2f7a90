import pickle

import pytest

from nasedu.architectures import Choice, Chosen
from nasedu.errors import ArchitectureError

LAYERS = Chosen(
    (
        Choice("lr", 1, 0.1),
        Choice("block", 1, "mb3"),
        Choice("inputs", 1, ()),
        Choice("block", 2, "identity"),
        Choice("inputs", 2, (1,)),
    )
)


def test_it_is_a_mapping_from_names_to_what_was_chosen():
    assert dict(LAYERS) == {"lr": 0.1, "block": ("mb3", "identity"), "inputs": ((), (1,))}
    assert list(LAYERS) == ["lr", "block", "inputs"] and len(LAYERS) == 3
    assert "block" in LAYERS and LAYERS.get("width") is None
    with pytest.raises(KeyError, match="there is no 'blok'; expected one of lr, block, inputs"):
        LAYERS["blok"]


def test_it_is_told_in_a_sentence():
    assert repr(LAYERS) == f"Chosen({LAYERS})"
    assert str(LAYERS) == "lr: 0.1 | block: mb3, identity | inputs: none, 1"
    assert str(Choice("inputs", 4, (1, 3))) == "1+3"


def test_it_is_a_value():
    again = Chosen.from_json(LAYERS.to_json())
    assert again == LAYERS and hash(again) == hash(LAYERS) and again.digest == LAYERS.digest
    assert again["inputs"] == ((), (1,))
    assert pickle.loads(pickle.dumps(LAYERS)) == LAYERS
    other = Chosen((*LAYERS.choices[:-1], Choice("inputs", 2, ())))
    assert other != LAYERS and other.digest != LAYERS.digest


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ((), "choices is empty; expected at least one"),
        ((Choice("a", 1, 1), Choice("a", 1, 2)), "name a decision of one layer twice"),
        (3, "choices is 3; expected a list"),
        ((("a", 1, 2),), "expected a Choice"),
    ],
)
def test_what_nobody_could_choose_is_refused(choices, words):
    with pytest.raises(ArchitectureError, match=words):
        Chosen(choices)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((3, 1, "a"), "name is 3"),
        (("a", 0, "a"), "layer is 0"),
        (("a", 1, None), "value is None"),
        (("a", 1, True), "value is True"),
        (("a", 1, float("nan")), "value is nan"),
    ],
)
def test_a_choice_is_checked(fields, words):
    with pytest.raises(ArchitectureError, match=words):
        Choice(*fields)
