"""The scripts of the explorer: what a linter would say, with the Node that pyright brings."""

import json
import re
from pathlib import Path

import pytest
from in_node import node

import nasedu
from nasedu.training.measure import REWARD, Measure
from nasedu.viewing.explorer.explorer_page import joined_scripts

FOLDER = Path(nasedu.__file__).parent / "viewing" / "explorer"
SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))}
LINK = """
import fs from "node:fs";
import vm from "node:vm";
const known = new Map();
function load(name) {
  if (!known.has(name)) {
    const text = fs.readFileSync(`${process.argv[1]}/${name}`, "utf8");
    known.set(name, new vm.SourceTextModule(text, { identifier: name }));
  }
  return known.get(name);
}
await load("main.js").link((name) => load(name.slice(2)));
console.log([...known.keys()].sort().join(" "));
"""


def test_every_script_is_a_module_that_finds_what_it_imports():
    assert node(str(FOLDER), text=LINK).split() == [f"{name}.js" for name in SCRIPTS]


def test_joined_they_are_a_script(tmp_path):
    checked = f"new Function({json.dumps(joined_scripts())})"
    assert node(text=checked) == ""
    for name in SCRIPTS:
        assert joined_scripts().count(f"const {name}_module = ") == 1


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_imported_is_used(name):
    text = SCRIPTS[name]
    body = re.sub(r"^import .*$", "", text, flags=re.MULTILINE)
    for names in re.findall(r"^import \{([^}]*)\}", text, re.MULTILINE):
        for one in filter(None, (word.strip() for word in names.split(","))):
            assert re.search(rf"\b{one}\b", body), f"{name}.js imports {one} and does not use it"


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_declared_is_used(name):
    text, rest = SCRIPTS[name], "".join(SCRIPTS.values())
    declared = re.findall(
        r"^(export )?(?:async )?(?:function|class|const) (\w+)", text, re.MULTILINE
    )
    for exported, one in declared:
        where = rest if exported else text
        assert len(re.findall(rf"\b{one}\b", where)) > 1, f"{name}.js: nothing uses {one}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_house_rules(name):
    text = SCRIPTS[name]
    lines = text.splitlines()
    assert len(lines) <= 300
    assert [line for line in lines if len(line) > 100] == []
    assert lines[0].startswith("// ")  # says what the module is
    for banned in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "eval(",
        "document.write",
        "fetch(",
        "XMLHttpRequest",
        "localStorage",
        "console.",
        "var ",
        " == ",
        '"style"',
    ):
        allowed = banned == " == " and "!= null" in text
        assert banned not in text or allowed, f"{name}.js has {banned}"


VALUES = [0, 0.5, 0.05, 0.000123456, 0.0000001234, 1234.5678, 12345678.9, 0.9996, -0.25, 0.1]


@pytest.mark.parametrize("of", [REWARD, Measure("perplexity", digits=1), Measure("accuracy")])
def test_values_are_written_as_python_writes_them(of):
    text = re.sub("^export ", "", SCRIPTS["format"], flags=re.MULTILINE)
    measure = json.dumps({"digits": of.digits, "small": of.has_small_values})
    text += f"console.log(JSON.stringify({VALUES}.map((v) => valueText(v, {measure}))));"
    shown = json.loads(node(text=text))
    assert [float(one.replace(",", "")) for one in shown] == [
        float(of.text(value).replace(",", "")) for value in VALUES
    ]
    assert [one for one in shown if "e" not in one] == [
        of.text(v) for v, one in zip(VALUES, shown, strict=True) if "e" not in one
    ]
