import ast
from functools import cached_property
from pathlib import Path

import pytest

import nasedu
from nasedu import ConvNet, ConvNetSpace, show
from nasedu.errors import SettingError
from nasedu.viewing.listing import without_docstrings

FILES = sorted(Path(nasedu.__file__).parent.rglob("*.py"))


def test_a_method_with_its_file_and_name():
    listing = show(ConvNetSpace.encode)
    assert listing.file == "nasedu/spaces/conv_net_space.py"
    assert listing.name == "ConvNetSpace.encode"
    assert listing.code.startswith("def encode(self, ")
    assert '"""' not in listing.code
    assert repr(listing) == "Listing('nasedu/spaces/conv_net_space.py: ConvNetSpace.encode')"
    lines = (Path(nasedu.__file__).parents[1] / listing.file).read_text().splitlines()
    assert lines[listing.line - 1].strip() == listing.code.splitlines()[0]


def test_a_notebook_gets_a_highlighted_fence():
    bundle = show(ConvNetSpace.encode)._repr_mimebundle_()
    head, blank, fence, first, *_, last = bundle["text/markdown"].splitlines()
    assert head == "`nasedu/spaces/conv_net_space.py` · `ConvNetSpace.encode`"
    assert (blank, fence, last) == ("", "```python", "```")
    assert first.startswith("def encode(self, ")
    assert bundle["text/plain"] == str(show(ConvNetSpace.encode))


def test_text_elsewhere_is_python():
    ast.parse(str(show(ConvNetSpace.encode)))


def test_no_machine_path_anywhere():
    for text in (str(show(ConvNet)), *show(ConvNet)._repr_mimebundle_().values()):
        assert str(Path.cwd()) not in text
    assert str(Path(__file__).parent) not in str(show(test_no_machine_path_anywhere))


def test_docstrings_on_request():
    assert show(ConvNet, doc=True).code.count('"""') > show(ConvNet).code.count('"""') == 0


def test_properties_class_methods_and_decorated_functions():
    assert "def size" in show(ConvNetSpace.size).code
    assert "def decisions" in show(ConvNetSpace.__dict__["decisions"]).code
    assert isinstance(ConvNetSpace.__dict__["decisions"], cached_property)
    assert show(ConvNet.from_json).code.startswith("@classmethod")


@pytest.mark.parametrize("thing", [len, 3, "text", int], ids=str)
def test_what_has_no_source(thing):
    with pytest.raises(SettingError, match="has no Python source to show"):
        show(thing)


class Stripped(ast.NodeTransformer):
    """Drop docstrings that are not a body's only statement."""

    def generic_visit(self, node):
        super().generic_visit(node)
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if isinstance(node, kinds) and ast.get_docstring(node) is not None and len(node.body) > 1:
            node.body = node.body[1:]
        return node


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_nothing_but_docstrings_is_left_out(path):
    code = path.read_text(encoding="utf-8")
    expected = ast.dump(Stripped().visit(ast.parse(code)))
    assert ast.dump(ast.parse(without_docstrings(code))) == expected


def test_a_body_is_never_left_empty():
    code = 'class Empty:\n    """Nothing else."""'
    assert without_docstrings(code) == code
    assert (
        without_docstrings('def f():\n    """Doc."""\n\n    return 1') == "def f():\n    return 1"
    )
