"""The scripts of the page that reads: what a linter would say, with the Node of pyright."""

import json
import re
from pathlib import Path

import pytest
from in_node import node

import nasedu

FOLDER = Path(nasedu.__file__).parent / "viewing" / "reader"
SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))}


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_can_be_parsed(name):
    assert node(text=f"new Function({json.dumps(SCRIPTS[name])})") == ""


def test_what_is_declared_is_used():
    """They share one page, so that a name may be used by another script than its own."""
    together = "".join(SCRIPTS.values())
    declared = re.findall(r"^(?:function|class|const|let) (\w+)", together, re.MULTILINE)
    assert len(set(declared)) == len(declared) > 20
    for one in declared:
        assert len(re.findall(rf"\b{one}\b", together)) > 1, f"nothing uses {one}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_house_rules(name):
    lines = SCRIPTS[name].splitlines()
    assert lines[0].startswith("// ")  # says what it is
    assert '"use strict";' in lines
    assert len(lines) <= 300 and max(map(len, lines)) <= 100
    for banned in (
        "innerHTML",
        "eval(",
        "document.write",
        "fetch(",
        "localStorage",
        "var ",
        " == ",
    ):
        assert banned not in SCRIPTS[name]
