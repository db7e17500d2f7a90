"""No module but `nasedu.problems` asks of which kind a child is."""

import ast
from pathlib import Path

import pytest

import nasedu
from nasedu.problems import trained_problems

HOUSE = Path(nasedu.__file__).parent
ROWS = trained_problems()
KINDS = {row.architecture.partition(":")[2] for row in ROWS}
KINDS |= {type(row.load("spaces")["first"]).__name__ for row in ROWS}
WORDS = {word for row in ROWS for word in (row.name, row.architecture_kind)}


def asked_for(tree):
    """Return the lines at which code asks of which class a thing is: `KINDS`, or its ``kind``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=args):
                parts = args[1:]
            case ast.Compare(left=left, comparators=others):
                parts = [left, *others]
            case ast.MatchClass(cls=cls):
                parts = [cls]
            case ast.Dict(keys=keys):
                parts = [key for key in keys if key is not None]
            case ast.Call(func=ast.Attribute(attr="register"), args=args):  # of singledispatch
                parts = args
            case _:
                continue
        inner = [each for part in parts for each in ast.walk(part)]
        names = {each.id for each in inner if isinstance(each, ast.Name)}
        words = {each.value for each in inner if isinstance(each, ast.Constant)}
        if names & KINDS or words & WORDS:
            yield node.lineno if hasattr(node, "lineno") else node.cls.lineno


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_else_asks_of_which_kind_a_thing_is(path):
    if path.name == "idx.py":  # whose "images" are a word of MNIST's files
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert list(asked_for(tree)) == []


def test_the_question_would_be_noticed():
    for code in (
        "isinstance(net, (int, ConvNet))",
        "type(space) is ConvNetSpace",
        "{type(a)} == {RecurrentCell}",
        "data['kind'] == 'language'",
        "data.get('kind') in ('images', 'table')",
        "{'images': 1}",
        "isinstance(net, NasNet)",
        "draw.register(ConvNet)",
        "match net:\n    case RecurrentCell():\n        pass",
    ):
        assert list(asked_for(ast.parse(code)))
